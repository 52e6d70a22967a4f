story: What a party says of effects and totals is a statement beside the record, never a figure in it (R30)
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317
source their-ministry party E

09:00 their-ministry
    Нанесён удар по Киеву, уничтожены 12 установок, цели удара достигнуты.
  = statement of their-ministry
09:10 mayor
    У Голосіївському районі пошкоджено житловий будинок, двоє поранених.
  = incident opened: damage, casualty (residential) in Holosiivskyi District, confirmed
  = ledger opened: injured 2 in UA80000000000126643, says mayor, standing
