"""Protects the rehearsal: a fault that is asked for happens, exactly as often as asked, and no other does."""

from __future__ import annotations

import random

import pytest

from gateway.simulators.pms_faults import AS_IT_SHOULD_BE, PmsFaults, Treatment
from protocols.fias.records import Record


@pytest.fixture
def faults() -> PmsFaults:
    return PmsFaults(random.Random(1))


def treatments(faults: PmsFaults, count: int) -> list[Treatment]:
    return [faults.treatment() for _ in range(count)]


@pytest.mark.parametrize(
    ("word", "treatment"),
    [
        ("ry:2", Treatment(refuse="RY")),
        ("silence:2", Treatment(delivery="never")),
        ("deaf:2", Treatment(book=False, delivery="never")),
        ("cut-after-ps:2", Treatment(delivery="cut")),
        ("late:5:2", Treatment(delivery="late", seconds=5.0)),
    ],
)
def test_a_counted_fault_happens_so_often_and_then_no_more(faults: PmsFaults, word: str, treatment: Treatment) -> None:
    faults.apply(word)
    assert treatments(faults, 3) == [treatment, treatment, AS_IT_SHOULD_BE]
    assert faults.words() == []


def test_a_lasting_fault_lasts_until_it_is_taken_back(faults: PmsFaults) -> None:
    faults.apply("late:2.5,refuse:ur:1")
    assert treatments(faults, 2) == [Treatment(refuse="UR", delivery="late", seconds=2.5)] * 2
    faults.apply("late:off, refuse:off")
    assert faults.treatment() == AS_IT_SHOULD_BE


def test_a_refusal_by_chance_comes_about_so_often(faults: PmsFaults) -> None:
    faults.apply("refuse:NG:0.2")
    refused = sum(treatment.refuse == "NG" for treatment in treatments(faults, 1000))
    assert 150 < refused < 250


def test_the_words_set_again_what_they_describe(faults: PmsFaults) -> None:
    faults.apply("ry:3,late:2:4,refuse:UR:0.1,No-LA,empty-fields")
    words = faults.words()
    assert words == ["refuse:UR:0.1", "ry:3", "late:2:4", "empty-fields", "no-la"]
    again = PmsFaults(random.Random(1))
    again.apply(",".join(words))
    assert again.words() == words
    again.apply("none")
    assert again.words() == []


@pytest.mark.parametrize(
    "word",
    [
        "ry:x",
        "ry:-1",
        "ry:9999999999",
        "late",
        "late:x",
        "late:1:x",
        "late:1e9",
        "refuse:U:1",
        "refuse:UR:2",
        "refuse:ÄÖ:1",
        "silence:٣",
        "no-la:maybe",
        "dance",
    ],
)
def test_a_word_that_is_not_understood_changes_nothing(faults: PmsFaults, word: str) -> None:
    faults.apply("ry:1,late:3")
    with pytest.raises(ValueError, match=r"needs|no fault|on or off"):
        faults.apply(f"none,no-la,{word}")
    assert faults.words() == ["ry:1", "late:3"]


def test_a_checksum_after_the_end_is_the_serial_one(faults: PmsFaults) -> None:
    """The LRC of the link-alive record is the XOR of its bytes and the ETX: 67 hex."""
    alive = Record("LA", (("DA", "261120"), ("TI", "080003")))
    assert faults.wire(alive, "cp852") == b"\x02LA|DA261120|TI080003|\x03"
    faults.apply("lrc-after-etx")
    assert faults.wire(alive, "cp852") == b"\x02LA|DA261120|TI080003|\x03\x67"
