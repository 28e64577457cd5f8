"""When the daily and the weekly mail are due, in hotel time, and when a delivery is tried again. Pure.

A run is named by its day. A gateway that was down makes the newest missed run up once and lets the older ones be: the
mail says from when on it counts.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

#: Seconds before the second, third … try of a delivery; the last one repeats.
DELAYS: Final = (10, 30, 90, 300, 900, 1800, 3600)
#: Tries after which a delivery is given up: with the delays above, a little more than three days.
MOST_TRIES: Final = 79
#: Tries after which it is said on the page that notices do not arrive: about twenty minutes.
WORRYING_TRIES: Final = 5


def latest_run(now: datetime, at: time, weekday: int | None = None) -> date:
    """The newest day (of that weekday, if one is given) whose run lies behind `now`, which is in the hotel's zone."""
    day = now.date() if now.time() >= at else now.date() - timedelta(days=1)
    return day if weekday is None else day - timedelta(days=(day.weekday() - weekday) % 7)


def due_run(now: datetime, at: time, last: date | None, weekday: int | None = None) -> date | None:
    """The run to make now; None if there is none. `last` is the newest run made, None before the first."""
    newest = latest_run(now, at, weekday)
    return newest if last is not None and newest > last else None


def delay(tries: int) -> int | None:
    """Seconds until a delivery that failed `tries` times is tried again; None when it is given up."""
    return None if tries >= MOST_TRIES else DELAYS[min(tries, len(DELAYS)) - 1]
