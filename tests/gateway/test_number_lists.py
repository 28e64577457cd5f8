"""The house's own lists of numbers: read from the configuration and from files, with days, or refused with line and reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.config import load
from gateway.config.meanings import lists_of
from gateway.instants import to_micros
from tests.gateway.configurations import EXAMPLE, with_tariff

LISTS = """
[[lists]]
name = "Staff at home"
numbers = ["+48 601 234-567"]
file = "private.txt"
until = 2026-11-30

[[lists]]
name = "No cards"
kind = "barred"
numbers = ["+48700"]
"""


def written(folder: Path, file: str, lists: str = LISTS) -> Path:
    """A configuration with lists."""
    with_tariff(folder)
    (folder / "private.txt").write_text(file, encoding="utf-8")
    path = folder / "foliogate.toml"
    path.write_text(EXAMPLE + lists)
    return path


def test_entries_of_configuration_and_file_hold_for_their_days(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, "# friends\n\n+44 20; the agency; 2026-11-10; 2026-12-24\n+4960\n"))
    assert not isinstance(loaded, list)
    lists = lists_of(loaded.lists, ZoneInfo("Europe/Warsaw"))

    def name(number: str, day: datetime) -> str | None:
        hit = lists.find(number, to_micros(day.replace(tzinfo=UTC)))
        return f"{hit.list.name}: {hit.entry.note}" if hit else None

    assert name("+48601234567", datetime(2026, 11, 30, 22, 59)) == "Staff at home: "
    assert name("+48601234567", datetime(2026, 11, 30, 23, 1)) is None, "the list ends at midnight of the hotel"
    assert name("+442079460000", datetime(2026, 11, 9, 22, 59)) is None
    assert name("+442079460000", datetime(2026, 11, 9, 23, 1)) == "Staff at home: the agency"
    assert name("+442079460000", datetime(2026, 12, 1)) is None, "the list's own end comes first"
    assert name("+48700123456", datetime(2030, 1, 1)) == "No cards: "


@pytest.mark.parametrize(
    ("file", "lists", "said"),
    [
        ("+44\n0700\n", LISTS, 'private.txt, line 2: "0700" is no number; write + and the country code first'),
        ("+44;x;2026-13-01\n", LISTS, "line 1: "),
        ("+44;x;2026-12-01;2026-11-01\n", LISTS, "2026-11-01 is before 2026-12-01"),
        ("+44;a;;;b\n", LISTS, "more than number; note; first day; last day"),
        ("+44\n", LISTS.replace("+48700", "700"), '"700" is no number'),
        ("+44\n", LISTS.replace('"No cards"', '"Staff at home"'), "is the name of another list"),
        ("+44\n", LISTS.replace("private.txt", "nowhere.txt"), "cannot be read"),
        ("+44\n", LISTS.replace('numbers = ["+48700"]', ""), "the list is empty"),
        ("+44\n", '[fraud]\noff = ["paralel"]\n', 'did you mean "parallel"'),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_place(tmp_path: Path, file: str, lists: str, said: str) -> None:
    problems = load(written(tmp_path, file, lists))
    assert isinstance(problems, list)
    assert [problem for problem in problems if said in problem.sentence], problems
