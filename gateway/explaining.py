"""Why a call costs what it costs, and what is known of a charge in doubt: in sentences, from what is stored alone.

The price is explained in a language of choice, the guest's as a rule; what it cost us, and the margin between, is for
the house alone and in the house's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gateway.languages.catalogues import GUEST
from gateway.languages.names import LANGUAGES as NAMES
from gateway.languages.places import place_in
from gateway.languages.speech import speech
from gateway.languages.spoken import say
from rating.explain import explain
from rating.money import format_amount
from rating.sentences import LANGUAGES, language_of

Row = Mapping[str, Any]


def languages() -> list[tuple[str, str]]:
    """The languages there are, as tag and name, English first."""
    return [(tag, NAMES.get(tag, tag)) for tag in LANGUAGES]


def best_language(wanted: str) -> str:
    """The language of a tag, or English."""
    return language_of(wanted)


def explained(call: Row, language: str = "en") -> list[str]:
    """The sentences for a row of `calls`: the ruling first, then the price, leg by leg where there are several."""
    ruling = [call["reason"]] if call["reason"] else []
    return [*ruling, *price_explained(call, language)]


def price_explained(call: Row, language: str = "en") -> list[str]:
    """How the amount came about, and nothing else: what a guest is told."""
    digits = {"dialled": call.get("dialled") or "", "number": call.get("number") or ""}
    return list(_legs(call["trace"], call["currency"], call["decimals"], language, digits))


def cost_explained(call: Row, language: str = "en") -> list[str]:
    """How what the carrier asks came about; empty where no cost is stored."""
    return list(_legs(call["cost_trace"], call["cost_currency"], call["cost_decimals"], language, {}))


def _legs(
    trace: str | None, currency: str | None, decimals: int | None, language: str, digits: Mapping[str, str]
) -> Iterator[str]:
    guest = speech(language, GUEST)
    traces = [] if trace is None else json.loads(trace)
    for number, one in enumerate(traces, 1):
        if len(traces) > 1:
            yield f"{number}/{len(traces)}"
        yield from explain(
            one, currency or "", decimals or 0, language, **digits, placed=lambda place: place_in(guest, place)
        )


def cost_text(call: Row) -> str | None:
    """What the carrier asks, as a decimal string; None where that is not known."""
    return None if call["cost"] is None else format_amount(call["cost"], call["cost_decimals"] or 0)


def margin_text(call: Row) -> str | None:
    """The price before tax less what the carrier asks, as a decimal string; None where the two cannot be compared."""
    if call["cost"] is None or call["net"] is None or call["currency"] != call["cost_currency"]:
        return None
    decimals = max(call["decimals"], call["cost_decimals"])
    net, cost = (
        call["net"] * 10 ** (decimals - call["decimals"]),
        call["cost"] * 10 ** (decimals - call["cost_decimals"]),
    )
    return format_amount(net - cost, decimals)


def doubted(
    posting: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], stamp: Callable[[int], str]
) -> list[tuple[str, str]]:
    """What is known of a posting in doubt or unconfirmable, as pairs of a name and its words; `stamp` writes an instant.

    Everything but the last attempt has its own outcome already: it is the last one that nobody answered.
    """
    if not attempts:
        return [(say("sent"), say("no attempt is written down, which cannot be: 'foliogate db verify' tells more"))]
    last = attempts[-1]
    sent = {"moment": stamp(last["sent_at"]), "room": last["room"], "number": last["token"]}
    if last["attempt"] > 1:
        words = say(
            "{moment} to room {room} as number {number}, its attempt {attempt}", **sent, attempt=last["attempt"]
        )
    else:
        words = say("{moment} to room {room} as number {number}", **sent)
    known = [(say("sent"), words)]
    if posting["place"]:
        known.append((say("with the text"), str(posting["place"])))
    if last["answered_at"] is not None:
        came = last["words"] or say("no answer came")
        known.append((say("then"), f"{stamp(last['answered_at'])}: {came}"))
    settles = say("nothing; a late answer to number {number} settles this by itself", number=last["token"])
    always = posting["state"] == "unconfirmable"
    known.append((say("came back"), say("nothing, as always") if always else settles))
    return known
