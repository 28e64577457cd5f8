"""Simulated hotel days: the real gateway on a simulated clock, network and disk, and the promise checked after each."""
