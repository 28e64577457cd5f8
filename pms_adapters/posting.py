"""The border to the PMS: a posting, what became of one attempt at it, and the port every adapter fills.

An adapter makes one attempt and reports what it knows, as a value. The five outcomes differ in what may
happen next, and that is why there are five: *posted* ends it; *refused* carries the PMS's own code and whether
the same charge may be offered again; *not sent* means that no byte left, so offering it again is safe; *in doubt*
means that the PMS may have booked it, so that only an answer or a person may decide; *unconfirmable* means that it was
handed over whole to a receiver that answers nobody, so that only the PMS's own total or a person can say it is booked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from pms_adapters.events import RoomNews

if TYPE_CHECKING:  # what only reads the ledger should not wait for Twisted
    from twisted.internet.defer import Deferred


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One charge on its way to one PMS.

    `token` is the number that this attempt carries on the wire and that the answer repeats (FIAS P#); it is never
    0 and never used for another attempt within the width of the field. `room` is the folio's room as the PMS
    writes it. `amount` counts minor units of `currency`, of which `decimals` make the fraction. `started_at` is
    an aware instant in the hotel's zone. `number_class` is the rating class (local, national, mobile,
    international, …) that a PMS may map to an outlet or a call type.
    """

    token: int
    room: str
    amount: int
    currency: str
    decimals: int
    started_at: datetime
    talk_seconds: int
    dialled: str
    number_class: str
    reservation: str | None = None
    trunk: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """The PMS said yes; `reference` is its own transaction number or text, kept verbatim."""

    reference: str = ""


Retry: TypeAlias = Literal["never", "later", "after_audit"]


@dataclass(frozen=True, slots=True)
class Refused:
    """The PMS said no, with its code and text; `retry` says whether the same charge may be offered again."""

    code: str
    text: str
    retry: Retry = "never"


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of this posting left the house: it may be offered again."""

    why: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Bytes left and no trustworthy answer came: the PMS may have booked the charge."""

    why: str


@dataclass(frozen=True, slots=True)
class Unconfirmable:
    """The charge went out whole to a receiver that never acknowledges; `how` says in a sentence how it was handed over.

    It is no yes: an adapter whose PMS answers never reports it, and one whose PMS does not never reports Posted.
    """

    how: str


PostingResult: TypeAlias = Posted | Refused | NotSent | InDoubt | Unconfirmable


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How a link stands: `ready` to take a posting now; `why` says in a sentence why not; `since` when it changed.

    `up` is true while the PMS is there and has greeted us, even if postings must wait (night audit, resync).
    `clock_ahead` is by how many seconds the PMS's clock was ahead of ours when it last told its time, None if it never did.
    """

    up: bool
    ready: bool
    why: str
    since: datetime
    clock_ahead: float | None = None


class PmsListener(Protocol):
    """What an adapter tells its owner. Each method returns at once and never raises."""

    def link_changed(self, state: LinkState) -> None:
        """The link came up, went down, or began or ceased to take postings."""

    def room_news(self, news: RoomNews) -> None:
        """The PMS told of guests and rooms."""

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """An answer to a posting that was already reported in doubt, or that we do not remember."""

    def oddity(self, sentence: str) -> None:
        """Something came that we could not use; shown and kept, never fatal."""


class PmsAdapter(Protocol):
    """One link to one PMS. Duty of the caller: one `post` at a time, and only while `state.ready`."""

    @property
    def state(self) -> LinkState:
        """How the link stands now."""

    def start(self, listener: PmsListener) -> None:
        """Begin to connect, and keep connecting until `stop`."""

    def stop(self) -> Deferred[None]:
        """Say goodbye and close; fires when the connection is gone or five seconds have passed."""

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        """Make one attempt. The Deferred always fires with a value, never with a failure."""

    @property
    def takes_reversals(self) -> bool:
        """True where this PMS is known to book a negative amount, so that a charge can be taken back over the link."""

    @property
    def tells_rooms(self) -> bool:
        """True where this PMS tells who is in which room; else it is asked with each charge whom it has there."""

    def ask_resync(self) -> None:
        """Ask the PMS for the state of all rooms, as soon as the link allows it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The folio shows this very posting; `reference` is how the PMS names it there, kept verbatim."""

    reference: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """The folio was read and does not show the posting; `read` says in a sentence what was read."""

    read: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The folio could not be read, or what came back does not tell one posting from another."""

    why: str


ReadBack: TypeAlias = Found | NotFound | Unreadable


@runtime_checkable
class FolioReader(Protocol):
    """What an adapter adds if its PMS can be asked what stands on a folio. Reading never charges anything.

    Found must mean this posting and no other: by its token or the PMS's own number for it, never by an amount and a
    time alone, because two calls may have the same. Where the PMS keeps no such mark, the answer is Unreadable.
    """

    def read_back(self, posting: Posting) -> Deferred[ReadBack]:
        """Look for a posting that was sent with `posting.token`. The Deferred always fires with a value."""


AdapterFactory: TypeAlias = Callable[[], PmsAdapter]
