"""One file for each kind of outlet."""
