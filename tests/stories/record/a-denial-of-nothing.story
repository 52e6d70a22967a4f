story: A denial of what nobody had reported is kept, and invents no incident
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 mayor
    Інформація про падіння уламків у Дарницькому районі не підтвердилась.
  = ledger opened: debris None in UA80000000000210193, says mayor, denied (denied; nothing of the kind had been reported there)
