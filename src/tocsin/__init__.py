"""Tocsin: an air-raid warning and strike-incident server."""
