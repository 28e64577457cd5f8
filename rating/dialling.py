"""From what an exchange writes to the digits that were dialled.

Exchanges write the same call in many ways: digits, digits with blanks and brackets, a SIP or tel URI, a display name
with the address in angle brackets, digits with the pauses that were dialled for a second dial tone. What comes out is
a short list of readings, to be tried in order. More than one there is only with pauses, because a pause may be inside
a number (after the trunk access code) or behind it (before the digits for somebody's voice menu).

Emergency has an address without a number: `urn:service:sos` of RFC 5031, which phones dial for their red button.
"""

from __future__ import annotations

import re

EMERGENCY_SERVICE = "urn:service:sos"

READINGS_LIMIT = 6
"""Most readings of one text: an access code, a prefix, a number and what follows it, each after a pause."""

_ADDRESS = re.compile(r"<([^<>]*)>")
_SCHEME = re.compile(r"\s*(sips?|tel|callto):", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_FOR_THE_EYE = re.compile(r"[\s().\-/\u00ad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PAUSED = re.compile(r"[0-9*#+,;~pPwW]+")
_PAUSES = re.compile(r"[,;~pPwW]+")


def readings(text: str) -> tuple[str, ...]:
    """Give what may have been dialled, likeliest first: digits, `+`, `*`, `#`, or the name of a SIP user."""
    written = _user(text)
    plain = _FOR_THE_EYE.sub("", written)
    if not _PAUSED.fullmatch(plain):
        return (plain.rstrip("#"),)
    parts = [part for part in _PAUSES.split(plain) if part]
    heads = ["".join(parts[: count + 1]) for count in range(min(len(parts), READINGS_LIMIT - 1))]
    return tuple(dict.fromkeys(head.rstrip("#") for head in [*heads, "".join(parts)])) or ("",)


def _user(text: str) -> str:
    """Take the user out of an address; a text that is none stays as it is, but for a host after "@"."""
    address = _ADDRESS.search(text)
    inner = address[1] if address else text
    scheme = _SCHEME.match(inner)
    if scheme is None:
        return inner if inner.lower().startswith(EMERGENCY_SERVICE) else inner.partition("@")[0]
    rest = inner[scheme.end() :]
    user, at, _ = rest.partition("@")
    if not at and scheme[1].lower().startswith("sip") and "." in user:
        return ""  # a host alone, whose address must not be taken for digits
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), re.split("[;:?]", user, maxsplit=1)[0])
