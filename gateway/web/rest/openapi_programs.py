"""Of the description of the API: events, the charges of a room, and what programs may change.

The bodies of changes are described by the classes that read them (gateway/wishes.py).
"""

from __future__ import annotations

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from gateway.ledger import STATES
from gateway.store import feed
from gateway.web.rest.events import EVENTS, MOST_EVENTS
from gateway.web.rest.openapi_words import (
    AMOUNT,
    INSTANT,
    TEXT,
    WHOLE,
    YES,
    get,
    list_of,
    object_of,
    or_null,
    post,
    ref,
)
from gateway.wishes import Acknowledge, CheckIn, CheckOut, MoveRoom, Take

_KINDS: Final = (
    feed.CALL_SETTLED,
    feed.CALL_CHANGED,
    *(f"posting.{state}" for state in STATES),
    feed.POSTING_CHANGED,
    feed.POSTING_WITHDRAWN,
    feed.STORE_RESTORED,
)
_AFTER: Final = {
    "name": "after",
    "in": "query",
    "description": "only events with a larger id: next_after of the answer before; 0 for the first",
    "schema": {"type": "integer", "minimum": 0, "maximum": 2**62, "default": 0},
}
_LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "description": "events at most",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS, "default": EVENTS},
}
_ROOM: Final = {
    "name": "room",
    "in": "path",
    "required": True,
    "description": "the room as the PMS writes it",
    "schema": {"type": "string", "minLength": 1, "maxLength": 40},
}
_SINCE: Final = {
    "name": "since",
    "in": "query",
    "description": "calls that began at this instant or later; the arrival of whoever is in the room, if left out",
    "schema": {"type": "string", "format": "date-time"},
}
_RESERVATION: Final = {
    "name": "reservation",
    "in": "query",
    "description": "calls of this reservation alone",
    "schema": {"type": "string", "maxLength": 60},
}


def _nothing_or(name: str) -> dict[str, Any]:
    return {"anyOf": [ref(name), {"type": "null"}]}


def schemas() -> dict[str, Any]:
    """The schemas, by name."""
    _, wishes = models_json_schema(
        [(kind, "validation") for kind in (CheckIn, CheckOut, MoveRoom, Take, Acknowledge)],
        ref_template="#/components/schemas/{model}",
    )
    return {
        **wishes["$defs"],
        "Problem": object_of(
            "Why something was not done (RFC 9457).",
            type=TEXT,
            title=TEXT,
            status=WHOLE,
            detail={**TEXT, "description": "a sentence for a person"},
        ),
        "Event": object_of(
            "Something happened to a call or a posting.",
            id={**WHOLE, "description": "its place in the feed and its name for ever; one more than the last"},
            kind={"type": "string", "enum": list(_KINDS)},
            at=INSTANT,
            call_id=or_null(WHOLE),
            posting_id=or_null(WHOLE),
            call=_nothing_or("Call"),
            posting=_nothing_or("Posting"),
        ),
        "Events": object_of(
            "A part of the feed, oldest first.",
            events=list_of(ref("Event")),
            next_after={**WHOLE, "description": "ask behind this next time"},
            more={**YES, "description": "whether there is more already"},
        ),
        "RoomCharges": _charges(),
        "RoomsChanged": _changed(object_of("What was noted.", sentence=TEXT)),
        "Taken": _changed(object_of("What was handed over.", postings=list_of(ref("Posting")))),
        "Acknowledged": _changed(object_of("What became of each.", postings=list_of(_settled()))),
    }


def _changed(result: dict[str, Any]) -> dict[str, Any]:
    return object_of(
        "Done now, or done before under the same client_id: then this is the answer of that time.",
        status={"type": "string", "enum": ["done", "duplicate"]},
        client_id=TEXT,
        at={**INSTANT, "description": "when it was done"},
        result=result,
    )


def _settled() -> dict[str, Any]:
    return object_of(
        "One posting.",
        id=WHOLE,
        result={
            "type": "string",
            "enum": ["settled", "noted", "unchanged", "unknown"],
            "description": "settled: it is posted or refused by this; noted: kept in the audit trail and nothing else; "
            "unchanged: it was not handed over; unknown: there is none",
        },
        state={"type": ["string", "null"], "enum": [*STATES, None]},
        sentence=TEXT,
    )


def _charges() -> dict[str, Any]:
    return object_of(
        "What the telephone of a room costs its guest.",
        room=TEXT,
        since=INSTANT,
        guests=list_of(object_of("Who is known to be in the room.", reservation=TEXT, since=INSTANT)),
        currency=TEXT,
        total={**AMOUNT, "description": "of all charges that nobody has let go"},
        posted={**AMOUNT, "description": "of these, what stands on the folio"},
        calls=list_of(ref("Call")),
        complete={**YES, "description": "false where a room has more calls than fit; ask with a later since"},
    )


def paths() -> dict[str, Any]:
    """The addresses."""
    rooms = "RoomsChanged"
    return {
        "/api/v1/events": get(
            "Events, oldest first",
            "Events",
            _AFTER,
            _LIMIT,
            status_409="after is beyond the newest event: the store was replaced by an older copy",
        ),
        "/api/v1/rooms/{room}/charges": get(
            "What the telephone of a room costs its guest", "RoomCharges", _ROOM, _SINCE, _RESERVATION
        ),
        "/api/v1/postings/take": post(
            "Postings that are due are handed over, oldest first; only where [[pms]] has the adapter door.",
            *("Take", "Taken", "acknowledge", "Take over postings that are due"),
        ),
        "/api/v1/postings/acknowledge": post(
            "What was taken over becomes posted or refused; of any other posting it is noted.",
            *("Acknowledge", "Acknowledged", "acknowledge", "Say what became of postings"),
        ),
        "/api/v1/rooms/check-in": post(
            "For a PMS that tells us nothing.", "CheckIn", rooms, "rooms", "A guest takes a room"
        ),
        "/api/v1/rooms/check-out": post(
            "Without a reservation, everybody leaves.", "CheckOut", rooms, "rooms", "A guest leaves a room"
        ),
        "/api/v1/rooms/move": post(
            "His charges go with him.", "MoveRoom", rooms, "rooms", "A guest moves to another room"
        ),
    }
