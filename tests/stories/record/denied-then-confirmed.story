story: A death denied, then confirmed: the denial stays visible and no longer stands (R28)
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

09:20 mayor
    Інформація про загиблих у Києві не підтверджується.
  = ledger opened: killed None in UA80000000000093317, says mayor, denied
10:02 mayor
    На жаль, у Києві одна людина загинула.
  = ledger closed: killed None in UA80000000000093317, says mayor, superseded (confirmed by mayor)
  = ledger opened: killed 1 in UA80000000000093317, says mayor, standing
