"""Protects the dry run: it prices with the very parts that charge, stores nothing, and says why where it has no price."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli.rate import LEGS_APART, rate_command
from gateway.intake.live_calls import MOST_LEGS
from rating.starter import starter_files

CONFIG = """
[property]
id = "SEASIDE"
name = "Seaside Hotel"
timezone = "Europe/Warsaw"
country = "PL"
area_code = "22"
currency = "PLN"
[[pbx]]
name = "main"
dialect = "avaya-ipoffice"
listen = "tcp:5100:interface=127.0.0.1"
trunk_access = ["9"]
[rooms]
extensions = [{ from = "200", to = "299" }]
[tariff]
folder = "tariffs"
"""


def record(
    dialled: str, talk: str = "00:02:05", *, call_id: int = 1000001, more: int = 0, extension: str = "201"
) -> str:
    """One line of an IP Office, outward on a trunk."""
    return (
        f"2024/03/04 10:15:22,{talk},4,{extension},O,{dialled},{dialled},,0,{call_id},{more},"
        f"E{extension},Room,T9001,Line 1.1,0,0\r\n"
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with a starter tariff."""
    (tmp_path / "tariffs").mkdir()
    for name, data in starter_files("PL", "PLN").items():
        (tmp_path / "tariffs" / name).write_bytes(data)
    (tmp_path / "foliogate.toml").write_text(CONFIG)
    return tmp_path / "foliogate.toml"


def command(config: Path, text: str, *more: str, dialect: str = "avaya-ipoffice") -> Result:
    """Run `foliogate rate` on this text."""
    words = ["--config", str(config), "--dialect", dialect, *more, "-"]
    return CliRunner().invoke(rate_command, words, input=text.encode())


def objects(config: Path, text: str) -> list[dict[str, Any]]:
    """What it prints with --json."""
    return [json.loads(line) for line in command(config, text, "--json").stdout.splitlines()]


def test_a_call_is_priced_and_explained_and_nothing_is_stored(config: Path) -> None:
    before = sorted(config.parent.rglob("*"))
    (one,) = objects(config, record("900442079460000"))
    assert sorted(config.parent.rglob("*")) == before
    expected = {
        "kind": "call",
        "line": 1,
        "extension": "201",
        "dialled": "900442079460000",
        "talk_seconds": 125,
        "class": "international",
        "number": "+442079460000",
        "place": "United Kingdom",
        "outcome": "rated",
        "amount": "3.60",
        "net": "3.60",
        "tax": "0.00",
        "currency": "PLN",
        "tariff": "STARTER",
        "billed_seconds": 180,
        "reason": None,
    }
    assert {key: one[key] for key in expected} == expected
    assert one["explain"][-1] == "To pay: 3.60 PLN."


def test_a_call_without_a_price_says_why(config: Path) -> None:
    text = record("9112", call_id=1) + record("9901", call_id=2) + record("9601123456", "00:00:00", call_id=3)
    found = [(one["class"], one["outcome"], one["amount"], one["reason"]) for one in objects(config, text)]
    assert found == [
        ("emergency", "emergency", None, "emergency call: never charged"),
        ("unknown", "unrated", None, "the number '9901' could not be understood"),
        ("mobile", "unanswered", None, found[2][3]),
    ]
    assert found[2][3]


def test_the_legs_of_a_call_are_one_call_even_with_others_between(config: Path) -> None:
    others = "".join(record("9601123456", call_id=2_000_000 + number) for number in range(50))
    text = record("900442079460000", "00:01:00", more=1) + others + record("900442079460000", "00:01:01", more=0)
    found = objects(config, text)
    assert len(found) == 51
    (one,) = [one for one in found if one["class"] == "international"]
    assert (one["lines"], one["talk_seconds"], one["billed_seconds"], one["amount"]) == ([1, 52], 121, 180, "3.60")


def test_records_are_printed_in_the_order_in_which_they_were_read(config: Path) -> None:
    text = "".join(record("9601123456", call_id=number) for number in range(LEGS_APART + 20)) + "garbage\r\n"
    found = objects(config, text + record("9601123456", call_id=9_999_999))
    assert [one["line"] for one in found] == list(range(1, LEGS_APART + 23))
    assert found[-2]["kind"] == "unparsed"


def test_an_exchange_that_gives_every_call_the_same_key_does_not_fill_memory(config: Path) -> None:
    found = objects(config, record("9601123456", call_id=7, more=1) * (2 * MOST_LEGS + 5))
    assert [len(one["lines"]) for one in found] == [MOST_LEGS, MOST_LEGS, 5]


def test_the_legs_of_an_exchange_without_call_numbers_are_found_as_run_finds_them(config: Path) -> None:
    """Two calls of the same parties on one trunk are two, however like each other they are."""
    number = "00447700900123"
    nortel = "".join(
        f"S 03{two} 00 2343 T020 001 11/20 08:{two}0 00:01:00 A {number}\r\nE 03{two + 1} 00 T020 001 2463 11/20 08:{two}1 00:02:30\r\n"
        for two in (0, 4)
    )
    panasonic = "".join(
        f"11/21/26 {time}PM {extension}   05 {number:<25}      {lasted}            {mark}\r\n"
        for time, extension, lasted, mark in (
            ("03:55", "201", "00:00'30", "  "),
            ("03:57", "102", "00:02'00", "TR"),
            ("03:58", "201", "00:00'40", "  "),
        )
    )
    for dialect, text, wanted in (("nortel", nortel, [210, 210]), ("panasonic", panasonic, [150, 40])):
        told = [
            line for line in command(config, text, "--json", dialect=dialect).output.splitlines() if line[:1] == "{"
        ]
        assert [json.loads(line)["talk_seconds"] for line in told] == wanted


def test_the_table_has_a_row_for_each_call_and_the_exit_code_says_whether_all_is_well(config: Path) -> None:
    result = command(config, record("900442079460000"))
    assert result.exit_code == 0, result.output
    head, row = result.stdout.splitlines()
    assert head.split()[:3] == ["line", "start", "ext"]
    assert row.split()[2:] == ["201", "900442079460000", "international", "125", "3.60", "PLN", "United", "Kingdom"]
    assert result.stderr == "foliogate: 1 rated\n"
    worse = command(config, record("9901") + "garbage\r\n")
    assert worse.exit_code == 1
    assert worse.stderr == "foliogate: 1 unrated, 1 unparsed\n"


def test_what_an_exchange_wrote_cannot_play_tricks_on_the_terminal(config: Path) -> None:
    result = command(config, record("9\x1b[2J601123456"))
    assert "\x1b" not in result.stdout


def test_a_dialect_that_the_configuration_does_not_have_is_priced_with_a_warning(config: Path) -> None:
    result = command(config, "", dialect="mitel-mivb")
    assert result.exit_code == 0
    assert "the configuration has no exchange with the dialect mitel-mivb" in result.stderr


@pytest.mark.parametrize(
    ("dialect", "more", "code", "sentence"),
    [
        ("nonsense", (), 2, "There is no dialect 'nonsense'"),
        ("avaya-ipoffice", ("--pbx", "other"), 1, "the configuration has no exchange 'other'"),
    ],
)
def test_a_wrong_name_is_told_in_a_sentence(
    config: Path, dialect: str, more: tuple[str, ...], code: int, sentence: str
) -> None:
    result = command(config, "", *more, dialect=dialect)
    assert result.exit_code == code
    assert sentence in result.stderr


def test_two_exchanges_of_one_dialect_must_be_told_apart(config: Path) -> None:
    second = CONFIG[CONFIG.index("[[pbx]]") : CONFIG.index("[rooms]")].replace("main", "annex").replace("5100", "5101")
    config.write_text(CONFIG.replace("[rooms]", second + "[rooms]"))
    assert "say which with --pbx main" in command(config, record("9601123456")).stderr
    assert command(config, record("9601123456"), "--pbx", "annex").exit_code == 0


def test_a_tariff_with_mistakes_prices_nothing(config: Path) -> None:
    (config.parent / "tariffs" / "tariff.toml").write_text("code = 1\n")
    result = command(config, record("9601123456"))
    assert result.exit_code == 1
    assert "tariff.toml:1: code: " in result.stderr
    assert result.stderr.splitlines()[-1] == "foliogate: the tariff cannot be used"
    assert result.stdout == ""


# -- what the records do not say, and one call without a record --------------------------------------------------------

OWN = """
code = "OWN"
currency = "PLN"
valid_from = 2020-01-01
decks = []
price_per_minute = "1.00"
operator_fee = "2"
[[rule]]
name = "suites"
guest_class = "SUITE*"
discount_percent = 20
[[rule]]
name = "pulses"
trunk = "A*"
price_per_pulse = "0.12"
[[rule]]
name = "collect"
direction = "collect"
price_per_call = "5"
"""
COST = 'kind = "cost"\ncode = "C"\ncarrier = "Tele"\ncurrency = "PLN"\nvalid_from = 2020-01-01\ndecks = []\nprice_per_minute = "0.013"\n'


@pytest.fixture
def own(config: Path) -> Path:
    """A configuration with a tariff that has rules, and a carrier's."""
    folder = config.parent / "tariffs"
    for file in folder.iterdir():
        file.unlink()
    (folder / "own.toml").write_text(OWN)
    (folder / "cost.toml").write_text(COST)
    return config


def one_call(config: Path, *words: str, dialled: str = "900442079460000") -> dict[str, Any]:
    """What the command says of one call that stands in no record."""
    result = CliRunner().invoke(rate_command, ["--config", str(config), "--json", "--dialled", dialled, *words])
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize(
    ("words", "amount", "rule"),
    [
        ((), "1.00", None),
        (("--seconds", "90"), "1.50", None),
        (("--guest-class", "SUITE SEA"), "0.80", "suites"),
        (("--operator",), "3.00", None),
        (("--trunk", "A1", "--pulses", "10"), "1.20", "pulses"),
        (("--collect", "--direction", "in"), "5.00", "collect"),
        (("--unanswered",), None, None),
    ],
)
def test_one_call_is_priced_in_the_circumstances_that_are_said(
    own: Path, words: tuple[str, ...], amount: str | None, rule: str | None
) -> None:
    found = one_call(own, *words)
    assert (found["amount"], found.get("rule")) == (amount, rule)


def test_one_call_has_its_cost_beside_its_price_and_the_exact_amount(own: Path) -> None:
    found = one_call(own, "--seconds", "61", "--start", "2025-03-04T17:30")
    assert found["start"] == "2025-03-04T17:30:00+01:00"
    assert (found["cost"], found["exact"], found["amount"]) == ("0.0132", "61/60", "1.02")
    assert found["cost_explain"][-1] == "Cost to the house: 0,0132 PLN.".replace(",", ".")
    assert one_call(own, "--carrier", "Other")["cost_reason"] == "no cost tariff is for the carrier Other"


def test_circumstances_hold_for_every_record_of_a_file(own: Path) -> None:
    result = command(own, record("900442079460000", "00:01:00"), "--guest-class", "SUITE", "--json")
    assert json.loads(result.stdout)["amount"] == "0.80"


def test_explain_says_each_step_below_the_row_in_the_language_that_was_asked_for(own: Path) -> None:
    words = ["--config", str(own), "--dialled", "900442079460000", "--explain", "--language", "pl"]
    lines = CliRunner().invoke(rate_command, words).stdout.splitlines()
    assert lines[2] == "       Wybrano 900442079460000, zrozumiano jako +442079460000."
    assert lines[-2] == "       Do zapłaty: 1,00 PLN."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say the dialect of the records with --dialect, or one call with --dialled."),
        (("--dialled", "1", "--start", "noon"), "--start 'noon' is no day and time"),
        (("--dialled", "1", "--seconds", "-1"), "-1 is not in the range"),
    ],
)
def test_a_wrong_way_of_asking_is_told_in_a_sentence(own: Path, words: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(rate_command, ["--config", str(own), *words])
    assert result.exit_code == 2
    assert sentence in result.stderr
