story: An end that leaves a part alarmed: a raion that only the oblast's alarm covered stands on, since when it did
day: 2025-02-11
zone: Europe/Kyiv

10:00 air-alert-ua
    🔴 10:00 Повітряна тривога в Сумська область
  = alarm raised: Sumy Oblast, by air-alert-ua
  = official alert raised: Sumy Oblast, level not stated, alarm (unconfirmed)
10:30 air-alert-ua
    🟡 10:30 Відбій тривоги в Сумська область.
    Зверніть увагу, тривога ще триває у:
    -Конотопський район
  = alarm cleared: Sumy Oblast, by air-alert-ua
  = alarm raised: Konotop Raion, by air-alert-ua
  = official alert cleared: Sumy Oblast (over)
  = official alert raised: Konotop Raion, level not stated, alarm (unconfirmed)
10:50 air-alert-ua
    🟢 10:50 Відбій тривоги в Конотопський район
  = alarm cleared: Konotop Raion, by air-alert-ua
  = official alert cleared: Konotop Raion (over)
