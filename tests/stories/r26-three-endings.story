story: It is over; it was a mistake; it was justified and did not come (R26)
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA51000000000030770

18:00 air-force
    Загроза застосування балістичного озброєння для Харківської області.
  = warning raised: Kharkiv Oblast, red, ballistic
18:01 air-force
    Ударні БпЛА на Сумщині, курс на південь.
  = warning raised: Sumy Oblast, yellow, drone
18:02 watcher id=oops
    Шахед на Одесу
  = warning raised: Odesa Raion, yellow, shahed-136 (unofficial, unconfirmed)
18:15 watcher deletes oops
  = warning revoked: Odesa Raion (mistake)
18:20 air-force
    Відбій загрози балістики.
  = warning cleared: Kharkiv Oblast (did-not-come)
18:40 air-force
    По БпЛА на Сумщині – відбій загрози.
  = warning cleared: Sumy Oblast (over)
