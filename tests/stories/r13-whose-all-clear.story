story: An all-clear ends only what the same authority declared, of the same kind (R13)
day: 2025-02-11
zone: Europe/Kyiv

12:00 kyiv-digital
    🔴 Повітряна тривога в м. Київ! Прямуйте в укриття.
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
12:00:30 air-alert-ua
    🔴 12:00 Повітряна тривога в м. Київ. #м_Київ
  = alarm raised: Kyiv, by air-alert-ua
  = official alert revised: Kyiv, level not stated, alarm
12:20 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
  = alarm cleared: Kyiv, by kyiv-digital
12:21 air-alert-ua
    🟢 12:21 Відбій тривоги в м. Київ. #м_Київ
  = alarm cleared: Kyiv, by air-alert-ua
  = official alert cleared: Kyiv (over)
12:30 air-alert-ua
    🔴 12:30 Загроза артобстрілу в Херсонська область. #Херсонська_область
  = alarm raised: Kherson Oblast (artillery), by air-alert-ua
  = official alert raised: Kherson Oblast, artillery, level not stated, alarm (unconfirmed)
12:31 air-alert-ua
    🔴 12:31 Повітряна тривога в Херсонська область. #Херсонська_область
  = alarm raised: Kherson Oblast, by air-alert-ua
  = official alert raised: Kherson Oblast, level not stated, alarm (unconfirmed)
12:50 air-alert-ua
    🟢 12:50 Відбій тривоги в Херсонська область. #Херсонська_область
  = alarm cleared: Kherson Oblast, by air-alert-ua
  = official alert cleared: Kherson Oblast (over)
# A mayor's channel may say so; the alarm of Kyiv is not his to end.
13:00 kyiv-digital
    🔴 Повітряна тривога в м. Київ!
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
13:01 mayor-kyiv
    Відбій повітряної тривоги в Києві.
  = withheld: alarm-over, Kyiv: source-declares-no-alarm-here
