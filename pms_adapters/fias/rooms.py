"""Check-ins, check-outs and changes: FIAS records into room news, pure.

GI, GO and GC carry hotel time in DA and TI; the news carries UTC. A record without them, or with impossible ones,
counts from now. An empty field says nothing (several PMSs send every declared field empty), so a guest's details are
None rather than "". G# is the reservation; a link on which the PMS works by rooms alone sends none, and then the
reservation is "".

A room move comes in two forms, and the PMS chooses (specification 2.20.25, chapter 3): GC with RO, or GO from the old
room and GI into the new one with the same G#. Both are passed on as they come; whoever keeps the rooms joins the
second by its reservation.

Names never stand in a sentence made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final, NamedTuple

from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged, RoomNews
from protocols.fias.moments import instant
from protocols.fias.records import Record

LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EA": "en",
        "GE": "de",
        "SP": "es",
        "FR": "fr",
        "IT": "it",
        "JA": "ja",
        "RL": "ru",
        "RS": "ru",
        "SW": "sv",
        "PO": "pt",
        "DK": "da",
        "CR": "hr",
        "CZ": "cs",
    }
)
"""The codes of GL that are no ISO 639-1: six are fixed by the specification, the others are oddities of its list.
What is not here is taken as ISO 639-1."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a record told: news, or none, and what was odd about it."""

    news: RoomNews | None
    oddity: str | None = None


class OwnFields(NamedTuple):
    """Fields that the hotel gave a meaning of its own: a tariff's code, the guest's class; "" where there is none."""

    tariff: str = ""
    guest_class: str = ""


NO_OWN_FIELDS: Final = OwnFields()


def hear(record: Record, now: datetime, zone: tzinfo, own: OwnFields = NO_OWN_FIELDS) -> Heard:
    """Read a GI, GO or GC. `now` is an aware UTC instant, `zone` the hotel's."""
    at = instant(record.first("DA"), record.first("TI"), zone)
    oddity = None
    if at is None and record.has("DA") and record.first("DA") is not None:
        oddity = f"{record.kind} carries an impossible date or time; it counts from now"
    room = record.first("RN")
    if room is None:
        return Heard(None, f"{record.kind} without a room; passed over")
    if record.kind == "GO":
        return _departure(record, room, at or now, oddity)
    return Heard(_stay(record, room, at or now, _guest(record, zone, own)), oddity)


def _departure(record: Record, room: str, at: datetime, oddity: str | None) -> Heard:
    reservation = record.first("G#")
    if reservation is None and record.first("GS") == "Y":
        return Heard(None, f"GO for the shared room {room!r} does not say who left; passed over")
    return Heard(CheckedOut(room=room, at=at, reservation=reservation), oddity)


def _stay(record: Record, room: str, at: datetime, guest: Guest) -> RoomNews:
    if record.kind == "GI":
        return CheckedIn(room=room, guest=guest, at=at, shared=record.first("GS") == "Y")
    old_room = record.first("RO")
    return GuestChanged(room=room, guest=guest, at=at, old_room=None if old_room == room else old_room)


def _guest(record: Record, zone: tzinfo, own: OwnFields) -> Guest:
    no_post = record.first("NP")
    language = record.first("GL")
    return Guest(
        reservation=record.first("G#") or "",
        name=record.first("GN"),
        first_name=record.first("GF"),
        language=None if language is None else LANGUAGES.get(language.upper(), language.lower()),
        vip=record.first("GV"),
        group=record.first("GG"),
        no_post=None if no_post is None else no_post == "Y",
        class_of_service=record.first("CS"),
        guest_class=record.first(own.guest_class) if own.guest_class else None,
        tariff=record.first(own.tariff) if own.tariff else None,
        arrival=instant(record.first("GA"), None, zone),
        departure=instant(record.first("GD"), None, zone),
    )
