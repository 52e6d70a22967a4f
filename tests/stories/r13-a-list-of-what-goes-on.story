story: A list of what goes on declares nothing: what it names may have ended a second ago; after a long silence it tells what we missed
day: 2025-02-11
zone: Europe/Kyiv

10:00 air-alert-ua
    🔴 10:00 Повітряна тривога в Сумська область
  = alarm raised: Sumy Oblast, by air-alert-ua
  = official alert raised: Sumy Oblast, level not stated, alarm (unconfirmed)
10:00 air-alert-ua
    🔴 10:00 Повітряна тривога в Конотопський район
  = alarm raised: Konotop Raion, by air-alert-ua
  = official alert raised: Konotop Raion, level not stated, alarm (unconfirmed)
10:30:00 air-alert-ua
    🟢 10:30 Відбій тривоги в Конотопський район
  = alarm cleared: Konotop Raion, by air-alert-ua
  = official alert cleared: Konotop Raion (over)
# Composed before the end above, and sent after it.
10:30:02 air-alert-ua
    🟡 10:30 Відбій тривоги в Сумська область.
    Зверніть увагу, тривога ще триває у:
    -Конотопський район
  = alarm cleared: Sumy Oblast, by air-alert-ua
  = official alert cleared: Sumy Oblast (over)
  = withheld: alarm, Konotop Raion: only-listed
# Three hours without a word: the raise of Shostka was missed, and its alarm sounds now.
13:45 air-alert-ua
    🟡 13:45 Відбій тривоги в Роменський район.
    Зверніть увагу, тривога ще триває у:
    -Шосткинський район
  = alarm raised: Shostka Raion, by air-alert-ua
  = official alert raised: Shostka Raion, level not stated, alarm (unconfirmed)
  = withheld: alarm-over, Romny Raion: no-alarm-of-this-authority-stands
