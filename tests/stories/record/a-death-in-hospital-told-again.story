story: A death in hospital counts once, however many tell it: a repost, a paper, another service, the same mayor with a total (R28)
day: 2025-01-14
zone: Europe/Kyiv
show: ledgers
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317

08:00 rescuers
    У Києві одна людина загинула, девʼять поранені.
  = ledger opened: killed 1 in UA80000000000093317, says rescuers, standing
  = ledger opened: injured 9 in UA80000000000093317, says rescuers, standing
10:00 mayor
    У лікарні помер один із поранених у Києві.
  = ledger closed: killed 1 in UA80000000000093317, says rescuers, superseded (grown)
  = ledger closed: injured 9 in UA80000000000093317, says rescuers, superseded (died in hospital: moved to killed)
  = ledger opened: killed 2 in UA80000000000093317, says mayor, standing (1 before, 1 died in hospital)
  = ledger opened: injured 8 in UA80000000000093317, says mayor, standing (died in hospital: moved to killed)
10:01 watcher forwarded=mayor
    У лікарні помер один із поранених у Києві.
  = ledger revised: killed 2 in UA80000000000093317, says mayor, standing (1 before, 1 died in hospital)
10:20 paper
    У лікарні помер один із поранених у Києві.
  = ledger opened: killed 2 in UA80000000000093317, says paper, standing (the death in hospital had been told: counted once)
10:30 rescuers
    У лікарні помер один із поранених у Києві.
  = ledger opened: killed 2 in UA80000000000093317, says rescuers, standing (the death in hospital had been told: counted once)
10:40 mayor
    У лікарні помер один із поранених у Києві. Кількість загиблих — 2.
  = ledger closed: killed 2 in UA80000000000093317, says mayor, superseded (renewed)
  = ledger opened: killed 2 in UA80000000000093317, says mayor, standing (the death in hospital had been told: counted once)
12:00 mayor
    У Києві в лікарні помер ще один поранений.
  = ledger closed: injured 8 in UA80000000000093317, says mayor, superseded (died in hospital: moved to killed)
  = ledger closed: killed 2 in UA80000000000093317, says paper, superseded (grown)
  = ledger closed: killed 2 in UA80000000000093317, says rescuers, superseded (grown)
  = ledger closed: killed 2 in UA80000000000093317, says mayor, superseded (grown)
  = ledger opened: killed 3 in UA80000000000093317, says mayor, standing (2 before, 1 died in hospital)
  = ledger opened: injured 7 in UA80000000000093317, says mayor, standing (died in hospital: moved to killed)
12:05 watcher forwarded=mayor
    У Києві в лікарні помер ще один поранений.
  = ledger revised: killed 3 in UA80000000000093317, says mayor, standing (2 before, 1 died in hospital)
12:10 rescuers
    У Києві в лікарні помер ще один поранений.
  = ledger opened: killed 3 in UA80000000000093317, says rescuers, standing (the death in hospital had been told: counted once)
