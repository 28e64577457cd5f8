"""The stage of the contract suite: an adapter, a listener, and a PMS at the other end that obeys the suite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, Protocol, TypeAlias, runtime_checkable

from twisted.internet.defer import Deferred

from pms_adapters.events import RoomNews
from pms_adapters.posting import LinkState, PmsAdapter, PmsListener, Posted, Posting, PostingResult, Refused

Ability: TypeAlias = Literal[
    "accept",  # say yes
    "refuse",  # say no
    "silence",  # say nothing
    "garble",  # answer with something that no one can trust: half a reply, another protocol, noise
    "late",  # answer after the time-out, and be heard
    "away",  # not be there, and come back
    "goodbye",  # hear a goodbye
    "folio",  # be asked what stands on a folio: the adapter is a FolioReader then
    "unconfirmed",  # take charges and never acknowledge one: such a PMS has none of the first five
]
"""What a stage's PMS can be made to do."""

LEAST: Final[frozenset[Ability]] = frozenset({"accept", "refuse", "silence", "garble", "away"})
"""What a link to a PMS that answers must show. The others go with what the PMS can: many protocols have no goodbye."""

LEAST_UNCONFIRMED: Final[frozenset[Ability]] = frozenset({"unconfirmed", "away"})
"""What a link to a receiver that never acknowledges must show."""

Mood: TypeAlias = Literal["yes", "no", "nothing", "garbage"]
"""How a PMS answers a charge. "nothing": it takes the charge and says nothing to it, nor gives a sign of life from then on;
what an adapter asks before the charge leaves (whose room is it, are you there) is answered until one was taken."""

STOP_LIMIT: Final = 5.0
"""The most seconds that `stop` may take: the port's promise."""

RECOVERY: Final = 120.0
"""The most seconds until a link takes charges again once its PMS is there and speaks."""


class Recorder:
    """A listener that remembers all it was told, in order."""

    def __init__(self) -> None:
        self.states: list[LinkState] = []
        self.news: list[RoomNews] = []
        self.late: list[tuple[int, Posted | Refused]] = []
        self.oddities: list[str] = []

    def link_changed(self, state: LinkState) -> None:
        """Remember a state."""
        self.states.append(state)

    def room_news(self, news: RoomNews) -> None:
        """Remember news."""
        self.news.append(news)

    def late_answer(self, token: int, result: Posted | Refused) -> None:
        """Remember a late answer."""
        self.late.append((token, result))

    def oddity(self, sentence: str) -> None:
        """Remember a sentence."""
        self.oddities.append(sentence)


_check: type[PmsListener] = Recorder


class Stage(Protocol):
    """One adapter, not yet started, and its PMS, which is there and says yes unless told otherwise."""

    answer_timeout: float
    settling: float
    """Seconds after which the link of a started adapter stands, the PMS being there."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What its PMS can be made to do."""

    @property
    def adapter(self) -> PmsAdapter:
        """The adapter on trial."""

    def advance(self, seconds: float) -> None:
        """Let time pass and bytes flow."""

    def say(self, mood: Mood) -> None:
        """How the PMS answers from now on."""

    def answer_late(self) -> None:
        """Have the PMS say yes to the first posting it left unanswered."""

    def leave(self) -> None:
        """The connection breaks, and the PMS cannot be reached."""

    def come_back(self) -> None:
        """The PMS can be reached again."""

    def arrived(self) -> list[int]:
        """The tokens of all charges that reached the PMS, in order; copies of a record that it asked to have again count once."""

    def goodbyes(self) -> int:
        """How many times the PMS was told goodbye."""


@runtime_checkable
class FolioStage(Protocol):
    """What a stage adds that has the ability "folio"."""

    def book(self, willing: bool) -> None:
        """Whether the PMS puts what arrives on the folio from now on, whatever it answers."""


Clause: TypeAlias = Callable[[Stage, Recorder], None]

_CLAUSES: Final[list[tuple[frozenset[Ability], Clause]]] = []


def clauses_for(abilities: frozenset[Ability]) -> list[Clause]:
    """The clauses that a stage with these abilities can show."""
    return [made for needs, made in _CLAUSES if needs <= abilities]


def perform(asked: Clause, stage: Stage) -> None:
    """Run one clause on a fresh stage, then see that the listener knows the state the adapter shows."""
    recorder = Recorder()
    asked(stage, recorder)
    if recorder.states:
        told, shown = recorder.states[-1], stage.adapter.state
        stands = (shown.up, shown.ready, shown.why, shown.since)  # a clock that drifts is no news of the link
        assert (told.up, told.ready, told.why, told.since) == stands, "the listener was not told how the link stands"
    assert stage.adapter.tells_rooms or not recorder.news, "there is room news of a PMS that tells none"
    assert all(one.since.tzinfo is not None for one in recorder.states)
    assert not any(one.ready and not one.up for one in recorder.states), "a link that is down cannot be ready"


def a_posting(token: int = 1, room: str = "0412") -> Posting:
    """A charge of 13.75 for a call of four minutes and twelve seconds."""
    return Posting(
        token=token,
        room=room,
        amount=1375,
        currency="EUR",
        decimals=2,
        started_at=datetime(2026, 11, 20, 7, 15, 30, tzinfo=UTC),
        talk_seconds=252,
        dialled="0043123456789",
        number_class="international",
        text="International",
    )


class Attempt:
    """One attempt, and every outcome it reported."""

    def __init__(self, answer: Deferred[PostingResult]) -> None:
        self.outcomes: list[PostingResult] = []
        self.failures: list[object] = []
        answer.addCallbacks(self.outcomes.append, self.failures.append)

    @property
    def outcome(self) -> PostingResult:
        """The only outcome, which must be there."""
        assert not self.failures, f"a posting ended with a failure instead of a value: {self.failures}"
        assert len(self.outcomes) == 1, f"one attempt has one outcome, not {self.outcomes}"
        return self.outcomes[0]

    @property
    def open(self) -> bool:
        """Whether the attempt has not ended yet."""
        return not self.outcomes and not self.failures


def clause(*needs: Ability) -> Callable[[Clause], Clause]:
    """Add a clause to the suite, for stages with these abilities."""

    def register(made: Clause) -> Clause:
        _CLAUSES.append((frozenset(needs), made))
        return made

    return register


def state(stage: Stage) -> LinkState:
    """How the link stands now."""
    return stage.adapter.state


def up(stage: Stage, recorder: Recorder) -> None:
    """Start the adapter, its PMS being there."""
    stage.adapter.start(recorder)
    stage.advance(stage.settling)
    assert state(stage).ready, state(stage).why


def post(stage: Stage, token: int = 1, room: str = "0412") -> Attempt:
    """Offer a charge."""
    return Attempt(stage.adapter.post(a_posting(token, room)))


def gone(stage: Stage) -> list[object]:
    """Stop the adapter; what is returned holds None once it has stopped."""
    heard: list[object] = []
    stage.adapter.stop().addBoth(heard.append)
    return heard
