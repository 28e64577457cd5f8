"""Bytes and numbers made fit to be shown: in logs, in JSON, on pages.

Two dangers are met here once for everyone: a log must not tell whom a guest called, and bytes from a wire must
not move a terminal's cursor or break out of a page. Neither function raises; both bound what they return.
"""

from __future__ import annotations

# A log line shows at most this many digits at each end of a number: the country or area, and enough to compare two.
_SHOWN_AT_START = 4
_SHOWN_AT_END = 2

# Numbers this short are extensions or services (112): hiding them would protect nobody.
_SHORT = 4


def mask_number(number: str) -> str:
    """Hide the middle of a telephone number: `00441234567890` becomes `0044********90`.

    At most the first four and the last two characters are shown, and never more than half of the number; a number
    of up to four characters is shown whole.
    """
    length = len(number)
    if length <= _SHORT:
        return number
    head, tail = min(_SHOWN_AT_START, length // 3), min(_SHOWN_AT_END, length // 6)
    return number[:head] + "*" * (length - head - tail) + number[length - tail :]


def printable(data: bytes, limit: int) -> str:
    """Render raw bytes as one line of safe text of at most `limit` characters.

    UTF-8 is shown as what it says; every byte or character that is not printable (control characters, direction
    marks, broken UTF-8) is shown as its escape, `\\x1b`. A longer text ends with `…`.
    """
    # No character needs more than four bytes, so what lies beyond cannot come into the first `limit` characters.
    text = data[: 4 * (limit + 1)].decode("utf-8", "backslashreplace")
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escaped(c) for c in text)
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"[:limit]


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
