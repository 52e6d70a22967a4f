story: One drone told twice is merged, a group that parted is split, and a person ends what nobody else does
day: 2025-02-11
zone: Europe/Kyiv
show: alerts threats
source watcher monitoring-channel C
source other monitoring-channel C

22:00 watcher id=w1
    2 шахеди біля Броварів
  = threat opened: 2 × shahed-136, over Brovary (C3, 1 origin)
  = warning raised: Brovary Raion, yellow, shahed-136 (unofficial, unconfirmed)
22:01 other id=o1
    1 БпЛА біля Борисполя
  = threat opened: 1 × drone, over Boryspil (C3, 1 origin)
  = warning raised: Boryspil Raion, yellow, drone (unofficial, unconfirmed)
# It is the same group: one threat, and no warning ends by that.
22:05 order Olena merge threat:other:o1#1 into=threat:watcher:w1#1: the air observers see one group
  = threat revised: 2 × shahed-136, over Brovary, Boryspil (C2, 2 origins)
  = threat closed: 1 × drone, over Boryspil (C3, 1 origin), over: order:merged-into:threat:watcher:w1#1
  = warning revised: Brovary Raion, yellow, shahed-136 (unofficial)
  = warning revised: Boryspil Raion, yellow, shahed-136 (unofficial)
# Now it parted: one of the two goes for Bila Tserkva. Only a raion is raised: one person.
22:10 order Olena split threat:watcher:w1#1 count=1 toward=UA32020010010081183: the group has parted
  = threat revised: 1 × shahed-136, over Brovary, Boryspil (C2, 2 origins)
  = threat opened: 1 × shahed-136, toward Bila Tserkva (C2, 2 origins)
  = warning raised: Bila Tserkva Raion, yellow, shahed-136 (unofficial)
# A threat that holds up warnings is ended by two.
22:20 order Olena end threat:order-2 how=did-not-come: turned away, says the air command's duty officer
  = withheld: order-end, Ukraine: needs-a-second-person
22:21 order Petro approve order:5: agreed
  = threat closed: 1 × shahed-136, toward Bila Tserkva (C2, 2 origins), over: order:did-not-come
  = warning cleared: Bila Tserkva Raion (did-not-come)
22:30 order Olena end threat:watcher:w1#1 how=over: nothing in the sky
  = withheld: order-end, Ukraine: needs-a-second-person
22:31 order Petro approve order:7: agreed
  = threat closed: 1 × shahed-136, over Brovary, Boryspil (C2, 2 origins), over: order:over
  = warning cleared: Brovary Raion (over)
  = warning cleared: Boryspil Raion (over)
