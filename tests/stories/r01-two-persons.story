story: One person raises one raion; more than that, and every end, needs two (R1)
day: 2025-02-11
zone: Europe/Kyiv

# Brovary raion: one person is enough.
09:00 order Olena raise UA32060000000012455 level=red: the siren's line is down, phoned in by the raion
  = alarm raised: Brovary Raion, by operators
  = official alert raised: Brovary Raion, red, alarm (unconfirmed)
# All of Odesa oblast: it waits for a second person, and the same person is no second.
09:05 order Olena raise UA51000000000030770 level=red: phoned in by the oblast
  = withheld: order-raise, Odesa Oblast: needs-a-second-person
09:06 order Olena approve order:2: it is urgent
  = problem: the same person can't approve
09:07 order Petro approve order:2: checked by telephone
  = alarm raised: Odesa Oblast, by operators
  = official alert raised: Odesa Oblast, red, alarm (unconfirmed)
# Whoever raised revokes alone and at once.
09:10 order Olena revoke UA32060000000012455: the wrong raion
  = alarm cleared: Brovary Raion, by operators
  = official alert revoked: Brovary Raion (mistake)
# Every manual end needs a second person.
09:20 order Petro clear UA51000000000030770: the oblast says it is over
  = withheld: order-clear, Odesa Oblast: needs-a-second-person
09:21 order Olena approve order:6: heard the same
  = alarm cleared: Odesa Oblast, by operators
  = official alert cleared: Odesa Oblast (over)
