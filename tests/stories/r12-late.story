story: What comes late says since when; what is known to have ended does not sound; history raises nothing (R12)
day: 2025-02-11
zone: Europe/Kyiv
source yesterday alarm-service A declares=UA history

# After an outage the standing alarm arrives half an hour late.
11:05 air-alert-ua stated=10:35:03
    🔴 10:35 Повітряна тривога в Сумська область. #Сумська_область
  = alarm raised: Sumy Oblast, by air-alert-ua, since 08:35:03Z, received late
  = official alert raised: Sumy Oblast, level not stated, alarm (unconfirmed, received late)
# The end of another alarm overtakes its beginning.
11:06 air-alert-ua stated=10:50
    🟢 10:50 Відбій тривоги в Харківська область. #Харківська_область
  = withheld: alarm-over, Kharkiv Oblast: no-alarm-of-this-authority-stands
11:07 air-alert-ua stated=10:40
    🔴 10:40 Повітряна тривога в Харківська область. #Харківська_область
  = alarm raised: Kharkiv Oblast, by air-alert-ua, since 08:40:00Z, received late
  = alarm cleared: Kharkiv Oblast, by air-alert-ua
  = withheld: alarm, Kharkiv Oblast: its-end-is-known
11:08 yesterday
    🔴 Повітряна тривога в Одеська область. #Одеська_область
  = withheld: alarm, Odesa Oblast: history-source
# A missile that was told hours after it flew warns nobody.
15:00 air-force stated=11:10
    Балістика на Дніпро!
  = withheld: ballistic, Dnipro: too-late
