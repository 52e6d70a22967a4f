# A town that says that its own sky is clear says nothing of another town's (R13).
story: Quiet here is not quiet there
day: 2025-03-02
zone: Europe/Kyiv
show: alerts threats

05:00 governor-kharkiv
    Шахед на Харків, будьте в укриттях.
  = threat opened: shahed-136, toward Kharkiv (B2, 1 origin)
  = warning raised: Kharkiv Raion, yellow, shahed-136
05:05 mayor-kyiv
    Шахедів поруч наразі немає.
05:10 governor-kharkiv
    Шахедів над Харковом більше немає.
  = threat closed: shahed-136, toward Kharkiv (B2, 1 origin), over: said-to-be-over
  = warning cleared: Kharkiv Raion (over)
