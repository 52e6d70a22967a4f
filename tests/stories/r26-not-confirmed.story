story: Who raised it says that it was not confirmed: taken back, though no place was ever named (R26)
day: 2025-05-28
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA80000000000093317

14:01 air-force
    Зліт МіГ-31К!
  = warning raised: 27 areas, red, mig-31k
14:03 watcher
    Зліт МіГ-31К не підтвердився
14:06 air-force
    Інформація про зліт МіГ-31К не підтвердилась.
  = warning revoked: 27 areas (mistake)
# That nothing was shot down yet is no word against the missile.
15:00 air-force
    Ракета на Суми!
  = warning raised: Sumy Oblast, red, missile
15:02 air-force
    Ракету на Сумщині не збито
