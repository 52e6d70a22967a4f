story: Last night's totals and this night's stand side by side
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317
source air-force military A

09:00 air-force
    У ніч на 14 січня противник атакував 81 ударним БпЛА. Збито 61.
  = ledger opened: shot-down drone 61 in UA, says air-force, standing
  = ledger opened: launched drone 81 in UA, says air-force, standing
day: 2025-01-15
08:30 air-force
    У ніч на 15 січня противник атакував 55 ударними БпЛА. Збито 40.
  = ledger opened: shot-down drone 40 in UA, says air-force, standing
  = ledger opened: launched drone 55 in UA, says air-force, standing
09:10 air-force
    Уточнено: за ніч збито 42 ударні БпЛА.
  = ledger closed: shot-down drone 40 in UA, says air-force, superseded (grown)
  = ledger opened: shot-down drone 42 in UA, says air-force, standing
