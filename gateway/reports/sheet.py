"""One call on one page, to lay before a guest who asks or disputes: what was phoned, why it costs that, how far it has come.

Digits are always masked: the sheet is left at a desk. Everything on it is stored; nothing is worked out anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from gateway import explaining
from gateway.config import Config
from gateway.instants import from_micros
from gateway.reports.values import Column, Money, Note, Report, Table, table
from gateway.store import pages as queries
from gateway.store import remarks
from protocols.text import mask_number
from rating.money import format_amount

KIND: Final = "sheet"
_FACTS: Final = (Column("what", "Of the call"), Column("value", "As it was stored"))
_CHARGES: Final = (
    Column("part", "Part", "count"),
    Column("amount", "Amount", "money"),
    Column("state", "State"),
    Column("changed", "Since", "instant"),
    Column("words", "What the PMS said"),
)
#: How far a charge has come, in words a guest understands.
_STATES: Final[Mapping[str, str]] = {
    "posted": "on the bill",
    "due": "on its way to the bill",
    "sent": "on its way to the bill",
    "held": "held, not on the bill",
    "refused": "refused, not on the bill",
    "in_doubt": "not known yet whether it is on the bill",
    "unconfirmable": "handed to the bill",
    "written_off": "written off, not on the bill",
}


def sheet(
    connection: Connection, config: Config, owner: str, number: int, now: datetime, language: str = ""
) -> Report | None:
    """The sheet of a call, its price explained in the guest's language or the one named; None if there is no such call."""
    call = queries.call(connection, owner, number)
    if call is None:
        return None
    zone = config.property.timezone
    began = from_micros(call["started_at"]).astimezone(zone)
    guest = queries.guest_names(connection, owner, [call["reservation"]] if call["reservation"] else [])
    spoken = explaining.best_language(language or queries.guest_language(connection, owner, call["reservation"]))
    charges = queries.of_calls(connection, owner, [number]).get(number, [])
    notes = [Note(title="Why this amount", sentences=tuple(_why(call, spoken)))]
    open_dispute = remarks.disputed(remarks.of_calls(connection, owner, [number])).get(number)
    if open_dispute is not None:
        told = (
            f"{from_micros(open_dispute.at).astimezone(zone):%Y-%m-%d %H:%M}, {open_dispute.who}: {open_dispute.words}"
        )
        notes.append(Note(title="In dispute", sentences=(told,)))
    return Report(
        kind=KIND,
        title="Why this call is on the bill",
        hotel=config.property.name,
        first=began.date(),
        last=began.date(),
        zone=zone,
        run_at=now,
        finding=_finding(call),
        complete=(f"Call {number} of exchange {call['source']}, from {call['legs']} of its records.",),
        assumptions=(
            "Digits are masked on this sheet. It is a statement, not a tax invoice.",
            f"The price was stored when the call ended ({_tariff(call)}); nothing was worked out anew for this sheet.",
        ),
        sections=(_facts(call, guest, began), *notes, _charges(charges), _hand()),
    )


def _finding(call: Mapping[str, Any]) -> str:
    priced = call["amount"] is not None
    price = f"{format_amount(call['amount'], call['decimals'])} {call['currency']}" if priced else "No price"
    where = f"room {call['room']}" if call["room"] else f"extension {call['extension'] or 'not told'}"
    return f"{price} for a call from {where} to {_number(call)}."


def _number(call: Mapping[str, Any]) -> str:
    return mask_number(str(call["number"] or call["dialled"] or call["caller"] or "no number"))


def _tariff(call: Mapping[str, Any]) -> str:
    return f"tariff {call['tariff']}, version {call['tariff_version']}" if call["tariff"] else "by no tariff"


def _facts(call: Mapping[str, Any], guest: Mapping[str, str], began: datetime) -> Table:
    talked, kind = call["talk_seconds"], call["number_class"]
    said = (
        ("Guest", guest.get(call["reservation"] or "", "")),
        ("Room", call["room"]),
        ("Extension", call["extension"]),
        ("Began", f"{began:%A} {began.day} {began:%B %Y, %H:%M:%S}"),
        ("Number", _number(call)),
        ("To", ", ".join(one for one in (call["place"], kind) if one)),
        ("Talked", "" if talked is None else f"{talked // 60}:{talked % 60:02} min"),
    )
    return table("call", "What was phoned", _FACTS, [(name, str(value)) for name, value in said if value])


def _why(call: Mapping[str, Any], language: str) -> list[str]:
    hidden = {**call, "dialled": mask_number(call["dialled"] or ""), "number": mask_number(call["number"] or "")}
    return explaining.price_explained(hidden, language) or [call["reason"] or "Nothing was charged."]


def _charges(charges: list[dict[str, Any]]) -> Table:
    rows = [
        (
            one["part"] + 1,
            Money(one["amount"], one["currency"], one["decimals"]) if one["amount"] is not None else None,
            _STATES[one["state"]],
            one["changed_at"],
            one["reference"] or one["reason"],
        )
        for one in charges
    ]
    return table("charges", "On the bill", _CHARGES, rows, nothing="Nothing of this call was charged.")


def _hand() -> Note:
    """Where the guest and the desk write by hand."""
    line = "_" * 34
    return Note(title="Agreed at the desk", sentences=(f"Guest {line}   Desk {line}", f"What was agreed {line}{line}"))
