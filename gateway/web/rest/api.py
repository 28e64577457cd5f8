"""The JSON API, version 1: status, calls, postings and alarms, for the demo, a dashboard, a script.

Names are those of CallRecord and of the store's columns, wherever one exists; amounts are decimal strings, instants are
ISO 8601 in UTC, absent is null. Lists are newest first and go on with `before`. `openapi.py` describes every answer,
and a test holds the two together. There are no roles yet and the site answers to this machine alone, so numbers are
whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from gateway.call_log.asking import Misread, Question, read
from gateway.call_log.fields import PARAMETERS
from gateway.covered import Covered
from gateway.explaining import cost_text, explained, margin_text
from gateway.instants import from_micros, to_micros
from gateway.ledger import STATES
from gateway.store import alarms, call_log
from gateway.store import pages as queries
from gateway.store.alarms import AlarmRow
from gateway.store.reading import money
from gateway.store.reporting import Span
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.log_question import wanted_of
from gateway.web.reads import Reads
from gateway.web.rest.answers import Fields, field_text
from protocols.text import printable

#: Rows of a list, unless fewer or more are asked for, and at most.
ROWS: Final = 50
MOST_ROWS: Final = 500
#: Characters of a raw record.
LONGEST_RECORD: Final = 4_000

#: The whole past, and what an exchange's clock may be ahead.
ALWAYS: Final = Span(0, 1 << 62)

Row = Mapping[str, Any]


class BadQuestion(Exception):
    """A question that is not understood; the sentence says what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a list is asked for."""

    limit: int
    before: int | None


def window(fields: Fields) -> Window:
    """Read `limit` and `before`; raises BadQuestion."""
    limit = whole(fields, "limit", 1, MOST_ROWS)
    return Window(limit=ROWS if limit is None else limit, before=whole(fields, "before", 1, 2**62))


def whole(fields: Fields, name: str, least: int, most: int) -> int | None:
    """Read a whole number of the question; None where it is left out; raises BadQuestion."""
    text = fields.get(name.encode(), [b""])[0].decode("ascii", "replace")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise BadQuestion(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def chosen_state(fields: Fields) -> str | None:
    """Read `state`; raises BadQuestion."""
    text = fields.get(b"state", [b""])[0].decode("ascii", "replace")
    if text and text not in STATES:
        raise BadQuestion(f"state must be one of {', '.join(STATES)}")
    return text or None


def chosen_calls(fields: Fields) -> Question | None:
    """Read the filters of the log, as its page writes them; None where there is none; raises BadQuestion."""
    said = {name.decode("ascii", "replace"): field_text(fields, name) for name in fields}
    if not said.keys() & {*PARAMETERS, "period", "from", "to", "sort", "order"}:
        return None
    try:
        return read(said)
    except Misread as error:
        raise BadQuestion(str(error).removesuffix(".")) from error


def chosen_openness(fields: Fields) -> bool:
    """Read `state` of a list of alarms: open, or all; raises BadQuestion."""
    text = fields.get(b"state", [b""])[0].decode("ascii", "replace")
    if text not in ("", "open", "all"):
        raise BadQuestion("state must be open or all")
    return text == "open"


class Api:
    """Answers of the API, as values for JSON."""

    def __init__(self, house: House, reads: Reads, live: Live, version: str) -> None:
        self._house, self._reads, self._live, self._version = house, reads, live, version
        self._covered = Covered(house.config)

    async def status(self) -> dict[str, Any]:
        """What is alive, what waits, what is not well."""
        house, owner = self._house, self._owner
        midnight = to_micros(self._live.clock().midnight)
        present = await self._live.present.get()
        settled = await self._reads.read(lambda connection: queries.settled_since(connection, owner, midnight))
        troubles = house.troubles()
        home, clerk = house.config.property, house.link.clerk if house.link is not None else None
        return {
            "property": {"id": home.id, "name": home.name, "timezone": home.timezone.key, "currency": home.currency},
            "version": self._version,
            "now": house.now().isoformat(),
            "started": house.status.started.isoformat(),
            "ok": not troubles,
            "troubles": troubles,
            "sources": [_source(one) for one in house.status.sources.values()],
            "links": [_link(one) for one in house.status.links.values()],
            "postings": present.counts,
            "today": {state: settled.get(state, (0, 0))[0] for state in ("posted", "written_off")},
            "queued": clerk.waiting if clerk is not None else 0,
            "in_flight": clerk.in_flight.posting_id if clerk is not None and clerk.in_flight is not None else None,
            "oldest_waiting": _instant(present.oldest_waiting),
            "writer": {
                "backlog": house.writer.backlog,
                "commits": house.writer.commits,
                "trouble": house.writer.trouble or None,
            },
            "emergencies": [_emergency(one) for one in present.emergencies],
        }

    async def calls(self, part: Window, asked: Question | None = None) -> dict[str, Any]:
        """The newest calls of all, or those that a question to the log means."""
        owner, wanted = self._owner, wanted_of(self._house, asked or Question())
        if asked is None:
            wanted = replace(wanted, span=ALWAYS)

        def work(connection: Connection) -> tuple[list[dict[str, Any]], dict[int, list[dict[str, Any]]]]:
            numbers = call_log.numbers(connection, wanted, part.limit + 1, part.before)
            return call_log.rows(connection, owner, numbers), queries.of_calls(connection, owner, numbers)

        rows, postings = await self._reads.read(work)
        shown = rows[: part.limit]
        calls = [
            {**call_object(row, postings.get(row["id"], [])), "tags": row["tags"], "number_tags": row["number_tags"]}
            for row in shown
        ]
        return {"calls": calls, "next_before": shown[-1]["id"] if len(rows) > part.limit else None}

    async def call_sums(self, asked: Question) -> dict[str, Any]:
        """The calls that a question to the log means, added up."""
        wanted = wanted_of(self._house, asked)
        found = await self._reads.read(lambda connection: call_log.sums(connection, wanted))
        return {
            "since": _instant(wanted.span.since),
            "until": _instant(wanted.span.until),
            "at_least": found.more,
            **{name: getattr(found, name) for name in ("calls", "inward", "outward", "missed")},
            "talk_seconds": found.talk,
            "waited_seconds": found.waited,
            "waits_known": found.told,
            "amounts": [
                {"amount": money(minor, decimals), "currency": currency} for currency, decimals, minor in found.amounts
            ],
            "not_listed": found.hidden,
            "not_listed_amount": money(found.hidden_amount, wanted.decimals),
        }

    async def postings(self, state: str | None, part: Window) -> dict[str, Any]:
        """The newest postings, in one state or in all."""
        owner = self._owner

        def work(connection: Connection) -> list[dict[str, Any]]:
            if state is None:
                return queries.newest(connection, owner, part.limit + 1, part.before)
            return queries.in_state(connection, owner, state, part.limit + 1, part.before)

        rows = await self._reads.read(work)
        shown = rows[: part.limit]
        return {
            "postings": [posting_object(row) for row in shown],
            "next_before": shown[-1]["id"] if len(rows) > part.limit else None,
        }

    async def posting(self, number: int) -> dict[str, Any] | None:
        """One posting with its whole story."""
        owner = self._owner

        def work(connection: Connection) -> dict[str, Any] | None:
            row = queries.posting(connection, owner, number)
            call = queries.call(connection, owner, row["call_id"]) if row is not None else None
            if row is None or call is None:
                return None
            siblings = queries.of_calls(connection, owner, [call["id"]])[call["id"]]
            return {
                **posting_object(row),
                "call": call_object(call, siblings),
                "why": explained(call),
                "attempts_made": [
                    _attempt(one) for one in queries.attempts_of(connection, owner, [number]).get(number, [])
                ],
                "trail": [_deed(one) for one in queries.trail(connection, owner, number)],
                "records": [_record(self._covered(one)) for one in queries.records_of(connection, owner, call["id"])],
            }

        return await self._reads.read(work)

    async def alarms(self, only_open: bool, part: Window) -> dict[str, Any]:
        """The newest alarms, or the newest of those that are open."""
        owner = self._owner

        def work(connection: Connection) -> list[AlarmRow]:
            if only_open:
                rows = [one for one in alarms.unsettled(connection, owner) if one.cleared_at is None]
                return [one for one in reversed(rows) if part.before is None or one.id < part.before]
            return alarms.newest(connection, owner, part.limit + 1, part.before)

        rows = await self._reads.read(work)
        shown = rows[: part.limit]
        return {
            "alarms": [alarm_object(one) for one in shown],
            "next_before": shown[-1].id if len(rows) > part.limit else None,
        }

    @property
    def _owner(self) -> str:
        return self._house.database.property


def _instant(micros: int | None) -> str | None:
    return None if micros is None else from_micros(micros).isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _source(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "dialect": one.dialect,
        "role": one.role,
        "up": one.up,
        "since": one.since.isoformat(),
        "connections": one.connections,
        "records": one.records,
        "calls": one.calls,
        "unread": one.unread,
        "missing": one.missing,
        "gaps": list(one.gaps),
        "last_record": _moment(one.last_record),
        "problem": one.problem or None,
    }


def _link(one: Any) -> dict[str, Any]:
    return {"name": one.name, "up": one.up, "ready": one.ready, "why": one.why or None, "since": one.since.isoformat()}


def _emergency(row: Row) -> dict[str, Any]:
    return {
        "call_id": row["id"],
        "room": row["room"],
        "extension": row["extension"],
        "dialled": row["dialled"],
        "start": _instant(row["started_at"]),
    }


def call_object(row: Row, postings: list[dict[str, Any]]) -> dict[str, Any]:
    """A call as programs outside see it."""
    decimals = row["decimals"] or 0
    same = (
        "id source call_key legs status direction ring_seconds talk_seconds extension dialled caller trunk room department "
        "reservation number number_class place currency tariff tariff_version prefix billed_seconds trunk_group aoc_amount "
        "aoc_currency carrier cost_currency"
    )
    return {
        **{name: row[name] for name in same.split()},
        "answered": None if row["answered"] is None else bool(row["answered"]),
        "start": _instant(row["started_at"]),
        "settle_by": _instant(row["settle_by"]),
        "reason": row["reason"] or None,
        "holders": row["holders"].split(),
        "amount": money(row["amount"], decimals),
        "net": money(row["net"], decimals),
        "tax": money(row["tax"], decimals),
        "pulses": None if row["pulses"] == -1 else row["pulses"],
        "cost": cost_text(row),
        "margin": margin_text(row),
        "warnings": [one for one in row["warnings"].split("\n") if one],
        "postings": [{"id": one["id"], "part": one["part"], "state": one["state"]} for one in postings],
    }


def posting_object(row: Row) -> dict[str, Any]:
    """A posting as programs outside see it: the names that `foliogate postings list --json` writes."""
    same = "id state room currency attempts call_key call_id part pms reservation extension dialled talk_seconds token"
    return {
        **{name: row[name] for name in same.split()},
        "amount": money(row["amount"], row["decimals"]),
        "reason": row["reason"] or None,
        "hold": row["hold"] or None,
        "code": row["code"] or None,
        "reference": row["reference"] or None,
        "start": _instant(row["started_at"]),
        "due": _instant(row["due_at"]),
        "created": _instant(row["created_at"]),
        "changed": _instant(row["changed_at"]),
    }


def alarm_object(row: AlarmRow) -> dict[str, Any]:
    """An alarm as programs outside see it, without the guest: what the screen shows is for people."""
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "sentence": row.sentence,
        "open": row.cleared_at is None,
        "call_id": row.call_id,
        "raised": _instant(row.raised_at),
        "acknowledged": _instant(row.acknowledged_at),
        "acknowledged_by": row.acknowledged_by or None,
        "note": row.note or None,
        "escalated": _instant(row.escalated_at),
        "cleared": _instant(row.cleared_at),
    }


def _attempt(row: Row) -> dict[str, Any]:
    return {
        "attempt": row["attempt"],
        "pms": row["pms"],
        "token": row["token"],
        "room": row["room"],
        "sent": _instant(row["sent_at"]),
        "answered": _instant(row["answered_at"]),
        "event": row["event"] or None,
        "words": row["words"] or None,
    }


def _deed(row: Row) -> dict[str, Any]:
    return {"at": _instant(row["at"]), "who": row["who"], "what": row["what"]}


def _record(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "received": _instant(row["received_at"]),
        "kind": row["kind"],
        "mark": row["mark"] or None,
        "reason": row["reason"] or None,
        "raw": printable(bytes(row["raw"]), LONGEST_RECORD),
    }
