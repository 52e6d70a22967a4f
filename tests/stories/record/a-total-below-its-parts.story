story: A city's total that is less than its districts' figures: both stand, neither is added
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 mayor
    У Голосіївському районі четверо поранених.
  = incident opened: casualty in Holosiivskyi District, confirmed
  = ledger opened: injured 4 in UA80000000000126643, says mayor, standing
08:05 mayor
    У Соломʼянському районі пʼятеро поранених.
  = incident opened: casualty in Solomianskyi District, confirmed
  = ledger opened: injured 5 in UA80000000000980793, says mayor, standing
08:30 rescuers
    У Києві 7 поранених.
  = ledger opened: injured 7 in UA80000000000093317, says rescuers, standing
