"""The mark of a posting on a folio line: short, the same in every dialect, and never another posting's.

A PMS that answers over the web gives a charge no name that we choose. So the posting's token stands in the text of its
folio line, as `FG7K3M2Q`: two letters that say who wrote it, the token in base 32 without the letters I, L, O and U,
which people misread, and a check character, so that a mark which was cut or keyed in wrong is no other posting's mark.
Reading a folio back looks for the mark, the amount and the code together; an amount alone may be anybody's.
"""

from __future__ import annotations

import re
from typing import Final

MARK_BEGINS: Final = "FG"
"""What every mark begins with."""
MAX_MARK: Final = 12
"""Most characters of a mark; the narrowest text field of the dialects takes 20."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LEAST_DIGITS: Final = 5
_CHECK_MODULUS: Final = 31  # a prime, so that every single slip and every swap of neighbours changes the check
_MARK: Final = re.compile(rf"(?<![0-9A-Z]){MARK_BEGINS}([{_ALPHABET}]+)(?![0-9A-Z])", re.IGNORECASE)


def mark_of(token: int) -> str:
    """The mark of a token; raises ValueError for one that cannot be marked."""
    digits = ""
    rest = token
    while rest > 0:
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    digits = digits.rjust(_LEAST_DIGITS, _ALPHABET[0])
    if token <= 0 or len(MARK_BEGINS) + len(digits) + 1 > MAX_MARK:
        raise ValueError(f"token {token} has no mark of {MAX_MARK} characters")
    return f"{MARK_BEGINS}{digits}{_check(digits)}"


def token_of(mark: str) -> int | None:
    """The token that a mark stands for; None if the text is no mark, or one that was spoilt."""
    whole = _MARK.fullmatch(mark)
    if whole is None or len(mark) > MAX_MARK:
        return None
    digits, check = whole[1][:-1].upper(), whole[1][-1].upper()
    if len(digits) < _LEAST_DIGITS or check != _check(digits):
        return None
    token = 0
    for digit in digits:
        token = token * len(_ALPHABET) + _ALPHABET.index(digit)
    return token or None


def bears(text: str, token: int) -> bool:
    """True if a folio's text has the mark of this token, as a word of its own and in letters of either size."""
    return any(token_of(found[0]) == token for found in _MARK.finditer(text))


def _check(digits: str) -> str:
    weighed = sum(place * _ALPHABET.index(digit) for place, digit in enumerate(digits, 1))
    return _ALPHABET[weighed % _CHECK_MODULUS]
