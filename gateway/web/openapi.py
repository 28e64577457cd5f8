"""The description of the API in OpenAPI 3.1, as data: every address, every field, nothing that is not there.

Each object lists its fields once, with their types; all are always present (absent is null), so all are required and
there are no others. A test compares this page with real answers, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.alarms.kinds import KINDS
from gateway.ledger import STATES
from gateway.web.api import MOST_ROWS, ROWS
from rating.sentences import LANGUAGES

_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_YES: Final = {"type": "boolean"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_AMOUNT: Final = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "description": "decimal string, never a float"}
_STATE: Final = {"type": "string", "enum": list(STATES)}
_DIRECTION: Final = {"type": "string", "enum": ["out", "in", "internal", "tandem", "unknown"]}
_CALL_STATUS: Final = {"type": "string", "enum": ["open", "charge", "allocated", "not_chargeable"]}


def _or_null(kind: Mapping[str, Any]) -> dict[str, Any]:
    return {**kind, "type": [kind["type"], "null"]}


def _list(kind: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(kind)}


def _object(about: str, **fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": about,
        "required": list(fields),
        "additionalProperties": False,
        "properties": {name: dict(kind) for name, kind in fields.items()},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    posting = _posting_fields()
    return {
        "Status": _status(),
        "Source": _source(),
        "Link": _object("A PMS link.", name=_TEXT, up=_YES, ready=_YES, why=_or_null(_TEXT), since=_INSTANT),
        "Call": _call(),
        "Calls": _object("A part of the list.", calls=_list(_ref("Call")), next_before=_or_null(_WHOLE)),
        "Explanation": _explanation(),
        "Correction": _correction(),
        "Posting": _object("A charge on its way to a folio.", **posting),
        "Postings": _object("A part of the list.", postings=_list(_ref("Posting")), next_before=_or_null(_WHOLE)),
        "PostingStory": _story(posting),
        "Alarm": _alarm(),
        "Alarms": _object("A part of the list.", alarms=_list(_ref("Alarm")), next_before=_or_null(_WHOLE)),
        "Attempt": _attempt(),
        "Record": _record(),
        "Health": _object("Whether charges flow.", ok=_YES, troubles=_list(_TEXT)),
        "Life": _object("Whether the process is worth keeping.", alive=_YES),
        "Error": _object("What was not understood.", error=_TEXT),
    }


def _story(posting: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return _object(
        "A posting with its call, every attempt, every deed and the records it rests on.",
        **posting,
        call=_ref("Call"),
        why=_list(_TEXT),
        attempts_made=_list(_ref("Attempt")),
        trail=_list(_object("A deed.", at=_INSTANT, who=_TEXT, what=_TEXT)),
        records=_list(_ref("Record")),
    )


def _alarm() -> dict[str, Any]:
    return _object(
        "Something that is wrong, or that happened: raised once, acknowledged by name, cleared by fact.",
        id=_WHOLE,
        kind={"type": "string", "enum": list(KINDS)},
        subject={**_TEXT, "description": "the exchange, the link or the call; empty where there is but one"},
        sentence=_TEXT,
        open=_YES,
        call_id=_or_null(_WHOLE),
        raised=_INSTANT,
        acknowledged=_or_null(_INSTANT),
        acknowledged_by=_or_null(_TEXT),
        note=_or_null(_TEXT),
        escalated=_or_null(_INSTANT),
        cleared=_or_null(_INSTANT),
    )


def _attempt() -> dict[str, Any]:
    return _object(
        "One time that bytes of a posting left the house.",
        attempt=_WHOLE,
        pms=_TEXT,
        token=_WHOLE,
        room=_TEXT,
        sent=_INSTANT,
        answered=_or_null(_INSTANT),
        event=_or_null(_TEXT),
        words=_or_null(_TEXT),
    )


def _record() -> dict[str, Any]:
    return _object(
        "A record of the exchange; bytes that are not printable stand as escapes.",
        id=_WHOLE,
        received=_INSTANT,
        kind={"type": "string", "enum": ["call", "event", "furniture", "unparsed"]},
        mark=_or_null(_TEXT),
        reason=_or_null(_TEXT),
        raw=_TEXT,
    )


def _status() -> dict[str, Any]:
    return _object(
        "What is alive, what waits, what is not well.",
        property=_object("The hotel.", id=_TEXT, name=_TEXT, timezone=_TEXT, currency=_TEXT),
        version=_TEXT,
        now=_INSTANT,
        started=_INSTANT,
        ok=_YES,
        troubles=_list(_TEXT),
        sources=_list(_ref("Source")),
        links=_list(_ref("Link")),
        postings=_object(
            "How many postings stand in each state that is not final.",
            held=_WHOLE,
            due=_WHOLE,
            sent=_WHOLE,
            refused=_WHOLE,
            in_doubt=_WHOLE,
            unconfirmable=_WHOLE,
        ),
        today=_object(
            "Of the postings wanted since midnight in the hotel's zone, how many are settled.",
            posted=_WHOLE,
            written_off=_WHOLE,
        ),
        queued=_WHOLE,
        in_flight=_or_null(_WHOLE),
        oldest_waiting=_or_null(_INSTANT),
        writer=_object("The writer of the store.", backlog=_WHOLE, commits=_WHOLE, trouble=_or_null(_TEXT)),
        emergencies=_list(
            _object(
                "An emergency call of the last hours.",
                call_id=_WHOLE,
                room=_or_null(_TEXT),
                extension=_or_null(_TEXT),
                dialled=_or_null(_TEXT),
                start=_INSTANT,
            )
        ),
    )


def _source() -> dict[str, Any]:
    return _object(
        "An exchange; the counts begin with the process.",
        name=_TEXT,
        dialect=_TEXT,
        role=_TEXT,
        up=_YES,
        since=_INSTANT,
        connections=_WHOLE,
        records=_WHOLE,
        calls=_WHOLE,
        unread=_WHOLE,
        missing=_WHOLE,
        gaps={"type": "array", "items": _TEXT},
        last_record=_or_null(_INSTANT),
        problem=_or_null(_TEXT),
    )


def _call() -> dict[str, Any]:
    maybe_text = dict.fromkeys(
        "call_key reason extension dialled caller trunk room department reservation number number_class place currency "
        "tariff tariff_version prefix trunk_group aoc_amount aoc_currency carrier cost_currency".split(),
        _or_null(_TEXT),
    )
    maybe_whole = dict.fromkeys(("ring_seconds", "talk_seconds", "billed_seconds", "pulses"), _or_null(_WHOLE))
    return _object(
        "One call, joined from its records, with its price and the ruling.",
        id=_WHOLE,
        source=_TEXT,
        legs=_WHOLE,
        status=_CALL_STATUS,
        direction=_DIRECTION,
        answered=_or_null(_YES),
        start=_INSTANT,
        settle_by=_or_null(_INSTANT),
        holders=_list(_TEXT),
        amount=_or_null(_AMOUNT),
        net=_or_null(_AMOUNT),
        tax=_or_null(_AMOUNT),
        cost=_or_null(_AMOUNT),
        margin=_or_null(_AMOUNT),
        warnings=_list(_TEXT),
        postings=_list(_object("A posting of the call.", id=_WHOLE, part=_WHOLE, state=_STATE)),
        **maybe_text,
        **maybe_whole,
    )


def _explanation() -> dict[str, Any]:
    return _object(
        "How a call's amount came about, from what is stored of it alone; `lines` are for the guest, the cost is not.",
        call=_WHOLE,
        language=_TEXT,
        guest_language=_or_null(_TEXT),
        languages=_list(_TEXT),
        amount=_or_null(_AMOUNT),
        currency=_or_null(_TEXT),
        ruling=_or_null(_TEXT),
        lines=_list(_TEXT),
        carrier=_or_null(_TEXT),
        cost=_or_null(_AMOUNT),
        cost_currency=_or_null(_TEXT),
        cost_lines=_list(_TEXT),
        margin=_or_null(_AMOUNT),
        corrections=_list(_ref("Correction")),
    )


def _correction() -> dict[str, Any]:
    return _object(
        "What a list of changed prices says of a call.",
        list=_WHOLE,
        kind={"type": "string", "enum": ["correction", "release"]},
        state={"type": "string", "enum": ["open", "approved", "rejected", "replaced"]},
        before=_AMOUNT,
        after=_AMOUNT,
        difference=_AMOUNT,
        currency=_TEXT,
        tariff=_or_null(_TEXT),
        tariff_version=_TEXT,
        words=_TEXT,
        outcome=_or_null(_TEXT),
        decided_by=_or_null(_TEXT),
    )


def _posting_fields() -> dict[str, Mapping[str, Any]]:
    return {
        "id": _WHOLE,
        "state": _STATE,
        "room": _or_null(_TEXT),
        "amount": _or_null(_AMOUNT),
        "currency": _TEXT,
        "attempts": _WHOLE,
        "reason": _or_null(_TEXT),
        "hold": _or_null(_TEXT),
        "call_key": _or_null(_TEXT),
        "call_id": _WHOLE,
        "part": _WHOLE,
        "pms": _TEXT,
        "reservation": _or_null(_TEXT),
        "extension": _or_null(_TEXT),
        "dialled": _or_null(_TEXT),
        "start": _INSTANT,
        "talk_seconds": _or_null(_WHOLE),
        "token": _or_null(_WHOLE),
        "code": _or_null(_TEXT),
        "reference": _or_null(_TEXT),
        "due": _INSTANT,
        "created": _INSTANT,
        "changed": _INSTANT,
    }


_LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "description": "rows at most",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
}
_BEFORE: Final = {
    "name": "before",
    "in": "query",
    "description": "only rows with a smaller id: next_before of the part before",
    "schema": {"type": "integer", "minimum": 1},
}
_WITH_STATE: Final = {"name": "state", "in": "query", "description": "only postings in this state", "schema": _STATE}
_LANGUAGE: Final = {
    "name": "language",
    "in": "query",
    "description": "the guest's own if left out",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
_WITH_OPEN: Final = {
    "name": "state",
    "in": "query",
    "description": "only alarms that are open",
    "schema": {"type": "string", "enum": ["open", "all"], "default": "all"},
}
_ID: Final = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def _answer(about: str, schema: str) -> dict[str, Any]:
    return {"description": about, "content": {"application/json": {"schema": _ref(schema)}}}


def _get(about: str, schema: str, *parameters: Mapping[str, Any], **others: tuple[str, str]) -> dict[str, Any]:
    """A GET: what it is for, what it answers, and its other answers as status_404=(about, schema)."""
    answers = {"200": _answer(about, schema), "503": _answer("the store cannot be read now", "Error")}
    answers |= {status.removeprefix("status_"): _answer(*said) for status, said in others.items()}
    described: dict[str, Any] = {"summary": about, "responses": answers}
    if parameters:
        described["parameters"] = [dict(one) for one in parameters]
    return {"get": described}


def openapi(version: str) -> dict[str, Any]:
    """The whole description."""
    bad = ("the question is not understood", "Error")
    sick = {"200": _answer("all is well", "Health"), "503": _answer("something is not well", "Health")}
    life = {"200": _answer("alive", "Life"), "503": _answer("the writer does not work", "Life")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Foliogate",
            "version": version,
            "description": "Calls, postings, links and alarms of one hotel. Read only; answers to this machine alone.",
        },
        "paths": {
            "/api/v1/status": _get("What is alive, what waits, what is not well", "Status"),
            "/api/v1/calls": _get("Calls, newest first", "Calls", _LIMIT, _BEFORE, status_400=bad),
            "/api/v1/calls/{id}/explanation": _get(
                "How a call's amount came about, in a language of choice",
                "Explanation",
                _ID,
                _LANGUAGE,
                status_400=bad,
                status_404=("there is no such call", "Error"),
            ),
            "/api/v1/postings": _get(
                "Postings, newest first", "Postings", _WITH_STATE, _LIMIT, _BEFORE, status_400=bad
            ),
            "/api/v1/postings/{id}": _get(
                "One posting with its whole story",
                "PostingStory",
                _ID,
                status_404=("there is no such posting", "Error"),
            ),
            "/api/v1/alarms": _get("Alarms, newest first", "Alarms", _WITH_OPEN, _LIMIT, _BEFORE, status_400=bad),
            "/healthz": {"get": {"summary": "Whether charges flow", "responses": sick}},
            "/livez": {"get": {"summary": "Whether the process is worth keeping", "responses": life}},
        },
        "components": {"schemas": _schemas()},
    }
