"""Protects the revenue manager at the command line: nothing is written unseen, nothing half, nothing without its reason."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.main import main
from gateway.tariff_folder import read_texts
from tests.rating.scenes import book_of

LISTS = Path(__file__).parents[1] / "data" / "price_lists"
TODAY = datetime.now(UTC).date()


def command(*words: str | Path) -> Result:
    """Run `foliogate tariff` with these words."""
    return CliRunner().invoke(main, ["tariff", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An approved tariff of a hotel, in dollars, with two prefixes."""
    place = tmp_path / "tariffs"
    place.mkdir()
    place.joinpath("hotel.toml").write_text(
        'code = "HOTEL"\ncountry = "PL"\ncurrency = "USD"\nvalid_from = 2026-01-01\ndecks = ["world.csv"]\n'
    )
    place.joinpath("world.csv").write_text("prefix;place;price_per_minute\n48;Poland;0.02\n53;Cuba;0.90\n")
    assert command("approve", place, "--by", "Anna").exit_code == 0
    return place


def texts(folder: Path) -> dict[str, bytes]:
    """All that stands in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def price_list(tmp_path: Path, text: str) -> Path:
    """Write a price list."""
    path = tmp_path / "list.csv"
    path.write_text(text)
    return path


def test_without_write_the_changes_are_shown_and_nothing_is_written(folder: Path) -> None:
    before = texts(folder)
    result = command("import", LISTS / "callwithus.csv", folder, "--layout", "callwithus")
    assert result.exit_code == 0, result.output
    assert texts(folder) == before
    tomorrow = TODAY + timedelta(days=1)
    for words in (
        "callwithus.csv: 4 prefixes on 4 rows.",
        f"world-{tomorrow}.csv, from {tomorrow}, beside world.csv:",
        "new 3, dropped 1, dearer 0, cheaper 1, changed 0, unchanged 0",
        "+4850 Poland Mobile Orange: 0.02 -> 0.037",
        "+53 Cuba: 0.90 -> no price",
        "+48 Poland: 0.02 -> 0.011",
        "Nothing was written. --write writes hotel-",
    ):
        assert words in result.stdout


def test_with_write_the_new_deck_stands_beside_the_old_one_and_wants_a_new_approval(folder: Path) -> None:
    first = TODAY + timedelta(days=10)
    words = ("--layout", "callwithus", "--effective", str(first), "--write")
    result = command("import", LISTS / "callwithus.csv", folder, *words)
    assert result.exit_code == 0, result.output
    assert "The approval has ended with this edit." in result.stdout
    book = book_of(read_texts(folder), currency="USD", country="PL")
    assert book.approved_by is None
    assert [one.tariff.valid_from for one in book.periods] == [first, date(2026, 1, 1)]
    assert [set(one.tariff.deck.rates) for one in book.periods] == [{"+48", "+4850", "+52", "+1"}, {"+48", "+53"}]
    assert command("approve", folder, "--by", "Anna").exit_code == 0
    again = command("import", LISTS / "callwithus.csv", folder, *words)
    assert "unchanged 4" in again.stdout
    assert "Wrote nothing: the deck stands like this already." in again.stdout


def test_a_bad_row_writes_nothing_and_every_bad_row_is_named_with_its_line(folder: Path, tmp_path: Path) -> None:
    before = texts(folder)
    path = price_list(tmp_path, "code;rate\n48;0.1\nx;0.1\n49;-1\n")
    result = command("import", path, folder, "--write")
    assert result.exit_code == 1
    assert [line.rpartition(": ")[0].split(":")[:2] for line in result.stderr.splitlines()[:2]] == [
        ["list.csv", "3"],
        ["list.csv", "4"],
    ]
    assert result.stderr.splitlines()[-1] == "foliogate: nothing was imported: 2 rows are bad, of 4"
    assert texts(folder) == before


def test_an_emergency_number_in_a_list_is_refused(folder: Path, tmp_path: Path) -> None:
    before = texts(folder)
    result = command("import", price_list(tmp_path, "code;rate\n48;0.1\n#112;0.5\n"), folder, "--write")
    assert result.exit_code == 1
    assert "112 is an emergency number" in result.stderr
    assert "the tariff would not load" in result.stderr
    assert texts(folder) == before


def test_a_list_of_changes_keeps_the_rest(folder: Path, tmp_path: Path) -> None:
    path = price_list(tmp_path, "code;rate\n48;0.03\n")
    assert "1 prefixes would be DROPPED" not in command("import", path, folder, "--update").stdout
    result = command("import", path, folder, "--update", "--write")
    assert "dropped 0, dearer 1, cheaper 0, changed 0, unchanged 1" in result.stdout


def test_json_has_every_change(folder: Path) -> None:
    result = command("import", LISTS / "callwithus.csv", folder, "--layout", "callwithus", "--json")
    summary, *changes = [json.loads(line) for line in result.stdout.splitlines()]
    assert summary["kind"] == "summary"
    assert summary["counts"] == {"new": 3, "dropped": 1, "dearer": 0, "cheaper": 1, "changed": 0, "unchanged": 0}
    assert summary["written"] is False
    assert {
        "kind": "cheaper",
        "prefix": "+48",
        "class": "",
        "place": "Poland",
        "was_millionths": 20_000,
        "now_millionths": 11_000,
    } in changes
    assert len(changes) == 5


def test_a_starters_invented_deck_is_replaced_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "tariffs"
    command("init", folder, "--country", "PL", "--currency", "USD")
    result = command("import", LISTS / "callwithus.csv", folder, "--layout", "callwithus", "--write")
    assert "Wrote international.csv." in result.stdout
    assert set(book_of(read_texts(folder), currency="USD", country="PL").periods[0].tariff.deck.rates) == {
        "+48", "+4850", "+52", "+1",
    }  # fmt: skip


def test_a_list_whose_own_days_are_later_begins_on_its_day(folder: Path, tmp_path: Path) -> None:
    day = TODAY + timedelta(days=40)
    result = command("import", price_list(tmp_path, f"code;rate;effective date\n48;0.1;{day}\n"), folder)
    assert f"from {day}, beside world.csv" in result.stdout


def test_another_currency_is_exchanged(folder: Path, tmp_path: Path) -> None:
    path = price_list(tmp_path, "code;rate (EUR)\n48;0.1\n")
    assert "is in EUR, not in USD" in command("import", path, folder).stderr
    assert "0.02 -> 0.10823" in command("import", path, folder, "--exchange", "EUR=1.0823").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--deck", "other.csv"), 1, "the folder has no deck 'other.csv'; it has: world.csv"),
        (("--effective", "2025-01-01"), 1, "No tariff with the deck world.csv is in force on 2025-01-01"),
        (("--effective", "2026-01-01"), 1, "calls were priced with it"),
        (("--effective", "tomorrow"), 2, "--effective"),
        (("--column", "price"), 2, "wants a name, =, and a word"),
        (("--highest", "x"), 2, "--highest"),
        (("--exchange", "EURO=1"), 2, "--exchange"),
        (("--exchange", "EUR=0"), 2, "worth nothing"),
    ],
)
def test_what_is_said_wrongly_is_answered_in_a_sentence(
    folder: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = command("import", price_list(tmp_path, "code;rate\n48;0.1\n"), folder, *words)
    assert (result.exit_code, said in result.stderr) == (code, True), result.output


def test_a_folder_or_a_list_that_cannot_be_read_is_said(folder: Path, tmp_path: Path) -> None:
    assert "does not exist" in command("import", LISTS / "a-z.csv", tmp_path / "none").stderr
    assert "No such file" in command("import", tmp_path / "none.csv", folder).stderr
    folder.joinpath("world.csv").write_text("prefix;place;price_per_minute\nx;;\n")
    result = command("import", LISTS / "a-z.csv", folder)
    assert "world.csv:2" in result.stderr
    assert "mend them, then import" in result.stderr


def test_a_deck_below_its_cost_is_told_in_the_preview(folder: Path, tmp_path: Path) -> None:
    folder.joinpath("cost.toml").write_text(
        'code = "TELCO"\nkind = "cost"\ncarrier = "Telco"\ncurrency = "USD"\nvalid_from = 2026-01-01\ndecks = ["cost.csv"]\n'
    )
    folder.joinpath("cost.csv").write_text("prefix;place;price_per_minute\n48;Poland;0.015\n")
    result = command("import", LISTS / "callwithus.csv", folder, "--layout", "callwithus")
    assert result.exit_code == 0, result.output
    assert "1 prefixes are sold below what Telco charges: +48 Poland (10 min: sold 0.11, cost 0.15)." in result.stdout
    costs = command("import", LISTS / "callwithus.csv", folder, "--layout", "callwithus", "--deck", "cost.csv")
    assert "beside cost.csv" in costs.stdout
