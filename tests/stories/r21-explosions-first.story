story: Explosions where nothing stands are a possible attack at once; the alarm comes after them (R21)
day: 2025-01-14
zone: Europe/Kyiv
source reporter correspondent B home=UA80000000000093317

09:40 reporter
    Several explosions are heard in Kyiv right now.
  = warning raised: Kyiv, yellow, explosion (unofficial, unconfirmed)
09:41 mayor-kyiv
    У Києві лунають вибухи.
  = warning revised: Kyiv, red, explosion
09:55 kyiv-digital
    🔴 Повітряна тривога в м. Київ!
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
  = official alert revised: Kyiv, red, explosion
09:58 reporter
    More explosions in Kyiv.
10:40 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
  = warning lapsed: Kyiv (not renewed)
  = alarm cleared: Kyiv, by kyiv-digital
  = official alert cleared: Kyiv (over)
