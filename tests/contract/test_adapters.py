"""Protects the promise that every adapter, the stand-ins included, reports each attempt once and truthfully."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from pms_adapters.contract import LEAST, LEAST_UNCONFIRMED, Ability, Clause, Mood, Stage, clauses_for, perform
from pms_adapters.hobic.adapter import HobicAdapter
from pms_adapters.posting import (
    InDoubt,
    NotSent,
    PmsAdapter,
    Posted,
    Posting,
    PostingResult,
    Refused,
    Unconfirmable,
)
from pms_adapters.stand_ins import AlwaysPosts, KeepsAFolio, NeverAcknowledges, NeverAnswers, Refuses
from tests.pms_adapters.fias.scene import FiasScene
from tests.pms_adapters.hobic.scene import HobicScene, HolidexScene, SilentScene
from tests.pms_adapters.soap.stage import OwsStage
from tests.pms_adapters.web.stages import GuestlineScene, InnRoadScene, OhipScene, SihotScene

ACCEPT: frozenset[Ability] = frozenset({"accept"})
SILENCE: frozenset[Ability] = frozenset({"silence"})
FOLIO: frozenset[Ability] = frozenset({"silence", "folio"})
REFUSE: frozenset[Ability] = frozenset({"refuse"})
UNCONFIRMED: frozenset[Ability] = frozenset({"unconfirmed"})


class StandInStage:
    """A stand-in on the contract's stage. Nothing is at the other end, so the other end cannot be told anything."""

    answer_timeout = 30.0
    settling = 0.0

    def __init__(self, mood: Mood, abilities: frozenset[Ability], kind: str) -> None:
        self.clock = Clock()
        self.mood, self.abilities = mood, abilities
        self.stand_in = STAND_INS[kind](self.clock, self.now)
        self.adapter: PmsAdapter = self.stand_in

    def now(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.clock.seconds())

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def say(self, mood: Mood) -> None:
        assert mood == self.mood, f"this stand-in can only say {self.mood}"

    def answer_late(self) -> None:
        raise AssertionError("a stand-in has nobody at the other end")

    leave = come_back = answer_late

    def arrived(self) -> list[int]:
        return list(self.stand_in.taken)

    def goodbyes(self) -> int:
        return 0

    def book(self, willing: bool) -> None:
        assert isinstance(self.stand_in, KeepsAFolio)
        self.stand_in.books = willing


StandIn = AlwaysPosts | NeverAnswers | NeverAcknowledges | Refuses
STAND_INS: dict[str, Callable[[Clock, Callable[[], datetime]], StandIn]] = {
    "AlwaysPosts": lambda clock, now: AlwaysPosts(clock=clock, wall_clock=now),
    "NeverAnswers": lambda clock, now: NeverAnswers(clock=clock, wall_clock=now),
    "NeverAcknowledges": lambda clock, now: NeverAcknowledges(clock=clock, wall_clock=now),
    "KeepsAFolio": lambda clock, now: KeepsAFolio(clock=clock, wall_clock=now),
    "Refuses": lambda clock, now: Refuses("NG", clock=clock, wall_clock=now),
}

STAGES: dict[str, tuple[frozenset[Ability], Callable[[], Stage]]] = {
    "fias": (FiasScene.abilities, FiasScene),
    "hobic": (HobicScene.abilities, HobicScene),
    "hobic-hx": (HolidexScene.abilities, HolidexScene),
    "hobic-unconfirmed": (SilentScene.abilities, SilentScene),
    "ows": (OwsStage.abilities, OwsStage),
    "guestline": (GuestlineScene.abilities, GuestlineScene),
    "innroad": (InnRoadScene.abilities, InnRoadScene),
    "sihot": (SihotScene.abilities, SihotScene),
    "ohip": (OhipScene.abilities, OhipScene),
    "always-posts": (ACCEPT, lambda: StandInStage("yes", ACCEPT, "AlwaysPosts")),
    "never-answers": (SILENCE, lambda: StandInStage("nothing", SILENCE, "NeverAnswers")),
    "never-acknowledges": (UNCONFIRMED, lambda: StandInStage("yes", UNCONFIRMED, "NeverAcknowledges")),
    "keeps-a-folio": (FOLIO, lambda: StandInStage("nothing", FOLIO, "KeepsAFolio")),
    "refuses": (REFUSE, lambda: StandInStage("no", REFUSE, "Refuses")),
}

CASES = [
    pytest.param(clause, stage, id=f"{name}-{clause.__name__}")
    for name, (abilities, stage) in STAGES.items()
    for clause in clauses_for(abilities)
]


@pytest.mark.parametrize(("clause", "stage"), CASES)
def test_every_adapter_keeps_the_contract(clause: Clause, stage: Callable[[], Stage]) -> None:
    perform(clause, stage())


REAL_LINKS = ("fias", "ows", "guestline", "innroad", "sihot", "ohip", "hobic", "hobic-hx", "hobic-unconfirmed")


@pytest.mark.parametrize("name", REAL_LINKS)
def test_a_real_link_shows_the_least_that_a_link_must(name: str) -> None:
    """No adapter makes its examination easier by claiming less."""
    abilities, stage = STAGES[name]
    assert stage().abilities == abilities
    assert abilities >= (LEAST_UNCONFIRMED if "unconfirmed" in abilities else LEAST)


class _Twice(AlwaysPosts):
    """Ready again although nothing was answered: what the suite must catch."""

    def post(self, posting: Posting) -> Deferred[PostingResult]:
        return succeed(Posted("without sending"))


def caught(abilities: frozenset[Ability], make: Callable[[], Stage]) -> set[str]:
    """The clauses that an adapter breaks."""
    broken = set()
    for clause in clauses_for(abilities):
        try:
            perform(clause, make())
        except AssertionError:
            broken.add(clause.__name__)
    return broken


def test_the_suite_catches_an_adapter_that_sends_nothing() -> None:
    def make() -> Stage:
        stage = StandInStage("yes", ACCEPT, "AlwaysPosts")
        stage.adapter = stage.stand_in = _Twice(clock=stage.clock, wall_clock=stage.now)
        return stage

    assert caught(ACCEPT, make) >= {
        "before_it_is_started_nothing_is_sent",
        "a_charge_that_is_accepted_is_posted_once",
    }


class _Hopes(HobicAdapter):
    """Takes silence for a yes."""

    def _conclude(self, outcome: PostingResult) -> None:
        super()._conclude(Posted() if isinstance(outcome, InDoubt | Unconfirmable) else outcome)


class _Forgives(HobicAdapter):
    """Takes silence for nothing that was sent, so that the charge is offered again."""

    def _conclude(self, outcome: PostingResult) -> None:
        super()._conclude(NotSent(outcome.why) if isinstance(outcome, InDoubt) else outcome)


class _Insists(HobicAdapter):
    """Sends a charge a second time when it was not answered."""

    def _conclude(self, outcome: PostingResult) -> None:
        if isinstance(outcome, InDoubt) and self._line is not None and self._sender is not None:
            self._line.write(self._sender._record)
            self._line.write(self._wire.framed(b"0077" + self._sender._record[5:-2]))
        super()._conclude(outcome)


class _Deaf(HobicAdapter):
    """Does not hear an answer that comes late."""

    def _answered(self, result: Posted | Refused, late: bool) -> None:
        if not late:
            super()._answered(result, late)


class _Hurries(HobicAdapter):
    """Takes the next charge while the last is in doubt."""

    def _standing(self) -> tuple[bool, bool, str]:
        up, ready, why = super()._standing()
        return up, ready or "sign of life" in why, why


@pytest.mark.parametrize(
    ("liar", "kind", "clause"),
    [
        (_Hopes, HobicScene, "silence_is_a_doubt_when_the_time_is_up_and_not_before"),
        (_Hopes, HobicScene, "an_answer_that_nobody_can_trust_is_a_doubt"),
        (_Hopes, SilentScene, "a_charge_that_nobody_acknowledges_is_unconfirmable"),
        (_Forgives, HobicScene, "a_broken_connection_puts_the_charge_in_doubt"),
        (_Forgives, SilentScene, "a_connection_that_breaks_while_a_charge_goes_out_is_a_doubt"),
        (_Insists, HobicScene, "silence_is_a_doubt_when_the_time_is_up_and_not_before"),
        (_Deaf, HobicScene, "an_answer_after_the_time_out_is_told_with_its_token"),
        (_Hurries, HobicScene, "after_a_time_out_nothing_is_sent_until_a_sign_of_life"),
    ],
)
def test_the_suite_catches_an_adapter_that_lies(liar: type[HobicAdapter], kind: type[HobicScene], clause: str) -> None:
    """Each of these would lose a charge or book it twice; the clause with its name says so."""

    def make() -> Stage:
        stage = kind()
        stage.hobic.__class__ = liar
        return stage

    assert clause in caught(kind.abilities, make)
