"""From stored rows to a bill. Pure: the rows are values, and the instant is one of them.

What a posting bears of the taxes follows from stored figures alone. A call's price is stored with its taxes; as the postings
of a call add up to that price, one after the other, their taxes add up to its taxes: a posting's tax is that of the sum with it
less that of the sum before it. So the usual posting (the whole price) has the stored taxes, a posting and its reversal cancel to
nothing, and a correction carries exactly what the corrected price adds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias

from gateway.bills.bill import Bill, Line, Rate, Stay, TaxPart, standing_of
from gateway.directory import UNNAMED
from gateway.instants import SECOND
from rating.money import half_up
from rating.trace import is_tax, read_trace

Row: TypeAlias = Mapping[str, Any]

#: A check-out that is taken back within this time goes on with the same stay, in microseconds.
TAKEN_BACK: Final = 24 * 3600 * SECOND
#: What a tax is called that was stored as a sum, without its layers.
NAMELESS: Final = Rate("", None)


class Price(NamedTuple):
    """A stored price of a call: the whole amount and each tax of it."""

    amount: int
    taxes: tuple[TaxPart, ...]

    def at(self, amount: int) -> dict[Rate, int]:
        """The taxes of a part of the amount: the stored ones for the whole of it, else their share."""
        return {one.rate: half_up(amount * one.amount, self.amount) if self.amount else 0 for one in self.taxes}


def price_of(row: Row) -> Price | None:
    """The price that a row of a call, or of a list of new prices, holds; None where it has none."""
    if row["amount"] is None:
        return None
    found: dict[Rate, int] = {}
    for trace in json.loads(row["trace"] or "[]"):
        read = read_trace(trace)
        for line in read[1] if read is not None else ():
            if is_tax(line):
                rate = Rate(line.text, None if line.what.startswith("fixed ") else line.a)
                found[rate] = found.get(rate, 0) + line.b
    if sum(found.values()) != (row["tax"] or 0):
        found = {NAMELESS: row["tax"]}
    amount = row["amount"]
    return Price(abs(amount), tuple(TaxPart(rate, tax) for rate, tax in found.items()))


def taxes_of(call: Row, postings: Sequence[Row], corrected: Mapping[int, Row]) -> dict[int, tuple[TaxPart, ...]]:
    """The taxes of each posting of a call, by its number.

    `postings` are all of the call's, in the order of their parts; `corrected` holds the new prices of approved lists, by the
    first posting that each made or let go.
    """
    found: dict[int, tuple[TaxPart, ...]] = {}
    price, charged = price_of(call), 0
    before: dict[Rate, int] = {}
    for one in postings:
        price = price_of(corrected[one["id"]]) if one["id"] in corrected else price
        if one["amount"] is None or price is None:
            found[one["id"]] = ()
            continue
        charged += one["amount"]
        after = price.at(charged)
        rates = dict.fromkeys((*before, *after))
        parts = [TaxPart(rate, after.get(rate, 0) - before.get(rate, 0)) for rate in rates]
        found[one["id"]] = tuple(part for part in parts if part.amount or part.rate in after)
        before = after
    return found


class Charges(NamedTuple):
    """What the store knows of a stay's charges.

    `own` are its postings; `calls` by number, `parts` all postings of those calls, `corrected` the prices of approved lists by
    posting; `free` are calls of the guest that were priced at zero, so that nothing was posted. `strays` are postings that a
    person sent to one of the rooms, whoever was in it, each with the instant; `roommates` everybody who was in the rooms. `shares`
    holds, for every posting of a call that several pay for, whose share it is.
    """

    own: Sequence[Row]
    calls: Mapping[int, Row]
    parts: Mapping[int, Sequence[Row]]
    corrected: Mapping[int, Row]
    free: Sequence[Row] = ()
    strays: Sequence[tuple[Row, int]] = ()
    roommates: Sequence[Row] = ()
    shares: Mapping[int, Row] = {}


def stay_of(rows: Sequence[Row], number: int) -> tuple[Stay, int | None, int | None]:
    """The stay that a row belongs to, and the instants that its charges lie between: None where there is no other stay.

    `rows` are all of a reservation, in order. A guest who changes rooms has several rows of one stay. Where the PMS knows rooms
    and no reservations, each row is a stay of its own.
    """
    chains: list[list[Row]] = []
    for row in rows:
        last = chains[-1][-1] if chains else None
        joined = last is not None and not row["reservation"].startswith(UNNAMED)
        if joined and last is not None and (last["until"] is None or row["since"] <= last["until"] + TAKEN_BACK):
            chains[-1].append(row)
        else:
            chains.append([row])
    place = next(at for at, chain in enumerate(chains) if any(row["id"] == number for row in chain))
    chain, later = chains[place], chains[place + 1 : place + 2]
    ends = [row["until"] for row in chain]
    stay = Stay(
        number=chain[-1]["id"],
        numbers=tuple(row["id"] for row in chain),
        reservation=chain[-1]["reservation"],
        rooms=tuple(dict.fromkeys(row["room"] for row in chain)),
        name=chain[-1]["name"],
        language=chain[-1]["language"],
        since=min(row["since"] for row in chain),
        until=None if None in ends else max(ends),
    )
    return stay, chain[0]["since"] if place else None, later[0][0]["since"] if later else None


def bill_of(stay: Stay, charges: Charges, as_of: int) -> Bill:
    """The bill of a stay from its charges."""
    lines = list(_posted(stay, charges))
    lines += [_line(stay, call, None, "free", 0, ()) for call in charges.free]
    lines.sort(key=lambda line: (line.began, line.call, line.part))
    return Bill(stay=stay, as_of=as_of, lines=tuple(lines))


def _posted(stay: Stay, charges: Charges) -> Iterable[Line]:
    taxes: dict[int, tuple[TaxPart, ...]] = {}
    for number, call in charges.calls.items():
        taxes |= taxes_of(call, charges.parts.get(number, ()), charges.corrected)
    for row in (*charges.own, *_sent_here(stay, charges)):
        standing = standing_of(row["state"], row["hold"])
        call = charges.calls[row["call_id"]]
        line = _line(stay, call, row, standing, row["amount"], taxes.get(row["id"], ()))
        share = charges.shares.get(row["id"])
        yield line if share is None else _of_share(line, stay, share, row, charges)


def _of_share(line: Line, stay: Stay, share: Row, row: Row, charges: Charges) -> Line:
    """The line of a posting that is one guest's share of a call: with his room and his time, and counted among his parts alone."""
    mine = [one for one in charges.parts[row["call_id"]] if charges.shares.get(one["id"]) == share]
    room = share["name"] if share["kind"] == "room" else ""
    elsewhere = share["reservation"] not in (None, stay.reservation) or room not in ("", *stay.rooms)
    part = sum(one["part"] < row["part"] for one in mine)
    return replace(line, part=part, seconds=share["seconds"], room=room, moved=elsewhere, shared=True)


def _sent_here(stay: Stay, charges: Charges) -> Iterator[Row]:
    """Of what went to a room and to no guest by name, what this stay pays: the first to come of those who were in the room.

    Where nobody was, it is the guest's who made the call from that room.
    """
    for row, at in charges.strays:
        here = [one for one in charges.roommates if one["room"] == row["room"] and _covers(one, at)]
        call = charges.calls[row["call_id"]]
        share = charges.shares.get(row["id"])
        room, guest = (call["room"], call["reservation"]) if share is None else (share["name"], share["reservation"])
        if here:
            if here[0]["id"] in stay.numbers:
                yield row
        elif row["room"] == room and guest == stay.reservation and _covers_stay(stay, call):
            yield row


def _covers(one: Row, at: int) -> bool:
    return bool(one["since"] <= at and (one["until"] is None or at < one["until"]))


def _covers_stay(stay: Stay, call: Row) -> bool:
    began: int = call["started_at"]
    return stay.since <= began and (stay.until is None or began < stay.until)


def _line(
    stay: Stay, call: Row, posting: Row | None, standing: Any, gross: int | None, taxes: tuple[TaxPart, ...]
) -> Line:
    money = posting or call
    elsewhere = call["reservation"] not in (None, stay.reservation) or (call["room"] or "") not in ("", *stay.rooms)
    return Line(
        call=call["id"],
        posting=None if posting is None else posting["id"],
        part=0 if posting is None else posting["part"],
        kind="charge" if posting is None else posting["kind"],
        standing=standing,
        began=call["started_at"],
        number=call["number"] or call["dialled"] or "",
        number_class=call["number_class"] or "other",
        place=call["place"] or "",
        seconds=call["talk_seconds"],
        room=call["room"] or "",
        moved=elsewhere,
        currency=money["currency"],
        decimals=money["decimals"],
        gross=gross,
        taxes=taxes,
    )
