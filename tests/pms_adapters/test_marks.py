"""Protects the promise that a charge found on a folio is the one that was looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.marks import MAX_MARK, bears, mark_of, token_of

TOKENS = st.integers(1, 99_999_999)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(TOKENS)
def test_a_mark_stands_for_its_token_in_letters_of_either_size(token: int) -> None:
    mark = mark_of(token)
    assert len(mark) <= MAX_MARK
    assert token_of(mark) == token_of(mark.lower()) == token
    assert bears(f"Call 0043, {mark.lower()}: Vienna", token)


@given(TOKENS, st.data())
def test_a_mark_with_one_wrong_character_is_nobodys(token: int, data: st.DataObject) -> None:
    mark = mark_of(token)
    place = data.draw(st.integers(2, len(mark) - 1))
    other = data.draw(st.sampled_from(LETTERS).filter(lambda one: one != mark[place]))
    spoilt = mark[:place] + other + mark[place + 1 :]
    if {other, mark[place]} != {"0", "Z"}:  # the two ends of the alphabet weigh the same
        assert token_of(spoilt) is None
    assert token_of(spoilt) != token


@given(TOKENS, st.data())
def test_a_mark_that_was_cut_or_swapped_is_nobodys(token: int, data: st.DataObject) -> None:
    mark = mark_of(token)
    place = data.draw(st.integers(2, len(mark) - 3))
    swapped = mark[:place] + mark[place + 1] + mark[place] + mark[place + 2 :]
    if swapped != mark and {mark[place], mark[place + 1]} != {"0", "Z"}:
        assert token_of(swapped) is None
    assert not bears(mark[:-1], token)
    assert not bears("X" + mark, token)
    assert not bears(mark + "7", token)


@pytest.mark.parametrize("token", [0, -1, 10**16])
def test_what_cannot_be_marked_is_refused(token: int) -> None:
    with pytest.raises(ValueError, match="has no mark"):
        mark_of(token)


@pytest.mark.parametrize("text", ["", "FG", "FG0", "FG000000", "FG7K3M2QFG7K3M2Q", "XX00001Z", "FG0000ILO"])
def test_what_is_no_mark_stands_for_nothing(text: str) -> None:
    assert token_of(text) is None
