"""What settling works with: an exchange ready to be read, the house's rules, and the rows of one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from gateway.alarms.kinds import Fact
from gateway.allocation import Codes
from gateway.attribution import Attribution, StayTariffs, caller, put_through
from gateway.cutting import Cutting
from gateway.directory import Occupants, Place, RoomList, TransferPayer
from gateway.helplines import Helplines
from gateway.intake.live_calls import LiveCall
from gateway.settle import Policy
from gateway.store.inbound import ArrivalRow, ContactRow
from gateway.store.rows import CallRow, CodesRow, Due, PostingRow, RecordRow
from gateway.store.shares import SharePart, ShareRow
from protocols.records import CallRecord, JoinedCall
from protocols.smdr.catalog import Parser
from protocols.smdr.counting import Counter
from protocols.smdr.shares import Sharing
from rating.circumstances import Circumstances
from rating.numbering import NumberPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One exchange, ready to be read: how its records are parsed and joined, what the digits mean, how it counts, what is cut.

    `sharing` finds the shares of a call that the exchange splits without a key. `asked` says that we ask for its records and have told
    new ones from those seen before when they come to be settled.
    """

    name: str
    parse: Parser
    join: Callable[[Sequence[CallRecord]], JoinedCall]
    plan: NumberPlan
    counter: Counter | None = None
    sharing: Sharing | None = None
    cutting: Cutting | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What of the configuration bears on settling."""

    rooms: RoomList
    transfer_payer: TransferPayer
    policy: Policy
    currency: str
    decimals: int
    attribution: Attribution = field(default_factory=Attribution)
    helplines: Helplines = field(default_factory=Helplines)
    codes: Codes = field(default_factory=Codes)


def surroundings(
    rules: Rules,
    tariffs: StayTariffs,
    joined: JoinedCall,
    extension: str | None,
    place: Place,
    who: Occupants,
    started: int,
) -> Circumstances:
    """What of guest, telephone and line bears on the price of a call that is being ruled; `started` in microseconds."""
    leg = joined.charged[0] if joined.charged else joined.call
    by = caller(extension, place, who, operator=put_through(joined.holders, extension))
    line = (leg.trunk or "", leg.trunk_group or "")
    return rules.attribution.circumstances(by, tariffs, started, *line)


class Touched(NamedTuple):
    """A call that records of a batch belong to: what it is known by, and how it is to be ruled.

    `first` says that it is ruled for the first time, `doubt` that its record may be a repeat, `overdue` that the
    announced records it still lacks are not waited for any longer.
    """

    live: LiveCall
    source: str
    now: int
    first: bool
    doubt: bool
    overdue: bool = False


class Changed(NamedTuple):
    """A record whose mark and reason are to be written anew, because a number came late."""

    record: int
    mark: str
    reason: str


@dataclass(slots=True)
class Batch:
    """The rows that one transaction's records make, and what is to be told of them after the commit."""

    read_at: datetime
    touched: dict[int, Touched] = field(default_factory=dict)
    records: list[RecordRow] = field(default_factory=list)
    new_calls: dict[int, CallRow] = field(default_factory=dict)
    changed_calls: dict[int, CallRow] = field(default_factory=dict)
    changed_records: list[Changed] = field(default_factory=list)
    postings: list[PostingRow] = field(default_factory=list)
    arrivals: list[ArrivalRow] = field(default_factory=list)
    contacts: list[ContactRow] = field(default_factory=list)
    codes: list[CodesRow] = field(default_factory=list)
    #: Of calls that several held: who pays which share, and the postings of the shares.
    shares: dict[int, list[ShareRow]] = field(default_factory=dict)
    share_parts: list[SharePart] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)
    emergencies: list[CallRow] = field(default_factory=list)
    #: Limits that somebody came near or passed, each told once.
    crossed: list[Fact] = field(default_factory=list)
    unknown_rooms: int = 0
    vacant_rooms: int = 0
    told_calls: int = 0
    told_unread: int = 0
    told_cut: int = 0
    told_missing: int = 0
    told_gaps: list[str] = field(default_factory=list)
    #: The exchange's own names of the calls whose records came.
    told_keys: list[str | None] = field(default_factory=list)
