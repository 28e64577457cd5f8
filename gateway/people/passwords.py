"""Passwords: argon2id (RFC 9106), and which ones are refused.

Hashing takes a tenth of a second by design, so it never runs on the reactor's thread. What is refused is what guessers try
first: short ones, the commonest (by zxcvbn, which knows 30,000 and their usual disguises), and those that are mostly the
person's or the hotel's own name. Nothing asks for a digit or a capital: length is what helps (NIST SP 800-63B, 5.1.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

#: Rounds, KiB and lanes of argon2id: the OWASP cheat sheet's second choice, which leaves memory to the charges.
ROUNDS: Final = 2
MEMORY_KIB: Final = 19_456
LANES: Final = 1
#: Characters of a password. The longest keeps a hash from being a lever against the processor.
SHORTEST: Final = 10
LONGEST: Final = 200
#: Characters that must be left without the person's and the hotel's own words.
_LEFT: Final = 8
#: How hard a password is to guess, by zxcvbn, from 0 to 4: below this it falls to the first million guesses.
_HARD_ENOUGH: Final = 2
_LOOKED_AT: Final = 72

_hasher: Final = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)


def hashed(password: str) -> str:
    """What of a password is kept."""
    return _hasher.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether it is the password. Without one to compare (`kept` empty), it takes as long and is False."""
    try:
        _hasher.verify(kept or _nobodys(), password[:LONGEST])
        return bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_old(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")


def refused(password: str, own_words: Iterable[str]) -> str | None:
    """Why a password cannot be taken, in a sentence; None if it can. `own_words`: names of the person and the hotel."""
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters; a short sentence is easy to keep in mind."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    words = {one for own in own_words for one in re.findall(r"\w{3,}", own.casefold())}
    left = password.casefold()
    for one in words:
        left = left.replace(one, "")
    if len(left) < _LEFT:
        return "That is mostly a name that everybody here knows; take other words."
    from zxcvbn import zxcvbn

    judged = zxcvbn(password[:_LOOKED_AT], user_inputs=sorted(words))
    if judged["score"] < _HARD_ENOUGH:
        return (
            "That is among the first that anybody would try; take a longer one, of words that do not belong together."
        )
    return None
