story: A confirmed all-clear ends what we inferred before it, and nothing that was said after it (R32)
day: 2025-02-12
zone: Europe/Kyiv
source mirror media B

21:00 kyiv-digital
    🔴 Повітряна тривога в м. Київ!
  = alarm raised: Kyiv, by kyiv-digital
  = official alert raised: Kyiv, level not stated, alarm (unconfirmed)
21:05 air-force
    Крилаті ракети курсом на Київ!
  = official alert revised: Kyiv, red, cruise
21:09 kyiv-digital
    🟢 Відбій повітряної тривоги в м. Київ.
  = alarm cleared: Kyiv, by kyiv-digital
  = official alert cleared: Kyiv (over), CONTRADICTED
  = warning raised: Kyiv, red, cruise
# The end of another danger is no second voice, and a copy of the all-clear is not enough for silence.
21:10 kmva
    Відбій хімічної небезпеки у Києві.
  = withheld: alarm-over, Kyiv: source-declares-no-alarm-here
21:11 mirror
    Відбій повітряної тривоги у Києві.
  = withheld: alarm-over, Kyiv: source-declares-no-alarm-here
  = official alert cleared: Kyiv (over)
22:00 air-alert-ua
    Повітряна тривога в Полтавській області
  = alarm raised: Poltava Oblast, by air-alert-ua
  = official alert raised: Poltava Oblast, level not stated, alarm (unconfirmed)
22:02 air-force
    Балістика на Полтаву!
  = official alert revised: Poltava Oblast, red, ballistic
22:04 air-alert-ua
    Відбій тривоги в Полтавській області
  = alarm cleared: Poltava Oblast, by air-alert-ua
  = official alert cleared: Poltava Oblast (over), CONTRADICTED
  = warning raised: Poltava Oblast, red, ballistic
22:06 air-force
    Ще балістика на Полтаву!
  = warning lapsed: Kyiv (not renewed)
22:08 governor-poltava
    Відбій повітряної тривоги у Полтавській області
  = withheld: alarm-over, Poltava Oblast: source-declares-no-alarm-here
  = official alert cleared: Poltava Oblast (over)
