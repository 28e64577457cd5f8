"""Telephone traffic: what trunks carried, what they could carry, how many are needed. Pure, exact, explained."""
