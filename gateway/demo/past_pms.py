"""The PMS as the written past has it: what it told of guests, and how it judged each charge, without a wire.

Nothing is judged here: the charges go to the folios of the simulated PMS itself, and its ledger begins with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from gateway.app.mapping import fias_settings
from gateway.config import Config
from gateway.simulators import guest_records
from gateway.simulators.folio_ledger import as_json
from gateway.simulators.front_office import FrontOffice
from gateway.simulators.occupancy import Occupancy
from gateway.simulators.soap import guestline, ows
from gateway.simulators.soap.folios import Charge, SoapOffice, Verdict, decimal
from gateway.simulators.stays import GuestMove
from pms_adapters.events import RoomNews
from pms_adapters.fias.answers import result_of
from pms_adapters.fias.charges import posting_record
from pms_adapters.fias.rooms import hear
from pms_adapters.marks import mark_of
from pms_adapters.posting import Posted, Posting, PostingResult, Refused

#: The PMS's side of the record of a move: it was told that RO is understood.
_DECLARED: Final = {"GC": ("RO",)}


class PastPms(Protocol):
    """One PMS in the past."""

    def happens(self, move: GuestMove) -> Iterable[RoomNews]:
        """Let a guest come, go or move in the PMS's own house; what the gateway was told of it."""

    def judged(self, posting: Posting, at: datetime) -> PostingResult:
        """What the PMS said to a charge."""

    def ledger(self) -> Iterable[Mapping[str, Any]]:
        """The lines of its own ledger."""


PastOf: TypeAlias = Callable[[Config, tuple[str, ...], str], PastPms]
"""Makes one of a configuration, the rooms, and the gateway's version."""


class FiasPast:
    """A PMS that tells of guests over FIAS and takes charges by room."""

    def __init__(self, config: Config, rooms: tuple[str, ...], version: str) -> None:
        self._settings = fias_settings(config, config.pms[0], version)
        self._zone = config.property.timezone
        self._office = FrontOffice(rooms, {})

    def happens(self, move: GuestMove) -> Iterable[RoomNews]:
        """A record or two, heard as the adapter hears them."""
        remains = _carry_out(self._office, move)
        records = guest_records.of_move(move, remains, _DECLARED, False)
        heard = [hear(record, move.at, self._zone).news for record in records]
        return [news for news in heard if news is not None]

    def judged(self, posting: Posting, at: datetime) -> PostingResult:
        """By the simulator, of the record that the adapter would write."""
        record = posting_record(posting, self._settings)
        if isinstance(record, Refused):
            return record
        line = self._office.post(record, at)
        return result_of(guest_records.of_answer(line, record, True))

    def ledger(self) -> Iterable[Mapping[str, Any]]:
        """Every posting with its answer."""
        return map(as_json, self._office.folio)


class SoapPast:
    """A PMS that tells nothing and is asked who is in a room."""

    def __init__(self, rooms: tuple[str, ...], answers: Mapping[Verdict, tuple[str, str]]) -> None:
        self._office = SoapOffice(rooms, {}, answers)

    def happens(self, move: GuestMove) -> Iterable[RoomNews]:
        """Nobody is told."""
        _carry_out(self._office, move)
        return ()

    def judged(self, posting: Posting, at: datetime) -> PostingResult:
        """By the simulator, for the first who came to the room, as the look-up finds him."""
        found = self._office.in_house(posting.room, at)
        if not found:
            return Refused("", f"nobody is in room {posting.room}")
        if found[0].guest.no_post:
            return Refused("", "the reservation takes no charges")
        charge = Charge(
            reservation=found[0].guest.reservation,
            amount=decimal(posting.amount),
            code=_CODE,
            short=posting.text,
            long=mark_of(posting.token),
        )
        line = self._office.post(charge, at)
        return Posted(str(line.transaction)) if line.booked else Refused(line.answer, line.clear_text)

    def ledger(self) -> Iterable[Mapping[str, Any]]:
        """Every charge with its answer."""
        return map(asdict, self._office.folio)


#: The code that the past's charges stand under.
_CODE: Final = "8100"
PASTS: Final[Mapping[str, PastOf]] = MappingProxyType(
    {
        "fias": FiasPast,
        "ows": lambda _config, rooms, _version: SoapPast(rooms, ows.ANSWERS),
        "guestline": lambda _config, rooms, _version: SoapPast(rooms, guestline.ANSWERS),
    }
)


def _carry_out(office: Occupancy, move: GuestMove) -> bool:
    """Let it happen in the PMS's own house; True if somebody stays in the room that was left."""
    match move.kind:
        case "check_in":
            office.check_in(move.room, move.guest, move.at)
        case "check_out":
            office.check_out(move.room, move.at, move.guest.reservation)
        case "move":
            office.move(move.old_room or "", move.room, move.at, move.guest.reservation)
    return bool(office.occupants(move.old_room or ""))
