story: Explosions that turn out to be a mistake take the warning back
day: 2025-02-11
zone: Europe/Kyiv
source reporter correspondent B home=UA80000000000093317
source watcher monitoring-channel C home=UA63000000000041885

10:00 reporter id=x
    У Києві лунають вибухи.
  = warning raised: Kyiv, yellow, explosion (unofficial, unconfirmed)
10:02 reporter deletes x
  = warning revoked: Kyiv (mistake)
10:05 watcher
    Вибухи в Харкові
  = warning raised: Kharkiv Raion, yellow, explosion (unofficial, unconfirmed)
10:06 order Olena quarantine watcher: its owner telephoned, the channel is in other hands
  = warning revoked: Kharkiv Raion (mistake)
