"""Which answers are sent compressed, and how: as gzip, where nobody else can have chosen what was asked.

The length of a compressed answer tells whether something that was asked stands on it already, beneath any TLS (CRIME,
BREACH; CVE-2013-3587): whoever makes a browser ask again and again, each time with another guess in the address, and sees the
lengths pass by, reads names and numbers off a page sign by sign. So an answer is compressed only where the browser says that a
page of ours asked, or its user by hand (W3C Fetch Metadata); a request that another site began, and one that does not say,
gets it plain. What is left are guesses that somebody is talked into clicking on, one by one, and what a guest puts on a page
by dialling it: for them each answer is longer by a number of bytes drawn anew, which takes thousands of answers a guess to see through.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from typing import Final

#: What gets shorter. Files (PDF, XLSX) are compressed in themselves, streams are written piece by piece.
KINDS: Final = frozenset({"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"})
#: Where a request may come from: from a page of ours, or from the address bar.
OURS: Final = frozenset({"same-origin", "none"})
#: Bytes below which nothing is won.
LEAST: Final = 1_024
#: How hard: 370 kB of JSON come to 41 kB in 1.4 ms of processor time, to 33 kB in 2.7 (level 4), to 27 kB in 4.1 (level 6).
LEVEL: Final = 1
#: Bytes that are drawn on top, at most. The head of a gzip file has room for a name, which nobody reads.
PADDING: Final = 255

# RFC 1952: magic, deflate, a name follows, no time, fastest, no system.
_HEAD: Final = b"\x1f\x8b\x08\x08\0\0\0\0\x04\xff"
#: No head and no end of zlib's own.
_BARE: Final = -zlib.MAX_WBITS


def may_pack(content_type: str, length: int, accepts: str | None, site: str | None) -> bool:
    """Whether an answer is compressed, by the headers Accept-Encoding and Sec-Fetch-Site of its request. Pure."""
    if length < LEAST or content_type.partition(";")[0] not in KINDS:
        return False
    return site in OURS and "gzip" in (accepts or "").replace(" ", "").split(",")


def packed(data: bytes, padding: int) -> bytes:
    """Bytes as gzip, longer by so many bytes. Pure."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, _BARE)
    body = deflate.compress(data) + deflate.flush()
    end = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFF_FFFF)
    return b"".join((_HEAD, b"-" * padding, b"\0", body, end))


def drawn() -> int:
    """How much longer the next answer is."""
    return secrets.randbelow(PADDING + 1)
