story: A chemical or radiation alarm is its own danger: none from the air, and no second voice for a missile (R31, R37)
day: 2025-03-05
zone: Europe/Kyiv
source passer-by aggregator F

10:00 passer-by
    Ракета летить на Черкаси!
10:01 air-alert-ua
    Загроза хімічної небезпеки у Черкаському районі
  = alarm raised: Cherkasy Raion (chemical), by air-alert-ua
  = official alert raised: Cherkasy Raion, chemical, level not stated, alarm (unconfirmed)
10:20 air-alert-ua
    Відбій загрози хімічної небезпеки у Черкаському районі
  = alarm cleared: Cherkasy Raion (chemical), by air-alert-ua
  = official alert cleared: Cherkasy Raion (over)
11:00 air-alert-ua
    Угроза радиационной опасности в Сумском районе
  = alarm raised: Sumy Raion (nuclear), by air-alert-ua
  = official alert raised: Sumy Raion, nuclear, level not stated, alarm (unconfirmed)
11:05 air-force
    Балістика на Суми!
  = warning raised: Sumy Oblast, red, ballistic
# The end of the one is no end of the other.
11:07 air-alert-ua
    Отбой угрозы радиационной опасности в Сумском районе
  = alarm cleared: Sumy Raion (nuclear), by air-alert-ua
  = official alert cleared: Sumy Raion (over)
