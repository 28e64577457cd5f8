"""`foliogate report`: files, standard output, and what it says to whoever asks wrongly."""

from __future__ import annotations

import csv
import io
import json

import pytest

from gateway.reports.catalog import KINDS
from gateway.store.database import Database
from tests.gateway.desk import Desk

DAYS = ("--from", "2026-11-20", "--to", "2026-11-20")


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf", "json", "html"])
def test_each_form_is_written_into_a_file(desk: Desk, form: str) -> None:
    path = desk.folder / f"calls.{form}"
    done = desk.type("report", "calls", *DAYS, "--format", form, "--output", str(path))
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    assert str(path) in done.stderr
    beginnings = {"csv": b"call,", "xlsx": b"PK", "pdf": b"%PDF", "json": b'{"report":"calls"', "html": b"<!doctype"}
    assert path.read_bytes().lstrip().startswith(beginnings[form])


def test_without_a_file_it_goes_to_standard_output(desk: Desk) -> None:
    done = desk.type("report", "calls", *DAYS, "--format", "csv", "--masked")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["charged"] for row in rows] == ["3.00", "1.50"]
    assert [row["charged_currency"] for row in rows] == ["PLN", "PLN"]
    assert {row["number"] for row in rows} == {"'+486******56"}, "no spreadsheet takes a masked number for a sum"


def test_the_balance_of_two_posted_calls_is_even(desk: Desk) -> None:
    done = desk.type("report", "balance", *DAYS, "--format", "json")
    assert json.loads(done.stdout)["finding"] == (
        "The balance is even: 2 charges with 4.50 PLN on folios, and the PMS said yes to each."
    )


def test_the_list_tells_of_every_kind(desk: Desk) -> None:
    done = desk.type("report", "--list")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(KINDS)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ballance", *DAYS, "--format", "csv"), 2, 'did you mean "balance"'),
        (("calls", "--from", "2026-11-21", "--to", "2026-11-20", "--format", "csv"), 2, "is before"),
        (("calls", *DAYS, "--format", "doc"), 2, "Invalid value"),
        (("calls", *DAYS), 2, "--format"),
        (("calls", *DAYS, "--format", "pdf", "--table", "calls"), 2, "the other forms have all of them"),
        (("calls", *DAYS, "--format", "csv", "--table", "nope"), 2, "has no table"),
        (("calls", *DAYS, "--format", "csv", "--output", "/nowhere/x.csv"), 1, "cannot be written"),
    ],
)
def test_a_wrong_question_is_answered_in_a_sentence(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    done = desk.type("report", *words)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


def test_a_report_only_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is opened so that the database itself refuses a change."""
    opened: list[bool] = []
    original = Database.__init__

    def watched(self: Database, url: str, property_id: str, *, read_only: bool = False) -> None:
        opened.append(read_only)
        original(self, url, property_id, read_only=read_only)

    monkeypatch.setattr(Database, "__init__", watched)
    assert desk.type("report", "rooms", *DAYS, "--format", "json").exit_code == 0
    assert opened == [True]
