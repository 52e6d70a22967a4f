story: Debris that is told after its denial, but had been said before it, is withdrawn as if it had come in time
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

09:41 mayor
    Інформація про падіння уламків у Дарницькому районі не підтвердилась.
  = ledger opened: debris None in UA80000000000210193, says mayor, denied (denied; nothing of the kind had been reported there)
09:43 watcher stated=07:44
    Уламки впали у Дарницькому районі
  = incident opened: debris in Darnytskyi District, withdrawn (debris denied by mayor)
  = ledger closed: debris None in UA80000000000210193, says mayor, retracted (what it denies had been reported: see the incident)
