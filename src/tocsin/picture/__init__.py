"""Claims in, the believed picture out."""
