"""Three small ledgers to hold against each other: calls as the exchange told them, as the store has them, as the PMS booked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gateway.demo.books import Books, FolioEntry, Look, StoredCall, fias_line
from gateway.instants import to_micros
from gateway.store.rows import CallRow, PostingRow

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
SEEN = NOON.timestamp()


def told_line(key: str, **changed: Any) -> dict[str, Any]:
    """One line of the exchange's list."""
    line = {"key": key, "extension": "201", "dialled": "90048221234567", "seconds": 65}
    return {**line, "direction": "out", "kind": "national", "charged": True, **changed}


def folio_line(token: int, amount: int = 120, **changed: Any) -> dict[str, Any]:
    """One line of the PMS's list."""
    line = {"p#": str(token), "room": "201", "guest": "Adler", "reservation": "77001", "amount": amount}
    line |= {"text": "Poland", "at": NOON.isoformat(), "answer": "OK", "clear_text": "Posting successful."}
    return {**line, "booked": True, "delivery": "now", **changed}


def stored(
    number: int, key: str, *states: str, tokens: tuple[int, ...] = (), amount: int | None = 120, **changed: Any
) -> StoredCall:
    """A call of the store with a posting for each state; the first posting's attempts carried `tokens`."""
    nothing: dict[str, Any] = dict.fromkeys(CallRow._fields)
    call = CallRow(
        **{**nothing, "property": "SEASIDE", "id": number, "call_key": key, **_CALL, "amount": amount, **changed}
    )
    postings = [_posting(number * 10 + part, number, part, state, amount) for part, state in enumerate(states)]
    carried = {int(one["id"]): tokens if not place else () for place, one in enumerate(postings)}
    return StoredCall(row=call._asdict(), postings=tuple(postings), tokens=carried, raw=(f"record of {key}",))


_CALL: dict[str, Any] = {
    "source": "main",
    "legs": 1,
    "status": "charge",
    "reason": "",
    "direction": "out",
    "answered": 1,
    "started_at": to_micros(NOON),
    "talk_seconds": 65,
    "extension": "201",
    "holders": "201",
    "dialled": "90048221234567",
    "room": "201",
    "number": "+48221234567",
    "number_class": "national",
    "place": "Poland",
    "currency": "PLN",
    "decimals": 2,
    "warnings": "",
}


def _posting(number: int, call: int, part: int, state: str, amount: int | None) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(PostingRow._fields)
    said: dict[str, Any] = {"property": "SEASIDE", "id": number, "call_id": call, "part": part, "pms": "opera"}
    said |= {"state": state, "hold": "no_post" if state == "held" else "", "reason": "", "room": "201"}
    said |= {"reservation": "77001", "amount": amount, "currency": "PLN", "decimals": 2, "attempts": 1}
    said |= {"due_at": 0, "created_at": to_micros(NOON), "changed_at": to_micros(NOON), "code": "", "reference": ""}
    return PostingRow(**{**nothing, **said})._asdict()


def books(told: list[dict[str, Any]], calls: list[StoredCall], folio: list[dict[str, Any]], records: int = -1) -> Books:
    """The three ledgers of one run."""
    made = Books(read_line=fias_line)
    made.take(Look(calls=tuple(calls), records=len(calls) if records < 0 else records))
    made.hear_exchange(iter(told), SEEN)
    made.hear_pms(iter(folio), SEEN)
    return made


def entries(*lines: dict[str, Any]) -> list[FolioEntry]:
    """Lines of the PMS's list as they are read."""
    return Books(read_line=fias_line).hear_pms(iter(lines), SEEN)
