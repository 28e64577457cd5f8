"""A clock that is wrong is told from records that come late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.clocks import jumped, shift, shift_words

SECONDS = [1, 2, 3, 0, 1, 5, 2, 1, 30, 45, 2, 1, 0, 3, 2, 1, 2, 1, 59, 2]


@pytest.mark.parametrize(
    ("lags", "words"),
    [
        (SECONDS, None),
        ([3600 + lag for lag in SECONDS], "1 h behind ours: a wrong time zone, or the change of the hour was missed"),
        (
            [-3600 + lag for lag in SECONDS],
            "1 h ahead of ours: a wrong time zone, or the change of the hour was missed",
        ),
        (
            [19800 + lag for lag in SECONDS],
            "5.5 h behind ours: a wrong time zone, or the change of the hour was missed",
        ),
        ([420 + lag for lag in SECONDS], "about 7 min behind ours"),
        ([-600 + lag for lag in SECONDS], "about 10 min ahead of ours"),
        ([150 + lag for lag in SECONDS], None),  # within what is tolerated
        ([60 * lag for lag in range(100)], None),  # a buffer that was emptied after a night
        ([3600] * 19, None),  # too few to say
        ([3600] * 16 + [5, 7, 900, 100], "1 h behind ours: a wrong time zone, or the change of the hour was missed"),
        ([3600] * 15 + [5, 7, 900, 100, 2], None),
    ],
)
def test_a_shift_is_near_constant(lags: list[int], words: str | None) -> None:
    found = shift(lags)
    assert (None if found is None else shift_words(found)) == words


@given(st.lists(st.integers(-86_400, 86_400), max_size=100), st.randoms(use_true_random=False))
def test_the_order_of_calls_does_not_matter(lags: list[int], chance: object) -> None:
    mixed = list(lags)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert shift(mixed) == shift(lags)


@pytest.mark.parametrize(
    ("wall", "steady", "gained"), [(5, 5, None), (14, 5, None), (65, 5, 60), (-3595, 5, -3600), (5.2, 5, None)]
)
def test_a_jump_is_what_one_clock_gains_on_the_other(wall: float, steady: float, gained: float | None) -> None:
    assert jumped(wall, steady) == gained
