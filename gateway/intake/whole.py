"""Pieces that arrive whole: a datagram, a posted body, a file of a folder.

Nothing follows such a piece, so its last record needs no line end to be whole; everything else is the framer's.
"""

from __future__ import annotations

from protocols.framing import CUT_OFF, Framer
from protocols.records import Frame


def frames_of(framer: Framer, data: bytes) -> list[Frame]:
    """All records of a piece, by a framer made for it."""
    return [*framer.feed(data), *last_of(framer)]


def last_of(framer: Framer) -> list[Frame]:
    """What the framer still holds when the piece is at its end."""
    return [frame._replace(fault=None) if frame.fault == CUT_OFF else frame for frame in framer.end()]
