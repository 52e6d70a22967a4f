story: An all-clear while something flies is shown as contradicted until a second voice confirms it (R32)
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA80000000000093317

21:00 kyiv-digital
    🔴 Повітряна тривога в м. Київ!
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
21:05 air-force
    Крилаті ракети курсом на Київ!
  = official alert revised: Kyiv, red, cruise
21:06 watcher
    Крилаті ракети на Київ
# Four minutes later the city's feed says it is over. Is it in the right hands?
21:09 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
  = alarm cleared: Kyiv, by kyiv-digital
  = official alert cleared: Kyiv (over), CONTRADICTED
  = warning raised: Kyiv, red, cruise
21:12 kmva
    Відбій повітряної тривоги у Києві.
  = withheld: alarm-over, Kyiv: source-declares-no-alarm-here
  = official alert cleared: Kyiv (over)
  = warning cleared: Kyiv (over)
21:30 air-force
    Відбій загрози крилатих ракет для Києва.
