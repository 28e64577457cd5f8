"""Shares of a call between what is ruled and what is stored: their rows, and whose share each posting of a call is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from gateway.settle import Portion, PortionKind, Ruling
from gateway.sharing import Whose
from gateway.store import records, shares
from gateway.store.rows import CallRow, PostingRow
from gateway.store.shares import SharePart, ShareRow


def share_rows(call_id: int, ruling: Ruling) -> list[ShareRow]:
    """The shares of a call as they are stored."""
    return [
        ShareRow(call_id, one.kind, one.name, place, one.reservation, one.seconds, one.amount)
        for place, one in enumerate(ruling.portions)
    ]


def portions_of(rows: Sequence[ShareRow]) -> tuple[Portion, ...]:
    """Stored shares, as rulings have them; what they ask for is not stored."""
    return tuple(Portion(_kind(row.kind), row.name, row.reservation, row.seconds, row.amount, None) for row in rows)


def _kind(name: str) -> PortionKind:
    kinds: tuple[PortionKind, ...] = ("room", "department")
    return next((kind for kind in kinds if kind == name), "unlisted")


def charged_by_share(whose: Mapping[int, Whose], parts: Sequence[PostingRow]) -> dict[Whose, int]:
    """What of each share is charged as it stands, wherever it went: every part that nobody has let go."""
    found: dict[Whose, int] = {}
    for one in parts:
        if one.state != "written_off":
            found[whose[one.part]] = found.get(whose[one.part], 0) + (one.amount or 0)
    return found


def whose_parts(
    connection: Connection, owner: str, call_id: int, parts: Sequence[PostingRow]
) -> tuple[dict[int, Whose], list[SharePart]]:
    """Whose share each posting of a call is, by its part; and what of that is not written down yet.

    One from before the call was shared belongs to whom the whole call was ruled to then, which its stored row tells still.
    """
    known = shares.parts_of(connection, owner, call_id)
    whose: dict[int, Whose] = {part: (_kind(kind), name) for part, (kind, name) in known.items()}
    new = [one.part for one in parts if one.part not in known]
    if new:
        first = _before(records.call(connection, owner, call_id))
        whose |= dict.fromkeys(new, first)
    return whose, [SharePart(call_id, part, *whose[part]) for part in new]


def _before(call: CallRow | None) -> Whose:
    if call is not None and call.room is not None:
        return "room", call.room
    return "unlisted", "" if call is None else call.extension or ""


def share_asked(held: Sequence[ShareRow], charged: Collection[Whose], name: str | None) -> ShareRow | str:
    """The share that somebody speaks of, by the room or the extension; unsaid, the only one that is charged."""
    named = [one for one in held if one.whose in charged and name in (None, one.name or "-")]
    if len(named) == 1:
        return named[0]
    known = " or ".join(one.name or "-" for one in held if one.whose in charged)
    if not known:
        return "nothing is charged for this call"
    return f"several holders share this call: name whose share ({known})"
