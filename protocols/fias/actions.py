"""What a FIAS link asks its owner to do: the closed set of actions that `link.Link` answers with.

They are to be carried out in their order. An owner handles all of them with one `match`; the type checker then sees to
it that none is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from protocols.fias.records import Record
from protocols.fias.states import Audit


@dataclass(frozen=True, slots=True)
class Send:
    """Write this record, stamped with the hotel's DA and TI where it needs them."""

    record: Record


@dataclass(frozen=True, slots=True)
class Deliver:
    """A record of the peer for the owner: room news, an answer, a posting."""

    record: Record


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The link became alive."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link ceased to be alive; `why` is a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class ProbeAnswered:
    """The peer answered our LS while alive: it is still there."""


@dataclass(frozen=True, slots=True)
class ResyncBegan:
    """DS came; what arrives with SF until the end belongs together."""

    record: Record


@dataclass(frozen=True, slots=True)
class ResyncEnded:
    """DE came: the resync is whole."""

    record: Record


@dataclass(frozen=True, slots=True)
class ResyncFailed:
    """The resync did not begin or did not end; `why` is a sentence. What was known before stands."""

    why: str


@dataclass(frozen=True, slots=True)
class AuditChanged:
    """The night audit began, ended, or came to its ceiling."""

    audit: Audit


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection once everything is written."""

    why: str


@dataclass(frozen=True, slots=True)
class Oddity:
    """The peer did something that we passed over; told in a plain sentence."""

    sentence: str


Action: TypeAlias = (
    Send
    | Deliver
    | LinkUp
    | LinkDown
    | ProbeAnswered
    | ResyncBegan
    | ResyncEnded
    | ResyncFailed
    | AuditChanged
    | HangUp
    | Oddity
)
