story: An alarm that begins and ends between two looks is told all the same (R11)
day: 2025-02-11
zone: Europe/Kyiv

10:00:10 air-alert-ua
    🔴 10:00 Повітряна тривога в Полтавська область. #Полтавська_область
  = alarm raised: Poltava Oblast, by air-alert-ua
  = official alert raised: Poltava Oblast, level not stated, alarm (unconfirmed)
10:00:10 air-alert-ua
    🟢 10:00 Відбій тривоги в Полтавська область. #Полтавська_область
  = alarm cleared: Poltava Oblast, by air-alert-ua
  = official alert cleared: Poltava Oblast (over)
