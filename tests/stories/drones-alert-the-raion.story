story: A channel's heading is no second place: a drone near a town warns its raion, not the oblast in the heading
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C

19:00 watcher
    Полтавщина: 1 БпЛА біля Горішніх Плавнів
  = warning raised: Kremenchuk Raion, yellow, drone (unofficial, unconfirmed)
19:05 watcher
    Сумщина: БпЛА на Конотоп
  = warning raised: Konotop Raion, yellow, drone (unofficial, unconfirmed)
