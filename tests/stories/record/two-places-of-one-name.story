story: Two districts that bear one name: the one that its source is at home with
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317
source kharkiv-head authority B home=UA63000000000041885

08:00 mayor
    У Шевченківському районі впали уламки.
  = incident opened: debris in Shevchenkivskyi District, confirmed
08:05 kharkiv-head
    У Шевченківському районі Харкова влучання у будинок.
  = incident opened: impact (residential) in Shevchenkivskyi District, confirmed
