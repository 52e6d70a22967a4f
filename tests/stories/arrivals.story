story: The same report twice, an edit, a deletion, one that comes in late and out of order
day: 2025-03-02
zone: Europe/Kyiv
show: alerts alarms threats

05:00 air-force id=a
    Ударні БпЛА на Сумщині, курс на Полтавщину.
  = threat opened: drone, over Sumy Oblast toward Poltava Oblast (A2, 1 origin)
  = warning raised: Sumy Oblast, yellow, drone
  = warning raised: Poltava Oblast, yellow, drone
# Twice is once.
05:00:20 air-force id=a
    Ударні БпЛА на Сумщині, курс на Полтавщину.
# The same id with other words, and without saying that it replaces: kept out.
05:00:40 air-force id=a
    Ударні БпЛА на Одещині.
  = problem: the same id came with another text and doesn't say that it replaces it
# An edit takes the first words back and says others.
05:02 air-force id=b replaces=a
    Ударні БпЛА на Чернігівщині, курс на Київщину.
  = threat closed: drone, over Sumy Oblast toward Poltava Oblast (A2, 1 origin), over: taken-back
  = threat opened: drone, over Chernihiv Oblast toward Kyiv Oblast (A2, 1 origin)
  = warning revoked: Sumy Oblast (mistake)
  = warning revoked: Poltava Oblast (mistake)
  = warning raised: Chernihiv Oblast, yellow, drone
  = warning raised: Kyiv Oblast, yellow, drone
05:10 air-force deletes b
  = threat closed: drone, over Chernihiv Oblast toward Kyiv Oblast (A2, 1 origin), over: taken-back
  = warning revoked: Chernihiv Oblast (mistake)
  = warning revoked: Kyiv Oblast (mistake)
# Stated at 05:20, overtaken by what was stated at 05:25.
05:26 air-force stated=05:25 id=d
    Ударні БпЛА на Вінниччині.
  = threat opened: drone, over Vinnytsia Oblast (A2, 1 origin)
  = warning raised: Vinnytsia Oblast, yellow, drone
05:27 air-force stated=05:20 id=c
    Ударні БпЛА на Хмельниччині.
  = threat opened: drone, over Khmelnytskyi Oblast (A2, 1 origin)
  = warning raised: Khmelnytskyi Oblast, yellow, drone
# A deleted alarm is no all-clear.
05:30 air-alert-ua id=e
    🔴 05:30 Повітряна тривога в Вінницька область. #Вінницька_область
  = alarm raised: Vinnytsia Oblast, by air-alert-ua
  = official alert raised: Vinnytsia Oblast, level not stated, alarm (unconfirmed)
  = official alert revised: Vinnytsia Oblast, yellow, drone
05:31 air-alert-ua deletes e
  = official alert revised: Vinnytsia Oblast, yellow, drone (unconfirmed)
05:50 air-alert-ua
    🟢 05:50 Відбій тривоги в Вінницька область. #Вінницька_область
  = alarm cleared: Vinnytsia Oblast, by air-alert-ua
  = official alert cleared: Vinnytsia Oblast (over)
  = warning cleared: Vinnytsia Oblast (over)
