"""Bills of guests who have left: for whoever has the right to look back, with a reason, and told in the audit trail.

The day after a departure is still the desk's: a guest comes back to the counter. After that a reason is asked for; it is written
down as a command, and the signed address that it leads to opens that one stay for a while.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gateway.bills.bill import Stay
from gateway.instants import SECOND
from gateway.roles import Person
from gateway.web.security import Tokens

#: How long after a departure a bill is still the desk's own, in microseconds.
DESK_TIME: Final = 24 * 3600 * SECOND
#: How long a stay stays open to whoever gave a reason, in microseconds.
LOOK_TIME: Final = 15 * 60 * SECOND
#: Digits of an instant in an address.
_DIGITS: Final = 19


class Look(NamedTuple):
    """That a reason was given: when, and the signature over it; empty where none was."""

    at: str = ""
    key: str = ""


NO_LOOK: Final = Look()


def look_at(tokens: Tokens, number: int, now: int) -> Look:
    """What opens a stay from now on."""
    return Look(str(now), tokens.sign("look", number, now))


def may_see(stay: Stay, person: Person, look: Look, tokens: Tokens, now: int) -> bool:
    """Whether a person may see the bill of a stay now. Pure."""
    if stay.until is None or now - stay.until < DESK_TIME:
        return True
    if not person.may("earlier_stays") or not look.at.isdigit() or len(look.at) > _DIGITS:
        return False
    fits = any(tokens.fits(look.key, "look", number, look.at) for number in stay.numbers)
    return fits and 0 <= now - int(look.at) < LOOK_TIME
