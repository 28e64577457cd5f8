"""Which program asks, whether it may, and how often: the door in front of what programs change.

A token comes as `Authorization: Bearer …`, or, for clients that know passwords alone, as the password of `Basic`. Reading
needs none in a house without sign-in, or where the guard has seen a person's session; whoever shows one is held to it. A change
always needs one with the right for it. Each token may ask so many times a second, and so may all who are not admitted together; what
is more gets 429.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

from gateway.store import tokens
from gateway.store.database import Database
from gateway.store.tokens import Token
from gateway.web.reads import Reads
from gateway.web.rest.problems import Problem

#: Requests that may come at once, and how many more each second brings: ten times what a busy program needs.
BURST: Final = 100
PER_SECOND: Final = 50.0
#: Tokens whose pace is remembered; a house has a handful.
_REMEMBERED: Final = 1_000

_WHAT: Final = {
    "read": "read",
    "acknowledge": "take over and acknowledge postings",
    "rooms": "tell who is in which room",
}


class Callers:
    """Admits programs."""

    def __init__(self, database: Database, reads: Reads, seconds: Callable[[], float]) -> None:
        self._database, self._reads, self._seconds = database, reads, seconds
        self._paces: dict[int, tuple[float, float]] = {}

    async def admit(self, authorization: str | None, right: str) -> Token | None:
        """The token of whoever asks; None for a reader without one. Raises Problem."""
        shown = _shown(authorization)
        found = None
        if shown is not None:
            owner = self._database.property
            found = await self._reads.read(lambda connection: tokens.standing(connection, owner, shown))
        if found is not None or right != "read" or authorization is not None:
            self._slow_down(found.id if found is not None else 0)
        if authorization is not None and found is None:
            raise Problem(401, "This token is not known here, or was revoked.")
        if found is None and right != "read":
            raise Problem(401, f"To {_WHAT[right]}, show a token: Authorization: Bearer fg_….")
        if found is not None and not found.allows(right):
            raise Problem(403, f"The token of {found.name} may not {_WHAT[right]}.")
        return found

    def _slow_down(self, who: int) -> None:
        """A bucket of tokens: full at first, one less for each request, filled again with time."""
        now = self._seconds()
        left, since = self._paces.get(who, (float(BURST), now))
        left = min(float(BURST), left + (now - since) * PER_SECOND)
        if len(self._paces) >= _REMEMBERED:
            self._paces.clear()
        self._paces[who] = (max(0.0, left - 1), now)
        if left < 1:
            words = f"More than {PER_SECOND:g} requests a second, after {BURST} at once, are too many; ask again in a second."
            raise Problem(429, words, retry_after=1)


def _shown(authorization: str | None) -> str | None:
    """The token in a header; None without one."""
    if authorization is None:
        return None
    scheme, _, rest = authorization.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            return _password(rest.strip())
    return ""


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
