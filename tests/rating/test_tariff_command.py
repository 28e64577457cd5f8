"""Protects the person who answers for the prices: a starter is never mistaken for them, an approval is of what stands there."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from gateway.cli.tariff import tariff_group
from gateway.tariff_folder import read_texts
from rating.text import APPROVAL, Loaded, load

WARSAW = ZoneInfo("Europe/Warsaw")


def command(*words: str | Path) -> Result:
    """Run `foliogate tariff` with these words."""
    return CliRunner().invoke(tariff_group, [str(word) for word in words])


def init(folder: Path, *more: str) -> Result:
    """Run `foliogate tariff init` for a Polish hotel."""
    return command("init", folder, "--country", "PL", "--currency", "PLN", *more)


def loaded(folder: Path) -> Loaded:
    """The folder as the gateway reads it."""
    return load(read_texts(folder), zone=WARSAW, currency="PLN", country="PL")


@pytest.mark.parametrize("exists", [True, False])
def test_init_writes_a_tariff_that_loads_into_a_folder_that_is_empty_or_missing(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "a" / "tariffs"
    if exists:
        folder.mkdir(parents=True)
        (folder / ".gitkeep").touch()
    result = init(folder)
    assert result.exit_code == 0, result.output
    assert "Every price in it is invented" in result.stdout
    book = loaded(folder).book
    assert book is not None
    assert (book.starter, book.approved_by) == (True, None)
    assert sorted(path.name for path in folder.iterdir() if path.name != ".gitkeep") == [
        "international.csv",
        "tariff.toml",
    ]


def test_init_leaves_a_folder_alone_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "tariff.toml").write_text("mine")
    result = init(tmp_path)
    assert result.exit_code == 1
    assert result.stderr == (
        f"foliogate: {tmp_path} is not empty, so nothing was written; "
        "name another folder, or replace its tariff with --force\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["tariff.toml"]
    assert (tmp_path / "tariff.toml").read_text() == "mine"


def test_init_by_force_replaces_the_texts_and_ends_their_approval(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "tariff.toml").write_text((tmp_path / "tariff.toml").read_text() + "# mine\n")
    assert command("approve", tmp_path, "--by", "Anna Nowak").exit_code == 0
    assert init(tmp_path, "--force").exit_code == 0
    book = loaded(tmp_path).book
    assert book is not None
    assert book.approved_by is None


def test_init_where_a_file_stands_says_so(tmp_path: Path) -> None:
    (tmp_path / "tariffs").touch()
    result = init(tmp_path / "tariffs")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "is a file" in result.stderr


@pytest.mark.parametrize(("country", "currency"), [("XX", "PLN"), ("PL", "XXX")])
def test_init_refuses_a_country_or_currency_that_does_not_exist(tmp_path: Path, country: str, currency: str) -> None:
    result = command("init", tmp_path, "--country", country, "--currency", currency)
    assert result.exit_code == 2
    assert "is not a c" in result.stderr
    assert not list(tmp_path.iterdir())


def test_approve_writes_the_name_the_instant_and_the_digest(tmp_path: Path) -> None:
    init(tmp_path)
    result = command("approve", tmp_path, "--by", ' Anna "Ania" Nowak ')
    assert result.exit_code == 0, result.output
    values = tomllib.loads((tmp_path / APPROVAL).read_text())
    assert values["by"] == 'Anna "Ania" Nowak'
    assert isinstance(values["on"], datetime)
    assert values["on"].tzinfo is not None
    found = loaded(tmp_path)
    assert found.book is not None
    assert (found.book.approved_by, found.problems) == ('Anna "Ania" Nowak', ())
    assert values["digest"].startswith(found.book.version)


def test_approve_says_what_was_approved_and_that_a_starter_is_invented(tmp_path: Path) -> None:
    init(tmp_path)
    result = command("approve", tmp_path, "--by", "Anna Nowak")
    assert "Anna Nowak approved version " in result.stdout
    assert "STARTER, PLN, valid from 2000-01-01 on: 260 prefixes, prices of classes: local, national" in result.stdout
    assert "still says starter = true" in result.stdout


def test_approve_refuses_a_tariff_with_mistakes_and_names_each(tmp_path: Path) -> None:
    init(tmp_path)
    with (tmp_path / "international.csv").open("a") as deck:
        deck.write("999;Nowhere;-1\n9;;x\n")
    result = command("approve", tmp_path, "--by", "Anna Nowak")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["international.csv", "international.csv", "foliogate"]
    assert lines[-1] == "foliogate: the tariff was not approved"
    assert not (tmp_path / APPROVAL).exists()


def test_an_edit_needs_a_new_approval_and_gets_it(tmp_path: Path) -> None:
    init(tmp_path)
    command("approve", tmp_path, "--by", "Anna Nowak")
    rules = tmp_path / "tariff.toml"
    rules.write_text(rules.read_text().replace("starter = true", "starter = false"))
    edited = loaded(tmp_path)
    assert edited.book is not None
    assert edited.book.approved_by is None
    result = command("approve", tmp_path, "--by", "Jan Kowalski")
    assert "starter" not in result.stdout
    again = loaded(tmp_path).book
    assert again is not None
    assert again.approved_by == "Jan Kowalski"


@pytest.mark.parametrize("by", ["", "   ", "a\nb", "x" * 81])
def test_approve_wants_the_name_of_a_person(tmp_path: Path, by: str) -> None:
    init(tmp_path)
    assert command("approve", tmp_path, "--by", by).exit_code == 2
    assert not (tmp_path / APPROVAL).exists()


def test_approve_of_a_folder_that_is_not_there_or_empty_says_what_to_do(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        result = command("approve", folder, "--by", "Anna")
        assert result.exit_code == 1
        assert "foliogate tariff init" in result.stderr


def test_a_tariff_that_names_no_country_is_approved_with_one_that_is_said(tmp_path: Path) -> None:
    init(tmp_path)
    rules = tmp_path / "tariff.toml"
    rules.write_text(rules.read_text().replace('country = "PL"\n', ""))
    assert "say it with --country CC" in command("approve", tmp_path, "--by", "Anna").stderr
    assert command("approve", tmp_path, "--by", "Anna", "--country", "pl").exit_code == 0


TESTED = 'code = "T"\ncountry = "PL"\ncurrency = "PLN"\nvalid_from = 2020-01-01\nprice_per_minute = "1"\n'
CASE = '[[test]]\ndialled = "9221234567"\nstart = 2024-03-31T01:59:30\namount = "{0}"\nprefix = "the whole tariff"\n'


@pytest.mark.parametrize(("amount", "code"), [("1.00", 0), ("2.00", 1)])
def test_a_tariff_is_tested_by_its_own_calls(tmp_path: Path, amount: str, code: int) -> None:
    (tmp_path / "tariff.toml").write_text(TESTED + CASE.format(amount) + CASE.format("1.00"))
    result = command("test", tmp_path, "--area-code", "22", "--trunk-access", "9", "--timezone", "Europe/Warsaw")
    assert result.exit_code == code
    if code:
        assert "tariff.toml:6: test: The test '9221234567' expects amount 2.00, and it is 1.00" in result.stderr
        assert result.stderr.splitlines()[-1] == "foliogate: 1 of 2 tests did not come out as they should"
    else:
        assert result.stdout == "All 2 tests came out as they should.\n"


def test_a_tariff_without_tests_says_so_and_a_wrong_zone_is_told(tmp_path: Path) -> None:
    (tmp_path / "tariff.toml").write_text(TESTED)
    assert command("test", tmp_path).stdout == "The tariff has no tests.\n"
    wrong = command("test", tmp_path, "--timezone", "Nowhere/At_All")
    assert (wrong.exit_code, "is not a time zone" in wrong.stderr) == (2, True)
    (tmp_path / "tariff.toml").write_text("code = 1\n")
    assert (
        command("test", tmp_path, "--country", "PL").stderr.splitlines()[-1] == "foliogate: the tariff cannot be tested"
    )
