"""What is wrong now: from what was looked at to facts. Pure; one small function for each kind of alarm.

A sentence holds no age and nothing else that moves by itself, so that an alarm's words change only when the thing does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from gateway.alarms import quiet
from gateway.alarms.clocks import PMS_TOLERATED, shift, shift_words
from gateway.alarms.kinds import BUDGET_NEAR, BUDGET_PASSED, Fact
from gateway.instants import from_micros

#: Call records without an acknowledged charge from which it is a matter of charges and not of a quiet house.
FLOWING: Final = 10
#: The disk alarm is over only when this much more than its limit is free.
DISK_MARGIN: Final = 1.2

#: How long a charge may stand unconfirmed before somebody is told that no total was compared: a day and a night's sleep.
UNCOMPARED: Final = timedelta(hours=36)

#: Kinds that the store's answers decide; without them they stay as they are.
OF_STORE: Final = frozenset({"waiting", "refused", "in_doubt", "unconfirmable", "notices"})
#: Kinds that the counts by hour decide.
OF_HOURS: Final = frozenset({"quiet", "no_charge", "pbx_clock"})
#: Kinds that the sums of the month decide.
OF_BUDGETS: Final = frozenset({BUDGET_NEAR, BUDGET_PASSED})
ALWAYS: Final = frozenset({"pbx_down", "pms_down", "store", "disk", "pms_clock"})


class Peer(NamedTuple):
    """An exchange or a PMS link: whether it is there, since when, and why not."""

    name: str
    up: bool
    since: datetime
    why: str = ""


class Feed(NamedTuple):
    """What came of one kind from one place: the last of it, the normal before that, and since when we count at all."""

    name: str
    last: datetime | None
    normal: quiet.Normal | None
    begun: datetime


class Charges(NamedTuple):
    """Charges that a PMS acknowledged, and the calls that came since."""

    feed: Feed
    calls_since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the store says of postings and notices."""

    counts: Mapping[str, int]
    oldest: Mapping[str, int]
    undelivered: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the counts by hour say."""

    feeds: Sequence[Feed]
    charges: Charges | None
    lags: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that was looked at in one round; None where it could not be."""

    now: datetime
    zone: tzinfo
    exchanges: Sequence[Peer]
    links: Sequence[Peer]
    store_trouble: str
    disk_free: int | None
    pms_skew: float | None
    ledger: Ledger | None
    habits: Habits | None
    budgets: Sequence[Fact] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the hotel has set."""

    waiting_seconds: int
    disk_free: int


def judged(seen: Seen) -> frozenset[str]:
    """The kinds that can be judged by what was looked at."""
    of_store = OF_STORE if seen.ledger is not None else frozenset()
    of_hours = OF_HOURS if seen.habits is not None else frozenset()
    of_budgets = OF_BUDGETS if seen.budgets is not None else frozenset()
    return ALWAYS | of_store | of_hours | of_budgets


def facts(seen: Seen, limits: Limits, raised: Collection[tuple[str, str]]) -> list[Fact]:
    """Everything that is wrong; `raised` are the alarms that stand, for limits that differ on the way back."""
    found = [*_links(seen), *_machine(seen, limits, raised), *(seen.budgets or ())]
    if seen.ledger is not None:
        found += _postings(seen, seen.ledger, limits)
    if seen.habits is not None:
        found += [*_silences(seen, seen.habits), *_charges(seen, seen.habits), *_shifts(seen.habits)]
    return found


def moment(at: datetime, zone: tzinfo) -> str:
    """An instant in the hotel's time, with its day."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def _links(seen: Seen) -> Iterator[Fact]:
    for one in seen.exchanges:
        if not one.up:
            why = f": {one.why}" if one.why else ""
            yield Fact(
                "pbx_down", one.name, f"PBX {one.name} is not connected since {moment(one.since, seen.zone)}{why}"
            )
    for one in seen.links:
        if not one.up:
            yield Fact("pms_down", one.name, f"PMS {one.name} is not connected since {moment(one.since, seen.zone)}")


def _machine(seen: Seen, limits: Limits, raised: Collection[tuple[str, str]]) -> Iterator[Fact]:
    if seen.store_trouble:
        yield Fact("store", "", seen.store_trouble)
    limit = limits.disk_free * (DISK_MARGIN if ("disk", "") in raised else 1)
    if seen.disk_free is not None and seen.disk_free < limit:
        words = f"less than {limits.disk_free // 1_000_000} MB are free on the disk that holds the store"
        yield Fact("disk", "", words)
    if seen.pms_skew is not None and abs(seen.pms_skew) > PMS_TOLERATED:
        way = "ahead of" if seen.pms_skew > 0 else "behind"
        yield Fact(
            "pms_clock", "", f"the PMS's clock is about {round(abs(seen.pms_skew) / 60)} min {way} this machine's"
        )


def _postings(seen: Seen, ledger: Ledger, limits: Limits) -> Iterator[Fact]:
    for state, words in (("refused", "refused by the PMS"), ("in_doubt", "in doubt")):
        number = ledger.counts.get(state, 0)
        if number:
            since = moment(from_micros(ledger.oldest[state]), seen.zone) if state in ledger.oldest else "a moment ago"
            yield Fact(state, "", f"{_charges_of(number)} {words}, the oldest since {since}")
    handed_over = ledger.oldest.get("unconfirmable")
    if handed_over is not None and seen.now - from_micros(handed_over) >= UNCOMPARED:
        since = moment(from_micros(handed_over), seen.zone)
        yield Fact("unconfirmable", "", f"charges handed over since {since} were not compared with the PMS's total")
    waiting = [ledger.oldest[state] for state in ("due", "sent") if state in ledger.oldest]
    if waiting and seen.now - from_micros(min(waiting)) >= timedelta(seconds=limits.waiting_seconds):
        yield Fact("waiting", "", f"the oldest charge waits since {moment(from_micros(min(waiting)), seen.zone)}")
    for channel, problem in ledger.undelivered.items():
        yield Fact("notices", channel, f"{_not_arriving(channel)}: {problem}")


def _not_arriving(channel: str) -> str:
    """What does not come about, by the name of its way; the names of scheduled reports say so themselves."""
    if channel.startswith("reports to "):
        return f"{channel} do not arrive"
    if channel.startswith("report "):
        return f"the {channel} cannot be made"
    return f"notices {'by mail' if channel == 'mail' else f'to the web hook {channel}'} do not arrive"


def _charges_of(number: int) -> str:
    return "1 charge is" if number == 1 else f"{number} charges are"


def _silences(seen: Seen, habits: Habits) -> Iterator[Fact]:
    for one in habits.feeds:
        if quiet.too_long(one.normal, one.last or one.begun, seen.now, seen.zone):
            since = (
                f"since {moment(one.last, seen.zone)}"
                if one.last
                else f"ever; we listen since {moment(one.begun, seen.zone)}"
            )
            usual = "; that is longer than is usual at this hour of the week" if one.normal else ""
            yield Fact("quiet", one.name, f"PBX {one.name} has sent no record {since}{usual}")


def _charges(seen: Seen, habits: Habits) -> Iterator[Fact]:
    charges = habits.charges
    if charges is None or charges.calls_since < FLOWING:
        return
    last, begun = charges.feed.last, charges.feed.begun
    if quiet.too_long(charges.feed.normal, last or begun, seen.now, seen.zone):
        since = (
            f"since {moment(last, seen.zone)}, though calls come in"
            if last
            else f"ever; calls come in since {moment(begun, seen.zone)}"
        )
        yield Fact("no_charge", charges.feed.name, f"PMS {charges.feed.name} has acknowledged no charge {since}")


def _shifts(habits: Habits) -> Iterator[Fact]:
    for name, lags in habits.lags.items():
        seconds = shift(lags)
        if seconds is not None:
            yield Fact("pbx_clock", name, f"the clock of PBX {name} is {shift_words(seconds)}")
