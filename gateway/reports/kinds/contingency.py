"""The sheet for the desk when everything is down: each guest in the house with what he was charged so far, to be read on paper alone.

It tells how things stand when it is made, whatever days are asked for: it counts every charge since each guest arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from gateway.instants import from_micros
from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.periods import Period
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Column, Money, Note, Report, Row, Table, table
from gateway.reports.wording import entry
from gateway.store.in_house import charged, guests, unsettled
from gateway.web.marks import HOLDS, NAMES

#: Charges that are named one by one, those of guests in the house first: as many rows as a PDF has of a table.
MOST_NAMED: Final = 2_000
#: The columns of money, and the states of a charge that count in each.
STANDING: Final[Mapping[str, tuple[str, ...]]] = {
    "posted": ("posted",),
    "waiting": ("due", "sent"),
    "held": ("held", "refused"),
    "in_doubt": ("in_doubt", "unconfirmable"),
}
_PURSE_OF: Final = {state: name for name, states in STANDING.items() for state in states}
_GUESTS: Final = (
    Column("room", "room"),
    Column("guest", "guest"),
    Column("arrived", "arrived", "day"),
    Column("departs", "departs", "day"),
    Column("reservation", "reservation", "text", detail=True),
    Column("charges", "charges", "count"),
    Column("posted", "on the folio", "money"),
    Column("waiting", "waiting", "money"),
    Column("held", "held or refused", "money"),
    Column("in_doubt", "in doubt", "money"),
    Column("together", "together", "money"),
    Column("unpriced", "without a price", "count"),
)
_CHARGES: Final = (
    Column("room", "room"),
    Column("guest", "guest"),
    Column("began", "call began", "instant"),
    Column("number", "number"),
    Column("talk_seconds", "talk", "seconds"),
    Column("amount", "amount", "money"),
    Column("state", "state"),
    Column("posting", "posting", "text", detail=True),
)
_HOW = Note(
    title="When nothing works",
    sentences=(
        "“On the folio” is in the PMS already: add it to a bill only if the PMS itself cannot be read.",
        "“Waiting” and “held or refused” are not in the PMS. Bill them by hand from the list of charges below, tick each "
        "one, and keep this sheet: when the PMS is back, settle the ticked ones as billed, so that nobody pays twice.",
        "“In doubt” may be in the PMS or not: look at the folio before you bill it.",
        "Calls after this sheet was made are not on it. Ask the guest, and note them by hand.",
    ),
)


@dataclass(slots=True)
class _Account:
    """What one guest was charged."""

    charges: int = 0
    unpriced: int = 0
    purses: dict[str, Purse] = field(default_factory=lambda: {name: Purse() for name in STANDING})
    whole: Purse = field(default_factory=Purse)

    def add(self, row: Mapping[str, Any]) -> None:
        """One sum; what was written off is no longer charged."""
        name = _PURSE_OF.get(row["state"])
        if name is None:
            return
        self.charges += row["postings"]
        self.unpriced += row["postings"] - row["priced"]
        if row["priced"]:
            self.purses[name].put(row["amount"], row["currency"], row["decimals"])
            self.whole.put(row["amount"], row["currency"], row["decimals"])

    def join(self, other: _Account) -> None:
        """Take in another's."""
        self.charges += other.charges
        self.unpriced += other.unpriced
        self.whole.pour(other.whole)
        for name, purse in other.purses.items():
            self.purses[name].pour(purse)

    def rows(self, before: Sequence[Any], home: Money) -> list[Row]:
        """A row with each purse."""
        purses = [*self.purses.values(), self.whole]
        return money_rows((*before, self.charges), purses, home, (self.unpriced,))


def contingency(asked: Asked, connection: Connection) -> Report:
    """The report."""
    owner = asked.database.property
    stays = sorted(_by_guest(guests(connection, owner)), key=lambda one: (*_place(one["room"]), one["id"]))
    now = _since_the_first(asked, stays)
    accounts = _accounts(connection, owner, min((one["since"] for one in stays), default=0), stays)
    rows = [row for one in stays for row in accounts[one["reservation"]].rows(_who(one, asked), asked.money(0))]
    whole = _Account()
    for account in accounts.values():
        whole.join(account)
    totals = whole.rows((ours("together"), None, None, None, None), asked.money(0))
    listed = table(
        "guests", "Guests in the house", _GUESTS, rows, totals=tuple(totals), nothing="Nobody is in the house."
    )
    charges, others, most = _unsettled(asked, connection, stays)
    return report(
        now,
        connection,
        now.chosen(connection),
        kind="contingency",
        title="Contingency sheet",
        finding=_finding(asked, stays, whole.whole, most),
        sections=(_HOW, listed, charges, others),
        assumptions=(
            "Guests are those of whom the PMS told when it was last heard.",
            "Counted are all charges since each guest arrived, those of other rooms of the same stay included.",
        ),
        by_begin=False,
    )


def _finding(asked: Asked, stays: Sequence[Mapping[str, Any]], charged_: Purse, most: int) -> str:
    at = asked.run_at.astimezone(asked.period.zone)
    rooms = len({room for one in stays for room in one["rooms"]})
    said = {
        "hour": f"{at:%H:%M}",
        "day": f"{at:%Y-%m-%d}",
        "guests": later_plural("{number} guest", "{number} guests", len(stays)),
        "rooms": later_plural("{number} room", "{number} rooms", rooms),
        "amount": charged_.words(asked.money(0)),
    }
    if not most:
        return later("At {hour} on {day}: {guests} in {rooms}: {amount} charged so far, all of it on folios.", **said)
    return later(
        "At {hour} on {day}: {guests} in {rooms}: {amount} charged so far, {charges} of the house on no folio for certain.",
        **said,
        charges=later_plural("{number} charge", "{number} charges", most),
    )


def _by_guest(stays: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line a reservation: one that has several rooms pays once for all of them."""
    found: dict[str, dict[str, Any]] = {}
    for one in stays:
        found.setdefault(one["reservation"], one | {"rooms": []})["rooms"].append(one["room"])
    return list(found.values())


def _since_the_first(asked: Asked, stays: Sequence[Mapping[str, Any]]) -> Asked:
    """The question with the days it is really about: from the first arrival to the moment."""
    today = asked.run_at.astimezone(asked.period.zone).date()
    first = min((day for one in stays if (day := _day(one["since"], asked)) is not None), default=today)
    return replace(asked, period=Period(min(first, today), today, asked.period.zone))


def _day(micros: int | None, asked: Asked) -> date | None:
    """A day of the hotel; None where the PMS did not tell it, which is kept as nothing or as the beginning of all time."""
    return from_micros(micros).astimezone(asked.period.zone).date() if micros else None


def _place(room: str) -> tuple[int, int, str]:
    """Rooms in the order in which people look for them: 99 before 101, names behind."""
    return (0, int(room), room) if room.isascii() and room.isdigit() else (1, 0, room)


def _accounts(
    connection: Connection, owner: str, since: int, stays: Sequence[Mapping[str, Any]]
) -> dict[str, _Account]:
    found = {one["reservation"]: _Account() for one in stays}
    for row in charged(connection, owner, since, list(found)):
        found[row["reservation"]].add(row)
    return found


def _who(stay: Mapping[str, Any], asked: Asked) -> tuple[Any, ...]:
    name = stay["name"] or stay["reservation"]
    days = (_day(stay["since"], asked), _day(stay["departure"], asked))
    return ", ".join(stay["rooms"]), name, *days, stay["reservation"]


def _unsettled(asked: Asked, connection: Connection, stays: Sequence[Mapping[str, Any]]) -> tuple[Table, Table, int]:
    """Charges that are not on a folio for certain: of guests in the house by room, and of everybody else."""
    names = {one["reservation"]: one["name"] or one["reservation"] for one in stays}
    rows, most = unsettled(connection, asked.database.property, list(names), MOST_NAMED)
    rows.sort(key=lambda one: (*_place(one["room"] or ""), one["started_at"] or 0, one["id"]))
    here = [_charge(asked, one, names[one["reservation"]]) for one in rows if one["reservation"] in names]
    gone = [_charge(asked, one, one["reservation"]) for one in rows if one["reservation"] not in names]
    beyond = (
        later("{shown} of {most} are named, those of guests in the house first.", shown=MOST_NAMED, most=most)
        if most > MOST_NAMED
        else ""
    )
    nothing = "Every charge of theirs is on the folio."
    own = table(
        "charges", "Their charges that are not on the folio for certain", _CHARGES, here, nothing=nothing, note=beyond
    )
    others = table("others", "Charges of guests who have left, or of nobody", _CHARGES, gone, nothing="None.")
    return own, others, most


def _charge(asked: Asked, one: Mapping[str, Any], guest: str | None) -> Row:
    money = None if one["amount"] is None else Money(one["amount"], one["currency"], one["decimals"])
    state = joined(": ", (entry(NAMES, one["state"]), entry(HOLDS, one["hold"] or "")))
    room = one["room"] or one["extension"]
    return (room, guest, one["started_at"], asked.number(one), one["talk_seconds"], money, state, str(one["id"]))
