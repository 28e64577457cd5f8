"""The feed as programs read it: events behind a number, oldest first, each with its call or its posting.

`id` is the place in the feed and the name of the event for ever. The posting of an event is told as it stood then, its
call as it stands now.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.instants import from_micros
from gateway.store import feed
from gateway.store import pages as queries
from gateway.store.feed import EventRow
from gateway.web.rest.api import call_object, posting_object

#: Events of one answer, unless fewer or more are asked for, and at most.
EVENTS: Final = 100
MOST_EVENTS: Final = 500


def read(connection: Connection, owner: str, after: int, most: int) -> list[dict[str, Any]]:
    """Events behind number `after`, oldest first, as programs see them."""
    rows = feed.behind(connection, owner, after, most)
    postings = queries.postings_of(connection, owner, [row.posting_id for row in rows if row.posting_id is not None])
    numbers = [row.call_id for row in rows if row.call_id is not None and row.posting_id is None]
    calls, parts = queries.calls_of(connection, owner, numbers), queries.of_calls(connection, owner, numbers)
    return [_event(row, postings, calls, parts) for row in rows]


def _event(
    row: EventRow,
    postings: dict[int, dict[str, Any]],
    calls: dict[int, dict[str, Any]],
    parts: dict[int, list[dict[str, Any]]],
) -> dict[str, Any]:
    posting = postings.get(row.posting_id or 0)
    call = calls.get(row.call_id or 0) if row.posting_id is None else None
    return {
        "id": row.id,
        "kind": row.kind,
        "at": from_micros(row.at).isoformat(),
        "call_id": row.call_id,
        "posting_id": row.posting_id,
        "call": None if call is None else call_object(call, parts.get(call["id"], [])),
        "posting": None if posting is None else posting_object({**posting, **row.kept, "changed_at": row.at}),
    }
