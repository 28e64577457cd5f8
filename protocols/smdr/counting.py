"""How an exchange numbers its records or calls, where it does: what makes a lost record visible.

Three digits that wrap are common (000 to 127, 000 to 999, 00 to 99); others count on for years and begin anew after a
restart. A number that is given when the *record* is written comes in order, and one that does not come is missed at
once. A number that is given when the *call* begins comes when the call ends, so a long call is missed only after a
patience.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The numbers of one exchange: `first` follows `last`, and a restart begins at `first`.

    `patience` is in seconds: how long after its successors a number may still come without being missed.
    """

    first: int
    last: int
    patience: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no counter."""
        if not 0 <= self.first < self.last:
            raise ValueError(
                f"a counter goes from a first number up to a last one, not from {self.first} to {self.last}"
            )

    @property
    def size(self) -> int:
        """How many different numbers there are."""
        return self.last - self.first + 1
