story: "Ten, not twelve" puts a figure right and denies nobody's hurt
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317

10:05 mayor
    Станом на 10:00 у Києві 12 поранених, серед них двоє дітей. 5 госпіталізовано.
  = ledger opened: children-injured 2 in UA80000000000093317, says mayor, standing
  = ledger opened: hospitalised 5 in UA80000000000093317, says mayor, standing
  = ledger opened: injured 12 in UA80000000000093317, says mayor, standing
10:30 watcher
    кажуть вже 30 поранених!!!
  = ledger opened: injured 30 in UA80000000000093317, says watcher, standing
11:00 rescuers
    У Дарницькому районі поранено двох рятувальників.
  = incident opened: casualty in Darnytskyi District, confirmed
  = ledger opened: responders-injured 2 in UA80000000000210193, says rescuers, standing
  = ledger opened: injured 2 in UA80000000000210193, says rescuers, standing
14:00 mayor
    Уточнюємо: поранених 10, не 12.
  = ledger closed: injured 12 in UA80000000000093317, says mayor, superseded (revised down)
  = ledger closed: injured 30 in UA80000000000093317, says watcher, superseded (revised down)
  = ledger opened: injured 10 in UA80000000000093317, says mayor, standing
