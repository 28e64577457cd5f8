"""The description of the API in OpenAPI 3.1, as data: every address, every field, nothing that is not there.

Each object lists its fields once, with their types; all are always present (absent is null), so all are required and
there are no others. A test compares this page with real answers, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.alarms.kinds import KINDS
from gateway.ledger import STATES
from gateway.web.rest import openapi_log, openapi_programs, openapi_reports
from gateway.web.rest.api import MOST_ROWS, ROWS
from gateway.web.rest.openapi_words import (
    AMOUNT,
    ID,
    INSTANT,
    TEXT,
    WHOLE,
    YES,
    answer_of,
    get,
    list_of,
    object_of,
    or_null,
    ref,
)
from rating.sentences import LANGUAGES

_STATE: Final = {"type": "string", "enum": list(STATES)}
_DIRECTION: Final = {"type": "string", "enum": ["out", "in", "internal", "tandem", "unknown"]}
_CALL_STATUS: Final = {"type": "string", "enum": ["open", "charge", "allocated", "not_chargeable"]}


def _schemas() -> dict[str, Any]:
    posting = _posting_fields()
    return {
        "Status": _status(),
        "Source": _source(),
        "Link": object_of("A PMS link.", name=TEXT, up=YES, ready=YES, why=or_null(TEXT), since=INSTANT),
        "Call": _call(),
        "LoggedCall": _call(tags=list_of(TEXT), number_tags=list_of(TEXT)),
        "Calls": object_of("A part of the list.", calls=list_of(ref("LoggedCall")), next_before=or_null(WHOLE)),
        "Explanation": _explanation(),
        "Correction": _correction(),
        "Posting": object_of("A charge on its way to a folio.", **posting),
        "Postings": object_of("A part of the list.", postings=list_of(ref("Posting")), next_before=or_null(WHOLE)),
        "PostingStory": _story(posting),
        "Alarm": _alarm(),
        "Alarms": object_of("A part of the list.", alarms=list_of(ref("Alarm")), next_before=or_null(WHOLE)),
        "Attempt": _attempt(),
        "Record": _record(),
        "Health": object_of("Whether charges flow.", ok=YES, troubles=list_of(TEXT)),
        "Life": object_of("Whether the process is worth keeping.", alive=YES),
        **openapi_log.schemas(),
        **openapi_programs.schemas(),
        **openapi_reports.schemas(),
    }


def _story(posting: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return object_of(
        "A posting with its call, every attempt, every deed and the records it rests on.",
        **posting,
        call=ref("Call"),
        why=list_of(TEXT),
        attempts_made=list_of(ref("Attempt")),
        trail=list_of(object_of("A deed.", at=INSTANT, who=TEXT, what=TEXT)),
        records=list_of(ref("Record")),
    )


def _alarm() -> dict[str, Any]:
    return object_of(
        "Something that is wrong, or that happened: raised once, acknowledged by name, cleared by fact.",
        id=WHOLE,
        kind={"type": "string", "enum": list(KINDS)},
        subject={**TEXT, "description": "the exchange, the link or the call; empty where there is but one"},
        sentence=TEXT,
        open=YES,
        call_id=or_null(WHOLE),
        raised=INSTANT,
        acknowledged=or_null(INSTANT),
        acknowledged_by=or_null(TEXT),
        note=or_null(TEXT),
        escalated=or_null(INSTANT),
        cleared=or_null(INSTANT),
    )


def _attempt() -> dict[str, Any]:
    return object_of(
        "One time that bytes of a posting left the house.",
        attempt=WHOLE,
        pms=TEXT,
        token=WHOLE,
        room=TEXT,
        sent=INSTANT,
        answered=or_null(INSTANT),
        event=or_null(TEXT),
        words=or_null(TEXT),
    )


def _record() -> dict[str, Any]:
    return object_of(
        "A record of the exchange; bytes that are not printable stand as escapes.",
        id=WHOLE,
        received=INSTANT,
        kind={"type": "string", "enum": ["call", "event", "furniture", "unparsed"]},
        mark=or_null(TEXT),
        reason=or_null(TEXT),
        raw=TEXT,
    )


def _status() -> dict[str, Any]:
    return object_of(
        "What is alive, what waits, what is not well.",
        property=object_of("The hotel.", id=TEXT, name=TEXT, timezone=TEXT, currency=TEXT),
        version=TEXT,
        now=INSTANT,
        started=INSTANT,
        ok=YES,
        troubles=list_of(TEXT),
        sources=list_of(ref("Source")),
        links=list_of(ref("Link")),
        postings=object_of(
            "How many postings stand in each state that is not final.",
            held=WHOLE,
            due=WHOLE,
            sent=WHOLE,
            refused=WHOLE,
            in_doubt=WHOLE,
            unconfirmable=WHOLE,
        ),
        today=object_of(
            "Of the postings wanted since midnight in the hotel's zone, how many are settled.",
            posted=WHOLE,
            written_off=WHOLE,
        ),
        queued=WHOLE,
        in_flight=or_null(WHOLE),
        oldest_waiting=or_null(INSTANT),
        writer=object_of("The writer of the store.", backlog=WHOLE, commits=WHOLE, trouble=or_null(TEXT)),
        emergencies=list_of(
            object_of(
                "An emergency call of the last hours.",
                call_id=WHOLE,
                room=or_null(TEXT),
                extension=or_null(TEXT),
                dialled=or_null(TEXT),
                start=INSTANT,
            )
        ),
    )


def _source() -> dict[str, Any]:
    return object_of(
        "An exchange; the counts begin with the process.",
        name=TEXT,
        dialect=TEXT,
        role=TEXT,
        up=YES,
        since=INSTANT,
        connections=WHOLE,
        records=WHOLE,
        calls=WHOLE,
        unread=WHOLE,
        missing=WHOLE,
        gaps={"type": "array", "items": TEXT},
        last_record=or_null(INSTANT),
        problem=or_null(TEXT),
    )


def _call(**more: Mapping[str, Any]) -> dict[str, Any]:
    maybe_text = dict.fromkeys(
        "call_key reason extension dialled caller trunk room department reservation number number_class place currency "
        "tariff tariff_version prefix trunk_group aoc_amount aoc_currency carrier cost_currency".split(),
        or_null(TEXT),
    )
    maybe_whole = dict.fromkeys(("ring_seconds", "talk_seconds", "billed_seconds", "pulses"), or_null(WHOLE))
    return object_of(
        "One call, joined from its records, with its price and the ruling.",
        id=WHOLE,
        source=TEXT,
        legs=WHOLE,
        status=_CALL_STATUS,
        direction=_DIRECTION,
        answered=or_null(YES),
        start=INSTANT,
        settle_by=or_null(INSTANT),
        holders=list_of(TEXT),
        amount=or_null(AMOUNT),
        net=or_null(AMOUNT),
        tax=or_null(AMOUNT),
        cost=or_null(AMOUNT),
        margin=or_null(AMOUNT),
        warnings=list_of(TEXT),
        postings=list_of(object_of("A posting of the call.", id=WHOLE, part=WHOLE, state=_STATE)),
        **maybe_text,
        **maybe_whole,
        **more,
    )


def _explanation() -> dict[str, Any]:
    return object_of(
        "How a call's amount came about, from what is stored of it alone; `lines` are for the guest, the cost is not.",
        call=WHOLE,
        language=TEXT,
        guest_language=or_null(TEXT),
        languages=list_of(TEXT),
        amount=or_null(AMOUNT),
        currency=or_null(TEXT),
        ruling=or_null(TEXT),
        lines=list_of(TEXT),
        carrier=or_null(TEXT),
        cost=or_null(AMOUNT),
        cost_currency=or_null(TEXT),
        cost_lines=list_of(TEXT),
        margin=or_null(AMOUNT),
        corrections=list_of(ref("Correction")),
    )


def _correction() -> dict[str, Any]:
    return object_of(
        "What a list of changed prices says of a call.",
        list=WHOLE,
        kind={"type": "string", "enum": ["correction", "release"]},
        state={"type": "string", "enum": ["open", "approved", "rejected", "replaced"]},
        before=AMOUNT,
        after=AMOUNT,
        difference=AMOUNT,
        currency=TEXT,
        tariff=or_null(TEXT),
        tariff_version=TEXT,
        words=TEXT,
        outcome=or_null(TEXT),
        decided_by=or_null(TEXT),
    )


def _posting_fields() -> dict[str, Mapping[str, Any]]:
    return {
        "id": WHOLE,
        "state": _STATE,
        "room": or_null(TEXT),
        "amount": or_null(AMOUNT),
        "currency": TEXT,
        "attempts": WHOLE,
        "reason": or_null(TEXT),
        "hold": or_null(TEXT),
        "call_key": or_null(TEXT),
        "call_id": WHOLE,
        "part": WHOLE,
        "pms": TEXT,
        "reservation": or_null(TEXT),
        "extension": or_null(TEXT),
        "dialled": or_null(TEXT),
        "start": INSTANT,
        "talk_seconds": or_null(WHOLE),
        "token": or_null(WHOLE),
        "code": or_null(TEXT),
        "reference": or_null(TEXT),
        "due": INSTANT,
        "created": INSTANT,
        "changed": INSTANT,
    }


LIMIT: Final = {
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
_BEFORE_CALL: Final = {
    **_BEFORE,
    "description": "only calls behind this one in the order: next_before of the part before",
}
_WITH_STATE: Final = {"name": "state", "in": "query", "description": "only postings in this state", "schema": _STATE}
_LANGUAGE: Final = {
    "name": "language",
    "in": "query",
    "description": "the guest's own if left out; a region behind it, as in de-AT, is passed over",
    "schema": {"type": "string", "pattern": f"^(({'|'.join(LANGUAGES)})([-_].*)?)?$"},
}
_WITH_OPEN: Final = {
    "name": "state",
    "in": "query",
    "description": "only alarms that are open",
    "schema": {"type": "string", "enum": ["open", "all"], "default": "all"},
}


def openapi(version: str) -> dict[str, Any]:
    """The whole description."""
    sick = {"200": answer_of("all is well", "Health"), "503": answer_of("something is not well", "Health")}
    life = {"200": answer_of("alive", "Life"), "503": answer_of("the writer does not work", "Life")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Foliogate",
            "version": version,
            "description": "Calls, postings, events, reports, trunks, links and alarms of one hotel, and what programs may change. "
            "Answers to this machine alone; a change needs a token (foliogate token add).",
        },
        "paths": {
            "/api/v1/status": get("What is alive, what waits, what is not well", "Status"),
            "/api/v1/calls": get("Calls, newest first", "Calls", LIMIT, _BEFORE_CALL, *openapi_log.parameters()),
            "/api/v1/calls/sums": get("Calls added up", "CallSums", *openapi_log.parameters()),
            "/api/v1/calls/{id}/explanation": get(
                "How a call's amount came about, in a language of choice",
                "Explanation",
                ID,
                _LANGUAGE,
                status_404="there is no such call",
            ),
            "/api/v1/postings": get("Postings, newest first", "Postings", _WITH_STATE, LIMIT, _BEFORE),
            "/api/v1/postings/{id}": get(
                "One posting with its whole story",
                "PostingStory",
                ID,
                status_404="there is no such posting",
            ),
            "/api/v1/alarms": get("Alarms, newest first", "Alarms", _WITH_OPEN, LIMIT, _BEFORE),
            **openapi_programs.paths(),
            **openapi_reports.paths(),
            "/healthz": {"get": {"summary": "Whether charges flow", "responses": sick}},
            "/livez": {"get": {"summary": "Whether the process is worth keeping", "responses": life}},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "fg_NUMBER_SECRET"}},
        },
    }
