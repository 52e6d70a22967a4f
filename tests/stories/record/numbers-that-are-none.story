story: Negative and absurd numbers, several and dozens: nothing lost, nothing invented
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

08:00 mayor
    У Києві -5 постраждалих.
  = ledger opened: affected 5 in UA80000000000093317, says mayor, standing
08:05 passer
    У Києві загинули 99999999999 людей!
  = ledger opened: killed 1 to None in UA80000000000093317, says passer, standing
08:10 paper
    У Києві кілька поранених.
  = ledger opened: injured 2 to None in UA80000000000093317, says paper, standing
08:20 paper
    Десятки постраждалих у столиці.
  = ledger closed: affected 5 in UA80000000000093317, says mayor, superseded (grown)
  = ledger opened: affected 20 to None in UA80000000000093317, says paper, standing
08:30 mayor
    У Києві троє постраждалих.
  = ledger opened: affected 3 in UA80000000000093317, says mayor, standing (lower than 20 by paper: both are kept)
08:40 paper
    Explosions in Kyiv injured several people, officials said.
  = ledger opened: explosions None in UA80000000000093317, says paper by local-authorities, standing
  = ledger opened: injured 2 to None in UA80000000000093317, says paper by local-authorities, standing
