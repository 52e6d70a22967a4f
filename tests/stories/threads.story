story: One hazard in many words is one threat, two at once stay two
day: 2025-03-02
zone: Europe/Kyiv
show: threats
source north monitoring-channel C home=UA74000000000025378
source south monitoring-channel C home=UA51000000000030770

02:00 north
    Шахед на Ніжин
  = threat opened: shahed-136, toward Nizhyn (C3, 1 origin)
02:01 north
    Ще один, той самий курс
  = threat opened: 1 × shahed-136, toward Nizhyn (C3, 1 origin)
02:03 south
    Шахед на Одесу
  = threat opened: shahed-136, toward Odesa (C3, 1 origin)
02:05 air-force
    БпЛА на Одещині, курс на Одесу.
  = threat revised: shahed-136, over Odesa Oblast toward Odesa (A1, 2 origins)
02:06 north
    Мінус
  = threat closed: 1 × shahed-136, toward Nizhyn (C3, 1 origin), over: said-to-be-over
02:20 south
    По Одесі чисто
  = threat revised: shahed-136, over Odesa Oblast toward Odesa (A2, 1 origin)
02:25 air-force
    Відбій загрози БпЛА для Одещини.
  = threat closed: shahed-136, over Odesa Oblast toward Odesa (A2, 1 origin), over: said-to-be-over
