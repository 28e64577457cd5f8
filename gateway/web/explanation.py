"""One call explained for programs: how its amount came about in a language of choice, what it cost us, what was put right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from gateway import explaining
from gateway.languages.spoken import say
from gateway.store import lists
from gateway.store import pages as queries
from gateway.store.reading import money
from gateway.web.rest.api import BadQuestion
from rating.sentences import LANGUAGES

Row = Mapping[str, Any]


def chosen_language(text: str) -> str:
    """Read `language`: a tag of one that there is, or empty for the guest's own; raises BadQuestion."""
    bare = text.strip().lower().replace("_", "-").partition("-")[0]
    if text.strip() and bare not in LANGUAGES:
        raise BadQuestion(say("language must be one of {choices}", choices=", ".join(LANGUAGES)))
    return bare


def explanation(connection: Connection, owner: str, number: int, language: str) -> dict[str, Any] | None:
    """The answer of `/api/v1/calls/N/explanation`; None if there is no such call."""
    call = queries.call(connection, owner, number)
    if call is None:
        return None
    told = queries.guest_language(connection, owner, call["reservation"])
    spoken = language or explaining.best_language(told)
    return {
        "call": number,
        "language": spoken,
        "guest_language": told or None,
        "languages": list(LANGUAGES),
        "amount": money(call["amount"], call["decimals"] or 0),
        "currency": call["currency"],
        "ruling": call["reason"] or None,
        "lines": explaining.price_explained(call, spoken),
        "carrier": call["carrier"],
        "cost": explaining.cost_text(call),
        "cost_currency": call["cost_currency"],
        "cost_lines": explaining.cost_explained(call),
        "margin": explaining.margin_text(call),
        "corrections": [correction_object(one) for one in lists.of_call(connection, owner, number)],
    }


def correction_object(one: Row) -> dict[str, Any]:
    """What a list says of a call."""
    return {
        "list": one["list_id"],
        "kind": one["kind"],
        "state": one["state"],
        "before": money(one["before"], one["decimals"]),
        "after": money(one["amount"], one["decimals"]),
        "difference": money(one["amount"] - one["before"], one["decimals"]),
        "currency": one["currency"],
        "tariff": one["tariff"] or None,
        "tariff_version": one["tariff_version"],
        "words": one["words"],
        "outcome": one["outcome"] or None,
        "decided_by": one["decided_by"] or None,
    }
