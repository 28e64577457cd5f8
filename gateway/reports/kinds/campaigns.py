"""The numbers by which the house is reached: what each brought, and what a call of a campaign cost.

Money is exact. The cost of a campaign is spread evenly over its days; the days that the report shares with it bear their
part, and a cost a call is that part divided by the calls, both rounded once, at the end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from gateway.config import NumberSettings
from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.arrived import Came, Told, share, told
from gateway.reports.kinds.inbound import unread_words
from gateway.reports.kinds.who_called import FIRST_TIME
from gateway.reports.periods import QUARTER, Period, local_hour
from gateway.reports.values import Bars, Cell, Column, Report, Row, Section, Table, table
from gateway.store.inbound import arrivals_in, called_before, without_particulars
from rating.money import exact, half_up

#: Decimals in which the cost of a campaign is read (`gateway/config/checks.py` allows as many).
_DECIMALS: Final = 4
MOST_BARS: Final = 12
COSTS: Final = (
    "The cost of a campaign is spread evenly over its days; shown is the part of the days that this report shares with it. A "
    "cost a call is that part divided by the calls of the same days, rounded once."
)


@dataclass(slots=True)
class Brought:
    """What came in by a number: calls, and from whom."""

    came: Came = field(default_factory=Came)
    callers: set[str] = field(default_factory=set)

    def add(self, one: Told, caller: str) -> None:
        """Take in one call."""
        self.came.add(one)
        if caller:
            self.callers.add(caller)


@dataclass(frozen=True, slots=True)
class Costed:
    """A campaign within the days of a report: how many days they share, and its cost as a fraction of minor units."""

    days: int
    numerator: int
    denominator: int

    def each(self, of: int) -> int | None:
        """Its cost for each of so many, in minor units; None for none."""
        return half_up(self.numerator, self.denominator * of) if of else None


def cost_within(campaign: NumberSettings, period: Period, decimals: int) -> Costed | None:
    """The part of a campaign's cost that falls on the days of a period; None where they share none. Pure."""
    first, last = campaign.first, campaign.last
    if campaign.campaign_cost is None or first is None or last is None:
        return None
    begin, end = max(first, period.first), min(last, period.last)
    if end < begin:
        return None
    shared, whole = (end - begin).days + 1, (last - first).days + 1
    minor = exact(campaign.campaign_cost, _DECIMALS) * 10**decimals
    return Costed(shared, minor * shared, 10**_DECIMALS * whole)


def campaigns(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    costed = [
        (one, cost) for one in asked.numbers if (cost := cost_within(one, asked.period, asked.decimals)) is not None
    ]
    numbers: defaultdict[str, Brought] = defaultdict(Brought)
    within = [Brought() for _ in costed]
    talk = asked.inbound.talk_seconds
    for row in arrivals_in(connection, chosen):
        call = told(row, talk)
        numbers[row.did].add(call, row.caller)
        for (one, _), brought in zip(costed, within, strict=True):
            if one.did == row.did and _within(one, local_hour(row.started_at // QUARTER, asked.period.zone).day):
                brought.add(call, row.caller)
    before = called_before(connection, chosen)
    return report(
        asked,
        connection,
        chosen,
        kind="campaigns",
        title="Numbers and campaigns",
        finding=_finding(numbers, costed),
        sections=(
            *_picture(asked, numbers),
            _campaigns(asked, costed, within, before),
            _numbers(asked, numbers, before),
        ),
        assumptions=(
            later("A talk is an answered call of {talk} s and more.", talk=talk),
            FIRST_TIME,
            COSTS,
            *unread_words(without_particulars(connection, chosen)),
        ),
    )


def _within(campaign: NumberSettings, day: date) -> bool:
    return campaign.first is not None and campaign.last is not None and campaign.first <= day <= campaign.last


def _finding(numbers: dict[str, Brought], costed: list[Any]) -> str:
    if not numbers:
        return "No call came in in these days."
    whole = sum(one.came.calls for one in numbers.values())
    known = len([did for did in numbers if did])
    untold = numbers[""].came.calls if "" in numbers else 0
    words = later(
        "{calls} came in by {numbers}.",
        calls=later_plural("{number} call", "{number} calls", whole),
        numbers=later_plural("{number} number", "{number} numbers", known),
    )
    silent = later("Of {untold} the exchange does not tell the number dialled.", untold=untold) if untold else ""
    running = (
        later_plural("{number} campaign ran in these days.", "{number} campaigns ran in these days.", len(costed))
        if costed
        else ours("No campaign ran in these days.")
    )
    return joined(" ", (words, silent, running))


def _names(asked: Asked) -> dict[str, str]:
    return {one.did: one.name for one in asked.numbers}


_FIGURES: Final = (
    Column("calls", "came in", "count"),
    Column("callers", "callers", "count"),
    Column("first_time", "first time", "count"),
    Column("share_first", "first-time share", "percent"),
    Column("answered", "answered", "count"),
    Column("talks", "talks", "count"),
    Column("share_talks", "talks of all", "percent"),
    Column("talk_seconds", "talk", "seconds"),
)

#: Figures of a campaign that only files have: beside its costs a sheet of paper has no room for them.
_FOR_FILES: Final = ("first_time", "answered", "talk_seconds")


def _figures(brought: Brought, before: set[str]) -> tuple[Cell, ...]:
    came, fresh = brought.came, len(brought.callers - before)
    callers = (len(brought.callers), fresh, share(fresh, len(brought.callers)))
    return (came.calls, *callers, came.answered, came.talks, share(came.talks, came.calls), came.talk)


def _numbers(asked: Asked, numbers: dict[str, Brought], before: set[str]) -> Table:
    names = _names(asked)
    ordered = sorted(numbers.items(), key=lambda one: (-one[1].came.calls, one[0]))
    listed: list[Row] = [(did or ours("not told"), names.get(did), *_figures(one, before)) for did, one in ordered]
    columns = (Column("did", "number dialled"), Column("name", "name"), *_FIGURES)
    note = "Names come from [[numbers]] of the configuration."
    return table("numbers", "By number dialled", columns, listed, nothing="No call came in.", note=note)


def _campaigns(
    asked: Asked, costed: list[tuple[NumberSettings, Costed]], within: list[Brought], before: set[str]
) -> Table:
    columns = (
        Column("campaign", "campaign"),
        Column("did", "number dialled"),
        Column("days", "days", "count"),
        *(replace(one, detail=one.name in _FOR_FILES) for one in _FIGURES),
        Column("cost", "cost", "money"),
        Column("cost_call", "each call", "money"),
        Column("cost_talk", "each talk", "money"),
        Column("cost_first", "each new caller", "money"),
    )
    listed: list[Row] = []
    for (one, cost), brought in zip(costed, within, strict=True):
        fresh = len(brought.callers - before)
        each = [cost.each(of) for of in (1, brought.came.calls, brought.came.talks, fresh)]
        money = [None if minor is None else asked.money(minor) for minor in each]
        listed.append((one.name, one.did, cost.days, *_figures(brought, before), *money))
    nothing = "No campaign of [[numbers]] ran in these days."
    note = "The cost is that of the days counted; a new caller is one who called for the first time."
    return table("campaigns", "Campaigns", columns, listed, nothing=nothing, note=note)


def _picture(asked: Asked, numbers: dict[str, Brought]) -> list[Section]:
    names = _names(asked)
    top = sorted(((did, one) for did, one in numbers.items() if did), key=lambda one: (-one[1].came.calls, one[0]))
    if not top:
        return []
    labels = [names.get(did, did) for did, _ in top[:MOST_BARS]]
    beyond = (
        later("The {shown} of {number} with most calls are shown.", shown=MOST_BARS, number=len(top))
        if len(top) > MOST_BARS
        else ""
    )
    return [
        Bars(
            name="by_number",
            title="Calls and talks by number dialled",
            sentence=joined(" ", (later("Most calls came by {number}.", number=labels[0]), beyond)),
            measure=Column("calls", "calls", "count"),
            series=("came in", "talks"),
            labels=tuple(labels),
            heading="number dialled",
            values=tuple((one.came.calls, one.came.talks) for _, one in top[:MOST_BARS]),
            lying=True,
        )
    ]
