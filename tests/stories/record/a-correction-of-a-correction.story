story: Corrected, and corrected again: the last word of the one who counts stands
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 rescuers
    У Києві загинули двоє людей.
  = ledger opened: killed 2 in UA80000000000093317, says rescuers, standing
09:00 rescuers
    Уточнення: у Києві загинула одна людина.
  = ledger closed: killed 2 in UA80000000000093317, says rescuers, superseded (revised down)
  = ledger opened: killed 1 in UA80000000000093317, says rescuers, standing
10:00 rescuers
    Уточнюємо: у Києві загинули троє людей.
  = ledger closed: killed 1 in UA80000000000093317, says rescuers, superseded (grown)
  = ledger opened: killed 3 in UA80000000000093317, says rescuers, standing
