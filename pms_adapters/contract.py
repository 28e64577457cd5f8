"""What every PMS adapter must do, as a suite that anybody can run over theirs.

An adapter is put on a `Stage`: itself, a listener, and a PMS at the other end of the wire that obeys the suite (it
comes, goes, says yes, says no, keeps silent, answers late). Time moves only when the suite says so. Each clause is a
function of a fresh stage; `clauses_for` gives those that a stage's abilities allow. A stand-in that can only say yes
is held to fewer clauses than a real link, which must pass them all.

    @pytest.mark.parametrize("clause", clauses_for(MyStage.abilities), ids=lambda clause: clause.__name__)
    def test_my_adapter_keeps_the_contract(clause: Clause) -> None:
        perform(clause, MyStage())

The suite uses plain assertions and no test framework. It never looks inside an adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal, Protocol, TypeAlias, runtime_checkable

from twisted.internet.defer import Deferred

from pms_adapters.events import RoomNews
from pms_adapters.posting import (
    FolioReader,
    Found,
    InDoubt,
    LinkState,
    NotFound,
    NotSent,
    PmsAdapter,
    PmsListener,
    Posted,
    Posting,
    PostingResult,
    ReadBack,
    Refused,
    Unreadable,
)

Ability: TypeAlias = Literal["accept", "refuse", "silence", "late", "away", "goodbye", "folio"]
"""What a stage's PMS can be made to do: say yes, say no, say nothing, answer after the time-out, not be there (and
come back), hear a goodbye, and be asked what stands on a folio (the adapter is a FolioReader then)."""

ALL_ABILITIES: Final[frozenset[Ability]] = frozenset({"accept", "refuse", "silence", "late", "away", "goodbye"})
"""What a real link must show. "folio" is beyond it: few PMS can be asked for a line of a folio."""

STOP_LIMIT: Final = 5.0
"""The most seconds that `stop` may take: the port's promise."""


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

    abilities: frozenset[Ability]
    adapter: PmsAdapter
    answer_timeout: float
    settling: float
    """Seconds after which the link of a started adapter stands, the PMS being there."""

    def advance(self, seconds: float) -> None:
        """Let time pass and bytes flow."""

    def say(self, mood: Literal["yes", "no", "nothing"]) -> None:
        """How the PMS answers from now on; "nothing" also means no sign of life."""

    def answer_late(self) -> None:
        """Have the PMS say yes to the first posting it left unanswered."""

    def leave(self) -> None:
        """The connection breaks, and the PMS cannot be reached."""

    def come_back(self) -> None:
        """The PMS can be reached again."""

    def arrived(self) -> list[int]:
        """The tokens of all postings that reached the PMS, in order."""

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
    return [clause for needs, clause in _CLAUSES if needs <= abilities]


def perform(clause: Clause, stage: Stage) -> None:
    """Run one clause on a fresh stage, then see that the listener knows the state the adapter shows."""
    recorder = Recorder()
    clause(stage, recorder)
    if recorder.states:
        told, shown = recorder.states[-1], stage.adapter.state
        stands = (shown.up, shown.ready, shown.why, shown.since)  # a clock that drifts is no news of the link
        assert (told.up, told.ready, told.why, told.since) == stands, "the listener was not told how the link stands"
    assert all(state.since.tzinfo is not None for state in recorder.states)
    assert not any(state.ready and not state.up for state in recorder.states), "a link that is down cannot be ready"


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


def _clause(*needs: Ability) -> Callable[[Clause], Clause]:
    def register(clause: Clause) -> Clause:
        _CLAUSES.append((frozenset(needs), clause))
        return clause

    return register


def _state(stage: Stage) -> LinkState:
    return stage.adapter.state


def _up(stage: Stage, recorder: Recorder) -> None:
    stage.adapter.start(recorder)
    stage.advance(stage.settling)
    assert _state(stage).ready, _state(stage).why


def _post(stage: Stage, token: int = 1, room: str = "0412") -> Attempt:
    return Attempt(stage.adapter.post(a_posting(token, room)))


@_clause()
def before_it_is_started_nothing_is_sent(stage: Stage, recorder: Recorder) -> None:
    """An adapter that was not started is not ready, and says NotSent at once."""
    assert not _state(stage).ready
    assert isinstance(_post(stage).outcome, NotSent)
    assert stage.arrived() == []


@_clause()
def a_started_link_becomes_ready(stage: Stage, recorder: Recorder) -> None:
    """With its PMS there, a started link becomes ready and tells so."""
    _up(stage, recorder)
    assert recorder.states[-1].ready


@_clause("accept")
def a_charge_that_is_accepted_is_posted_once(stage: Stage, recorder: Recorder) -> None:
    """Yes means Posted, and the PMS saw the charge once, with its token."""
    _up(stage, recorder)
    attempt = _post(stage, token=7)
    stage.advance(1)
    assert isinstance(attempt.outcome, Posted)
    stage.advance(stage.answer_timeout * 3)
    assert isinstance(attempt.outcome, Posted)
    assert stage.arrived() == [7]
    assert recorder.late == []


@_clause("accept")
def charges_follow_each_other(stage: Stage, recorder: Recorder) -> None:
    """The next charge may be offered as soon as the last has its answer."""
    _up(stage, recorder)
    for token in (1, 2, 3):
        attempt = _post(stage, token)
        stage.advance(1)
        assert isinstance(attempt.outcome, Posted)
    assert stage.arrived() == [1, 2, 3]


@_clause("refuse")
def a_charge_that_is_refused_says_why(stage: Stage, recorder: Recorder) -> None:
    """No means Refused, with the PMS's code; the link goes on."""
    _up(stage, recorder)
    stage.say("no")
    attempt = _post(stage)
    stage.advance(1)
    outcome = attempt.outcome
    assert isinstance(outcome, Refused)
    assert outcome.code
    assert outcome.retry in ("never", "later", "after_audit")
    assert len(stage.arrived()) == 1


@_clause("silence")
def silence_is_a_doubt_when_the_time_is_up_and_not_before(stage: Stage, recorder: Recorder) -> None:
    """A charge without an answer is InDoubt after the time-out, and the charge is not repeated."""
    _up(stage, recorder)
    stage.say("nothing")
    attempt = _post(stage)
    stage.advance(stage.answer_timeout - 0.5)
    assert attempt.open
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    stage.advance(stage.answer_timeout * 3)
    assert len(stage.arrived()) == 1
    assert isinstance(attempt.outcome, InDoubt)


@_clause("silence")
def one_at_a_time(stage: Stage, recorder: Recorder) -> None:
    """A second charge while the first awaits its answer is not sent, and does not disturb the first."""
    _up(stage, recorder)
    stage.say("nothing")
    first = _post(stage, 1)
    stage.advance(1)
    assert isinstance(_post(stage, 2).outcome, NotSent)
    assert first.open
    assert stage.arrived() == [1]


@_clause("silence", "late")
def after_a_time_out_nothing_is_sent_until_a_sign_of_life(stage: Stage, recorder: Recorder) -> None:
    """A PMS that hangs leaves one doubt: the link is not ready until the PMS speaks again."""
    _up(stage, recorder)
    stage.say("nothing")
    _post(stage, 1)
    stage.advance(stage.answer_timeout + 1)
    assert not _state(stage).ready
    assert _state(stage).why
    assert isinstance(_post(stage, 2).outcome, NotSent)
    assert stage.arrived() == [1]
    stage.answer_late()
    stage.advance(1)
    assert _state(stage).ready


@_clause("late")
def an_answer_after_the_time_out_is_told_with_its_token(stage: Stage, recorder: Recorder) -> None:
    """A late answer settles the doubt through the listener; the attempt itself stays as it was reported."""
    _up(stage, recorder)
    stage.say("nothing")
    attempt = _post(stage, token=41)
    stage.advance(stage.answer_timeout + 1)
    stage.answer_late()
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    assert [token for token, _ in recorder.late] == [41]
    assert isinstance(recorder.late[0][1], Posted)


@_clause("away")
def without_a_pms_nothing_is_sent(stage: Stage, recorder: Recorder) -> None:
    """While the PMS cannot be reached, a charge is NotSent at once, and the state says why."""
    stage.leave()
    stage.adapter.start(recorder)
    stage.advance(stage.settling)
    assert not _state(stage).up
    assert _state(stage).why
    assert isinstance(_post(stage).outcome, NotSent)
    assert stage.arrived() == []


@_clause("away", "silence")
def a_broken_connection_puts_the_charge_in_doubt(stage: Stage, recorder: Recorder) -> None:
    """Bytes left and the connection broke: InDoubt at once, and never sent again by itself."""
    _up(stage, recorder)
    stage.say("nothing")
    attempt = _post(stage)
    stage.advance(1)
    stage.leave()
    stage.advance(1)
    assert isinstance(attempt.outcome, InDoubt)
    assert not _state(stage).up
    stage.say("yes")
    stage.come_back()
    stage.advance(120)
    assert _state(stage).ready
    assert len(stage.arrived()) == 1


@_clause("away", "accept")
def a_link_that_broke_comes_back_by_itself(stage: Stage, recorder: Recorder) -> None:
    """When the PMS is there again the link stands again within two minutes, and takes charges."""
    _up(stage, recorder)
    stage.leave()
    stage.advance(300)
    assert not _state(stage).ready
    stage.come_back()
    stage.advance(120)
    assert _state(stage).ready
    attempt = _post(stage, 9)
    stage.advance(1)
    assert isinstance(attempt.outcome, Posted)


@_clause()
def stop_ends_within_its_limit(stage: Stage, recorder: Recorder) -> None:
    """`stop` fires in time, and afterwards nothing is sent, also after a long while."""
    _up(stage, recorder)
    gone = _gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert gone == [None]
    assert not _state(stage).up
    stage.advance(300)
    assert not _state(stage).up
    assert isinstance(_post(stage).outcome, NotSent)
    assert stage.arrived() == []


@_clause("goodbye")
def stop_says_goodbye(stage: Stage, recorder: Recorder) -> None:
    """The PMS hears a goodbye, once."""
    _up(stage, recorder)
    _gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert stage.goodbyes() == 1


@_clause("silence")
def stop_leaves_no_charge_without_an_outcome(stage: Stage, recorder: Recorder) -> None:
    """A charge that awaits its answer when the link is stopped ends in doubt within the limit."""
    _up(stage, recorder)
    stage.say("nothing")
    attempt = _post(stage)
    stage.advance(1)
    gone = _gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert gone == [None]
    assert isinstance(attempt.outcome, InDoubt)


@_clause("away")
def stop_without_a_connection_is_immediate(stage: Stage, recorder: Recorder) -> None:
    """Stopping while the PMS cannot be reached neither waits nor connects."""
    stage.leave()
    stage.adapter.start(recorder)
    stage.advance(10)
    gone = _gone(stage)
    stage.advance(0.1)
    assert gone == [None]
    stage.come_back()
    stage.advance(120)
    assert not _state(stage).up


@_clause()
def a_stopped_link_can_be_started_again(stage: Stage, recorder: Recorder) -> None:
    """Stop is no end for ever."""
    _up(stage, recorder)
    _gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    _up(stage, recorder)


@_clause("folio", "silence")
def a_charge_that_was_booked_in_silence_is_found_on_the_folio(stage: Stage, recorder: Recorder) -> None:
    """No answer came, and the folio tells: Found, with the PMS's own name for it."""
    _in_silence(stage, recorder, booked=True)
    found = _read_back(stage)
    assert isinstance(found, Found)
    assert found.reference


@_clause("folio", "silence")
def a_charge_that_is_not_on_the_folio_is_not_found(stage: Stage, recorder: Recorder) -> None:
    """It got lost on the way: NotFound, with what was read."""
    _in_silence(stage, recorder, booked=False)
    found = _read_back(stage)
    assert isinstance(found, NotFound)
    assert found.read


@_clause("folio", "silence")
def another_charge_like_it_is_not_taken_for_it(stage: Stage, recorder: Recorder) -> None:
    """The same amount, room and time with another number is another charge."""
    _in_silence(stage, recorder, booked=True)
    assert not isinstance(_read_back(stage, token=2), Found)


@_clause("folio", "silence")
def reading_a_folio_charges_nothing(stage: Stage, recorder: Recorder) -> None:
    """However often it is read."""
    _in_silence(stage, recorder, booked=False)
    for _ in range(3):
        _read_back(stage)
    assert stage.arrived() == [1]


@_clause("folio")
def a_folio_that_cannot_be_reached_is_unreadable(stage: Stage, recorder: Recorder) -> None:
    """Before the start and after the stop there is nobody to ask, and that is no answer."""
    assert isinstance(_read_back(stage), Unreadable)
    _up(stage, recorder)
    _gone(stage)
    stage.advance(STOP_LIMIT + 0.1)
    assert isinstance(_read_back(stage), Unreadable)


def _in_silence(stage: Stage, recorder: Recorder, *, booked: bool) -> None:
    """A charge went out, the PMS booked it or not, and said nothing; now it can be asked."""
    _up(stage, recorder)
    assert isinstance(stage, FolioStage)
    stage.book(booked)
    stage.say("nothing")
    attempt = _post(stage)
    stage.advance(stage.answer_timeout + 1)
    assert isinstance(attempt.outcome, InDoubt)


def _read_back(stage: Stage, token: int = 1) -> ReadBack:
    """What the folio tells, which must be there within the time-out of an answer."""
    reader = stage.adapter
    assert isinstance(reader, FolioReader)
    heard: list[ReadBack] = []
    failures: list[object] = []
    reader.read_back(a_posting(token)).addCallbacks(heard.append, failures.append)
    stage.advance(stage.answer_timeout + 1)
    assert not failures, f"reading a folio ended with a failure instead of a value: {failures}"
    assert len(heard) == 1, f"one question has one answer, not {heard}"
    return heard[0]


def _gone(stage: Stage) -> list[object]:
    heard: list[object] = []
    stage.adapter.stop().addBoth(heard.append)
    return heard
