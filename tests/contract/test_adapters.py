"""Protects the promise that every adapter, the stand-ins included, reports each attempt once and truthfully."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from pms_adapters.contract import LEAST, LEAST_UNCONFIRMED, Ability, Clause, Mood, Stage, clauses_for, perform
from pms_adapters.posting import PmsAdapter, Posted, Posting, PostingResult
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


def test_the_suite_catches_an_adapter_that_lies() -> None:
    stage = StandInStage("yes", ACCEPT, "AlwaysPosts")
    stage.adapter = _Twice(clock=stage.clock, wall_clock=stage.now)
    caught = []
    for clause in clauses_for(ACCEPT):
        stage.stand_in = stage.adapter
        try:
            perform(clause, stage)
        except AssertionError:
            caught.append(clause.__name__)
    assert "before_it_is_started_nothing_is_sent" in caught
    assert "a_charge_that_is_accepted_is_posted_once" in caught
