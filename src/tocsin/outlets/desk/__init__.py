"""The duty desk behind its doors: accounts, sessions, acts, and what the screen shows (docs/desk.md).

Nothing of it answers a stranger, and nothing of it changes a public byte.
"""
