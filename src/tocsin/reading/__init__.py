"""One report in, claims out: pure, never fails, never invents."""
