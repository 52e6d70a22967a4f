story: Who dies in hospital moves from the injured to the killed and is counted once (R28)
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 rescuers
    У Києві одна людина загинула, дванадцять поранені, пʼятеро госпіталізовані.
  = ledger opened: killed 1 in UA80000000000093317, says rescuers, standing
  = ledger opened: hospitalised 5 in UA80000000000093317, says rescuers, standing
  = ledger opened: injured 12 in UA80000000000093317, says rescuers, standing
18:00 rescuers
    У лікарні помер один із поранених у Києві.
  = ledger closed: killed 1 in UA80000000000093317, says rescuers, superseded (grown)
  = ledger closed: hospitalised 5 in UA80000000000093317, says rescuers, superseded (died in hospital: moved to killed)
  = ledger closed: injured 12 in UA80000000000093317, says rescuers, superseded (died in hospital: moved to killed)
  = ledger opened: killed 2 in UA80000000000093317, says rescuers, standing (1 before, 1 died in hospital)
  = ledger opened: hospitalised 4 in UA80000000000093317, says rescuers, standing (died in hospital: moved to killed)
  = ledger opened: injured 11 in UA80000000000093317, says rescuers, standing (died in hospital: moved to killed)
