"""Rows of the store as the values a template shows. Pure: what is shown is decided here, how it looks is not.

A template gets no row and does no arithmetic. Texts from outside stay as they are here; the template's own finishing
makes them visible and escapes them (`gateway/web/templates.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from gateway.explaining import doubted, explained
from gateway.helplines import HELPLINE, HIDDEN, PERSONAL
from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.spoken import Texts, say, spoken
from gateway.ledger import ARROWS, DEEDS, REASON_NEEDED
from gateway.web.marks import CLASSES, MEANINGS, NAMES, Mark, call_mark, posting_mark
from gateway.web.words import Clock, amount, grouped, minutes, short_day
from gateway.web.words import day as day_of
from protocols.text import printable

#: Characters of a raw record on a page; the longest real ones have a few hundred.
LONGEST_RECORD: Final = 1_000
#: Calls whose sentences are remembered: what all lists that are open at a desk show.
_REMEMBERED: Final = 1_024

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One line of a list of calls, and what opens below it."""

    id: int
    day: str
    time: str
    exact: str
    place_called_from: str
    from_kind: str
    from_words: str
    direction: str
    number: str
    told_number: bool
    place: str
    talked: str
    amount: str
    charged: bool
    mark: Mark
    why: list[str] = field(default_factory=list)
    tags: Sequence[str] = ()
    number_tags: Sequence[str] = ()


def call_view(call: Row, postings: Sequence[Row], clock: Clock, country: str) -> CallView:
    """One call as a line."""
    began = int(call["started_at"])
    kind, place = _called_from(call)
    return CallView(
        id=int(call["id"]),
        day=clock.day(began),
        time=clock.hour(began),
        exact=clock.exact(began),
        place_called_from=place,
        from_kind=kind,
        from_words={"room": say("room"), "extension": say("extension")}.get(kind, ""),
        direction=str(call["direction"]),
        number=number_of(call, country),
        told_number=_tells_number(call),
        place=_place(call),
        talked=minutes(call["talk_seconds"]),
        amount=amount(call["amount"], call["decimals"], call["currency"]),
        charged=bool(postings),
        mark=call_mark(call, postings, clock),
        why=list(_why(call["reason"], call["trace"], call["currency"], call["decimals"], spoken().language)),
        tags=call.get("tags", ()),
        number_tags=call.get("number_tags", ()),
    )


@lru_cache(maxsize=_REMEMBERED)
def _why(reason: str, trace: str | None, currency: str | None, decimals: int | None, language: str) -> tuple[str, ...]:
    """The sentences of a call, worked out once: a page that is looked at shows the same calls every second."""
    call = {"reason": kept(reason), "trace": trace, "currency": currency, "decimals": decimals}
    return tuple(explained(call, language))


def _called_from(call: Row) -> tuple[str, str]:
    if call["room"]:
        return "room", str(call["room"])
    if call["department"]:
        return "", str(call["department"])
    return "extension", str(call["extension"] or "–")


def _place(call: Row) -> str:
    if call["direction"] == "in":
        return say("incoming")
    if call["direction"] == "internal":
        return say("internal")
    number_class = str(call["number_class"] or "")
    named = said_place(str(call["place"] or "")) or CLASSES.get(number_class, number_class)
    return named.replace(CLASSES["unknown"], "")


#: What stands where a number would that nobody is shown.
_HIDDEN: Final[Mapping[str, str]] = Texts({HELPLINE: "a helpline", PERSONAL: "a private call"})


def number_of(call: Row, country: str) -> str:
    """The number at the other end, as people dial it; the digits as they came where it has no such form."""
    if call["place"] in HIDDEN:
        return _HIDDEN[call["place"]]
    if call["direction"] == "in":
        return str(call.get("caller") or say("no number"))
    if call["number"]:
        return grouped(str(call["number"]), country)
    return str(call["dialled"] or say("no digits"))


def _tells_number(call: Row) -> bool:
    """Whether there is a number outside whose page a call can lead to."""
    if call["direction"] == "internal" or call["number_class"] == "internal":
        return False
    shown = call["caller"] if call["direction"] in ("in", "tandem") else call["number"] or call["dialled"]
    return any(sign.isdecimal() for sign in shown or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One attempt: when, to which folio, with which number, and what came back."""

    sent: str
    room: str
    token: int
    outcome: str


_OUTCOMES: Final[Mapping[str, str]] = Texts(
    {
        "accepted": "the PMS said yes",
        "refused": "the PMS said no",
        "retry_asked": "the PMS asked to try again",
        "not_sent": "it did not leave the house",
        "no_answer": "no answer came",
        "unacknowledged": "handed over; this PMS acknowledges nothing",
        "found_at_start": "the gateway stopped before an answer came",
        "late_yes": "the PMS said yes, late",
        "in_total": "it stands in the PMS's total",
        "late_no": "the PMS said no, late",
        "late_retry": "the PMS asked, late, to try again",
    }
)


def attempt_view(row: Row, clock: Clock) -> AttemptView:
    """One attempt as a line."""
    if not row["event"]:
        outcome = say("no answer yet")
    else:
        words = str(row["words"]).removeprefix("refused: ")
        said = f": {kept(words)}" if words else ""
        outcome = f"{clock.second(int(row['answered_at']))} {_OUTCOMES.get(row['event'], row['event'])}{said}"
    return AttemptView(
        sent=clock.full(int(row["sent_at"])), room=str(row["room"]), token=int(row["token"]), outcome=outcome
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedView:
    """A button: what it does, how it is called, whether a reason is a must."""

    deed: str
    words: str
    reason_needed: bool
    plain: bool = False


#: Each verb of the ledger as a button, by state where the words differ.
_BUTTONS: Final[Mapping[str, str]] = Texts(
    {
        "on-folio": "It is on the folio",
        "not-on-folio": "It is not: send it again",
        "retry": "Send it again",
        "release": "Release it to the PMS",
        "write-off": "Write it off",
    }
)


#: Held for a person who books it in the PMS himself, and then says so.
_BY_HAND: Final = ("by_hand", "amount_fell")


def deed_views(posting: Row) -> list[DeedView]:
    """What a person may do to a posting as it stands; the ledger's arrows say what exists."""
    chargeable = (posting["amount"] or 0) > 0 and bool(posting["room"])
    shown = []
    for deed, event in DEEDS.items():
        after = ARROWS.get((posting["state"], event))
        if deed == "on-folio" and posting["state"] == "held" and posting["hold"] not in _BY_HAND:
            continue
        if after is not None and (after != "due" or chargeable):
            needed = deed in REASON_NEEDED
            shown.append(DeedView(deed=deed, words=_BUTTONS[deed], reason_needed=needed, plain=deed == "write-off"))
    return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingView:
    """A posting as a line or as a card."""

    id: int
    call_id: int
    state: str
    state_name: str
    meaning: str
    room: str
    guest: str
    amount: str
    changed: str
    began: str
    day: str
    short_day: str
    number: str
    place: str
    talked: str
    reason: str
    reference: str
    attempts: int
    part: int
    pms: str
    mark: Mark
    token: str
    deeds: list[DeedView]
    tries: list[AttemptView]
    known: list[tuple[str, str]]


def posting_view(
    row: Row,
    clock: Clock,
    country: str,
    *,
    guest: str = "",
    token: str = "",
    tries: Sequence[Row] = (),
) -> PostingView:
    """One posting with what its call says; `token` signs the state that is shown."""
    began = int(row["started_at"])
    state = str(row["state"])
    return PostingView(
        id=int(row["id"]),
        call_id=int(row["call_id"]),
        state=state,
        state_name=NAMES[state],
        meaning=MEANINGS[state],
        room=str(row["room"] or ""),
        guest=guest,
        amount=amount(row["amount"], row["decimals"], row["currency"]) or say("no amount"),
        changed=clock.moment(int(row["changed_at"])),
        began=clock.hour(began),
        day=clock.day(began),
        short_day="" if clock.is_today(began) else short_day(clock.at(began)),
        number=number_of({**row, "direction": "out"}, country),
        place=said_place(str(row["place"] or "")),
        talked=minutes(row["talk_seconds"]),
        reason=kept(str(row["reason"])),
        reference=str(row["reference"]),
        attempts=int(row["attempts"]),
        part=int(row["part"]),
        pms=str(row["pms"]),
        mark=posting_mark(row, clock),
        token=token,
        deeds=deed_views(row),
        tries=[attempt_view(one, clock) for one in tries],
        known=doubted(row, tries, clock.full) if state in ("in_doubt", "unconfirmable") else [],
    )


_RECORDS: Final[Mapping[str, str]] = Texts(
    {"unparsed": "not read", "call": "call", "event": "event", "furniture": "furniture"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record as it came."""

    id: int
    received: str
    source: str
    kind: str
    mark: str
    reason: str
    text: str
    size: int
    call_id: int | None


def record_view(row: Row, clock: Clock) -> RecordView:
    """One raw record, its bytes printable."""
    return RecordView(
        id=int(row["id"]),
        received=clock.full(int(row["received_at"])),
        source=str(row["source"]),
        kind=_RECORDS.get(row["kind"], str(row["kind"])),
        mark=str(row["mark"]),
        reason=kept(str(row["reason"])),
        text=printable(bytes(row["raw"]), LONGEST_RECORD),
        size=len(row["raw"]),
        call_id=row["call_id"],
    )


@dataclass(frozen=True, slots=True)
class Day:
    """The calls of one day, newest first."""

    name: str
    calls: list[CallView]


def by_day(calls: Sequence[CallView], clock: Clock) -> Iterator[Day]:
    """Calls under the days they began on; today is called so."""
    today = day_of(clock.today, year=False)
    day: Day | None = None
    for call in calls:
        name = say("Today, {day}", day=call.day) if call.day == today else call.day
        if day is None or day.name != name:
            if day is not None:
                yield day
            day = Day(name, [])
        day.calls.append(call)
    if day is not None:
        yield day
