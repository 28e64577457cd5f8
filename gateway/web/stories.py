"""What a page about one call, one posting or one list of postings reads: all of it in one snapshot of the store.

Everything comes back as plain values, because the snapshot ends before the page is drawn.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.store import billing, call_log, call_tags, lists, remarks
from gateway.store import pages as queries
from gateway.web.marks import FOR_PEOPLE

#: Rows of a list before "older".
PAGE_ROWS: Final = 50
#: Cards of one state on the page of postings: more than a person settles at a sitting.
CARDS: Final = 50


def call_story(connection: Connection, owner: str, number: int, told: int | None = None) -> dict[str, Any] | None:
    call = queries.call(connection, owner, number)
    if call is None:
        return None
    call_log.tagged(connection, owner, [call])
    postings = queries.of_calls(connection, owner, [number]).get(number, [])
    guests = {one for one in (call["reservation"], *(posting["reservation"] for posting in postings)) if one}
    return {
        "call": call,
        "postings": postings,
        "attempts": queries.attempts_of(connection, owner, [one["id"] for one in postings]),
        "records": queries.records_of(connection, owner, number),
        "names": queries.guest_names(connection, owner, sorted(guests)),
        "language": queries.guest_language(connection, owner, call["reservation"]),
        "lists": lists.of_call(connection, owner, number),
        "told": _told(connection, owner, told, number) if told is not None else "",
        "known_tags": call_tags.in_use(connection, owner),
        "remarks": remarks.of_calls(connection, owner, [number]),
        "stay": billing.stay_of_call(connection, owner, _payer(call, postings), call["started_at"]),
    }


def _told(connection: Connection, owner: str, told: int, number: int) -> str:
    """What came of a command that somebody wrote on the page of this call."""
    return remarks.result_of(connection, owner, told, number) or call_tags.result_of(connection, owner, told, number)


def _payer(call: dict[str, Any], postings: list[dict[str, Any]]) -> str | None:
    """The reservation that the newest charge of a call is for, else that of whoever made it."""
    named = (posting["reservation"] for posting in reversed(postings))
    found: str | None = next((one for one in named if one), call["reservation"])
    return found


def posting_story(connection: Connection, owner: str, number: int, told: int | None) -> dict[str, Any] | None:
    row = queries.posting(connection, owner, number)
    call = call_story(connection, owner, row["call_id"]) if row is not None else None
    if row is None or call is None:
        return None
    command = queries.command(connection, owner, told) if told is not None else None
    about = command if command is not None and command["posting_id"] == number else None
    return {"posting": row, "call": call, "trail": queries.trail(connection, owner, number), "told": about}


def listed(
    connection: Connection, owner: str, state: str, before: int | None
) -> tuple[list[dict[str, Any]], dict[str, str], dict[int, list[dict[str, Any]]]]:
    """The postings of a list, the names of their guests, and the attempts of those that are shown as cards."""
    if not state:
        rows = [row for one in FOR_PEOPLE for row in queries.oldest_in_state(connection, owner, one, CARDS)]
    elif state == "all":
        rows = queries.newest(connection, owner, PAGE_ROWS + 1, before)
    else:
        rows = queries.in_state(connection, owner, state, PAGE_ROWS + 1, before)
    guests = sorted({row["reservation"] for row in rows if row["reservation"]})
    doubtful = [row["id"] for row in rows if row["state"] in ("in_doubt", "refused", "unconfirmable")]
    return rows, queries.guest_names(connection, owner, guests), queries.attempts_of(connection, owner, doubtful)
