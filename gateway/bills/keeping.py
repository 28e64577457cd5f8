"""The bill of a stay read from the store: as it stands now, or as it was when it was made final.

What a final bill held is kept by call and posting with its amounts; what a call was (number, place, instant) and who stayed is
read from where it is kept, so that a guest whose data are erased is erased from bills too, and the amounts stay.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from gateway.bills.bill import Bill, Line, Rate, TaxPart
from gateway.bills.making import Charges, bill_of, stay_of
from gateway.store import billing
from gateway.store.pages import calls_of


def bill_now(connection: Connection, owner: str, stay_id: int, as_of: int) -> Bill | None:
    """The bill of the stay that a row of `stays` belongs to, as it stands; None if there is no such stay."""
    rows = billing.stay_rows(connection, owner, stay_id)
    if not rows:
        return None
    stay, after, before = stay_of(rows, stay_id)
    found = billing.charges(connection, owner, stay, after=after, before=before)
    return bill_of(stay, Charges(*found), as_of)


def frozen(bill: Bill) -> str:
    """What a bill holds, as text to keep."""
    return json.dumps([_kept(one) for one in bill.lines], separators=(",", ":"))


def _kept(line: Line) -> list[Any]:
    taxes = [[part.rate.name, part.rate.share, part.amount] for part in line.taxes]
    what = [line.call, line.posting, line.part, line.kind, line.standing, line.seconds, line.room, line.moved]
    return [*what, line.currency, line.decimals, line.gross, taxes, *([1] if line.shared else [])]


def bill_then(connection: Connection, owner: str, row: dict[str, Any]) -> Bill | None:
    """A final bill as it was made; `row` is that of `bills`. None where its stay is no longer stored."""
    rows = billing.stay_rows(connection, owner, row["stay_id"])
    if not rows:
        return None
    stay, _, _ = stay_of(rows, row["stay_id"])
    kept = json.loads(row["content"])
    calls = calls_of(connection, owner, [one[0] for one in kept])
    lines = tuple(_thawed(one, calls.get(one[0], {})) for one in kept)
    return Bill(stay=stay, as_of=row["made_at"], lines=lines)


def _thawed(kept: list[Any], call: dict[str, Any]) -> Line:
    number, posting, part, kind, standing, seconds, room, moved, currency, decimals, gross, taxes, *shared = kept
    return Line(
        call=number,
        posting=posting,
        part=part,
        kind=kind,
        standing=standing,
        began=call.get("started_at") or 0,
        number=call.get("number") or call.get("dialled") or "",
        number_class=call.get("number_class") or "other",
        place=call.get("place") or "",
        seconds=seconds,
        room=room,
        moved=moved,
        currency=currency,
        decimals=decimals,
        gross=gross,
        taxes=tuple(TaxPart(Rate(name, share), amount) for name, share, amount in taxes),
        shared=bool(shared),
    )
