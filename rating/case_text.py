"""Reading a tariff's own test cases: [[test]] tables that give a call, and say what it must come to."""

from __future__ import annotations

from datetime import date, datetime, time

from rating.fields import Section
from rating.rule_text import CONDITIONS, DIRECTIONS
from rating.tariff import CallCase

CASE_LIMIT = 1_000
"""Most test cases of one tariff: all of them are rated at each check."""

MOST = 2**40
"""Largest whole number of a test case: more seconds or pulses than any record can hold, so that rating answers them."""

_TEXTS = ("dialled", "advice", "tariff", *(entry for entry in CONDITIONS if entry != "operator"))
_EXPECTED = ("amount", "net", "tax", "exact", "cost", "outcome", "rule", "prefix", "place")


def read_cases(top: Section, valid_from: date) -> tuple[CallCase, ...]:
    """Read the cases; `valid_from` is the day on which a call without a start is made, at noon."""
    sections = top.tables("test")
    if len(sections) > CASE_LIMIT:
        top.note("test", f"A tariff has at most {CASE_LIMIT} tests.")
        return ()
    return tuple(_case(section, datetime.combine(valid_from, time(12))) for section in sections)


def _case(section: Section, noon: datetime) -> CallCase:
    given: dict[str, object] = {key: section.text(key, "") for key in _TEXTS if key in section.values}
    section.known.update(_TEXTS)
    if not given.get("dialled"):
        section.note("dialled", 'A test dials a number, as the exchange reports it: dialled = "0033140000000".')
    given["start"] = _start(section) or noon
    given["seconds"] = section.whole("seconds", 60, (0, MOST), "seconds")
    if "pulses" in section.values:
        given["pulses"] = section.whole("pulses", 0, (0, MOST), "pulses")
    section.known.add("pulses")
    given["direction"] = section.choice("direction", DIRECTIONS, "out")
    given["answered"] = section.flag("answered", True)
    given["operator"] = section.flag("operator", False)
    expected = {key: _number_text(section, key) for key in _EXPECTED if key in section.values}
    section.known.update(_EXPECTED)
    if "billed_seconds" in section.values:
        expected["billed_seconds"] = str(section.whole("billed_seconds", 0, (0, MOST), "seconds"))
    section.known.add("billed_seconds")
    if not expected:
        section.note("amount", 'A test says what the call must come to: amount = "0.68", or outcome = "unrated".')
    name = section.text("name", "") or str(given.get("dialled", ""))
    section.finish()
    return CallCase(section.file, section.line_of(section.path), name, given, expected)


def _start(section: Section) -> datetime | None:
    """Read when the call begins: on the property's clock, unless an offset is written."""
    value = section.take("start")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            pass
    if value is None or isinstance(value, datetime):
        return value
    section.note("start", "start is a day and time, like start = 2025-03-04T17:30:00.")
    return None


def _number_text(section: Section, key: str) -> str:
    """Read what is expected: a text, or a number as it is written."""
    value = section.take(key)
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or (not isinstance(value, int | float) and not hasattr(value, "as_tuple")):
        section.note(key, f'{key} is a text or a number, for example {key} = "0.68".')
        return ""
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)
