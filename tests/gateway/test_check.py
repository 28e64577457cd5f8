"""Protects "check says every problem at once", and what it prints for the hotel to confirm when there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.main import main
from tests.gateway.configurations import EXAMPLE


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with the manual's example and the tariff that `tariff init` writes."""
    (tmp_path / "foliogate.toml").write_text(EXAMPLE)
    command = ["tariff", "init", str(tmp_path / "tariffs"), "--country", "PL", "--currency", "PLN"]
    assert CliRunner().invoke(main, command).exit_code == 0
    return tmp_path


def check(house: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", "--config", str(house / "foliogate.toml"), *words])


def changed(house: Path, old: str, new: str) -> str:
    """Change the configuration; returns where the new words stand, as `file:line`."""
    file = house / "foliogate.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return f"{file}:{text[: text.index(old)].count(chr(10)) + 1}"


def test_a_good_configuration_is_summed_up_for_people(house: Path) -> None:
    result = check(house)
    assert result.exit_code == 0, result.output
    for words in (
        "foliogate.toml is good",
        "SEASIDE: Seaside Hotel",
        f"sqlite:///{house}/foliogate.db",
        "http://127.0.0.1:8080/",
        "100 to 499; 2 mapped by name, 2 of departments",
        "main: Avaya IP Office SMDR, dials us at tcp:5100",
        "not approved by anybody; its prices are invented",
        "tcp:127.0.0.1:5010, which is this machine",
    ):
        assert words in result.stdout


def test_groups_of_trunks_are_summed_up_as_they_stand_last(house: Path) -> None:
    grown = '[[trunks]]\ngroup = "city"\nchannels = 24\n[[trunks]]\ngroup = "city"\nchannels = 30\nsince = 2026-09-01\n'
    changed(house, "[tariff]", f"{grown}[tariff]")
    assert "trunks     city: 30, both, target 1.0%" in check(house).stdout


def test_the_mapping_to_the_pms_is_listed_by_class_of_number(house: Path) -> None:
    changed(house, "answer_timeout = 30", 'outlet = { international = "3" }\ncall_type = { international = "X" }')
    line = next(line for line in check(house).stdout.splitlines() if line.strip().startswith("international:"))
    assert "SO3" in line
    assert "PCX" in line


def test_an_unapproved_tariff_is_a_warning_and_no_problem(house: Path) -> None:
    result = check(house)
    assert result.exit_code == 0
    assert "warning: Nobody has approved these prices" in result.stderr


def test_an_approved_tariff_names_who_approved_it(house: Path) -> None:
    approve = ["tariff", "approve", str(house / "tariffs"), "--by", "Anna Nowak"]
    assert CliRunner().invoke(main, approve).exit_code == 0
    result = check(house)
    assert "approved by Anna Nowak" in result.stdout
    assert "warning" not in result.stderr


def test_problems_go_to_standard_error_with_place_and_count(house: Path) -> None:
    dialect = changed(house, '"avaya-ipoffice"', '"avaya"')
    encoding = changed(house, "cp852", "klingon")
    result = check(house)
    assert (result.exit_code, result.stdout) == (1, "")
    first, second, count = result.stderr.splitlines()
    assert (
        first == f'{dialect}: pbx.main.dialect: "avaya" is not a dialect; did you mean "avaya-cm" or "avaya-ipoffice"?'
    )
    assert second.startswith(f"{encoding}: pms.opera.encoding: ")
    assert count == "foliogate: 2 problems"


def test_problems_of_the_tariff_are_found_too(house: Path) -> None:
    text = (house / "tariffs" / "tariff.toml").read_text()
    (house / "tariffs" / "tariff.toml").write_text(text.replace("currency", "curency", 1))
    result = check(house)
    assert result.exit_code == 1
    assert f"{house}/tariffs/tariff.toml" in result.stderr


def test_json_is_one_object_a_line(house: Path) -> None:
    place = changed(house, '"PLN"', '"PLZ"')
    result = check(house, "--json")
    (problem,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert (problem["key"], problem["severity"]) == ("property.currency", "error")
    assert f"{problem['file']}:{problem['line']}" == place
    assert 'did you mean "PLN"?' in problem["sentence"]


def test_json_of_a_good_configuration_holds_its_warnings_alone(house: Path) -> None:
    result = check(house, "--json")
    assert result.exit_code == 0
    assert {json.loads(line)["severity"] for line in result.stdout.splitlines()} == {"warning"}


def test_what_is_allowed_and_seldom_meant_is_a_warning(house: Path) -> None:
    start, end = EXAMPLE.index("[[pms]]"), EXAMPLE.index("[tariff]")
    (house / "foliogate.toml").write_text(EXAMPLE[:start] + EXAMPLE[end:])
    result = check(house)
    assert result.exit_code == 0
    assert "warning: pms: there is no PMS" in result.stderr
    assert "warning: rooms.extensions: no extension is a room" in result.stderr


def test_a_configuration_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.exit_code == 1
    assert "there is no such file" in result.stderr


def test_a_call_that_the_tariff_says_costs_otherwise_is_a_problem_with_its_line(house: Path) -> None:
    tariff = house / "tariffs" / "tariff.toml"
    lines = tariff.read_text().count("\n")
    with tariff.open("a") as text:
        text.write('[[test]]\nname = "London"\ndialled = "900442079460000"\namount = "1.00"\n')
    result = check(house)
    assert result.exit_code == 1
    assert f"{tariff}:{lines + 1}: test: The test 'London' expects amount 1.00, and it is 1.20" in result.stderr


def test_a_contract_whose_notice_is_due_is_a_warning(house: Path) -> None:
    (house / "tariffs" / "cost.toml").write_text(
        'kind = "cost"\ncode = "TELE"\ncarrier = "Tele"\ncurrency = "PLN"\nvalid_from = 2020-01-01\ndecks = []\n'
        "price_per_minute = 0\n[contract]\nnotice_by = 2021-01-31\n"
    )
    result = check(house)
    assert result.exit_code == 0, result.output
    assert (
        "cost.toml: warning: contract.notice_by: Notice to end the contract with Tele (TELE) was possible"
        in result.stderr
    )


def test_a_tariff_that_is_given_to_somebody_must_be_in_the_folder(house: Path) -> None:
    """Else every call by it would be held, and nobody would know why."""
    changed(house, 'folder = "tariffs"', 'folder = "tariffs"\n[[tariff.assign]]\ntariff = "GOLD"\nrooms = ["101"]')
    result = check(house)
    assert result.exit_code == 1
    assert 'there is no tariff "GOLD"; the folder has STARTER' in result.stderr


def test_prices_that_are_old_are_a_warning_by_the_months_that_are_said(house: Path) -> None:
    rules = house / "tariffs" / "tariff.toml"
    rules.write_text(rules.read_text().replace("starter = true", "starter = false"))
    result = check(house)
    assert result.exit_code == 0, result.output
    assert "months old; look whether the carrier's have changed" in result.stderr
    assert "Only the country code decides the price of" in result.stderr
    rules.write_text(rules.read_text().replace("2000-01-01", "2026-11-01"))
    changed(house, 'folder = "tariffs"', 'folder = "tariffs"\nold_after_months = 120')
    assert "months old" not in check(house).stderr
