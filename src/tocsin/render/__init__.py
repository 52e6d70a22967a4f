"""Values in, bytes out."""
