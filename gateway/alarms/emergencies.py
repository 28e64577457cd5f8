"""An emergency call as the screen shows it: where, who, and how to call back. Pure.

Ordinary call records come when the call *ends*; what is told of a call is then minutes old, and `late` says by how
much. Only an exchange that tells of calls as they begin (`live`) is heard in time.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Final

#: Seconds between a call's end and our hearing of it above which it is marked as late.
LATE: Final = 300
#: Calls that ended longer ago than this when we heard of them are history somebody read in: no alarm.
HISTORY: Final = 48 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyCall:
    """What is known of it. Instants are microseconds of UTC; unknown text is empty; `call_id` 0 while the call lasts."""

    source: str
    call_key: str
    call_id: int
    extension: str
    room: str
    department: str
    reservation: str
    dialled: str
    trunk: str
    started_at: int
    ended_at: int
    heard_at: int
    live: bool = False
    guest: str = ""
    language: str = ""
    floor: str = ""
    call_back: str = ""

    @property
    def subject(self) -> str:
        """What it is known by: the exchange's own number of the call, so that live news and record are one alarm."""
        return f"{self.source}:{self.call_key}" if self.call_key else f"call {self.call_id}"

    @property
    def late_seconds(self) -> int:
        """How long after its end we heard of it; 0 where that is no matter."""
        late = (self.heard_at - self.ended_at) // 1_000_000
        return late if late > LATE and not self.live else 0

    @property
    def is_history(self) -> bool:
        """True for a call of days ago."""
        return (self.heard_at - self.ended_at) // 1_000_000 > HISTORY

    @property
    def place(self) -> str:
        """Where it came from, in words."""
        if self.room:
            return f"room {self.room}"
        return self.department or (f"extension {self.extension}" if self.extension else "an unknown extension")

    @property
    def sentence(self) -> str:
        """What happened, without a guest's name: it goes to the log too."""
        now = "is being dialled" if self.live else "was dialled"
        return f"{self.dialled} {now} from {self.place}" + (f" (extension {self.extension})" if self.room else "")

    def kept(self) -> str:
        """The form the store keeps."""
        return json.dumps(asdict(self), ensure_ascii=False)


def taken_up(text: str) -> EmergencyCall | None:
    """Read the stored form; None for something else."""
    try:
        said = json.loads(text)
        return EmergencyCall(**{one.name: said[one.name] for one in fields(EmergencyCall)})
    except (ValueError, KeyError, TypeError):
        return None


def call_back_number(pattern: str, extension: str, room: str) -> str:
    """The number on which the emergency service reaches the room; `pattern` may hold {extension} and {room}."""
    if ("{extension}" in pattern and not extension) or ("{room}" in pattern and not room):
        return ""
    return pattern.replace("{extension}", extension).replace("{room}", room)
