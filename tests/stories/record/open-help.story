story: Heating points and hot lines are entries of their district, until who opened them closes them
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

12:00 mayor
    У Голосіївському районі працюють пункти обігріву: школа № 3 та ліцей на вулиці Зеленій. Гаряча лінія 0 800 000.
  = ledger opened: heating-points None in UA80000000000126643, says mayor, standing
  = ledger opened: hot-lines None in UA80000000000093317, says mayor, standing
19:00 mayor
    Пункти обігріву в Голосіївському районі зачинено.
  = ledger closed: heating-points None in UA80000000000126643, says mayor, retracted (withdrawn by its source)
  = ledger opened: heating-points None in UA80000000000126643, says mayor, denied
