"""Protects whoever writes down the trunks of the house: what is wrong is said, and what is right holds from its day on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config.trunks import capacity_of
from gateway.instants import to_micros
from tests.gateway.configurations import EXAMPLE, good, only, with_tariff

CITY = '[[trunks]]\ngroup = "city"\nfirst = "T001"\nlast = "T024"\n'
GROWN = '[[trunks]]\ngroup = "city"\nfirst = "T001"\nlast = "T030"\nsince = 2026-09-01\ntarget = 0.02\n'
SIP = '[[trunks]]\ngroup = "sip"\nname = "Provider"\nchannels = 30\ndirection = "out"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return with_tariff(tmp_path)


def test_a_group_grows_at_midnight_of_the_property(folder: Path) -> None:
    house = capacity_of(good(folder, EXAMPLE + GROWN + CITY + SIP))
    midnight = to_micros(datetime(2026, 8, 31, 22, tzinfo=UTC))
    before, after = house.at("city", midnight - 1), house.at("city", midnight)
    assert before is not None
    assert after is not None
    assert (before.trunks, before.target, after.trunks, after.target) == (24, 0.01, 30, 0.02)
    assert house.group_of("T030", "") == "city"
    sip = house.at("sip", 0)
    assert sip is not None
    assert (sip.name, sip.trunks, sip.members, sip.direction) == ("Provider", 30, frozenset(), "out")


def test_without_a_word_of_trunks_there_are_none(folder: Path) -> None:
    assert capacity_of(good(folder, EXAMPLE)).groups == []


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('[[trunks]]\ngroup = "city"\n', "trunks[1]", "in one way"),
        (CITY + "channels = 3\n", "trunks[1]", "in one way"),
        ('[[trunks]]\ngroup = "city"\nfirst = "T001"\n', "trunks[1]", "two ends"),
        ('[[trunks]]\ngroup = "city"\nfirst = "T9"\nlast = "T1"\n', "trunks[1].first", "range"),
        (CITY + CITY, "trunks[2].since", "its own day"),
        (CITY + SIP.replace("channels = 30", 'members = ["T004"]'), "trunks.Provider", "in one group"),
        (CITY + 'overflow_of = ["copper"]\n', "trunks[1].overflow_of", "no other group"),
        (CITY + 'overflow_of = ["city"]\n', "trunks[1].overflow_of", "no other group"),
        (CITY + 'direction = "up"\n', "trunks[1].direction", "is not known"),
        (CITY + "target = 1.5\n", "trunks[1].target", "out of bounds"),
        (SIP.replace("30", "0"), "trunks.Provider.channels", "out of bounds"),
        ('[trunks]\ngroup = "city"\n', "trunks", "two brackets"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, text: str, key: str, words: str) -> None:
    problem = only(folder, EXAMPLE + text)
    assert problem.key == key
    assert words in problem.sentence
