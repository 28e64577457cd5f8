"""What each room and stay called, what it was charged by class of number, and how far the charges have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.calls import CHARGED
from gateway.reports.sums import Purse, Tally, money_rows, tallied, together
from gateway.reports.values import Bars, Column, Money, Report, Row, Section, table
from gateway.reports.wording import class_words
from gateway.store.pages import guest_names
from gateway.store.reporting import call_sums, posting_sums
from gateway.web.words import minutes

#: The order in which classes of number stand side by side; one that is not here comes behind.
CLASSES: Final = ("local", "national", "mobile", "international", "premium", "service", "toll-free", "emergency")
#: Rooms in the picture.
MOST_BARS: Final = 12
#: Guests whose names are asked for at a time.
_NAMES: Final = 500


@dataclass(slots=True)
class Folio:
    """What one stay was charged: by class, and by how far it has come."""

    classes: dict[str, Purse] = field(default_factory=dict)
    whole: Purse = field(default_factory=Purse)
    posted: Purse = field(default_factory=Purse)
    open: Purse = field(default_factory=Purse)
    written_off: Purse = field(default_factory=Purse)
    unpriced: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """One sum of charges."""
        if row["state"] != "written_off":
            self.unpriced += row["postings"] - row["priced"]
        if not row["priced"]:
            return
        money = (row["amount"], row["currency"], row["decimals"])
        if row["state"] == "written_off":
            self.written_off.put(*money)
            return
        self.whole.put(*money)
        self.classes.setdefault(row["number_class"] or "other", Purse()).put(*money)
        (self.posted if row["state"] == "posted" else self.open).put(*money)


def rooms(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    keys = ("room", "reservation")
    called = {key: tally for key, tally in tallied(call_sums(connection, chosen, keys), *keys).items() if key[0]}
    charged = posting_sums(connection, chosen, (*keys, "number_class"))
    folios = _folios(row for row in charged if row["room"])
    called |= {key: together([]) for key in folios if key not in called}  # shares of calls that others began
    names = _names(connection, asked.database.property, called)
    classes = sorted({name for one in folios.values() for name in one.classes}, key=_place)
    home = asked.money(0)
    rows: list[Row] = []
    for key in sorted(called, key=lambda one: (one[0], one[1] or "")):
        rows += _rows(key, called[key], folios.get(key, Folio()), names, classes, home)
    whole = _together(folios.values())
    tally = together(called.values())
    totals = money_rows(
        (ours("together"), None, None, tally.calls, tally.talk), _purses(whole, classes), home, (whole.unpriced,)
    )
    listed = table("rooms", "Rooms and stays", _columns(classes), rows, totals=tuple(totals), nothing="No room called.")
    sections: list[Section] = [*_picture(folios, asked), listed]
    return report(
        asked,
        connection,
        chosen,
        kind="rooms",
        title="Calls by room and stay",
        finding=_finding(len({key[0] for key in called}), tally, whole, home),
        sections=sections,
        assumptions=(TALK, CHARGED, "A call counts for the room its extension stood in when it began."),
    )


def _finding(rooms_: int, tally: Tally, whole: Folio, home: Money) -> str:
    said = {
        "rooms": later_plural("{number} room", "{number} rooms", rooms_),
        "calls": later_plural("{number} call", "{number} calls", tally.calls),
        "minutes": minutes(tally.talk),
        "charged": whole.whole.words(home),
    }
    if not whole.open.known:
        return later("{rooms}, {calls}, {minutes} of talk: {charged} charged, all of it on folios.", **said)
    return later(
        "{rooms}, {calls}, {minutes} of talk: {charged} charged, of which {open} not settled yet.",
        **said,
        open=whole.open.words(home),
    )


def _place(name: str) -> tuple[int, str]:
    return (CLASSES.index(name) if name in CLASSES else len(CLASSES), name)


def _folios(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], Folio]:
    found: dict[tuple[Any, ...], Folio] = {}
    for row in rows:
        found.setdefault((row["room"], row["reservation"]), Folio()).add(row)
    return found


def _together(folios: Iterable[Folio]) -> Folio:
    whole = Folio()
    for one in folios:
        whole.unpriced += one.unpriced
        for name in ("whole", "posted", "open", "written_off"):
            getattr(whole, name).pour(getattr(one, name))
        for name, purse in one.classes.items():
            whole.classes.setdefault(name, Purse()).pour(purse)
    return whole


def _names(connection: Connection, owner: str, keys: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    guests = sorted({key[1] for key in keys if key[1]})
    found: dict[str, str] = {}
    for begin in range(0, len(guests), _NAMES):
        found |= guest_names(connection, owner, guests[begin : begin + _NAMES])
    return found


def _columns(classes: Sequence[str]) -> tuple[Column, ...]:
    return (
        Column("room", "room"),
        Column("guest", "guest"),
        Column("reservation", "reservation", "text", detail=True),
        Column("calls", "calls", "count"),
        Column("talk_seconds", "talk", "seconds"),
        *(Column(name.replace("-", "_"), class_words(name) or "", "money") for name in classes),
        Column("charged", "charged", "money"),
        Column("posted", "posted", "money"),
        Column("open", "not settled", "money"),
        Column("written_off", "written off", "money", detail=True),
        Column("unpriced", "without a price", "count", detail=True),
    )


def _purses(folio: Folio, classes: Sequence[str]) -> list[Purse]:
    return [
        *(folio.classes.get(name, Purse()) for name in classes),
        folio.whole,
        folio.posted,
        folio.open,
        folio.written_off,
    ]


def _rows(
    key: tuple[Any, ...], tally: Tally, folio: Folio, names: Mapping[str, str], classes: Sequence[str], home: Any
) -> list[Row]:
    room, guest = key
    name = names.get(guest, guest) if guest else ours("no guest")
    return money_rows((room, name, guest, tally.calls, tally.talk), _purses(folio, classes), home, (folio.unpriced,))


def _picture(folios: Mapping[tuple[Any, ...], Folio], asked: Asked) -> list[Section]:
    """The rooms that were charged most, in the hotel's currency."""
    by_room: dict[str, int] = {}
    for key, folio in folios.items():
        by_room[key[0]] = by_room.get(key[0], 0) + folio.whole.of(asked.currency, asked.decimals).minor
    top = sorted(((room, minor) for room, minor in by_room.items() if minor > 0), key=lambda one: (-one[1], one[0]))
    if not top:
        return []
    shown = top[:MOST_BARS]
    beyond = (
        later(
            "The {shown} of {number} rooms that were charged most are shown.",
            shown=MOST_BARS,
            number=len(by_room),
        )
        if len(top) > MOST_BARS
        else ""
    )
    return [
        Bars(
            name="top",
            title="Charged by room",
            sentence=joined(" ", (later("Room {room} was charged most.", room=shown[0][0]), beyond)),
            measure=Column("charged", "charged", "money"),
            series=("charged",),
            labels=tuple(room for room, _ in shown),
            heading="room",
            values=tuple((asked.money(minor),) for _, minor in shown),
            lying=True,
        )
    ]
