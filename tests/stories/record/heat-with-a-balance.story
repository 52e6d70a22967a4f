story: Six hundred and thirty houses without heat, three hundred of them warm again: the rest is still open
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers statements
source mayor authority B home=UA80000000000093317
source rescuers emergency-service A home=UA80000000000093317
source paper media C home=UA80000000000093317
source watcher monitoring-channel C home=UA80000000000093317
source passer public F home=UA80000000000093317

10:02 mayor
    У Києві без тепла 630 житлових будинків.
  = incident opened: outage (heating-main) in Kyiv, confirmed
  = ledger opened: without-heating residential-buildings 630 in UA80000000000093317, says mayor, standing
13:10 mayor
    Тепло повернули у 300 з 630 будинків.
  = incident revised: outage (heating-main) in Kyiv, responding
  = ledger opened: heating-restored residential-buildings 300 in UA80000000000093317, says mayor, standing
20:00 mayor
    Теплопостачання у Києві повністю відновлено.
  = incident closed: outage (heating-main) in Kyiv, closed
  = ledger closed: without-heating residential-buildings 630 in UA80000000000093317, says mayor, superseded (restored)
  = ledger opened: without-heating residential-buildings 0 in UA80000000000093317, says mayor, standing (restored)
