story: A report that is deleted gives back what it had superseded
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 mayor
    У Києві двоє постраждалих.
  = ledger opened: affected 2 in UA80000000000093317, says mayor, standing
09:00 paper id=p1
    У столиці вже девʼятеро постраждалих.
  = ledger closed: affected 2 in UA80000000000093317, says mayor, superseded (grown)
  = ledger opened: affected 9 in UA80000000000093317, says paper, standing
09:20 paper deletes p1
  = ledger closed: affected 9 in UA80000000000093317, says paper, retracted (taken back by its source)
  = ledger revised: affected 2 in UA80000000000093317, says mayor, standing
10:00 mayor id=m2
    У Дніпровському районі уламки впали на дах будинку.
  = incident opened: debris (roof) in Dniprovskyi District, confirmed
10:05 mayor deletes m2
  = incident closed: debris (roof) in Dniprovskyi District, withdrawn (taken back by its source)
