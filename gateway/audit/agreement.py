"""The PMS's own total against ours: what a difference may be, as far as figures can tell. Pure.

Figures prove nothing; a difference that is exactly one charge in doubt is very likely that charge. So what is found here is a
name with its reason, and the folio is the judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final, NamedTuple

from gateway.audit.snapshot import Snapshot
from gateway.audit.sums import Coin
from rating.money import format_amount

#: Charges among which a pair is looked for; beyond, chance would find one for any difference.
MOST_PAIRED: Final = 30


class Total(NamedTuple):
    """What the PMS says it has booked in a day."""

    minor: int
    coin: Coin
    words: str = ""


class _Charge(NamedTuple):
    number: int
    room: str
    amount: int
    what: str


def explained(rest: int, coin: Coin, snapshot: Snapshot, group: str) -> str:
    """What the PMS's total may have more (`rest` > 0) or less than ours; empty where no figure fits."""
    charges = list(_more(snapshot, coin, group) if rest > 0 else _less(snapshot, coin, group))
    sought = abs(rest)
    verb = "has more" if rest > 0 else "has less"
    for what in sorted({one.what for one in charges}):
        alike = [one for one in charges if one.what == what]
        if len(alike) > 1 and sum(one.amount for one in alike) == sought:
            return f"the PMS {verb} by exactly the {len(alike)} charges that are {what}"
    for size in (1, 2):
        within = charges if size == 1 else charges[:MOST_PAIRED]
        fits = [some for some in combinations(within, size) if sum(one.amount for one in some) == sought]
        if fits and (size == 1 or len(fits) == 1):
            told = " and ".join(f"charge {one.number} of room {one.room} ({one.what})" for one in fits[0])
            others = f", or one of {len(fits) - 1} others of that amount" if len(fits) > 1 else ""
            return f"the PMS {verb} by exactly {told}{others}"
    return ""


def _more(snapshot: Snapshot, coin: Coin, group: str) -> Iterator[_Charge]:
    """What may stand on folios beyond what we count."""
    for number, room, state, of, amount, currency, decimals in snapshot.maybe:
        if Coin(currency, decimals) == coin and (not group or of == group) and amount:
            yield _Charge(number, room or "-", amount, state.replace("_", " "))
    if not group:
        for row in snapshot.open:
            if row[2] in ("refused", "held") and row[6] and Coin(row[7], row[8]) == coin:
                yield _Charge(row[0], row[5] or "-", row[6], f"{row[2]} here, and perhaps booked by hand")


def _less(snapshot: Snapshot, coin: Coin, group: str) -> Iterator[_Charge]:
    """What we count and may not stand on folios."""
    for factor, way, number, room, _state, of, amount, currency, decimals in snapshot.odd_yes:
        counted = way in ("found", "found here", "twice", "not posted", "earlier charge")
        if counted and Coin(currency, decimals) == coin and (not group or of == group) and amount:
            yield _Charge(number, room or "-", amount * max(1, factor), way)


def amount_words(minor: int, coin: Coin) -> str:
    """An amount with its currency."""
    return f"{format_amount(minor, coin.decimals)} {coin.currency}".strip()
