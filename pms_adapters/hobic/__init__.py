"""Charges to a PMS that reads a printed line for each call (HOBIC, Holidex): over TCP either way round, or serial."""
