story: Who declares no alarm and reports one warns with his own name, never officially; his own end ends it (R5, R31)
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C
source other monitoring-channel C
source newspaper media B
source gossip public E

# The head of the administration declares nothing. His word warns, without a level, and the map stays calm.
18:00 governor-poltava id=g1
    Повітряна тривога в Полтавській області!
  = warning raised: Poltava Oblast, level not stated, relayed-alarm
18:01 watcher id=w1
    Повітряна тривога в Києві
  = warning raised: Kyiv, yellow, relayed-alarm (unofficial, unconfirmed)
18:02 other id=o1
    Тривога в Києві
# Who writes afterwards, and who is not known to be reliable, warns nobody.
18:03 newspaper
    У Сумській області оголошено повітряну тривогу.
  = withheld: alarm, Sumy Oblast: kind-may-not-warn
18:03 gossip
    Повітряна тривога в Одесі!
  = withheld: alarm, Odesa: kind-may-not-warn
# No channel warns the whole country.
18:04 watcher
    Повітряна тривога по всій Україні!
  = withheld: alarm, Ukraine: channels-may-not-warn-here
# The official alarm comes: it says no more than that, and the warning goes on beside it.
18:05 air-alert-ua
    🔴 Повітряна тривога: Полтавська область
  = alarm raised: Poltava Oblast, by air-alert-ua
  = official alert raised: Poltava Oblast, level not stated, alarm (unconfirmed)
# Each ends his own word, and nobody else's (R13).
18:10 watcher
    Відбій тривоги в Києві
18:12 other deletes o1
  = warning revoked: Kyiv (mistake)
# The official all-clear ends the share of what was reported there; a report stated before it raises nothing again.
18:30 air-alert-ua
    🟢 Відбій тривоги: Полтавська область
  = warning lapsed: Poltava Oblast (not renewed)
  = alarm cleared: Poltava Oblast, by air-alert-ua
  = official alert cleared: Poltava Oblast (over)
18:31 watcher stated=18:29
    Повітряна тривога в Полтавській області
  = withheld: alarm, Poltava Oblast: its-end-is-known
