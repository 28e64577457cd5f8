"""Protects the promise that an Oracle interface that demands an AuthKey lets us in at the first attempt."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.fias.crypt import auth_key, check, cryptogram

# The sample of the specification (2.20.25, chapter 2, "Authentication"): key, random block, and the result.
KEY = "FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="
IV = base64.b64decode("3k57hsoHm04fGEyaA3+UVw==")
SAMPLE = "FidCryptAB;3k57hsoHm04fGEyaA3+UVw==oNTebC0J36LY8GV9azyhzw=="
# The specification's second sample belongs to no time under this key.
WRONG = "wrs43icYcDOz0+7U+hsoug==8fLwUEOfzfhDv9yg4z0lhw=="

keys = st.binary(min_size=16, max_size=16)
digits = st.text(st.sampled_from("0123456789"), min_size=6, max_size=6)


def test_the_specifications_sample_comes_out_to_the_letter() -> None:
    assert cryptogram(auth_key(KEY), IV, "170831", "102201") == SAMPLE


def test_the_specifications_sample_is_accepted_for_its_time_and_no_other() -> None:
    assert check(auth_key(KEY), SAMPLE, "170831", "102201")
    assert not check(auth_key(KEY), SAMPLE, "170831", "102202")


def test_the_specifications_bad_sample_is_refused() -> None:
    assert not check(auth_key(KEY), WRONG, "170831", "102201")
    assert not check(auth_key(KEY), "FidCryptAB;" + WRONG, "170831", "102201")


@given(keys, keys, digits, digits)
def test_what_is_made_is_accepted_under_its_own_key_only(key: bytes, iv: bytes, da: str, ti: str) -> None:
    made = cryptogram(key, iv, da, ti)
    assert check(key, made, da, ti)
    assert not check(bytes([key[0] ^ 1]) + key[1:], made, da, ti)
    assert len(made) <= 150


@given(st.text(max_size=120))
def test_no_text_from_outside_raises(text: str) -> None:
    assert not check(auth_key(KEY), text, "170831", "102201")


def test_a_key_may_stand_with_or_without_its_mark() -> None:
    assert auth_key(KEY) == auth_key(KEY.removeprefix("FidCrypt0S|"))


@pytest.mark.parametrize(("text", "sentence"), [("not base64!", "not base64"), ("QUJD", "holds 3 bytes")])
def test_a_wrong_key_is_refused_with_a_sentence_that_does_not_repeat_it(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as raised:
        auth_key(text)
    assert text not in str(raised.value)
