story: Which Ivanivka a channel means: an operator says so once, and its next words of the same name go to the right place
day: 2025-02-11
zone: Europe/Kyiv
source watcher monitoring-channel C
source other monitoring-channel C

21:00 watcher id=w1
    Шахед на Іванівку
  = warning raised: Henichesk Raion, yellow, shahed-136 (unofficial, unconfirmed)
21:01 order Olena correct threat:watcher:w1#1 from=UA65040030010022975 to=UA53080110140041652: the channel is from Poltava, and says so on the telephone
  = withheld: order-correct, Ivanivka: needs-a-second-person
21:02 order Petro approve order:2: agreed
  = warning revoked: Henichesk Raion (mistake)
  = warning raised: Poltava Raion, yellow, shahed-136 (unofficial, unconfirmed)
21:05 watcher
    Ще шахед на Іванівку
21:06 other
    Шахед на Іванівку
  = warning raised: Henichesk Raion, yellow, shahed-136 (unofficial, unconfirmed)
