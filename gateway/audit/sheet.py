"""The control sheet of a business day: what came in, where it went, what the PMS says, and every difference by name. Pure.

Three sums, each an identity whatever the store holds, so that a difference is never hidden in a total:

    records  = furniture and events + repeats + unread + further legs + unfinished + of the house + not charged
               + without a price + priced + astray
    priced   = charges by state - charges of other calls + priced calls without a charge + differences call by call
    charges posted = the PMS's total as we know it, less and more what each odd charge makes

What is not a plain addition is a list of items, and each list is a `Difference` with a name: one that the sheet gives itself, or
one that a person has to give before the day can be closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.audit.agreement import Total, explained
from gateway.audit.snapshot import Snapshot
from gateway.audit.sums import Coin, Purse, Sum, less, put

#: What became of records, in the order of the sheet.
CAME: Final = (
    "other",
    "repeats",
    "unread",
    "legs",
    "unfinished",
    "house",
    "not_charged",
    "unrated",
    "rated",
    "astray",
)
#: States of charges, in the order of the sheet.
WENT: Final = ("posted", "unconfirmable", "refused", "in_doubt", "due", "sent", "held", "written_off")
_STATUSES: Final[Mapping[str, str]] = {"open": "unfinished", "allocated": "house", "not_chargeable": "not_charged"}
#: How the call of a charge stands to the day, where it is not one of its priced calls.
PLACES: Final = ("earlier", "later", "unrated", "ruled", "currency", "gone")
#: Ways in which the PMS's side and ours are not the same charges; these have a name by themselves.
NAMED_WAYS: Final = ("another day", "earlier charge", "found", "found here", "found on another day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that does not simply add up: its key, how many, what it comes to, and its name if it has one.

    `why` is the name that the sheet gives by itself; `told` the one that a person gave. Without either the day stays open.
    """

    key: str
    number: int
    amount: Purse
    why: str = ""
    told: str = ""

    @property
    def named(self) -> bool:
        """Whether it has a name."""
        return bool(self.why or self.told)


@dataclass(slots=True)
class Sheet:
    """A business day, added up."""

    snapshot: Snapshot
    came: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in CAME})
    classes: dict[str, Sum] = field(default_factory=dict)
    went: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in WENT})
    went_by_class: dict[str, dict[str, Sum]] = field(default_factory=dict)
    kinds: dict[str, Sum] = field(default_factory=dict)
    own: Sum = field(default_factory=Sum)
    places: dict[str, Sum] = field(default_factory=dict)
    bare: Sum = field(default_factory=Sum)
    unlike: Sum = field(default_factory=Sum)
    explained_unlike: Sum = field(default_factory=Sum)
    shared: Sum = field(default_factory=Sum)
    yes: Sum = field(default_factory=Sum)
    yes_by_class: dict[str, Sum] = field(default_factory=dict)
    ways: dict[str, Sum] = field(default_factory=dict)

    @property
    def received(self) -> int:
        """Records of the day."""
        return sum(row[9] for row in self.snapshot.came)

    @property
    def rated(self) -> Sum:
        """Priced calls."""
        return self.came["rated"]

    @property
    def charges(self) -> Sum:
        """All charges of the day."""
        whole = Sum()
        for one in self.went.values():
            whole.take(one)
        return whole

    @property
    def open(self) -> Sum:
        """Charges that are not settled."""
        whole = Sum()
        for state, one in self.went.items():
            if state not in ("posted", "written_off"):
                whole.take(one)
        return whole

    @property
    def expected(self) -> Sum:
        """What should stand in the PMS by all we know: what it said yes to, and what people found on folios."""
        whole = Sum()
        whole.take(self.yes)
        for way in ("found", "found here"):
            whole.take(self.ways.get(f"{way} all", Sum()))
        return whole

    @property
    def unaccounted(self) -> tuple[int, Purse, Purse]:
        """What the three identities leave over: always nothing. Records, then amounts of charges, then of the PMS's side."""
        records = self.received - sum(one.number for one in self.came.values())
        right = Sum()
        right.take(self.charges)
        for one in self.places.values():
            right.take(one, -1)
        for one in (self.bare, self.unlike):
            right.take(one)
        pms = Sum()
        pms.take(self.went["posted"])
        for way, one in self.ways.items():
            if not way.endswith(" all"):
                pms.take(one)
        return records, less(self.rated.gross, right.gross), less(self.expected.gross, pms.gross)


def sheet(snapshot: Snapshot) -> Sheet:
    """Add a snapshot up."""
    made = Sheet(snapshot)
    for row in snapshot.came:
        _came(made, row)
    for row in snapshot.charges:
        _went(made, row)
    for row in snapshot.odd_calls:
        _odd_call(made, row)
    for row in snapshot.yes:
        made.yes.add(row[3], Coin(row[1], row[2]), row[4])
        made.yes_by_class.setdefault(row[0] or "", Sum()).add(row[3], Coin(row[1], row[2]), row[4])
    for factor, way, _number, _room, _state, _class, amount, currency, decimals in snapshot.odd_yes:
        coin, minor = Coin(currency, decimals), amount or 0
        made.ways.setdefault(way, Sum()).add(factor, coin, factor * minor)
        if way in ("found", "found here"):
            made.ways.setdefault(f"{way} all", Sum()).add(1, coin, minor)
    return made


def _came(made: Sheet, row: list[Any]) -> None:
    kind, mark, head, joined, status, group, currency, decimals, priced, number, amount, net, tax = row
    name = _named(kind, mark, bool(head), bool(joined), status, bool(priced))
    if name != "rated":
        made.came[name].add(number)
        return
    coin = Coin(currency or "", decimals or 0)
    made.came[name].add(number, coin, amount, net, tax)
    made.classes.setdefault(group or "", Sum()).add(number, coin, amount, net, tax)


def _named(kind: str, mark: str, head: bool, joined: bool, status: str | None, priced: bool) -> str:
    """Where a record stands on the sheet: each in exactly one place."""
    if mark == "repeat":
        return "repeats"
    if kind in ("event", "furniture"):
        return "other"
    if kind == "unparsed":
        return "unread"
    if kind == "call" and not head and joined:
        return "legs"
    if kind != "call" or not head:
        return "astray"
    if status == "charge":
        return "rated" if priced else "unrated"
    return _STATUSES.get(status or "", "astray")


def _went(made: Sheet, row: list[Any]) -> None:
    place, state, kind, group, currency, decimals, number, _unpriced, amount = row
    coin = Coin(currency, decimals)
    by_class = made.went_by_class.setdefault(group or "", {})
    kept = made.own if place == "own" else made.places.setdefault(place, Sum())
    for one in (
        made.went.setdefault(state, Sum()),
        by_class.setdefault(state, Sum()),
        made.kinds.setdefault(kind, Sum()),
        kept,
    ):
        one.add(number, coin, amount)


def _odd_call(made: Sheet, row: list[Any]) -> None:
    amount, coin, parts, charged, corrections, last = row[6], Coin(row[7], row[8]), row[9], row[10], row[11], row[12]
    if not parts:
        made.bare.add(1, coin, amount)
        return
    made.unlike.add(1, coin, amount - charged)
    house = row[13] if len(row) > 13 else 0  # a day that was closed by an older program has no shared calls
    rest = amount - charged - house
    if house:
        made.shared.add(int(not rest), coin, house)
    if rest and (corrections or last):
        made.explained_unlike.add(1, coin, rest)


# -- differences ------------------------------------------------------------------------------------------------------

#: What a difference is, where the sheet knows it by itself.
_WHY: Final[Mapping[str, str]] = {
    "earlier": "charges of this day for calls of earlier days: late news, late legs and corrections",
    "later": "charges of this day for calls whose records came after it",
    "ruled": "charges of calls that are not to be charged any more: repeats, and rulings that changed",
    "currency": "charges in another currency than their call's price",
    "gone": "",
    "another day": "posted, but the PMS said yes on another of its days",
    "earlier charge": "charges of other days that the PMS said yes to on this one",
    "found": "on the folio by a person's word; the PMS never said yes",
    "found here": "charges of other days, on the folio by a person's word since this one",
    "found on another day": "on the folio by a person's word, sent on another day",
    "twice": "",
    "not posted": "",
    "corrected": "prices put right, and later legs: the call's own price and its charges differ by them",
    "shared": "shares of calls that telephones of the house held as well: no guest is charged for them",
    "unlike": "",
    "bare": "",
    "astray": "",
}


def differences(
    made: Sheet, totals: Mapping[str, Total], names: Mapping[str, str], *, has_pms: bool = True
) -> list[Difference]:
    """Everything that does not simply add up, each with its name if it has one."""
    found: list[Difference] = []

    def note(key: str, one: Sum, why: str = "") -> None:
        if not one.nothing:
            found.append(
                Difference(
                    key=key, number=abs(one.number), amount=one.gross, why=why or _WHY[key], told=names.get(key, "")
                )
            )

    note("astray", made.came["astray"])
    note("bare", made.bare, "" if has_pms else "no PMS is connected: nothing is charged over a link")
    unlike = Sum()
    unlike.take(made.unlike)
    unlike.take(made.explained_unlike, -1)
    unlike.take(made.shared, -1)
    note("unlike", unlike)
    note("corrected", made.explained_unlike)
    note("shared", made.shared)
    for place in PLACES:
        if place != "unrated":
            note(place, made.places.get(place, Sum()))
    for way in (*NAMED_WAYS, "twice", "not posted"):
        # What a person found counts nothing against ours, and is told nonetheless.
        note(way, made.ways.get(f"{way} all" if way in ("found", "found here") else way, Sum()))
    if has_pms:
        found += _agreement(made, totals, names)
    return found


def _agreement(made: Sheet, totals: Mapping[str, Total], names: Mapping[str, str]) -> list[Difference]:
    """The PMS's own totals against ours, one for each that was told; that none was told is a difference too."""
    if not totals:
        expected = made.expected
        if expected.nothing and not made.snapshot.maybe:
            return []
        return [Difference(key="no total", number=1, amount={}, told=names.get("no total", ""))]
    found: list[Difference] = []
    for group, total in sorted(totals.items()):
        ours = expected_of(made, group).get(total.coin, 0)
        rest = total.minor - ours
        if rest:
            key = f"total {group}".strip()
            why = explained(rest, total.coin, made.snapshot, group)
            found.append(Difference(key=key, number=1, amount={total.coin: rest}, why=why, told=names.get(key, "")))
    return found


def expected_of(made: Sheet, group: str) -> Purse:
    """What should stand in the PMS for a class of numbers, or for all."""
    if not group:
        return made.expected.gross
    whole = dict(made.yes_by_class.get(group, Sum()).gross)
    for _factor, way, _number, _room, _state, of, amount, currency, decimals in made.snapshot.odd_yes:
        if way in ("found", "found here") and of == group:
            put(whole, Coin(currency, decimals), amount or 0)
    return whole


def unnamed(found: list[Difference]) -> list[Difference]:
    """Those that keep the day from being closed."""
    return [one for one in found if not one.named]
