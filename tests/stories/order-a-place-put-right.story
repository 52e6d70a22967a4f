story: The wrong Ivanivka: an operator corrects a threat's place, and with a second person what was warned of is taken back
day: 2025-02-11
zone: Europe/Kyiv
show: alerts alarms threats
source watcher monitoring-channel C

21:00 watcher id=w1
    БпЛА біля Броварів
  = threat opened: drone, over Brovary (C3, 1 origin)
  = warning raised: Brovary Raion, yellow, drone (unofficial, unconfirmed)
# The caller says that it is Boryspil. A warning would be taken back: two persons (R1).
21:02 order Olena correct threat:watcher:w1#1 from=UA32060050010081797 to=UA32040010010093209: phoned in by the raion of Boryspil
  = withheld: order-correct, Brovary: needs-a-second-person
21:03 order Petro approve order:2: heard the same
  = threat revised: drone, over Boryspil (C3, 1 origin)
  = warning revoked: Brovary Raion (mistake)
  = warning raised: Boryspil Raion, yellow, drone (unofficial, unconfirmed)
# The area is not there any more, so the order changes nothing.
21:05 order Olena correct threat:watcher:w1#1 from=UA32060050010081797 to=UA80000000000093317: and again
  = problem: the order changes nothing
