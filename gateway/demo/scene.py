"""What the demo's page shows, as values: the same call in three places, each as its own ledger has it. Pure.

A call of the run has a number and one of a few colours; both go with it from column to column, so that it is known
again without reading. For some seconds after it came to a place it is marked there. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.demo.balance import Balance
from gateway.demo.books import Books, FolioEntry, StoredCall, Told
from gateway.demo.hotel import CURRENCY
from gateway.web.marks import Mark
from gateway.web.views import call_view
from gateway.web.words import Clock, amount, minutes
from rating.money import minor_digits

#: Rows of each column: what fits a screen beside the other two.
ROWS: Final = 12
#: Lines of one guest's folio.
FOLIO_ROWS: Final = 40
#: Colours that numbers take in turn.
COLOURS: Final = 6
#: Seconds for which something that just came is marked.
FRESH: Final = 4.0
#: Seconds for which a charge is not shown while it is not known whose it is.
KNOWN_AFTER: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """By what a call is known again: its number in this run and its colour; no number for what belongs to no call."""

    number: str
    colour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRow:
    """A call that ended, as the exchange told it."""

    chip: Chip
    fresh: bool
    at: str
    extension: str
    what: str
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRow:
    """The same call in the gateway's store."""

    chip: Chip
    fresh: bool
    who: str
    number: str
    place: str
    amount: str
    mark: Mark
    link: str
    settle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioRow:
    """A posting as the PMS has it."""

    id: str
    chip: Chip
    fresh: bool
    room: str
    guest: str
    amount: str
    text: str
    at: str
    token: int
    booked: bool
    answer: str
    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Folio:
    """The third column: all folios, or one guest's with its total."""

    room: str
    guest: str
    total: str
    rows: tuple[FolioRow, ...]


def chip(told: Told | None) -> Chip:
    """The chip of a call."""
    return (
        Chip(number=str(told.number), colour=told.number % COLOURS) if told is not None else Chip(number="·", colour=-1)
    )


def exchange_rows(books: Books, clock: Clock) -> list[ExchangeRow]:
    """The newest calls that the exchange told, newest first."""
    newest = list(books.told.values())[-ROWS:]
    return [_exchange_row(told, books.of_key(told.key), clock) for told in reversed(newest)]


def _exchange_row(told: Told, stored: StoredCall | None, clock: Clock) -> ExchangeRow:
    way = {"out": f"dialled {told.dialled}", "in": "was called", "internal": f"called {told.dialled}"}
    return ExchangeRow(
        chip=chip(told),
        fresh=_fresh(told.seen, clock),
        at=f"{datetime.fromtimestamp(told.seen, clock.zone):%H:%M:%S}",
        extension=told.extension,
        what=f"{way.get(told.direction, told.direction)}, {minutes(told.seconds)}",
        raw=stored.raw if stored is not None else (),
    )


def gateway_rows(books: Books, clock: Clock, country: str, url: str) -> list[GatewayRow]:
    """The newest calls in the store, newest first."""
    newest = sorted(books.calls)[-ROWS:]
    return [_gateway_row(books.calls[number], books, clock, country, url) for number in reversed(newest)]


def _gateway_row(call: StoredCall, books: Books, clock: Clock, country: str, url: str) -> GatewayRow:
    view = call_view(call.row, call.postings, clock, country)
    told = books.told.get(str(call.row["call_key"]))
    doubtful = [one["id"] for one in call.postings if one["state"] == "in_doubt"]
    return GatewayRow(
        chip=chip(told),
        fresh=told is not None and _fresh(told.seen, clock),
        who=f"{view.from_kind} {view.place_called_from}".strip(),
        number=view.number if view.direction == "out" else "",
        place=view.place,
        amount=view.amount,
        mark=view.mark,
        link=f"{url}/calls/{view.id}",
        settle=f"{url}/postings/{doubtful[0]}" if doubtful else "",
    )


def folio(books: Books, clock: Clock, room: str = "") -> Folio:
    """The newest postings at the PMS, newest first; of one room, the folio of the guest who was charged there last."""
    if not room:
        known = [line for line in books.folio[-2 * ROWS :] if _is_known(line, books, clock)]
        return Folio(room="", guest="", total="", rows=tuple(_folio_rows(known[-ROWS:], books, clock)))
    every = [one for one in (*books.earlier, *books.folio) if one.room == room]
    guest = every[-1] if every else None
    lines = [one for one in every if guest is not None and one.reservation == guest.reservation]
    return Folio(
        room=room,
        guest=guest.guest if guest is not None else "",
        total=_money(sum(one.amount for one in lines if one.booked)),
        rows=tuple(_folio_rows(lines[-FOLIO_ROWS:], books, clock)),
    )


def _is_known(line: FolioEntry, books: Books, clock: Clock) -> bool:
    """False for a moment, while the PMS's list is ahead of what was read of the store."""
    return books.of_token(line.token) is not None or clock.now.timestamp() - line.seen >= KNOWN_AFTER


def _folio_rows(lines: list[FolioEntry], books: Books, clock: Clock) -> list[FolioRow]:
    return [_folio_row(line, books.of_token(line.token), clock) for line in reversed(lines)]


def _folio_row(line: FolioEntry, told: Told | None, clock: Clock) -> FolioRow:
    at = datetime.fromisoformat(line.at).astimezone(clock.zone)
    day = "" if at.date() == clock.today.date() else f"{at:%a} {at.day} {at:%b} "
    return FolioRow(
        id=f"{line.token}-{line.at}",
        chip=chip(told),
        fresh=_fresh(line.seen, clock),
        room=line.room,
        guest=line.guest,
        amount=_money(line.amount),
        text=line.text,
        at=f"{day}{at:%H:%M:%S}",
        token=line.token,
        booked=line.booked,
        answer="" if line.booked else f"{line.answer} {line.clear_text}",
        silent=line.delivery in ("never", "cut"),
    )


def figures(stands: Balance) -> list[tuple[str, int, str]]:
    """The states of charges: their name, how many, and the tone of a number that is not 0."""
    return [
        ("posted", stands.state("posted"), "good"),
        ("waiting", stands.state("due", "sent"), "quiet"),
        ("in doubt", stands.state("in_doubt"), "amber"),
        ("held", stands.state("held"), "amber"),
        ("refused", stands.state("refused"), "red"),
        ("written off", stands.state("written_off"), "quiet"),
        ("not charged", stands.not_charged, "quiet"),
    ]


def money_line(stands: Balance) -> str:
    """What the gateway says it posted beside what the PMS says it booked."""
    return f"posted {_money(stands.posted_amount)}, on the PMS's folios {_money(stands.booked_amount)}"


def _money(minor: int) -> str:
    return amount(minor, minor_digits(CURRENCY), CURRENCY)


def _fresh(seen: float, clock: Clock) -> bool:
    return 0 <= clock.now.timestamp() - seen < FRESH
