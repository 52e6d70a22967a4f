story: An oblast is what its raions are (R16)
day: 2025-12-16
zone: Europe/Kyiv
show: alerts alarms

06:00 air-alert-ua
    🔴 06:00 Повітряна тривога в Броварський район. #Броварський_район
  = alarm raised: Brovary Raion, by air-alert-ua
  = official alert raised: Brovary Raion, level not stated, alarm (unconfirmed)
06:10 air-alert-ua
    🔴 06:10 Повітряна тривога в Бориспільський район. #Бориспільський_район
  = alarm raised: Boryspil Raion, by air-alert-ua
  = official alert raised: Boryspil Raion, level not stated, alarm (unconfirmed)
06:40 air-alert-ua
    🟢 06:40 Відбій тривоги в Броварський район. #Броварський_район
  = alarm cleared: Brovary Raion, by air-alert-ua
  = official alert cleared: Brovary Raion (over)
06:45 air-alert-ua
    🔴 06:45 Повітряна тривога в Київська область. #Київська_область
  = alarm raised: Kyiv Oblast, by air-alert-ua
  = official alert raised: Kyiv Oblast, level not stated, alarm (unconfirmed)
# The oblast's end leaves the raion that was declared apart.
06:50 air-alert-ua
    🟡 06:50 Відбій тривоги в Київська область.
    Зверніть увагу, тривога ще триває у:
    -Бориспільський район
  = alarm cleared: Kyiv Oblast, by air-alert-ua
  = official alert cleared: Kyiv Oblast (over)
06:55 air-alert-ua
    🟢 06:55 Відбій тривоги в Бориспільський район. #Бориспільський_район
  = alarm cleared: Boryspil Raion, by air-alert-ua
  = official alert cleared: Boryspil Raion (over)
