story: A winter morning in Kyiv: alarm, take-off, ballistics, all-clear
day: 2024-12-20
zone: Europe/Kyiv
source north monitoring-channel C home=UA80000000000093317
source reporter correspondent B home=UA80000000000093317

06:35:03 kyiv-digital
    🔴 Увага, повітряна тривога в м. Київ! Негайно в укриття.
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
06:36:17 air-alert-ua
    🔴 06:36 Повітряна тривога в Київська область. #Київська_область
  = alarm raised: Kyiv Oblast, by air-alert-ua
  = official alert raised: Kyiv Oblast, level not stated, alarm (unconfirmed)
06:39:20 air-force
    Зліт МіГ-31К! Ракетна небезпека по всій Україні!
  = warning raised: 25 areas, red, mig-31k
  = official alert revised: Kyiv Oblast, red, mig-31k
  = official alert revised: Kyiv, red, mig-31k
06:41:02 north
    МіГ-31К злетів
06:52:40 air-force
    Увага! Загроза балістики з Брянської області.
  = official alert revised: Kyiv Oblast, red, ballistic
  = official alert revised: Kyiv, red, ballistic
  = warning revised: 5 areas, red, ballistic
06:55:31 north
    Пуск балістики з Брянської області на Київ!
06:56:05 air-force
    Швидкісна ціль на Київ!
  = official alert revised: Kyiv, red, ballistic
07:00:44 reporter
    Explosions in Kyiv.
07:19:25 air-force
    Ще балістика на Київ!
07:21:58 north
    По баллистике пока чисто, МиГ-31К ещё в воздухе
07:46:40 air-force
    Відбій загрози МіГ-31К по всій Україні.
  = warning cleared: 25 areas (did-not-come)
07:47:26 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
  = alarm cleared: Kyiv, by kyiv-digital
  = official alert cleared: Kyiv (over)
07:48:35 air-alert-ua
    🟢 07:48 Відбій тривоги в Київська область. #Київська_область
  = alarm cleared: Kyiv Oblast, by air-alert-ua
  = official alert cleared: Kyiv Oblast (over)
09:00 wait
