story: An alarm may stand for days; time makes it stale and never ends it (R14)
day: 2025-10-03
zone: Europe/Kyiv
show: alerts alarms coverage
source chernihiv-sirens alarm-service A declares=UA74000000000025378 home=UA74000000000025378

08:00 chernihiv-sirens
    🔴 Повітряна тривога в Чернігівській області!
  = alarm raised: Chernihiv Oblast, by chernihiv-sirens
  = coverage of UA74000000000025378: ACTIVE
  = official alert raised: Chernihiv Oblast, level not stated, alarm (unconfirmed)
day: 2025-10-06
08:00 wait
  = coverage of UA74000000000025378: STALE
08:30 chernihiv-sirens
    🟢 Відбій повітряної тривоги в Чернігівській області.
  = alarm cleared: Chernihiv Oblast, by chernihiv-sirens
  = coverage of UA74000000000025378: CLEAR
  = official alert cleared: Chernihiv Oblast (over)
