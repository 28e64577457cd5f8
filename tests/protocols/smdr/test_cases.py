"""Protects the promise that each dialect was tried on what goes wrong with call records: clocks, caps, transfers, no answer.

Whatever is missing from a dialect's samples is missing for a reason that stands here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import FOLDER

Call = dict[str, Any]

#: Days around the changes of the clock that the samples play, as month and day.
CHANGES: Final = {(3, 28), (3, 29), (10, 25), (10, 31)}


def began(call: Call) -> tuple[tuple[int, int] | None, int | None]:
    """The day and the hour in which a record's call began; a joined call has them in its records."""
    if "start" not in call:
        return None, None
    moment = datetime.fromisoformat(call["start"])
    return (moment.month, moment.day), moment.hour


#: What a dialect's samples must hold: the case, and by what it is known among the calls that must be read from them.
CASES: Final[dict[str, Callable[[Call], bool]]] = {
    "out": lambda call: call["direction"] == "out",
    "in": lambda call: call["direction"] == "in",
    "internal": lambda call: call["direction"] == "internal",
    "tandem": lambda call: call["direction"] == "tandem",
    "unanswered": lambda call: call.get("answered") is False,
    "account code": lambda call: bool(call.get("account_code") or call.get("authorization_code")),
    "around midnight": lambda call: began(call)[1] in (23, 0),
    "New Year": lambda call: began(call)[0] in ((12, 31), (1, 1)),
    "change of the clock": lambda call: began(call)[0] in CHANGES,
    "ten hours or more": lambda call: (call.get("talk_seconds") or 0) >= 10 * 3600,
    "several records": lambda call: bool(call.get("more_follows")) or call.get("records", 1) > 1 or "charged" in call,
}

_NO_CODE = "the records have no column for a code"
_ONE_RECORD = "an exchange of this kind writes one record for a call, however often it is handed on"
#: Cases that a dialect's records cannot show, and why.
WITHOUT: Final[dict[str, dict[str, str]]] = {
    "mitel-mivb": {"several records": _ONE_RECORD},
    "alcatel-oxe": {"several records": _ONE_RECORD},
    "3cx": {"account code": _NO_CODE, "several records": _ONE_RECORD},
    "yate": {"account code": _NO_CODE},
    "cisco-cme": {"account code": _NO_CODE},
    "nortel": {"account code": "codes come in records of their own, which are read as events"},
    "nec-sl": {"tandem": "a row names one line and one telephone, never two lines"},
    "unify": {
        "internal": "the exchange prints calls on lines alone",
        "tandem": "the codes of calls from line to line were not at hand: such a record is kept, and its way is unknown",
    },
    "samsung": {"internal": "the exchange prints no calls within the house"},
    "yeastar": {"several records": _ONE_RECORD},
    "own": {
        "tandem": "a layout of one's own tells in, out and internal apart",
        "several records": "a layout of one's own has nothing that joins records",
    },
    "hobic": dict.fromkeys(
        ("account code", "in", "internal", "several records", "tandem", "unanswered"),
        "a line of HOBIC is a call of a room that was answered and is to be charged; nothing else is printed",
    ),
}


def calls_of(dialect: str) -> list[Call]:
    """All calls that must be read from the samples of a dialect, single records and joined ones."""
    found: list[Call] = []
    for path in sorted((FOLDER / dialect).glob("*.json")):
        for entry in json.loads(path.read_text("utf-8")):
            found += [entry] if "charged" in entry else [entry["call"]] if isinstance(entry.get("call"), dict) else []
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_samples_hold_every_case_that_the_records_can_show(dialect: str) -> None:
    calls, without = calls_of(dialect), WITHOUT.get(dialect, {})
    missing = [case for case, holds in CASES.items() if not any(map(holds, calls))]
    assert sorted(missing) == sorted(without)


PAGES: Final = Path(__file__).parents[3] / "docs"
TABLE: Final = (PAGES / "configuration.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_has_a_page_that_says_what_to_set_on_the_exchange(dialect: str) -> None:
    page = f"pbx/{'own-layout' if dialect == 'own' else dialect}.md"
    written = (PAGES / page).read_text("utf-8")
    assert f"`{dialect}`" in written or f'"{dialect}"' in written
    row = [line for line in TABLE if f"`{dialect}` |" in line and "(pbx/" in line][-1]
    assert f"]({page})" in row
    told = {way for way in DIALECTS[dialect].transports if f"`{way}`" in row}
    assert told == DIALECTS[dialect].transports or "| any |" in row
    for option in DIALECTS[dialect].options:
        assert f"`{option}`" in written or f"{option} =" in written, option
