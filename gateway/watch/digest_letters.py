"""The daily and the weekly mail, in words. Pure.

The daily mail is a heartbeat: that it comes is half of what it says. The weekly one lists what somebody should put
right in the list of rooms, in the exchange or in the tariff.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from gateway.store.digests import Day, Quality
from gateway.store.notices import Notice
from gateway.store.reading import money
from gateway.watch.letters import MAIL, Addresses, run_name

_STATES: Final = {
    "posted": "posted",
    "due": "waiting",
    "sent": "on their way",
    "held": "held",
    "in_doubt": "in doubt",
    "unconfirmable": "handed over and not confirmable",
    "refused": "refused",
    "written_off": "written off",
}
_HOLDS: Final = {
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


class Money(NamedTuple):
    """The hotel's currency."""

    currency: str
    decimals: int

    def words(self, minor: int) -> str:
        """An amount with its currency."""
        return f"{money(minor, self.decimals)} {self.currency}"


class Codes(NamedTuple):
    """Calls of departments with an account code and without."""

    given: int
    missing: int


def daily(where: Addresses, since: datetime, until: datetime, told: Day, cash: Money) -> Notice:
    """Yesterday's totals; where days were missed, those of all of them."""
    span = _span(since, until)
    lines = [f"{span} at {where.hotel}, in hotel time.", ""]
    lines += _table("Records", {"calls": told.records.get("call", 0), "not read": told.records.get("unparsed", 0)})
    calls = {"to be charged": told.calls.get("charge", 0), "of the house": told.calls.get("allocated", 0)}
    calls |= {"not charged": told.calls.get("not_chargeable", 0), "not finished": told.calls.get("open", 0)}
    lines += _table("Calls", calls)
    lines += ["Charges of these calls"]
    for state, words in _STATES.items():
        if state in told.postings:
            number, total = told.postings[state]
            lines.append(f"  {number:>7}  {words}, {cash.words(total)}")
    lines += ["" if told.postings else "        none\n"]
    lines += _table(
        "Now, of all days", {words: told.waiting.get(s, 0) for s, words in _STATES.items() if s in told.waiting}
    )
    lines += [f"Alarms raised: {told.alarms}.", f"Page: {where.page}/", ""]
    posted = told.postings.get("posted", (0, 0))
    title = f"[{where.hotel}] {span}: {sum(told.calls.values())} calls, {posted[0]} posted, {cash.words(posted[1])}"
    return Notice("daily", MAIL, " ".join(where.to), title, "\n".join(lines))


def weekly(where: Addresses, since: datetime, until: datetime, told: Quality, codes: Codes) -> Notice:
    """What of the data should be put right."""
    span = _span(since, until)
    parts = [
        _list("Extensions that are in no list", [f"{name}: {n} calls" for name, n in told.unknown_extensions]),
        _list("Calls without an extension", [f"{told.without_extension} calls"] if told.without_extension else []),
        _list("Held now", [f"{n}: {_HOLDS.get(hold, hold)}" for hold, n in told.held.items()]),
        _list("Records that could not be read", [f"{n} of {source}: {why}" for source, why, n in told.unparsed]),
        _list("Possible repeats", [f"{told.possible_repeats} records"] if told.possible_repeats else []),
        _list("Gaps in the exchange's numbers", told.gaps),
        _list("Calls of departments without an account code", _code_lines(codes)),
    ]
    amiss = sum(bool(part) for part in parts)
    lines = [f"{span} at {where.hotel}: the quality of the data.", ""]
    lines += [line for part in parts for line in part] or ["Nothing is amiss.", ""]
    lines += [f"Records: {where.page}/records", f"Postings: {where.page}/postings?state=held", ""]
    title = f"[{where.hotel}] quality of the data, {span}: {'nothing is amiss' if not amiss else f'{amiss} things to look at'}"
    return Notice("weekly", MAIL, " ".join(where.to), title, "\n".join(lines))


def _code_lines(codes: Codes) -> list[str]:
    """A house that uses no account codes misses none."""
    return [f"{codes.missing} of {codes.given + codes.missing}"] if codes.given and codes.missing else []


def _span(since: datetime, until: datetime) -> str:
    """The days between two midnights (or hours of them)."""
    days = (until.date() - since.date()).days
    last = until.replace(hour=0)
    return run_name(since) if days <= 1 else f"{run_name(since)} to before {run_name(last)}"


def _table(title: str, rows: Mapping[str, int]) -> list[str]:
    return [title, *(f"  {number:>7}  {words}" for words, number in rows.items()), ""]


def _list(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines), ""] if lines else []
