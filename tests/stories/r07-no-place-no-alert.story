story: What names no area that we know is never widened (R7)
day: 2025-02-11
zone: Europe/Kyiv

22:00 air-force
    Загроза застосування балістичного озброєння з Брянської області.
  = withheld: ballistic, Ukraine: no-area-stated
22:05 air-alert-ua
    🔴 22:05 Повітряна тривога в Тридев'ята область.
  = withheld: alarm, Ukraine: area-unknown
