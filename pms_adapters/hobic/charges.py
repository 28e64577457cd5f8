"""A posting as a printed line: pure, exact, and refused here where it could only go wrong there.

A line carries a room and not a guest, and no currency. What does not fit its columns exactly is refused with a sentence,
code LOCAL, and a person decides; nothing is rounded or cut behind the hotel's back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from pms_adapters.amounts import scaled
from pms_adapters.hobic.options import HobicOptions
from pms_adapters.options import of_class
from pms_adapters.posting import Posting, Refused
from protocols.hobic.lines import PricedCall, Unfit, write

LOCAL: Final = "LOCAL"
"""The code of a refusal that is ours: nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HobicSettings:
    """One line to one PMS, as the hotel has it; `answer_timeout` is in seconds, `timezone` the hotel's."""

    name: str
    timezone: ZoneInfo
    options: HobicOptions
    answer_timeout: float = 30.0
    takes_reversals: bool = False


def line_of(posting: Posting, settings: HobicSettings) -> bytes | Refused:
    """The line of a posting, or why there is none."""
    options = settings.options
    charge = scaled(posting.amount, posting.decimals, options.decimals)
    if charge is None:
        words = f"{posting.amount} with {posting.decimals} decimals cannot be printed exactly with {options.decimals}"
        return Refused(LOCAL, words)
    if charge < 0 and not settings.takes_reversals:
        return Refused(
            LOCAL, "this line has no agreed way to take a charge back; the front desk corrects it in the PMS"
        )
    line = write(
        options.template(),
        PricedCall(
            sequence=posting.token,
            hotel=options.hotel,
            room=posting.room,
            at=posting.started_at.astimezone(settings.timezone),
            talk_seconds=posting.talk_seconds,
            charge=charge,
            number=posting.dialled,
            call_class=of_class(options.classes, posting.number_class),
            place=posting.text,
            reservation=posting.reservation or "",
        ),
    )
    return Refused(LOCAL, line.why) if isinstance(line, Unfit) else line.encode("ascii")
