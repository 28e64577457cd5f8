"""Bytes to values and back: record layouts of exchanges, FIAS, framing.

Nothing in this package opens a socket, reads a clock, starts a thread, speaks SQL or touches a file
(package data is read once through importlib.resources). Both roles of each protocol live here, so that
the simulators answer with the same code that the gateway asks with.
"""
