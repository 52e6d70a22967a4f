story: Hurt is not injured, those in hospital are among them, and a count may fall after an examination
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 mayor
    У Києві 13 постраждалих, пʼятеро госпіталізовані.
  = ledger opened: hospitalised 5 in UA80000000000093317, says mayor, standing
  = ledger opened: affected 13 in UA80000000000093317, says mayor, standing
09:00 rescuers
    У Києві 9 поранених.
  = ledger opened: injured 9 in UA80000000000093317, says rescuers, standing
12:00 mayor
    Уточнено: постраждалих у Києві 11, двох осіб врахували двічі.
  = ledger closed: affected 13 in UA80000000000093317, says mayor, superseded (revised down)
  = ledger opened: affected 11 in UA80000000000093317, says mayor, standing
