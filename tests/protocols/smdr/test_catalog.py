"""Protects the door to the dialects: what it promises of each is there, and wrong options are refused in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from protocols.framing import BlockFramer, LineFramer
from protocols.smdr.asterisk import StreamFramer
from protocols.smdr.catalog import DIALECTS, SourceSettings
from protocols.smdr.counting import Counter


def settings(**options: str) -> SourceSettings:
    return SourceSettings(timezone=ZoneInfo("UTC"), options=options)


#: Over what each exchange's records come, and the port it has unless somebody changed it.
PORTS: dict[str, tuple[set[str], int | None]] = {
    "avaya-ipoffice": ({"listen", "connect", "serial", "folder"}, None),
    "mitel-mivb": ({"connect", "listen", "file", "serial", "folder"}, 1752),
    "asterisk": ({"file", "connect", "folder"}, 5038),
    "avaya-cm": ({"listen", "connect", "file", "folder", "serial"}, None),
    "cisco-cucm": ({"folder", "file"}, None),
    "cisco-cme": ({"udp", "file"}, None),
    "3cx": ({"listen", "connect", "file", "pull"}, None),
    "freeswitch": ({"file", "folder", "push"}, None),
    "yeastar": ({"push", "pull"}, None),
    "samsung": ({"connect", "listen", "serial", "file", "folder"}, 5100),
    "nortel": ({"serial", "connect", "listen", "file", "folder"}, None),
    "panasonic": ({"connect", "listen", "serial", "file", "folder"}, 2300),
    "nec-sl": ({"connect", "listen", "serial", "file", "folder"}, None),
    "alcatel-oxe": ({"connect", "file", "folder"}, 2533),
    "nec-neax": ({"connect", "file", "folder"}, 60010),
}


def test_each_dialect_is_known_by_its_own_name() -> None:
    assert all(dialect.name == name for name, dialect in DIALECTS.items())


def test_transports_and_ports_are_those_of_the_exchanges() -> None:
    known = {name: (set(one.transports), one.default_port) for name, one in DIALECTS.items()}
    assert known | PORTS == known


def test_each_transport_has_its_framer() -> None:
    assert isinstance(DIALECTS["avaya-ipoffice"].framer(transport="listen"), LineFramer)
    assert isinstance(DIALECTS["mitel-mivb"].framer(transport="connect"), LineFramer)
    assert isinstance(DIALECTS["asterisk"].framer(transport="connect"), BlockFramer)
    assert isinstance(DIALECTS["asterisk"].framer(transport="file"), StreamFramer)


def test_three_digits_count_records_as_far_as_the_exchange_goes() -> None:
    counter = DIALECTS["nortel"].counter
    assert counter({}) == Counter(first=0, last=999)
    assert counter({"count_records": "to-127"}) == Counter(first=0, last=127)
    assert counter({"count_records": "no"}) is None


def test_a_framer_reads_on_from_a_place() -> None:
    (frame,) = DIALECTS["asterisk"].framer(1_000, transport="file").feed(b'"a"\n')
    assert (frame.start, frame.end) == (1_000, 1_004)


@pytest.mark.parametrize(
    ("dialect", "options", "problems"),
    [
        ("avaya-ipoffice", {}, []),
        ("avaya-ipoffice", {"pulses": "yes"}, ["avaya-ipoffice has no option 'pulses'; it has count_calls"]),
        ("mitel-mivb", {"pulses": "yes", "clock": "12"}, []),
        ("mitel-mivb", {"pulses": "true"}, ["the option pulses is 'true'; write yes or no"]),
        ("mitel-mivb", {"colour": "red"}, ["mitel-mivb has no option 'colour'; it has pulses, clock"]),
        ("asterisk", {"username": "a", "secret": "b", "utc": "no"}, []),
        ("asterisk", {"username": "a"}, ["the manager interface needs both username and secret; secret is missing"]),
        (
            "asterisk",
            {"username": "a", "secret": "b\r\nc", "utc": "maybe"},
            [
                "the option utc is 'maybe'; write yes or no",
                "username and secret of the manager interface must not hold a line end",
            ],
        ),
    ],
)
def test_wrong_options_are_told_in_sentences_all_at_once(
    dialect: str, options: dict[str, str], problems: list[str]
) -> None:
    assert DIALECTS[dialect].check(settings(**options)) == problems


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_each_option_has_a_sentence(dialect: object) -> None:
    from protocols.smdr.catalog import Dialect

    assert isinstance(dialect, Dialect)
    assert all(len(words) > 20 for words in dialect.options.values())
    assert set(dialect.choices) <= set(dialect.options)
