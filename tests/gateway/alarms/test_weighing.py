"""An alarm is raised once, waits out what comes and goes, and is cleared by the fact alone."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.kinds import KINDS, Fact
from gateway.alarms.weighing import Key, Weighed, taken_over, weigh

DOWN = Fact("pms_down", "opera", "PMS opera is not connected")
REFUSED = Fact("refused", "", "1 charge is refused by the PMS")
EVERY = frozenset(KINDS)


class Round:
    """Rounds one after another."""

    def __init__(self) -> None:
        self.last = Weighed({})
        self.raised: list[tuple[float, Key]] = []
        self.cleared: list[tuple[float, Key]] = []

    def __call__(self, at: float, *facts: Fact, judged: Iterable[str] = EVERY) -> Weighed:
        self.last = weigh(self.last.standings, facts, frozenset(judged), at)
        self.raised += [(at, fact.key) for fact in self.last.raised]
        self.cleared += [(at, key) for key in self.last.cleared]
        return self.last


def test_a_fact_must_stand_before_it_is_an_alarm_and_be_gone_before_it_is_over() -> None:
    turn = Round()
    for at in range(0, 200, 5):
        turn(at, DOWN)
    for at in range(200, 700, 5):
        turn(at)
    assert turn.raised == [(120, DOWN.key)]
    assert turn.cleared == [(500, DOWN.key)]
    assert turn.last.standings == {}


def test_a_link_that_flaps_makes_one_alarm() -> None:
    turn = Round()
    for at in range(0, 36_000, 5):
        turn(at, *([DOWN] if at // 60 % 2 else []))
    assert len(turn.raised) == 1
    assert turn.cleared == []


def test_a_doubt_is_told_at_once_and_told_anew_only_in_other_words() -> None:
    turn = Round()
    assert turn(0, REFUSED).raised == (REFUSED,)
    assert turn(5, REFUSED) == Weighed(turn.last.standings)
    more = REFUSED._replace(sentence="2 charges are refused by the PMS")
    assert turn(10, more).reworded == (more,)
    assert turn(15, more).reworded == ()


def test_what_could_not_be_judged_stays() -> None:
    turn = Round()
    turn(0, REFUSED)
    for at in range(5, 10_000, 5):
        turn(at, judged={"pms_down"})
    assert turn.cleared == []
    for at in range(10_000, 11_000, 5):
        turn(at)
    assert turn.cleared == [(10_300, REFUSED.key)]


def test_open_alarms_of_the_store_are_not_raised_again() -> None:
    standings = taken_over([DOWN, REFUSED], 1_000)
    after = weigh(standings, [DOWN, REFUSED], EVERY, 1_005)
    assert after.raised == after.reworded == ()
    assert weigh(standings, [], EVERY, 1_005).cleared == ()


@given(
    st.lists(st.tuples(st.integers(1, 200), st.sets(st.sampled_from([DOWN, REFUSED, DOWN._replace(subject="other")]))))
)
def test_between_two_raisings_lies_a_clearing_and_its_patience(rounds: list[tuple[int, set[Fact]]]) -> None:
    """Whatever comes and goes: never two open alarms of one key, and no more alarms than the patience allows."""
    turn, at = Round(), 0
    standing: dict[Key, float] = {}
    over: dict[Key, float] = {}
    for pause, facts in rounds:
        at += pause
        made = turn(at, *facts)
        for key in made.cleared:
            assert key in standing
            assert key not in {fact.key for fact in facts}
            over[key] = at
            del standing[key]
        for fact in made.raised:
            assert fact in facts
            assert fact.key not in standing
            assert at - over.get(fact.key, -10_000) >= KINDS[fact.kind].raise_after
            standing[fact.key] = at
