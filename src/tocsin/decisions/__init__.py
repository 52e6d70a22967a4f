"""The picture in, alerts out, by policy that is data."""
