"""The rack as a page: read once for all who look while nothing has changed, and told live to whoever keeps it open.

What is in the store changes with a commit of the writer, so as long as none came, what was drawn stands. The frame around
it is drawn for each page, since it tells how long ago things were.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Connection

from gateway.instants import to_micros
from gateway.languages.spoken import later, say, spoken
from gateway.store import rack as queries
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Page, Pages
from gateway.web.rack import LEGEND, Cell, FloorView, Known, Rack, address_of, counts, digest
from gateway.web.reads import Reads, StoreBusy, StoreUnreadable
from gateway.web.streams import Seen
from gateway.web.templates import environment

#: Ways to look at the rack.
VIEWS: Final = ("", "list")
TITLE: Final = later("Rooms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The rack as it was drawn: what it rests on, its cells as values and as HTML."""

    rests_on: tuple[int, date, frozenset[str]]
    floors: tuple[FloorView, ...]
    html: dict[str, Markup]
    shape: str
    digest: str


@dataclass(slots=True)
class _Drawing:
    """The rack in one language: what was drawn last, and what is drawn again only where it has changed."""

    rack: Rack
    kept: Drawn | None = None
    cells: dict[str, tuple[Cell, Markup]] = field(default_factory=dict)


class RackPages:
    """The rack, as cells and as a list; drawn in each language that is spoken."""

    def __init__(self, house: House, reads: Reads, live: Live, pages: Pages) -> None:
        self._house, self._reads, self._live, self._pages = house, reads, live, pages
        self._drawn = live.shared(self._draw)
        self._known = known_of(house)
        self._drawings: dict[str, _Drawing] = {}
        self._macro: Any = environment().get_template("rack_parts.html").module.cell  # type: ignore[attr-defined]

    async def rack(self, view: str) -> Page:
        """Every room of the house."""
        drawn = await self.now()
        return await self._pages.page(
            "rack_list.html" if view == "list" else "rack.html",
            here="rooms",
            title=say(TITLE),
            floors=drawn.floors,
            cells=drawn.html,
            counts=counts(drawn.floors),
            legend=LEGEND,
            digest=drawn.digest,
            has_pms=self._known.has_pms,
            home=self._known.currency,
        )

    async def look(self) -> Seen:
        """The page as it stands, for those who keep it open; what cannot be read now stays as it was."""
        try:
            drawn = await self.now()
        except (StoreUnreadable, StoreBusy):
            kept = self._drawing.kept
            if kept is None:
                raise
            drawn = kept
        around = await self._pages.around("rooms", say(TITLE))
        return Seen(shape=drawn.shape, digest=drawn.digest, body=drawn.html, around=around)

    def room_named(self, words: str) -> str | None:
        """The room that somebody means who writes its name, where it was drawn: "royal suite" is one, 41 is not 412."""
        meant = words.casefold()
        cells = self._cells()
        return next((cell.room for cell in cells if cell.room.casefold() == meant), None)

    def rooms_like(self, words: str, most: int) -> list[dict[str, str]]:
        """Rooms whose name begins with the words, or contains them where they are letters."""
        meant = words.casefold()
        cells = self._cells()
        found = [
            one
            for one in cells
            if one.room.casefold().startswith(meant) or (not words.isdigit() and meant in one.room.casefold())
        ]
        return [{"room": one.room, "guest": one.guest, "address": address_of(one.room)} for one in found[:most]]

    async def now(self) -> Drawn:
        """The rack as it stands: what was drawn last, as long as nothing was committed since."""
        kept = self._drawing.kept
        if kept is not None and kept.rests_on == self._rests_on():
            return kept
        return await self._drawn.get()

    @property
    def _drawing(self) -> _Drawing:
        """The rack in the language that is spoken."""
        return self._drawings.setdefault(spoken().language, _Drawing(Rack(self._known)))

    def _cells(self) -> list[Cell]:
        """Every cell as it was drawn last, in whichever language: rooms and guests are called the same in all."""
        kept = next((one.kept for one in (self._drawing, *self._drawings.values()) if one.kept is not None), None)
        return [cell for floor in kept.floors for cell in floor.cells] if kept is not None else []

    def _rests_on(self) -> tuple[int, date, frozenset[str]]:
        clock = self._live.clock()
        return self._house.writer.commits, clock.today.date(), self._house.status.calling.rooms(clock.now)

    async def _draw(self) -> Drawn:
        rests_on, clock, known = self._rests_on(), self._live.clock(), self._known
        owner = self._house.database.property
        midnight = None if known.has_pms else to_micros(clock.midnight)

        def work(connection: Connection) -> queries.RackRows:
            return queries.read(connection, owner, midnight, known.listed)

        rows, drawing = await self._reads.read(work), self._drawing
        floors = drawing.rack.draw(rows, rests_on[2], clock)
        drawing.kept = self._written(drawing, rests_on, floors)
        return drawing.kept

    def _written(
        self, drawing: _Drawing, rests_on: tuple[int, date, frozenset[str]], floors: tuple[FloorView, ...]
    ) -> Drawn:
        """A rack with its cells as HTML; a cell that stands as it stood is not written again."""
        before, drawing.cells = drawing.cells, {}
        for cell in (cell for floor in floors for cell in floor.cells):
            known = before.get(cell.key)
            drawing.cells[cell.key] = known if known is not None and known[0] is cell else (cell, self._macro(cell))
        html = {key: written for key, (_, written) in drawing.cells.items()}
        shape = digest({floor.title: "\x1d".join(cell.room for cell in floor.cells) for floor in floors})
        return Drawn(rests_on=rests_on, floors=floors, html=html, shape=shape, digest=digest(html))


def known_of(house: House) -> Known:
    """What the configuration says of the rooms."""
    config = house.config
    listed = dict.fromkeys(config.rooms.map.values())
    for span in config.rooms.extensions:
        listed |= dict.fromkeys(str(one).zfill(len(span.first)) for one in range(int(span.first), int(span.last) + 1))
    others = set(config.rooms.departments) | set(config.rooms.map)
    rooms = tuple(one for one in listed if one not in others)
    return Known(rooms, config.floors(), config.property.currency, bool(config.pms))
