story: A channel that was taken over is shut out by one order; what rested on it is taken back (R19)
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C home=UA63000000000041885

17:00 watcher
    Шахед на Харків
  = warning raised: Kharkiv Raion, yellow, shahed-136 (unofficial, unconfirmed)
17:03 order Olena quarantine watcher: its owner telephoned, the channel is in other hands
  = warning revoked: Kharkiv Raion (mistake)
17:05 watcher
    Балістика на Харків!!!
  = withheld: ballistic, Kharkiv: source-quarantined
