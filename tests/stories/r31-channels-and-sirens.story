story: Channels are no sirens: unofficial, never red, and beside an official alert they change nothing (R31)
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA80000000000093317
source other monitoring-channel C home=UA80000000000093317
source whisper public E home=UA80000000000093317

20:00 whisper
    Балістика на Київ!!!
  = withheld: ballistic, Kyiv: kind-may-not-warn
20:01 watcher
    Балістика на Київ!
  = warning raised: Kyiv, yellow, ballistic (unofficial, unconfirmed)
20:01:30 other
    Балистика на Киев!
  = warning revised: Kyiv, yellow, ballistic (unofficial)
# The Air Force's word makes it what it is, at once.
20:02 air-force
    Балістика на Київ!
  = warning revised: Kyiv, red, ballistic
20:10 kyiv-digital
    🔴 Повітряна тривога в м. Київ!
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
  = official alert revised: Kyiv, red, ballistic
20:12 watcher
    По баллистике чисто
20:15 watcher
    Шахеди на Київ
  = withheld: shahed-136, Kyiv: official-alert-stands
20:30 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
  = warning lapsed: Kyiv (not renewed)
  = alarm cleared: Kyiv, by kyiv-digital
  = official alert cleared: Kyiv (over)
