"""The limit of a guest's stay on the page of his room: how it stands in words, and the form by which it is set or lifted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.languages.spoken import say
from gateway.store.stay_limits import Limit
from gateway.web.deeds import LONGEST_NAME, LONGEST_REASON, NotDone
from gateway.web.rest.answers import Fields, one_line
from gateway.web.words import Clock, amount
from rating.money import minor_digits, parse_amount

#: Hundredths of a limit from which the page says so with a mark.
NEAR: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitView:
    """How a guest stands against his own limit; `tone` is amber where he is near it or beyond."""

    words: str
    beyond: str
    said: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitForm:
    """What the form brought, as text."""

    reservation: str = ""
    kind: str = ""
    amount: str = ""
    hold: str = ""
    who: str = ""
    why: str = ""
    token: str = ""


def read_limit(fields: Fields) -> LimitForm:
    """The fields of the form, each bounded."""

    def text(name: bytes, most: int) -> str:
        return one_line(fields, name, most)

    return LimitForm(
        reservation=text(b"subject", 100),
        kind=text(b"kind", 10),
        amount=text(b"amount", 20),
        hold=text(b"hold", 5),
        who=text(b"who", LONGEST_NAME),
        why=text(b"why", LONGEST_REASON),
        token=text(b"token", 64),
    )


def judged(form: LimitForm, currency: str) -> int | NotDone | None:
    """The amount that a form asks for (None where it is no amount), or what is the matter with it. Pure."""
    if form.kind not in ("own", "none", "tariff"):
        return NotDone(say("Choose what the limit shall be."))
    if not form.who:
        return NotDone(say("Write your name: whoever asks later must know who set the limit."))
    if not form.why:
        return NotDone(say("Write why: whoever asks later must know."))
    if form.kind != "own":
        return None
    try:
        wanted = parse_amount(form.amount, minor_digits(currency))
    except ValueError as error:
        return NotDone(say("The amount {why}.", why=error))
    return wanted if wanted >= 0 else NotDone(say("A limit is not less than nothing."))


def limit_view(said: Limit | None, spent: Mapping[str, int], currency: str, clock: Clock) -> LimitView | None:
    """How a guest stands; None where nothing was said of him, or the tariff's word holds again."""
    if said is None or said.kind == "tariff":
        return None
    by = say("Set by {who}, {moment}: {why}", who=said.who, moment=clock.moment(said.at), why=said.why)
    if said.amount is None:
        words = say("No limit for this stay, whatever the tariff says.")
        return LimitView(words=words, beyond="", said=by, tone="quiet")
    digits, used = minor_digits(currency), spent.get(said.reservation, 0)
    share = used * 100 // said.amount if said.amount else 100
    if said.action == "hold":
        beyond = say("Charges beyond it wait for a person.")
    else:
        beyond = say("Charges beyond it go out all the same.")
    figures = {
        "used": amount(used, digits, currency),
        "limit": amount(said.amount, digits, currency),
        "share": share,
    }
    if used > said.amount:
        words = say("Limit for calls passed: {used} used of {limit} ({share} %).", **figures)
    elif share >= NEAR:
        words = say("Limit for calls nearly reached: {used} used of {limit} ({share} %).", **figures)
    else:
        words = say("Limit for calls: {used} used of {limit} ({share} %).", **figures)
    return LimitView(words=words, beyond=beyond, said=by, tone="amber" if share >= NEAR else "quiet")
