story: A national alarm for a take-off that was not: relayed, taken back, raised again when it is true (R15)
day: 2025-05-27
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA80000000000093317

# A channel alone may not warn a whole country.
14:00 watcher
    МіГ-31К у повітрі!
  = withheld: mig-31k, Ukraine: channels-may-not-warn-here
14:01 air-force
    Зліт МіГ-31К! Ракетна небезпека по всій території України.
  = warning raised: 27 areas, red, mig-31k
14:06 air-force
    Інформація про зліт МіГ-31К не підтвердилась.
  = warning revoked: 27 areas (mistake)
14:15 air-force
    Зліт МіГ-31К. Ракетна небезпека по всій території України!
  = warning raised: 27 areas, red, mig-31k
14:50 air-force
    Відбій загрози МіГ-31К по всій території України.
  = warning cleared: 27 areas (did-not-come)
