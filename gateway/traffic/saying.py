"""One sentence for each group of trunks: what to read if nothing else is read, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros
from gateway.traffic.grade import Grade
from gateway.traffic.intervals import NOTHING, AllBusy
from gateway.traffic.study import GroupStudy

#: Seconds from which on a time is told in minutes, and in hours.
_MINUTES_FROM: Final = 120
_HOURS_FROM: Final = 2 * 3600


class Saying(Protocol):
    """A language in which it is said; `gateway.languages` has them."""

    def say(self, message: str, /, **values: object) -> str:
        """A text, with what stands in its braces."""

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The text for so many."""

    def weekday(self, moment: datetime, *, year: bool) -> str:
        """A day with its week day."""

    def decimal(self, value: float, decimals: int) -> str:
        """A figure with so many decimals."""


class Plain:
    """English, as programs and the command line have it."""

    def say(self, message: str, /, **values: object) -> str:
        """The text itself."""
        return message.format(**values)

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The text for so many."""
        return (one if number == 1 else many).format(number=f"{number:,}", **values)

    def weekday(self, moment: datetime, *, year: bool) -> str:
        """A day with its week day: Friday 20 Nov."""
        return f"{moment:%A} {moment.day} {moment:%b}{f' {moment.year}' if year else ''}"

    def decimal(self, value: float, decimals: int) -> str:
        """A figure with thousands apart."""
        return f"{value:,.{decimals}f}"


PLAIN: Final = Plain()


def sentence(one: GroupStudy, zone: ZoneInfo, tongue: Saying = PLAIN) -> str:
    """The sentence: whether there are enough trunks, and when there were none left."""
    if not one.group and one.installed is None:
        return tongue.say(
            "Trunks of which the exchange tells no group are in no table [[trunks]]: how many there are is not known."
        )
    if one.whole == NOTHING:
        return tongue.say("No call used group {group} in these days.", group=one.name)
    if one.installed is None:
        return tongue.say(
            "Group {group} is in no table [[trunks]]: how many trunks it has is not known.", group=one.name
        )
    busy = _all_busy(one.all_busy, zone, tongue) if one.all_busy is not None and one.all_busy.episodes else ""
    need = _needed(one.name, one.grade, tongue) if one.grade is not None else ""
    if need:
        return f"{need}; {busy}." if busy else f"{need}."
    if busy:
        return tongue.say("Group {group}: {busy}.", group=one.name, busy=busy)
    return tongue.say("Group {group} was not measured yet.", group=one.name)


def target_words(target: float) -> str:
    """A target as the trade writes it: P.01 is one call in a hundred."""
    return (
        f"P.{round(100 * target):02d}"
        if target >= 0.01 and abs(100 * target - round(100 * target)) < 1e-9
        else f"{target:.4g}"
    )


def _needed(group: str, found: Grade, tongue: Saying) -> str:
    said = {"group": group, "target": target_words(found.target)}
    if found.surplus is None:
        return tongue.say(
            "Group {group} is saturated: it needs more trunks, and how many more cannot be told from what it carried",
            group=group,
        )
    if not found.surplus:
        return tongue.say("Group {group} has as many trunks as {target} asks for", **said)
    if found.clumped:
        return tongue.say(
            "Group {group} lost more in its busy hour than {target} allows, though by the model {number} trunks would "
            "do: its calls come in clumps, or trunks were out of service",
            **said,
            number=found.for_target,
        )
    if found.surplus < 0:
        return tongue.plural(
            "Group {group} needs {number} trunk more for {target}",
            "Group {group} needs {number} trunks more for {target}",
            -found.surplus,
            **said,
        )
    return tongue.plural(
        "Group {group} needs {number} trunk fewer for {target}",
        "Group {group} needs {number} trunks fewer for {target}",
        found.surplus,
        **said,
    )


def lasting(micros: int, tongue: Saying = PLAIN) -> str:
    """How long, in words: 45 seconds, 5 minutes, 3.2 hours."""
    seconds = max(1, round(micros / SECOND))
    if seconds >= _HOURS_FROM:
        return tongue.say("{number} hours", number=tongue.decimal(seconds / 3600, 1))
    if seconds >= _MINUTES_FROM:
        return tongue.plural("{number} minute", "{number} minutes", round(seconds / 60))
    return tongue.plural("{number} second", "{number} seconds", seconds)


def _all_busy(busy: AllBusy, zone: ZoneInfo, tongue: Saying) -> str:
    """For how long none was free, and when that was longest: 5 minutes all busy on Friday 20 Nov at 18:40."""
    at = from_micros(busy.longest_at or 0).astimezone(zone)
    said = {"duration": lasting(busy.time, tongue), "day": tongue.weekday(at, year=False), "hour": f"{at:%H:%M}"}
    return tongue.plural(
        "{duration} all busy on {day} at {hour}",
        "{duration} all busy in {number} times, the longest on {day} at {hour}",
        busy.episodes,
        **said,
    )
