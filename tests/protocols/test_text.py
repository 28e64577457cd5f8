"""Protects guests' privacy in logs, and terminals and pages from what a wire may send."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.text import mask_number, printable


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("00441234567890", "0044********90"),
        ("+48221234567", "+482******67"),
        ("123456", "12***6"),
        ("12345", "1****"),
        ("112", "112"),
        ("", ""),
    ],
)
def test_a_number_keeps_only_its_ends(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@given(st.text(alphabet="0123456789", min_size=5, max_size=40))
def test_never_more_than_four_and_two_digits_nor_more_than_half_are_shown(number: str) -> None:
    masked = mask_number(number)
    head, tail = len(masked) - len(masked.lstrip("0123456789")), len(masked) - len(masked.rstrip("0123456789"))
    assert len(masked) == len(number)
    assert head <= 4
    assert tail <= 2
    assert head + tail <= len(number) / 2


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"plain, 205", "plain, 205"),
        ("Müller".encode(), "Müller"),
        (b"\x1b[2J\x07", "\\x1b[2J\\x07"),
        (b"a\tb\r\n", "a\\x09b\\x0d\\x0a"),
        (b"\xff\xfe", "\\xff\\xfe"),
        ("\u202eabc".encode(), "\\u202eabc"),
        ("\u2028".encode(), "\\u2028"),
    ],
)
def test_what_is_not_printable_is_shown_as_its_escape(data: bytes, shown: str) -> None:
    assert printable(data, 100) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert printable(b"x" * 100, 10) == "x" * 9 + "…"
    assert printable(b"x" * 10, 10) == "x" * 10
    assert printable(b"xx", 0) == ""


@given(st.binary(max_size=300), st.integers(0, 60))
def test_any_bytes_become_one_safe_line_within_the_limit(data: bytes, limit: int) -> None:
    shown = printable(data, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    json.dumps(shown).encode("ascii")
