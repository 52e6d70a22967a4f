story: A district that was just named stays one, though a village far away bears its name
day: 2025-01-14
zone: Europe/Kyiv
show: incidents
source city authority B home=UA80000000000093317

07:44 city
    Уламки впали у трьох районах: Подільському, Оболонському, Деснянському. У Деснянському – на даху школи.
  = incident opened: debris in Podilskyi District, confirmed
  = incident opened: debris in Obolonskyi District, confirmed
  = incident opened: debris (roof) in Desnianskyi District, confirmed
