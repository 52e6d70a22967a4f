story: One sentence ends an alarm here and goes on with one there; what stands there is not ended
day: 2025-02-11
zone: Europe/Kyiv

10:00 air-alert-ua
    Повітряна тривога: Чугуївський район
  = alarm raised: Chuhuiv Raion, by air-alert-ua
  = official alert raised: Chuhuiv Raion, level not stated, alarm (unconfirmed)
10:10 air-alert-ua
    Відбій у Харкові, але Чугуївський район — тривога!
  = withheld: alarm-over, Kharkiv: no-alarm-of-this-authority-stands
10:20 air-force
    Балістика на Суми!
  = warning raised: Sumy Oblast, red, ballistic
10:21 air-force
    Харків чисто, балістика на Суми!
10:25 air-force
    Балістика на Суми — помилкове повідомлення
  = warning revoked: Sumy Oblast (mistake)
