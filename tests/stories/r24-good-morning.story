# A word that is not about alarms tells nobody that no alarm stands (R24).
story: Good morning is no all-clear
day: 2025-03-02
zone: Europe/Kyiv
show: alerts coverage

07:00 kyiv-digital
    Доброго ранку, кияни!
07:10 kyiv-digital
    Відбій повітряної тривоги в м. Київ.
  = coverage of UA80000000000093317: CLEAR
  = withheld: alarm-over, Kyiv: no-alarm-of-this-authority-stands
