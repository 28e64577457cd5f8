"""One call on one page, to lay before a guest who asks or disputes: what was phoned, why it costs that, how far it has come.

Digits are always masked: the sheet is left at a desk. Everything on it is stored; nothing is worked out anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from sqlalchemy import Connection

from gateway import explaining
from gateway.config import Config
from gateway.instants import from_micros
from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.spoken import Texts, say, speaking
from gateway.reports.values import Column, Money, Note, Report, Table, table
from gateway.reports.writing import own_tongue
from gateway.store import pages as queries
from gateway.store import remarks, shares
from gateway.web.marks import CLASSES
from gateway.web.words import amount, long_day, minutes
from protocols.text import mask_number

KIND: Final = "sheet"
_FACTS: Final = (Column("what", "Of the call"), Column("value", "As it was stored"))
_CHARGES: Final = (
    Column("part", "Part", "count"),
    Column("amount", "Amount", "money"),
    Column("state", "State"),
    Column("changed", "Since", "instant"),
    Column("words", "What the PMS said"),
)
_SHARES: Final = (
    Column("holder", "Who held the call"),
    Column("talked", "Talked", "seconds"),
    Column("amount", "Amount", "money"),
)
#: How far a charge has come, in words a guest understands.
_STATES: Final[Mapping[str, str]] = Texts(
    {
        "posted": "on the bill",
        "due": "on its way to the bill",
        "sent": "on its way to the bill",
        "held": "held, not on the bill",
        "refused": "refused, not on the bill",
        "in_doubt": "not known yet whether it is on the bill",
        "unconfirmable": "handed to the bill",
        "written_off": "written off, not on the bill",
    }
)


def sheet(
    connection: Connection, config: Config, owner: str, number: int, now: datetime, language: str = ""
) -> Report | None:
    """The sheet of a call, its price explained in the guest's language or the one named; None if there is no such call."""
    call = queries.call(connection, owner, number)
    if call is None:
        return None
    held = shares.of_call(connection, owner, number)
    # The sheet of a call that several pay for goes to any of them: it names nobody.
    named = [call["reservation"]] if call["reservation"] and not held else []
    guest = queries.guest_names(connection, owner, named)
    spoken = explaining.best_language(language or queries.guest_language(connection, owner, call["reservation"]))
    charges = queries.of_calls(connection, owner, [number]).get(number, [])
    quarrel = remarks.disputed(remarks.of_calls(connection, owner, [number])).get(number)
    with speaking(own_tongue(config, spoken)):
        return _written(config, now, call, guest, charges, held, quarrel, spoken)


def _written(
    config: Config,
    now: datetime,
    call: Mapping[str, Any],
    guest: Mapping[str, str],
    charges: list[dict[str, Any]],
    held: list[shares.ShareRow],
    open_dispute: remarks.Remark | None,
    spoken: str,
) -> Report:
    """The sheet in the language that is spoken now."""
    zone = config.property.timezone
    told = {**call, "room": None, "extension": None} if held else call
    began = from_micros(call["started_at"]).astimezone(zone)
    return Report(
        kind=KIND,
        title="Why this call is on the bill",
        hotel=config.property.name,
        first=began.date(),
        last=began.date(),
        zone=zone,
        run_at=now,
        finding=_finding(call, shared=bool(held)),
        complete=(_source(call),),
        assumptions=(
            "Digits are masked on this sheet. It is a statement, not a tax invoice.",
            _tariff(call),
        ),
        sections=(
            _facts(told, guest, began),
            *_notes(call, open_dispute, zone, spoken),
            *([_shares(call, held)] if held else []),
            _charges(charges),
            _hand(),
        ),
    )


def _source(call: Mapping[str, Any]) -> str:
    return say(
        "Call {number} of exchange {exchange}, from {records} of its records.",
        number=call["id"],
        exchange=call["source"],
        records=call["legs"],
    )


def _notes(call: Mapping[str, Any], quarrel: remarks.Remark | None, zone: tzinfo, spoken: str) -> list[Note]:
    """Why it costs that, and what the guest says of it."""
    notes = [Note(title="Why this amount", sentences=tuple(_why(call, spoken)))]
    if quarrel is not None:
        told = f"{from_micros(quarrel.at).astimezone(zone):%Y-%m-%d %H:%M}, {quarrel.who}: {quarrel.words}"
        notes.append(Note(title="In dispute", sentences=(told,)))
    return notes


def _shares(call: Mapping[str, Any], held: list[shares.ShareRow]) -> Table:
    """Who pays how much of it: each for the time that he held it."""
    rows = [
        (
            say("room {room}", room=one.room)
            if one.room
            else say("the house: {department}", department=one.name)
            if one.kind == "department"
            else say("extension {extension}", extension=one.name or "–"),
            one.seconds,
            Money(one.amount, call["currency"], call["decimals"])
            if one.amount is not None and call["currency"]
            else None,
        )
        for one in held
    ]
    return table("shares", "Each who held the call pays for his time", _SHARES, rows)


def _finding(call: Mapping[str, Any], *, shared: bool) -> str:
    price = amount(call["amount"], call["decimals"], call["currency"]) or say("No price")
    said = {"price": price, "number": _number(call), "room": call["room"], "extension": call["extension"]}
    if shared:
        return say("{price} for a call to {number}, shared by those who held it.", **said)
    if call["room"]:
        return say("{price} for a call from room {room} to {number}.", **said)
    if call["extension"]:
        return say("{price} for a call from extension {extension} to {number}.", **said)
    return say("{price} for a call to {number}, from an extension that was not told.", **said)


def _number(call: Mapping[str, Any]) -> str:
    return mask_number(str(call["number"] or call["dialled"] or call["caller"] or say("no number")))


def _tariff(call: Mapping[str, Any]) -> str:
    if not call["tariff"]:
        return say(
            "The price was stored when the call ended, by no tariff; nothing was worked out anew for this sheet."
        )
    return say(
        "The price was stored when the call ended (tariff {tariff}, version {version}); nothing was worked out anew for "
        "this sheet.",
        tariff=call["tariff"],
        version=call["tariff_version"],
    )


def _facts(call: Mapping[str, Any], guest: Mapping[str, str], began: datetime) -> Table:
    talked, kind = call["talk_seconds"], call["number_class"]
    said = (
        (say("Guest"), guest.get(call["reservation"] or "", "")),
        (say("Room"), call["room"]),
        (say("Extension"), call["extension"]),
        (say("Began"), f"{long_day(began)}, {began:%H:%M:%S}"),
        (say("Number"), _number(call)),
        (say("To"), ", ".join(one for one in (said_place(call["place"] or ""), CLASSES.get(kind, kind)) if one)),
        (say("Talked"), "" if talked is None else say("{minutes} min", minutes=minutes(talked))),
    )
    return table("call", "What was phoned", _FACTS, [(name, str(value)) for name, value in said if value])


def _why(call: Mapping[str, Any], language: str) -> list[str]:
    hidden = {**call, "dialled": mask_number(call["dialled"] or ""), "number": mask_number(call["number"] or "")}
    return explaining.price_explained(hidden, language) or [kept(call["reason"]) or say("Nothing was charged.")]


def _charges(charges: list[dict[str, Any]]) -> Table:
    rows = [
        (
            one["part"] + 1,
            Money(one["amount"], one["currency"], one["decimals"]) if one["amount"] is not None else None,
            _STATES[one["state"]],
            one["changed_at"],
            one["reference"] or kept(one["reason"]),
        )
        for one in charges
    ]
    return table("charges", "On the bill", _CHARGES, rows, nothing="Nothing of this call was charged.")


def _hand() -> Note:
    """Where the guest and the desk write by hand."""
    line = "_" * 34
    return Note(
        title="Agreed at the desk",
        sentences=(
            say("Guest {line}   Desk {line}", line=line),
            say("What was agreed {line}", line=line * 2),
        ),
    )
