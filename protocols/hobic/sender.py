"""The sending end of one connection, as a pure machine: what goes out, and what may be concluded from what comes back.

    quiet      just connected: what still comes belongs to somebody before us, and answers nothing of ours
    asking     (HX) is anybody there? ENQ is repeated until it is answered
    ready      a record may be sent
    enquiring  (HX) ENQ went out for a record that has not left yet
    waiting    the record went out and its answer is awaited
    going      the record went out to a receiver that never answers; the connection must stand a while longer
    doubtful   the answer did not come: one that comes now is late, and settles it

An answer carries no number. So an ENQ that was repeated has as many answers as it was asked, and they are waited for before
a record goes out, lest the last of them be taken for the record's. And after a missing one nothing else goes out on this connection: the next answer could be
either's. When nobody hopes for it any more, the connection is given up (`Finished`) and a new one begins quiet.

NAK says that the record was not taken, and so the same record is sent again, `repeats` times at most. Silence says
nothing, and so a record that was met with it is never sent again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from protocols.hobic.wire import ACK, ENQ, MAX_STRAY_KEPT, NAK, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """The waits, in seconds, and how often something is tried.

    `answer`: for the answer to a record. `enquiry`: for that to ENQ. `quiet`: after a connection was made. `patience`:
    for a late answer. `stands`: how long the connection must stand after a record that nobody acknowledges.
    """

    answer: float = 10.0
    enquiry: float = 3.0
    quiet: float = 0.5
    patience: float = 60.0
    stands: float = 2.0
    enquiries: int = 3
    repeats: int = 3


class Phase(Enum):
    """Where a connection stands; the value says in a few words why no record goes out."""

    QUIET = "the line was just opened"
    ASKING = "the PMS does not answer ENQ"
    READY = ""
    ENQUIRING = "a charge is being sent"
    WAITING = "a charge awaits its answer"
    GOING = "a charge is going out"
    DOUBTFUL = "a charge was not answered; waiting for a sign of life from the PMS"
    OVER = "the line is closed"


@dataclass(frozen=True, slots=True)
class Write:
    """Put these bytes on the line."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The receiver acknowledged the record."""

    late: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The receiver refused the record's bytes, each of `times` times: it has not taken it."""

    times: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class NotLeft:
    """Nothing of the record went out."""

    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The record went out and nobody knows more."""

    why: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The record went out whole to a receiver that never answers, and the connection stood."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more is to be hoped for on this connection: close it and make another."""

    why: str


@dataclass(frozen=True, slots=True)
class Noise:
    """Something came that is no answer, in a sentence."""

    sentence: str


Action: TypeAlias = Write | Taken | Rejected | NotLeft | Unanswered | HandedOver | Finished | Noise

_ON_ITS_WAY: Final = frozenset({Phase.ENQUIRING, Phase.WAITING, Phase.GOING})


class Sender:
    """One connection, from when it was made until it is over. Every method takes the time and returns what to do."""

    def __init__(self, wire: Wire, timers: Timers, now: float) -> None:
        self._wire, self._timers = wire, timers
        self.phase = Phase.QUIET
        self._due: float | None = now + timers.quiet
        self._record = b""
        self._sends = 0
        self._enquiries = 0
        self._unanswered = 0  # ENQs whose answers have not come
        self._admitted = False  # whether one of them was answered with yes

    def due(self) -> float | None:
        """When `tick` wants to be called; None for never."""
        return self._due

    @property
    def alive(self) -> bool:
        """Whether somebody is there, as far as this framing can tell."""
        return self.phase not in (Phase.QUIET, Phase.ASKING, Phase.OVER)

    def send(self, line: bytes, now: float) -> list[Action]:
        """Send a line. Raises ValueError where it cannot be framed, RuntimeError where the phase is not READY."""
        if self.phase is not Phase.READY:
            raise RuntimeError(f"no record can be sent now: {self.phase.value}")
        self._record, self._sends = self._wire.framed(line), 0
        if self._wire.framing == "hb":
            return self._out(now)
        self._enquiries, self._unanswered, self._admitted = 0, 0, False
        return self._enquire(Phase.ENQUIRING, now)

    def receive(self, data: bytes, now: float) -> list[Action]:
        """Take what came."""
        actions: list[Action] = []
        noise = bytearray()
        for byte in data:
            said = self._heard(byte)
            if said is None:
                noise += bytes((byte,)) if len(noise) < MAX_STRAY_KEPT else b""
            else:
                actions += self._answered(said, now)
        if noise:
            actions.append(Noise(f"bytes that answer nothing: {bytes(noise).hex(' ')}"))
        return actions

    def tick(self, now: float) -> list[Action]:
        """Time has passed."""
        if self._due is None or self._due > now:
            return []
        match self.phase:
            case Phase.QUIET if self._wire.framing == "hx":
                return self._enquire(Phase.ASKING, now)
            case Phase.QUIET:
                self._enter(Phase.READY, None)
                return []
            case Phase.ASKING | Phase.ENQUIRING if self._admitted:
                return self._admit(now)
            case Phase.ASKING:
                return self._enquire(Phase.ASKING, now)
            case Phase.ENQUIRING:
                return self._again_or_not(now)
            case Phase.WAITING:
                self._enter(Phase.DOUBTFUL, now + self._timers.patience)
                return [Unanswered(f"the PMS did not answer within {self._timers.answer:g} seconds")]
            case Phase.GOING:
                self._enter(Phase.READY, None)
                return [HandedOver()]
            case _:
                return self._over("no answer came, also not late")

    def lost(self) -> list[Action]:
        """The connection is gone."""
        before = self.phase
        self._enter(Phase.OVER, None)
        if before is Phase.ENQUIRING and self._sends == 0:
            return [NotLeft("the connection was lost before the charge was sent")]
        if before in _ON_ITS_WAY:
            return [Unanswered("the connection was lost before the PMS answered")]
        return []

    # -- what is heard -------------------------------------------------------------------------------------------------

    def _heard(self, byte: int) -> bool | None:
        """Yes, no, or nothing that is awaited now. ENQ is answered with ACK or NAK, whatever answers a record."""
        if self.phase in (Phase.ASKING, Phase.ENQUIRING):
            return {ACK: True, NAK: False}.get(byte, self._wire.answer(byte))
        if self.phase in (Phase.WAITING, Phase.DOUBTFUL):
            return self._wire.answer(byte)
        return None

    def _answered(self, yes: bool, now: float) -> list[Action]:
        match self.phase:
            case Phase.ASKING | Phase.ENQUIRING:
                return self._enquired(yes, now)
            case Phase.DOUBTFUL:
                self._enter(Phase.READY, None)
                return [Taken(late=True) if yes else Rejected(self._sends, late=True)]
            case _ if yes:
                self._enter(Phase.READY, None)
                return [Taken()]
            case _:
                return self._repeat(now)

    def _enquired(self, yes: bool, now: float) -> list[Action]:
        """An answer to ENQ. NAK says that it cannot now: it is asked again when the time for an answer is over."""
        self._unanswered = max(0, self._unanswered - 1)
        self._admitted = self._admitted or yes
        if self._admitted and not self._unanswered:
            return self._admit(now)
        # Answers come as far apart as the questions went out: twice that without one, and there is none left.
        self._due = now + self._timers.enquiry * (2 if self._admitted else 1)
        return []

    def _admit(self, now: float) -> list[Action]:
        """Somebody is there, and owes no more answers."""
        if self.phase is Phase.ENQUIRING:
            return self._out(now)
        self._enter(Phase.READY, None)
        return []

    def _repeat(self, now: float) -> list[Action]:
        if self._sends > self._timers.repeats:
            self._enter(Phase.READY, None)
            return [Rejected(self._sends)]
        return self._out(now)

    # -- what goes out -------------------------------------------------------------------------------------------------

    def _out(self, now: float) -> list[Action]:
        """The record itself: from here on it has left the house."""
        self._sends += 1
        if self._wire.answers == "none":
            self._enter(Phase.GOING, now + self._timers.stands)
        else:
            self._enter(Phase.WAITING, now + self._timers.answer)
        return [Write(self._record)]

    def _enquire(self, phase: Phase, now: float) -> list[Action]:
        self._enquiries += 1
        self._unanswered += 1
        self._enter(phase, now + self._timers.enquiry)
        return [Write(bytes((ENQ,)))]

    def _again_or_not(self, now: float) -> list[Action]:
        if self._enquiries < self._timers.enquiries:
            return self._enquire(Phase.ENQUIRING, now)
        return [NotLeft(f"the PMS did not say yes to {self._enquiries} ENQ"), *self._enquire(Phase.ASKING, now)]

    def _over(self, why: str) -> list[Action]:
        self._enter(Phase.OVER, None)
        return [Finished(why)]

    def _enter(self, phase: Phase, due: float | None) -> None:
        self.phase, self._due = phase, due
