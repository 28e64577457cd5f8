"""Protects the promise that what cannot work is told when the configuration is read, in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pms_adapters.hobic.options import HobicOptions
from pms_adapters.serial_port import SerialPlace, serial_place


def made(**options: Any) -> HobicOptions:
    return HobicOptions.model_validate(options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"framing": "hx", "answers": "none"}, 'answers = "none" is for "hb"'),
        ({"line": "{charge:>7}"}, "without a column {room"),
        ({"line": "{room:<2}{charge:>7}"}, "not even an example"),
        ({"classes": {"default": "LONG"}}, "not even an example"),
        ({"classes": {"martian": "M"}}, "not a class of number"),
        ({"decimals": 5}, "less than or equal to 4"),
        ({"stand": 3}, "Extra inputs"),
    ],
)
def test_options_that_cannot_work_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as told:
        made(**options)
    assert words in str(told.value)


def test_the_hotel_is_shown_an_example_and_what_can_never_be_confirmed() -> None:
    said = "\n".join(made(answers="none").lines())
    assert "0042 HTL 11/20   412 08:15" in said
    assert "no charge can be confirmed" in said


def test_sequence_numbers_are_as_wide_as_their_column() -> None:
    """So that the number on the wire and the number in the store are the same."""
    assert made().token_width == 4
    assert made(line="{room:<6}{charge:>8}{sequence:06}").token_width == 6
    assert made(line="{room:<6}{charge:>8}").token_width == 8


def test_a_serial_port_is_read_from_a_line() -> None:
    assert serial_place("/dev/ttyS0@9600,8N1") == SerialPlace("/dev/ttyS0", 9600, 8, "N", 1)
    for wrong in ("ttyS0", "/dev/ttyS0", "/dev/ttyS0@9600", "/dev/ttyS0@9600,9N1", "/dev/ttyS0@fast,8N1"):
        with pytest.raises(ValueError, match="write for example"):
            serial_place(wrong)
