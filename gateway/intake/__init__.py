"""Bytes from the exchanges, made into committed records and calls."""
