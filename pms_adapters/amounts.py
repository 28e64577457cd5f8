"""Amounts on their way to a PMS: exact, or not at all."""

from __future__ import annotations


def scaled(amount: int, decimals: int, to: int) -> int | None:
    """An amount of minor units with `decimals`, in units with `to` decimals; None where that is not exact."""
    if to >= decimals:
        return amount * int(10 ** (to - decimals))
    whole, rest = divmod(amount, int(10 ** (decimals - to)))
    return None if rest else whole
