"""What a line of a bill and a call of ours have in common, so that both can be sorted and laid side by side.

Plain tuples, because a bill may have a million lines: they go to the disk and come back in sorted order. Money is
millionths of a currency unit, the finest that carriers write; instants are whole seconds since 1970 UTC.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

#: The number to compare by, when it began, its seconds, its amount (None where it is not known), the number of the line
#: or call, and what is shown beside it.
Item: TypeAlias = tuple[str, int, int, int | None, int, str]

KEY: Final = 0
AT: Final = 1
SECONDS: Final = 2
AMOUNT: Final = 3
NUMBER: Final = 4
NOTE: Final = 5


class BadLine(NamedTuple):
    """A line that could not be read, and why in a sentence."""

    line: int
    why: str
    text: str


class Tolerance(NamedTuple):
    """How far a line and a call may be apart and still be the same: seconds of beginning and of length, millionths of price."""

    begin: int
    length: int
    price: int
