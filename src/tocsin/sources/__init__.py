"""One file for each kind of source: fetch (I/O) and parse (pure)."""
