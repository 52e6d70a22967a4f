story: Debris in three districts, and on what in one of them: no fire there is no fire there alone
day: 2025-01-14
zone: Europe/Kyiv
show: incidents ledgers
source mayor authority B home=UA80000000000093317
source city authority B home=UA80000000000093317

07:36 mayor
    У Подільському районі горить автомобіль.
  = incident opened: fire (vehicle) in Podilskyi District, confirmed
07:44 city
    Уламки впали у трьох районах: Подільському, Печерському, Оболонському. В Оболонському – на даху школи та на недобудові, пожежі немає.
  = incident revised: fire, debris (vehicle) in Podilskyi District, confirmed
  = incident opened: debris in Pecherskyi District, confirmed
  = incident opened: debris (roof) in Obolonskyi District, confirmed
  = incident opened: debris (unfinished-building) in Obolonskyi District, confirmed
  = ledger opened: fire None in UA80000000000551439, says city, denied (denied; nothing of the kind had been reported there)
