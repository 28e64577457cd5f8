"""How desks stand against their targets: on a day, in its week and in its month, as far as they have gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.instants import midnight, to_micros
from gateway.reports.asking import Asked
from gateway.reports.kinds.arrived import share
from gateway.store.office import Came, Target, came_to, spent_by, targets
from gateway.store.reporting import Span, began

#: The stretches that a target is followed over.
STRETCHES: Final = ("day", "week", "month")
MEASURED: Final = (
    "Answered in time are calls that a person took within the seconds of the target, of those that were missed or of which the "
    "exchange tells how long they waited for their answer. Missed is the share of the missed of all that were answered or missed.",
    "Where a department has working hours, only calls that came in within them count; a group of extensions has none.",
    "The cost is what the desk's calls come to by their prices. It is held against its amount in the day, week or month that the "
    "target names.",
)


class Followed(NamedTuple):
    """A desk over one stretch: what came in, what its calls come to, and whether each aim is met (None: nobody can say)."""

    target: Target
    stretch: str
    first: date
    came: Came
    in_time: float | None
    missed: float | None
    spent: int
    answers: bool | None
    misses: bool | None
    costs: bool | None

    @property
    def verdict(self) -> bool | None:
        """Whether all that the desk is to reach is reached, as far as anybody can say."""
        told = [one for one in (self.answers, self.misses, self.costs) if one is not None]
        return all(told) if told else None


def stretches(day: date) -> dict[str, date]:
    """The first days of the day, of its week (which begins on Monday) and of its month."""
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}


def followed(asked: Asked, connection: Connection) -> list[Followed]:
    """How every desk with a target stands on the last day asked about."""
    found = []
    zone, day = asked.period.zone, asked.period.last
    until = max(min(midnight(day + timedelta(days=1), zone), to_micros(asked.run_at)), midnight(day, zone) + 1)
    for target in targets(connection, asked.database.property):
        for stretch, first in stretches(day).items():
            found.append(_one(asked, connection, target, stretch, first, Span(midnight(first, zone), until)))
    return found


def _one(asked: Asked, connection: Connection, target: Target, stretch: str, first: date, span: Span) -> Followed:
    chosen = began(connection, asked.database.property, span)
    came = came_to(connection, chosen, target, _hours(asked, target, span))
    spent = spent_by(connection, chosen, target, asked.currency)
    in_time, missed = share(came.quick, came.told + came.missed), share(came.missed, came.answered + came.missed)
    return Followed(
        target,
        stretch,
        first,
        came,
        in_time if target.within_seconds is not None else None,
        missed,
        spent,
        None if in_time is None or target.within_seconds is None else in_time >= (target.answered_percent or 0),
        None if missed is None or target.missed_percent is None else missed <= target.missed_percent,
        None if target.cost is None or target.cost_per != stretch else spent <= target.cost,
    )


def _hours(asked: Asked, target: Target, span: Span) -> Sequence[tuple[int, int]] | None:
    """The working hours of a department within a stretch; None where it has none, or is a group."""
    hours = asked.office.hours
    if target.extensions or not hours.of(target.desk):
        return None
    return hours.spans(target.desk, span.since, span.until)
