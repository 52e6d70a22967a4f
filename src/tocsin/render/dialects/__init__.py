"""Dialects: our official layer in the words that existing clients already understand."""
