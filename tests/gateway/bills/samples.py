"""Rows of stays, calls and postings for the tests of bills, as the store gives them."""

from __future__ import annotations

import json
from typing import Any

#: 20 November 2026, noon in Warsaw, in microseconds.
NOON = 1_795_172_400_000_000
DAY = 24 * 3600 * 1_000_000


def stay(number: int, room: str, since: int, until: int | None = None, reservation: str = "77001") -> dict[str, Any]:
    """A row of `stays`."""
    whose = {"reservation": reservation, "name": "Adler", "language": "de"}
    return {"id": number, "room": room, "since": since, "until": until, **whose}


def trace(net: int, *taxes: tuple[str, str, int, int]) -> str:
    """The traces of a call of one leg; a tax is what it is, its name, its share or fixed amount, and what it came to."""
    due = sum(tax[3] for tax in taxes)
    head = [
        2,
        "price",
        "HOUSE",
        "v1",
        "",
        "mobile",
        "+48",
        "Poland",
        60,
        60,
        0,
        1,
        1,
        "steps",
        60,
        2,
        net,
        due,
        net + due,
    ]
    lines: list[object] = ["time", "", 60, 1_000_000, "round", "half-up", 1, 0]
    return json.dumps([head + lines + [entry for tax in taxes for entry in tax]])


def priced(net: int, *taxes: tuple[str, str, int, int]) -> dict[str, Any]:
    """What a row says of a price."""
    due = sum(tax[3] for tax in taxes)
    return {"amount": net + due, "net": net, "tax": due, "trace": trace(net, *taxes), "currency": "PLN", "decimals": 2}


def call(number: int, price: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """A row of `calls`."""
    nothing = {"amount": None, "net": None, "tax": None, "trace": None, "currency": None, "decimals": None}
    about = {"reservation": "77001", "room": "201", "number": "+48601234567", "dialled": "9601234567"}
    what = {"started_at": NOON + number * 60_000_000, "number_class": "mobile", "place": "Poland", "talk_seconds": 60}
    return {"id": number, **about, **what, **nothing, **(price or {}), **said}


def posting(
    number: int, call_id: int, part: int, amount: int | None, state: str = "posted", **said: Any
) -> dict[str, Any]:
    """A row of `postings`."""
    kind = "charge" if (amount or 0) >= 0 else "reversal"
    about = {"hold": "unrated" if state == "held" else "", "reservation": "77001", "room": "201", "kind": kind}
    return {
        "id": number, "call_id": call_id, "part": part, "amount": amount, "state": state,
        "currency": "PLN", "decimals": 2, **about, **said,
    }  # fmt: skip
