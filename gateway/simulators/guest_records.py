"""What a PMS says of guests and postings in FIAS, as records: GI, GO, GC and PA.

A PMS sends only what the gateway declared: a record type without an LR is not sent at all, and of the others only the
declared fields (specification 2.20.25, chapter 8). `told` applies that to any record; with `empty` every declared
field is there, empty where there is nothing to say, as protel does. The field order is that of the specification's
samples; in a GC for a move the first GS belongs to the new room and the second to the old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from gateway.simulators.front_office import FolioLine
from gateway.simulators.stays import GuestMove, SimulatedGuest
from protocols.fias.records import Record

Declared = Mapping[str, Sequence[str]]


def of_move(move: GuestMove, old_shared: bool, declared: Declared, as_go_and_gi: bool) -> list[Record]:
    """Says a move; a change of rooms as one GC where the gateway declared it so, else as GO and GI.

    `old_shared` says whether someone remains in the room that was left.
    """
    when = _when(move.at)
    if move.kind == "check_in":
        return [Record("GI", (*_guest(move.room, move.guest, move.shared), *when))]
    if move.kind == "check_out":
        return [Record("GO", (*_place(move.room, move.guest, move.shared), *when))]
    if as_go_and_gi or "RO" not in declared.get("GC", ()):
        out = Record("GO", (*_place(move.old_room or "", move.guest, old_shared), *when))
        return [out, Record("GI", (*_guest(move.room, move.guest, move.shared), *when))]
    old = (("RO", move.old_room or ""), ("GS", _yes(old_shared)))
    return [Record("GC", (*_guest(move.room, move.guest, move.shared), *old, *when))]


def of_room(room: str, guests: Sequence[SimulatedGuest], at: datetime) -> list[Record]:
    """Says who is in a room, as part of a resync: a GI for each guest, or a GO for a vacant room, with SF."""
    swap = (*_when(at), ("SF", ""))
    if not guests:
        return [Record("GO", (("RN", room), ("GS", "N"), *swap))]
    return [Record("GI", (*_guest(room, guest, ordinal > 0), *swap)) for ordinal, guest in enumerate(guests)]


def of_answer(line: FolioLine, posting: Record, echo: bool) -> Record:
    """Answers a posting: the room and, if asked, the P# of the posting, the status, and the reason in clear text.

    DA and TI are the posting's own, as a real PMS was seen to repeat them.
    """
    fields = [("RN", line.room), ("AS", line.answer), ("CT", line.clear_text)]
    if echo and line.token:
        fields.append(("P#", line.token))
    return Record("PA", (*fields, ("DA", posting.first("DA") or ""), ("TI", posting.first("TI") or "")))


def told(record: Record, declared: Declared, empty: bool) -> Record | None:
    """Cuts a record to what the gateway declared; None for a record type it never declared."""
    wanted = declared.get(record.kind)
    if wanted is None:
        return None
    fields = tuple((name, value) for name, value in record.fields if name in wanted and (value or name == "SF"))
    said = {name for name, _ in fields}
    rest = tuple((name, "") for name in wanted if name not in said and name != "SF") if empty else ()
    return Record(record.kind, fields + rest)


def _guest(room: str, guest: SimulatedGuest, shared: bool) -> tuple[tuple[str, str], ...]:
    return (
        *_place(room, guest, shared),
        ("GN", guest.name),
        ("GF", guest.first_name),
        ("GL", guest.language),
        ("GV", guest.vip),
        ("CS", guest.class_of_service),
        ("NP", _yes(guest.no_post)),
        ("GA", _day(guest.arrival)),
        ("GD", _day(guest.departure)),
    )


def _place(room: str, guest: SimulatedGuest, shared: bool) -> tuple[tuple[str, str], ...]:
    return ("RN", room), ("G#", guest.reservation), ("GS", _yes(shared))


def _when(at: datetime) -> tuple[tuple[str, str], ...]:
    return ("DA", f"{at:%y%m%d}"), ("TI", f"{at:%H%M%S}")


def _yes(flag: bool) -> str:
    return "Y" if flag else "N"


def _day(day: date) -> str:
    return f"{day:%y%m%d}"
