"""A call that several held and each pays for: shares that come to the price, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settle import Portion, Wanted
from gateway.sharing import split, still_wanted


@pytest.mark.parametrize(
    ("amount", "seconds", "shares"),
    [
        (160, (70, 190), (43, 117)),
        (100, (1, 1, 1), (34, 33, 33)),  # equal rests: the earlier holder's
        (1, (1, 2), (0, 1)),
        (1, (1, 1), (1, 0)),
        (0, (5, 5), (0, 0)),
        (7, (0, 0), (7, 0)),  # nothing was talked: the first has all
        (999, (3600,), (999,)),
    ],
)
def test_a_price_is_cut_in_whole_minor_units(amount: int, seconds: tuple[int, ...], shares: tuple[int, ...]) -> None:
    assert split(amount, seconds) == shares


@given(amount=st.integers(0, 10**7), weights=st.lists(st.integers(0, 10**5), min_size=1, max_size=9))
def test_shares_come_to_the_price_and_none_is_a_unit_off(amount: int, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert sum(shares) == amount
    whole = sum(weights)
    assert all(share >= 0 for share in shares)
    assert not whole or all(abs(share * whole - amount * weight) < whole for share, weight in zip(shares, weights))  # noqa: B905


_kinds = st.sampled_from([("room", "201"), ("room", "202"), ("unlisted", "77"), ("department", "Kitchen")])


@st.composite
def shares_of_a_call(draw: st.DrawFn) -> list[Portion]:
    """What each holder is to pay; a department and a share of nothing ask for no posting."""
    found = []
    for kind, name in draw(st.lists(_kinds, unique=True, min_size=1)):
        amount = draw(st.integers(0, 500))
        wanted = Wanted("due", amount) if amount and kind != "department" else None
        found.append(Portion(kind, name, None, 1, amount, wanted))  # type: ignore[arg-type]
    return found


@given(st.lists(shares_of_a_call(), min_size=1, max_size=4))
def test_after_any_later_legs_each_is_charged_his_share_and_nothing_twice(stages: list[list[Portion]]) -> None:
    already: dict[tuple[str, str], int] = {}
    for shares in stages:
        for one in still_wanted(shares, already, "PLN"):  # type: ignore[arg-type]
            assert one.wanted is not None
            assert one.wanted.amount
            assert (one.wanted.state == "held") == (one.wanted.amount < 0)
            already[one.whose] = already.get(one.whose, 0) + one.wanted.amount
        due = {one.whose: one.amount for one in shares if one.wanted}
        assert {whose: minor for whose, minor in already.items() if minor} == due
        assert still_wanted(shares, already, "PLN") == []  # type: ignore[arg-type]
