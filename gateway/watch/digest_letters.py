"""The daily and the weekly mail, in words. Pure.

The daily mail is a heartbeat: that it comes is half of what it says. The weekly one lists what somebody should put
right in the list of rooms, in the exchange or in the tariff.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from gateway.languages.kept import kept
from gateway.languages.spoken import Texts, is_english, plural, say, speaking, spoken
from gateway.store.digests import Day, Quality
from gateway.store.notices import Notice
from gateway.store.reading import money
from gateway.watch.letters import MAIL, Addresses, run_name

_STATES: Final = Texts(
    {
        "posted": "posted",
        "due": "waiting",
        "sent": "on their way",
        "held": "held",
        "in_doubt": "in doubt",
        "unconfirmable": "handed over and not confirmable",
        "refused": "refused",
        "written_off": "written off",
    }
)
_HOLDS: Final = Texts(
    {
        "unknown_extension": "the extension is in no list of rooms or departments",
        "unrated": "no rate was found",
        "rate_proposed": "a rate came later and awaits approval",
        "over_budget": "a budget is passed",
        "by_hand": "to be booked by hand",
        "no_room_news": "the PMS has told nothing of the room",
        "guest_left": "the guest had left",
        "no_post": "the guest is marked as no-post",
        "unapproved_tariff": "the tariff is not approved",
        "possible_repeat": "possibly a repeat",
        "amount_fell": "cheaper than what was posted",
        "awaits_reversal": "what it replaces is not yet off the folio",
        "acted_on": "a person had changed the charge before",
    }
)


class Money(NamedTuple):
    """The hotel's currency."""

    currency: str
    decimals: int

    def words(self, minor: int) -> str:
        """An amount with its currency."""
        figure = money(minor, self.decimals) if is_english() else spoken().amount(minor, self.decimals)
        return f"{figure} {self.currency}"


class Codes(NamedTuple):
    """Calls of departments with an account code and without."""

    given: int
    missing: int


def daily(where: Addresses, since: datetime, until: datetime, told: Day, cash: Money) -> Notice:
    """Yesterday's totals; where days were missed, those of all of them."""
    with speaking(where.tongue):
        return _daily(where, since, until, told, cash)


def _daily(where: Addresses, since: datetime, until: datetime, told: Day, cash: Money) -> Notice:
    span = _span(since, until)
    lines = [say("{days} at {hotel}, in hotel time.", days=span, hotel=where.hotel), ""]
    read = {say("calls"): told.records.get("call", 0), say("not read"): told.records.get("unparsed", 0)}
    lines += _table(say("Records"), read)
    calls = {say("to be charged"): told.calls.get("charge", 0), say("of the house"): told.calls.get("allocated", 0)}
    calls |= {say("not charged"): told.calls.get("not_chargeable", 0), say("not finished"): told.calls.get("open", 0)}
    lines += _table(say("Calls"), calls)
    lines += [say("Charges of these calls")]
    for state, words in _STATES.items():
        if state in told.postings:
            number, total = told.postings[state]
            lines.append(f"  {number:>7}  {words}, {cash.words(total)}")
    lines += ["" if told.postings else f"        {say('none')}\n"]
    lines += _table(
        say("Now, of all days"), {words: told.waiting.get(s, 0) for s, words in _STATES.items() if s in told.waiting}
    )
    lines += [
        say("Alarms raised: {number}.", number=told.alarms),
        say("Page: {address}", address=f"{where.page}/"),
        "",
    ]
    posted = told.postings.get("posted", (0, 0))
    title = plural(
        "[{hotel}] {days}: {number} call, {posted} posted, {amount}",
        "[{hotel}] {days}: {number} calls, {posted} posted, {amount}",
        sum(told.calls.values()),
        hotel=where.hotel,
        days=span,
        posted=posted[0],
        amount=cash.words(posted[1]),
    )
    return Notice("daily", MAIL, " ".join(where.to), title, "\n".join(lines))


def weekly(where: Addresses, since: datetime, until: datetime, told: Quality, codes: Codes) -> Notice:
    """What of the data should be put right."""
    with speaking(where.tongue):
        return _weekly(where, since, until, told, codes)


def _weekly(where: Addresses, since: datetime, until: datetime, told: Quality, codes: Codes) -> Notice:
    span = _span(since, until)
    parts = [
        _list(
            say("Extensions that are in no list"),
            [f"{name}: {_calls(number)}" for name, number in told.unknown_extensions],
        ),
        _list(say("Calls without an extension"), [_calls(told.without_extension)] if told.without_extension else []),
        _list(say("Held now"), [f"{number}: {_HOLDS.get(hold, hold)}" for hold, number in told.held.items()]),
        _list(
            say("Records that could not be read"),
            [
                say("{number} of {source}: {why}", number=number, source=source, why=kept(why))
                for source, why, number in told.unparsed
            ],
        ),
        _list(say("Possible repeats"), [_records(told.possible_repeats)] if told.possible_repeats else []),
        _list(say("Gaps in the exchange's numbers"), told.gaps),
        _list(say("Calls of departments without an account code"), _code_lines(codes)),
    ]
    amiss = sum(bool(part) for part in parts)
    lines = [say("{days} at {hotel}: the quality of the data.", days=span, hotel=where.hotel), ""]
    lines += [line for part in parts for line in part] or [say("Nothing is amiss."), ""]
    lines += [
        say("Records: {address}", address=f"{where.page}/records"),
        say("Postings: {address}", address=f"{where.page}/postings?state=held"),
        "",
    ]
    said = {"hotel": where.hotel, "days": span}
    title = (
        plural(
            "[{hotel}] quality of the data, {days}: {number} thing to look at",
            "[{hotel}] quality of the data, {days}: {number} things to look at",
            amiss,
            **said,
        )
        if amiss
        else say("[{hotel}] quality of the data, {days}: nothing is amiss", **said)
    )
    return Notice("weekly", MAIL, " ".join(where.to), title, "\n".join(lines))


def _code_lines(codes: Codes) -> list[str]:
    """A house that uses no account codes misses none."""
    if not codes.given or not codes.missing:
        return []
    return [say("{number} of {all}", number=codes.missing, all=codes.given + codes.missing)]


def _calls(number: int) -> str:
    return plural("{number} call", "{number} calls", number)


def _records(number: int) -> str:
    return plural("{number} record", "{number} records", number)


def _span(since: datetime, until: datetime) -> str:
    """The days between two midnights (or hours of them)."""
    days = (until.date() - since.date()).days
    last = until.replace(hour=0)
    if days <= 1:
        return run_name(since)
    return say("{first} to before {last}", first=run_name(since), last=run_name(last))


def _table(title: str, rows: Mapping[str, int]) -> list[str]:
    return [title, *(f"  {number:>7}  {words}" for words, number in rows.items()), ""]


def _list(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines), ""] if lines else []
