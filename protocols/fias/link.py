"""One end of a FIAS link as a pure machine: records in, actions out, time as an argument.

`Link` holds the state of one connection and nothing of the network. Its owner tells it when the connection comes and
goes, hands it every record that arrives, asks it before sending anything, and wakes it when `due` says so; it answers
each time with a list of actions to carry out in order. Which transition follows which input is the table in `states`
(the specification's clauses are cited there); this module only looks up and carries out. The same class serves the
gateway and the PMS, so a simulator and the product cannot disagree about the protocol without a test noticing.

Records leave here without DA and TI: FIAS wants the hotel's wall clock, and there is no clock here. The owner puts
them in with `records.stamped`.

What must never happen here: a record from the peer that raises; a record of ours that leaves in a state that forbids
it; an answer to an answer, which would let two ends talk for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from protocols.fias.actions import (
    Action,
    AuditChanged,
    Deliver,
    HangUp,
    LinkDown,
    LinkUp,
    Oddity,
    ProbeAnswered,
    ResyncBegan,
    ResyncEnded,
    ResyncFailed,
    Send,
)
from protocols.fias.errors import LocalProtocolError
from protocols.fias.records import RECORDS, Record, Role
from protocols.fias.states import (
    AUDIT,
    AUDIT_DEADLINES,
    COMMON_SENTENCES,
    DEADLINES,
    SENTENCES,
    TABLES,
    Audit,
    Do,
    Input,
    State,
    Step,
    audit_diagram,
    diagram,
)

__all__ = [
    "MAX_DESCRIPTIONS",
    "MAX_KINDS_TOLD",
    "Action",
    "Audit",
    "AuditChanged",
    "Deliver",
    "Description",
    "HangUp",
    "Link",
    "LinkDown",
    "LinkUp",
    "LocalProtocolError",
    "Oddity",
    "ProbeAnswered",
    "ResyncBegan",
    "ResyncEnded",
    "ResyncFailed",
    "Send",
    "State",
    "Timers",
    "audit_diagram",
    "diagram",
]

MAX_DESCRIPTIONS: Final = 10
"""How often we describe ourselves on one connection without getting alive: a peer that answers each description
with LS would keep both ends busy for ever."""

MAX_KINDS_TOLD: Final = 50
"""How many different unknown records are told of on one connection, each once: enough for any real PMS."""

_LINK_RECORDS: Final = frozenset({"LS", "LD", "LR", "LA", "LE", "DR", "DS", "DE"})
_POSTINGS: Final = frozenset({"PS", "PR"})
#: The states in which the two ends have greeted each other: those whose loss is the link's going down.
_ALIVE: Final[dict[Role, frozenset[State]]] = {
    role: frozenset(
        state for state, steps in table.items() if "disconnected" in steps and Do.DOWN in steps["disconnected"].do
    )
    for role, table in TABLES.items()
}
_PASSING: Final[dict[Do, Callable[[Record], Action]]] = {
    Do.SEND: Send,
    Do.DELIVER: Deliver,
    Do.SYNC_BEGAN: ResyncBegan,
    Do.SYNC_ENDED: ResyncEnded,
}
_SAYING: Final[dict[Do, Callable[[str], Action]]] = {
    Do.DOWN: LinkDown,
    Do.SYNC_FAILED: ResyncFailed,
    Do.ODD: Oddity,
    Do.HANG_UP: HangUp,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """How long each wait lasts, in seconds.

    `first_word` is the specification's: the gateway stays silent that long for the PMS's LS. `answer` is its default
    for LA and DS. `alive_check` is the least distance it recommends between two LS probes. `second_word` is ours: one
    real PMS takes five seconds to say LA. `stall` is ours: large hotels pause while they list rooms, but not for a
    minute. `farewell` is how long the specification's TCP end waits for LE. `audit_ceiling` and `audit_retry` are
    ours: the longest audit we believe in without doubting that its end got lost, and the pause between two trials.
    """

    first_word: float = 3.0
    answer: float = 30.0
    second_word: float = 10.0
    alive_check: float = 300.0
    stall: float = 60.0
    farewell: float = 2.0
    audit_ceiling: float = 5_400.0
    audit_retry: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a gateway says of itself in LD and LR.

    `records` names, for each record type, the fields we send or want. `sign` makes the AuthKey cryptogram from the DA
    and TI of the last LS; with it LD carries CG, and RT, without which the PMS does not look at CG.
    """

    version: str
    family: str
    records: tuple[tuple[str, tuple[str, ...]], ...]
    request_type: int | None = None
    sign: Callable[[str, str], str] | None = None


@dataclass(slots=True)
class _Peer:
    """What one connection has told us so far; forgotten with the connection."""

    last_greeting: Record | None = None
    description: Record | None = None
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    descriptions_sent: int = 0
    kinds_told: set[str] = field(default_factory=set)


class Link:
    """One end of a FIAS link. `description` is needed by the gateway; `configuration` (an LC) and `needs_lr` are the
    PMS's: whether it answers an LA that came without any LR by asking again, as real ones do."""

    def __init__(
        self,
        role: Role,
        *,
        description: Description | None = None,
        timers: Timers | None = None,
        configuration: Record | None = None,
        needs_lr: bool = True,
    ) -> None:
        if role == "gateway" and description is None:
            raise LocalProtocolError("a gateway needs a description of itself")
        self.role: Final[Role] = role
        self.state = State.OFFLINE
        self.audit = Audit.NONE
        self._table = TABLES[role]
        self._description = description
        self._timers = timers or Timers()
        self._configuration = configuration
        self._needs_lr = needs_lr
        self._deadline: float | None = None
        self._audit_deadline: float | None = None
        self._peer = _Peer()

    # -- what the owner may ask ------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the two ends have greeted each other and the link stands."""
        return self.state in _ALIVE[self.role]

    @property
    def peer_description(self) -> Record | None:
        """The LD of the gateway, as the PMS's end remembers it."""
        return self._peer.description

    @property
    def declared(self) -> dict[str, tuple[str, ...]]:
        """The fields that the gateway declared for each record type, as the PMS's end remembers them."""
        return dict(self._peer.declared)

    def allows(self, kind: str) -> bool:
        """Whether a record of this kind may be sent now."""
        return self._refusal(kind) is None

    def due(self) -> float | None:
        """When `tick` wants to be called next, in the time of `now`; None for never."""
        return min((at for at in (self._deadline, self._audit_deadline) if at is not None), default=None)

    # -- what the owner tells --------------------------------------------------------------------------------------

    def connected(self, now: float) -> list[Action]:
        """A new connection stands."""
        step = self._own_step("connected")
        self._peer = _Peer()
        return self._carry_out("connected", step, None, now)

    def disconnected(self, now: float) -> list[Action]:
        """The connection is gone."""
        actions = self._carry_out("disconnected", self._own_step("disconnected"), None, now)
        return actions + self._audit_input("disconnected", now)

    def receive(self, record: Record, now: float) -> list[Action]:
        """A record came. Raises LocalProtocolError only when there is no connection it could have come by."""
        if self.state is State.OFFLINE:
            raise LocalProtocolError(f"{self.role} without a connection cannot receive {record.kind}")
        if (oddity := self._misplaced(record.kind)) is not None:
            return oddity
        name = self._name_received(record.kind)
        step = self._table[self.state].get(name)
        if step is None:
            return [Oddity(f"{record.kind} came and was passed over; the link stands at: {self.state.value}")]
        if record.kind == "LS":
            self._peer.last_greeting = record
        before = self._audit_input(_audit_meaning(record), now) if self.role == "gateway" else []
        return before + self._carry_out(name, step, record, now)

    def send(self, record: Record, now: float) -> list[Action]:
        """The owner wants to send a record. Raises LocalProtocolError, changing nothing, if that is not allowed."""
        if (why := self._refusal(record.kind)) is not None:
            raise LocalProtocolError(why)
        name = _name_sent(record.kind)
        actions = self._carry_out(name, self._table[self.state][name], record, now)
        return actions + (self._audit_input(name, now) if name == ">posting" else [])

    def probe(self, now: float) -> list[Action]:
        """Ask with LS: the gateway, whether the PMS is there; the PMS, for a new description."""
        return self.send(Record("LS"), now)

    def ask_resync(self, now: float) -> list[Action]:
        """Ask the PMS for the state of all rooms."""
        return self.send(Record("DR"), now)

    def goodbye(self, now: float) -> list[Action]:
        """Say LE; the connection is to be closed when LE comes back or the wait is over."""
        return self.send(Record("LE"), now)

    def tick(self, now: float) -> list[Action]:
        """Time has passed: carry out what was due until `now`."""
        actions: list[Action] = []
        if self._deadline is not None and self._deadline <= now:
            actions += self._carry_out("deadline", self._own_step("deadline"), None, now)
        if self._audit_deadline is not None and self._audit_deadline <= now:
            actions += self._audit_input("deadline", now)
        return actions

    # -- lookup ----------------------------------------------------------------------------------------------------

    def _own_step(self, name: Input) -> Step:
        step = self._table[self.state].get(name)
        if step is None:
            raise LocalProtocolError(f"{self.role} in state {self.state.name} cannot take {name!r}")
        return step

    def _refusal(self, kind: str) -> str | None:
        return _refusal(self.role, self.state, self.audit, kind)

    def _misplaced(self, kind: str) -> list[Action] | None:
        """What to say of a record that is unknown, or that only we may send; None for one that may come."""
        known = RECORDS.get(kind)
        if known is not None and known.sender != self.role:
            return None
        if kind in self._peer.kinds_told or len(self._peer.kinds_told) >= MAX_KINDS_TOLD:
            return []
        self._peer.kinds_told.add(kind)
        what = "unknown record" if known is None else "record that only we may send"
        return [Oddity(f"{kind}: {what}, passed over; not told again on this connection")]

    def _name_received(self, kind: str) -> Input:
        if kind == "LA" and self.state is State.DESCRIBING and self._needs_lr and not self._peer.declared:
            return "<LA without LR"
        return f"<{kind}" if kind in _LINK_RECORDS else "<data"

    # -- carrying out ----------------------------------------------------------------------------------------------

    def _carry_out(self, name: Input, step: Step, record: Record | None, now: float) -> list[Action]:
        why = SENTENCES.get((self.state, name)) or COMMON_SENTENCES.get(name, self.state.value)
        moved = step.to is not self.state
        self.state = step.to
        if moved or Do.REARM in step.do:
            self._deadline = self._deadline_from(now)
        actions: list[Action] = []
        for do in step.do:
            actions += self._action(do, why, record)
        return actions

    def _deadline_from(self, now: float) -> float | None:
        timer = DEADLINES[self.role].get(self.state)
        return None if timer is None else now + float(getattr(self._timers, timer))

    def _action(self, do: Do, why: str, record: Record | None) -> list[Action]:
        if (said := _SAYING.get(do)) is not None:
            return [said(why)]
        if (passed := _PASSING.get(do)) is not None:
            assert record is not None
            return [passed(record)]
        match do:
            case Do.LS | Do.LA | Do.LE:
                return [Send(Record(do.value))]
            case Do.DESCRIBE:
                return self._describe()
            case Do.CONFIGURE:
                return self._configure()
            case Do.NOTE:
                assert record is not None
                return self._note(record)
            case Do.UP:
                self._peer.descriptions_sent = 0
                return [LinkUp()]
            case Do.ANSWERED:
                return [ProbeAnswered()]
            case _:
                return []  # REARM, which is no action of the owner's

    def _configure(self) -> list[Action]:
        """The LC, if there is one and the gateway's LD asked with RT."""
        asked = self._peer.description is not None and self._peer.description.first("RT") is not None
        return [Send(self._configuration)] if asked and self._configuration is not None else []

    def _describe(self) -> list[Action]:
        """LD, one LR for each record type, LA. Where LD must be signed and no LS has come to sign, LS instead."""
        description, greeting = self._description, self._peer.last_greeting
        assert description is not None
        self._peer.descriptions_sent += 1
        if self._peer.descriptions_sent > MAX_DESCRIPTIONS:
            return [HangUp(f"we described ourselves {MAX_DESCRIPTIONS} times and the PMS never said LA")]
        if description.sign is not None and greeting is None:
            return [Send(Record("LS"))]
        records = [_link_description(description, greeting)]
        records += [Record("LR", (("RI", kind), ("FL", "".join(names)))) for kind, names in description.records]
        return [Send(record) for record in (*records, Record("LA"))]

    def _note(self, record: Record) -> list[Action]:
        if record.kind == "LD":
            self._peer.description = record
            self._peer.declared.clear()
            return []
        kind, names = record.first("RI"), record.first("FL") or ""
        if kind is None or kind not in RECORDS:
            return [Oddity(f"LR describes {kind!r}, which is no record; passed over")]
        self._peer.declared[kind] = tuple(names[at : at + 2] for at in range(0, len(names), 2))
        return []

    def _audit_input(self, name: Input | None, now: float) -> list[Action]:
        after = None if name is None else AUDIT[self.audit].get(name)
        if after is None:
            return []
        changed = after is not self.audit
        self.audit = after
        timer = AUDIT_DEADLINES.get(after)
        self._audit_deadline = None if timer is None else now + float(getattr(self._timers, timer))
        return [AuditChanged(after)] if changed else []


@lru_cache(maxsize=1_000)  # asked several times for each charge; the kinds that an owner sends are few
def _refusal(role: Role, state: State, audit: Audit, kind: str) -> str | None:
    """Why a record may not be sent now; None if it may."""
    known = RECORDS.get(kind)
    if known is not None and known.sender not in (role, "both"):
        return f"{kind} is not for the {role} to send"
    name = _name_sent(kind)
    if name not in TABLES[role][state]:
        return f"{role} in state {state.name} cannot send {kind}: {state.value}"
    if name == ">posting" and audit in AUDIT_DEADLINES:
        return f"{kind} has to wait: {audit.value}"
    return None


def _name_sent(kind: str) -> Input:
    if kind in _LINK_RECORDS:
        return f">{kind}"
    return ">posting" if kind in _POSTINGS else ">data"


def _audit_meaning(record: Record) -> Input | None:
    """What a record says of the night audit: its begin, its end, or an answer that gives it away."""
    if record.kind in ("NS", "NE"):
        return f"<{record.kind}"
    if record.kind != "PA":
        return None
    match record.first("AS"):
        case "NA":
            return "<NA"
        case None | "RY":
            return None
        case _:
            return "<answered"


def _link_description(description: Description, greeting: Record | None) -> Record:
    fields = [("V#", description.version), ("IF", description.family)]
    request = description.request_type
    if description.sign is not None and greeting is not None:
        request = request or 1
        fields.append(("CG", description.sign(greeting.first("DA") or "", greeting.first("TI") or "")))
    if request is not None:
        fields.append(("RT", str(request)))
    return Record("LD", tuple(fields))
