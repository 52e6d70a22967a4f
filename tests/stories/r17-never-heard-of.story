story: A hazard of a kind that nobody knows is alerted without a level, never dropped (R17)
day: 2025-02-11
zone: Europe/Kyiv

16:00 air-force
    Увага! Невідома ціль на Полтавщині.
  = warning raised: Poltava Oblast, level not stated, unknown
16:31 wait
  = warning lapsed: Poltava Oblast (not renewed)
