# Items of one list are as many threats, not one that the last item moves away.
story: A list is as many threats as it has items
day: 2025-03-02
zone: Europe/Kyiv
show: alerts threats

05:00 air-force
    Полтавщина: ударні дрони, курс на захід.
  = threat opened: drone, over Poltava Oblast (A2, 1 origin)
  = warning raised: Poltava Oblast, yellow, drone
05:05 air-force
    Полтавщина:
    1 шахед на Гадяч
    2 шахеди на Зіньків
    1 шахед на Лубни
  = threat revised: 1 × shahed-136, over Poltava Oblast toward Hadyach (A2, 1 origin)
  = threat opened: 2 × shahed-136, toward Zinkiv (A2, 1 origin)
  = threat opened: 1 × shahed-136, toward Lubny (A2, 1 origin)
  = warning raised: Myrhorod Raion, yellow, shahed-136
  = warning raised: Poltava Raion, yellow, shahed-136
  = warning raised: Lubny Raion, yellow, shahed-136
