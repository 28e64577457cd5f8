"""The words of the night audit, the same on the page, in the report and on the command line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from gateway.audit.days import LATE, BusinessDay, DayRule, running_since
from gateway.audit.sheet import Difference
from gateway.audit.sums import Purse
from gateway.instants import from_micros
from gateway.languages.kept import kept
from gateway.languages.spoken import Plurals, Texts, say
from gateway.reports.values import Money
from gateway.reports.wording import amount
from gateway.web.line import Item
from gateway.web.words import Clock
from gateway.web.words import day as written_day

#: What became of the records, line by line.
CAME_WORDS: Final[Mapping[str, str]] = Texts(
    {
        "other": "titles, events and other records without a call",
        "repeats": "repeats: a buffer that was sent again",
        "unread": "records that could not be read",
        "legs": "further records of calls that are counted below",
        "unfinished": "calls that are not finished",
        "house": "calls of the house, not of guests",
        "not_charged": "calls that are not charged",
        "unrated": "guests’ calls without a price",
        "rated": "guests’ calls with a price",
        "astray": "records that belong nowhere",
    }
)
#: A difference in a sentence: what is so. The name, its own or a person's, stands behind.
_WHAT: Final = Plurals(
    {
        "astray": (
            "{number} record stands nowhere: no call was made of it, and nothing says why",
            "{number} records stand nowhere: no call was made of them, and nothing says why",
        ),
        "bare": ("{number} call with a price and without a charge", "{number} calls with a price and without a charge"),
        "unlike": (
            "{number} call whose charges do not come to its price",
            "{number} calls whose charges do not come to their price",
        ),
        "corrected": (
            "{number} call whose charges differ from the first price",
            "{number} calls whose charges differ from the first price",
        ),
        "shared": (
            "{number} call of which the house held a share",
            "{number} calls of which the house held a share",
        ),
        "earlier": ("{number} charge for calls of earlier days", "{number} charges for calls of earlier days"),
        "later": (
            "{number} charge for calls whose records came later",
            "{number} charges for calls whose records came later",
        ),
        "ruled": (
            "{number} charge for calls that are not to be charged",
            "{number} charges for calls that are not to be charged",
        ),
        "currency": (
            "{number} charge in another currency than the call’s price",
            "{number} charges in another currency than the call’s price",
        ),
        "gone": ("{number} charge whose call is not in the store", "{number} charges whose calls are not in the store"),
        "another day": (
            "{number} charge that the PMS booked on another day",
            "{number} charges that the PMS booked on another day",
        ),
        "earlier charge": (
            "{number} charge of other days that the PMS booked on this one",
            "{number} charges of other days that the PMS booked on this one",
        ),
        "found": ("{number} charge found on folios by a person", "{number} charges found on folios by a person"),
        "found here": (
            "{number} charge of other days found on folios by a person",
            "{number} charges of other days found on folios by a person",
        ),
        "found on another day": (
            "{number} charge found on folios, sent on another day",
            "{number} charges found on folios, sent on another day",
        ),
        "twice": (
            "the PMS said yes twice: {number} charge may stand twice on a folio",
            "the PMS said yes twice: {number} charges may stand twice on a folio",
        ),
        "not posted": (
            "the PMS said yes to {number} charge that does not stand as posted",
            "the PMS said yes to {number} charges that do not stand as posted",
        ),
    }
)
#: What to do about one that has no name by itself.
ADVICE: Final[Mapping[str, str]] = Texts(
    {
        "no total": "Read the total of telephone charges in the PMS and tell it, or say why nobody can.",
        "bare": "Look at the calls below: was the PMS not connected, or the charge withdrawn?",
        "unlike": "Look at the calls below and at their charges.",
        "astray": "Look at the records; tell whoever looks after the exchange.",
        "gone": "Tell whoever looks after this program: the store has lost something.",
        "twice": "Look at the folio: take the second charge off it in the PMS.",
        "not posted": "Look at the folio, then settle the charge.",
    }
)


#: Differences that lead from the prices to the charges, and whether they are added there or taken away.
BRIDGE: Final[Mapping[str, int]] = {
    "bare": -1,
    "unlike": -1,
    "corrected": -1,
    "shared": -1,
    "earlier": 1,
    "later": 1,
    "ruled": 1,
    "currency": 1,
    "gone": 1,
}
#: Why a charge is not of one of the day's priced calls, where it is not of an earlier day.
PLACES: Final[Mapping[str, str]] = Texts(
    {
        "later": "its record came later",
        "ruled": "its call is not to be charged",
        "currency": "in another currency than its call",
        "gone": "its call is not in the store",
    }
)


def what(one: Difference) -> str:
    """A difference in a sentence, without its amount."""
    if one.key == "no total":
        return say("the PMS’s total has not been told")
    if one.key.startswith("total"):
        return _other_total(one.key.removeprefix("total").strip(), next(iter(one.amount.values()), 0) > 0)
    return _WHAT.say(one.key, one.number)


def _other_total(group: str, more: bool) -> str:
    """The PMS's total, of all or of a class, is not ours."""
    if not group:
        return (
            say("the PMS’s total is higher than what we know of")
            if more
            else say("the PMS’s total is lower than what we know of")
        )
    if more:
        return say("the PMS’s total for {group} is higher than what we know of", group=group)
    return say("the PMS’s total for {group} is lower than what we know of", group=group)


def advice(one: Difference) -> str:
    """What to do about a difference without a name."""
    if one.key in ADVICE:
        return ADVICE[one.key]
    return (
        say("Compare with the PMS’s own list of the day, and write what it is.") if one.key.startswith("total") else ""
    )


def purse_words(purse: Purse, home: Money, *, signed: bool = False) -> str:
    """Amounts in words; nothing of the hotel's currency where there are none. `signed` shows what is above nothing too."""
    held = {coin: minor for coin, minor in purse.items() if minor}
    if not held:
        return f"{amount(home._replace(minor=0))} {home.currency}"
    moneys = [Money(minor, *coin) for coin, minor in sorted(held.items())]
    return ", ".join(f"{'+' if signed and one.minor > 0 else ''}{amount(one)} {one.currency}" for one in moneys)


def deed_words(what_done: str) -> str:
    """What the audit trail says of a deed, as people read it."""
    return kept(what_done).replace("->", "→").replace("_", " ")


def day_words(day: date) -> str:
    """A business date as people say it."""
    return written_day(day, year=False)


def standing(day: BusinessDay, clock: Clock) -> str:
    """How a day stands, in a sentence."""
    began = clock.moment(day.opened_at)
    if day.ended_at is None:
        return say("Begun {moment}, open.", moment=began)
    said = {"began": began, "ended": clock.moment(day.ended_at), "name": day.ended_by}
    stood = {
        "pms": say("Begun {began}, ended {ended} with the PMS’s night audit.", **said),
        "clock": say("Begun {began}, ended {ended} by the clock.", **said),
    }.get(day.ended_by) or say("Begun {began}, ended {ended} by {name}.", **said)
    if day.closed_at is None:
        return f"{stood} {say('It is not closed.')}"
    return f"{stood} {say('Closed {moment} by {name}.', moment=clock.moment(day.closed_at), name=day.closed_by)}"


def date_item(
    open_day: BusinessDay | None, last: BusinessDay | None, rule: DayRule, clock: Clock, now: int
) -> Item | None:
    """The business date for the status line: amber where the night audit is late, or its end."""
    if open_day is None:
        return None
    since = running_since(last)
    name, where = say("business date"), "/audit"
    if since is not None and last is not None:
        shown = day_words(last.day)
        if now - since > LATE:
            words = say(
                "{day}, night audit since {moment}, its end was not told: see the PMS",
                day=shown,
                moment=clock.moment(since),
            )
            return Item(name=name, sign="?", tone="amber", words=words, where=where, spoken=words)
        return Item(
            name=name,
            sign="",
            tone="quiet",
            words=say("{day}, night audit since {moment}", day=shown, moment=clock.moment(since)),
            where=where,
        )
    shown = day_words(open_day.day)
    if rule.by != "clock" and now - rule.ends(open_day.day) > LATE:
        over = clock.moment(rule.ends(open_day.day))
        words = (
            say("{day}, over since {moment}: the PMS has told no night audit", day=shown, moment=over)
            if rule.by == "pms"
            else say("{day}, over since {moment}: nobody has ended it", day=shown, moment=over)
        )
        return Item(name=name, sign="?", tone="amber", words=words, where=where, spoken=words)
    return Item(name=name, sign="", tone="quiet", words=shown, where=where)


def following(day: BusinessDay, rule: DayRule, now: datetime) -> date:
    """The date that follows if a person ends the day now."""
    return max(day.day + timedelta(days=1), now.astimezone(rule.zone).date())


def clock_of(day: BusinessDay, rule: DayRule) -> Clock:
    """A clock whose today is the day itself, so that its own times need no date."""
    return Clock(rule.zone, from_micros(day.opened_at))  # type: ignore[arg-type]
