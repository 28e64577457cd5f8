"""Reading a folio back: is this very posting on it?

A line is the posting's if it bears its mark, its amount and its code. An amount alone may be another call's. A line with the
mark and another amount or code is a contradiction that only a person can judge, and so is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pms_adapters.amounts import amount_of, written
from pms_adapters.marks import bears
from pms_adapters.posting import Found, NotFound, Posting, ReadBack, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioLine:
    """A line of a folio: every text in which a mark may stand, its amounts as the PMS counts them, its code and number."""

    texts: tuple[str, ...]
    amounts: frozenset[Decimal]
    code: str
    number: str


def look_for(posting: Posting, code: str, lines: Iterable[FolioLine], read: str) -> ReadBack:
    """What the lines tell of a posting that was sent with this code; `read` says in a sentence what was read."""
    odd: FolioLine | None = None
    for line in lines:
        if not any(bears(text, posting.token) for text in line.texts):
            continue
        if line.code == code and amount_of(posting) in line.amounts:
            return Found(line.number or next(text for text in line.texts if bears(text, posting.token)))
        odd = line
    if odd is None:
        return NotFound(read)
    shown = " or ".join(sorted(map(written, odd.amounts))) or "none"
    return Unreadable(
        f"line {odd.number} bears the mark of this charge, but with the amount {shown} and the code {odd.code!r}"
    )
