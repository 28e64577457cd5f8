"""`[[lists]]`, the house's own lists of numbers, and `[fraud]`, what looks like toll fraud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.alarms.fraud_rules import RULES
from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import FilePath, Text, Texts, as_tuple
from gateway.config.lines import Path
from gateway.config.problems import did_you_mean
from gateway.number_lists import ListUnreadable, e164_beginning, read_file

if TYPE_CHECKING:
    pass


def _rules(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in RULES:
            raise ValueError(f'"{name}" is no pattern of fraud; {did_you_mean(name, RULES)}')
    return names


class NumberListSettings(Settings):
    """A list of numbers: its name, its kind, and its entries here, in a file, or both.

    `kind` is a word of the house; "barred" makes each call an alarm. `since` and `until` are days, both included.
    """

    name: Text = Field(examples=["Staff at home"])
    kind: Text = Field("private", examples=["premium"])
    numbers: Annotated[tuple[Annotated[str, AfterValidator(e164_beginning)], ...], BeforeValidator(as_tuple)] = Field(
        (), examples=[["+48601234567", "+48700"]]
    )
    file: FilePath | None = Field(None, examples=["private.txt"])
    since: date | None = Field(None, examples=[date(2026, 9, 1)])
    until: date | None = Field(None, examples=[date(2026, 12, 31)])


class FraudSettings(Settings):
    """From where on calls look like toll fraud; every key may be left out.

    Counted are calls abroad and to premium numbers, within an hour. `cost_per_hour` is in the hotel's currency. `off` names
    patterns that are not looked for; `learned` adds what is learned from past weeks.
    """

    parallel: Annotated[int, Field(ge=2, le=1_000)] = Field(3, examples=[4])
    sequential: Annotated[int, Field(ge=2, le=1_000)] = Field(5, examples=[8])
    off_hours: Annotated[int, Field(ge=1, le=10_000)] = Field(8, examples=[12])
    tandem: Annotated[int, Field(ge=1, le=10_000)] = Field(3, examples=[1])
    new_country: Annotated[int, Field(ge=1, le=10_000)] = Field(3, examples=[5])
    vacant: Annotated[int, Field(ge=1, le=10_000)] = Field(1, examples=[2])
    cost_per_hour: Annotated[str, AfterValidator(checks.amount)] = Field("200", examples=["100.00"])
    learned: bool = Field(True, examples=[False])
    off: Annotated[Texts, AfterValidator(_rules)] = Field((), examples=[["new_country"]])


def list_findings(lists: Sequence[Mapping[str, Any]], folder: Folder) -> Iterator[tuple[Path, str]]:
    """What is wrong between the keys of the lists, and in their files."""
    seen: set[str] = set()
    for place, one in enumerate(lists):
        path: Path = ("lists", place)
        name = one.get("name")
        if isinstance(name, str):
            if name in seen:
                yield (*path, "name"), f'"{name}" is the name of another list; give each one its own'
            seen.add(name)
        if not one.get("numbers") and "file" not in one:
            yield path, 'the list is empty; write numbers = ["+48700"], or file = "private.txt"'
        first, last = one.get("since"), one.get("until")
        if type(first) is date and type(last) is date and last < first:
            yield (*path, "until"), f"{last} is before {first}; the days go from the earlier one to the later"
        file = one.get("file")
        if isinstance(file, str) and file and "\0" not in file:
            try:
                read_file(folder / file)
            except ListUnreadable as error:
                yield (*path, "file"), str(error)
