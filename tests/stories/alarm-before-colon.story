story: An alarm is declared with the area behind a colon; the words are not the channel's name
day: 2025-03-02
zone: Europe/Kyiv
show: alerts alarms

05:00 air-alert-ua
    Повітряна тривога: Вінницька область
  = alarm raised: Vinnytsia Oblast, by air-alert-ua
  = official alert raised: Vinnytsia Oblast, level not stated, alarm (unconfirmed)
05:20 air-alert-ua
    Відбій тривоги: Вінницька область
  = alarm cleared: Vinnytsia Oblast, by air-alert-ua
  = official alert cleared: Vinnytsia Oblast (over)
