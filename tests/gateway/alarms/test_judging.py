"""Each thing that is wrong is one fact, in a sentence that does not change by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.alarms.emergencies import call_back_number
from gateway.alarms.judging import (
    ALWAYS,
    OF_BUDGETS,
    OF_HOURS,
    OF_STORE,
    Charges,
    Feed,
    Habits,
    Ledger,
    Limits,
    Peer,
    Seen,
    facts,
    judged,
)
from gateway.alarms.kinds import KINDS
from gateway.instants import to_micros

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=4)
LIMITS = Limits(waiting_seconds=1800, disk_free=1_000_000_000)
WELL = Seen(
    now=NOW,
    zone=ZoneInfo("Europe/Warsaw"),
    exchanges=[Peer("main", True, LONG_AGO)],
    links=[Peer("opera", True, LONG_AGO)],
    store_trouble="",
    disk_free=5_000_000_000,
    pms_skew=1.5,
    ledger=Ledger(counts={}, oldest={}, undelivered={}),
    habits=Habits(feeds=[Feed("main", NOW, None, LONG_AGO)], charges=None, lags={}),
)


def micros(ago: timedelta) -> int:
    """An instant some time ago, as the store has it."""
    return to_micros(NOW - ago)


def with_ledger(**changed: Any) -> Seen:
    return replace(WELL, ledger=replace(WELL.ledger, **changed))  # type: ignore[type-var]


def with_habits(**changed: Any) -> Seen:
    return replace(WELL, habits=replace(WELL.habits, **changed))  # type: ignore[type-var]


def charges(last: datetime | None, since: int) -> Charges:
    return Charges(Feed("opera", last, None, LONG_AGO), since)


MINUTES, HOURS = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (WELL, []),
        (
            replace(WELL, exchanges=[Peer("main", False, NOW - HOURS, "cannot listen on port 5100")]),
            ["pbx_down main: PBX main is not connected since Fri 20 Nov 11:00: cannot listen on port 5100"],
        ),
        (
            replace(WELL, links=[Peer("opera", False, NOW - HOURS)]),
            ["pms_down opera: PMS opera is not connected since Fri 20 Nov 11:00"],
        ),
        (replace(WELL, store_trouble="the store cannot be written"), ["store : the store cannot be written"]),
        (
            replace(WELL, disk_free=999_999_999),
            ["disk : less than 1000 MB are free on the disk that holds the store"],
        ),
        (replace(WELL, disk_free=1_000_000_001), []),
        (replace(WELL, disk_free=None), []),
        (replace(WELL, pms_skew=-3590.0), ["pms_clock : the PMS's clock is about 60 min behind this machine's"]),
        (replace(WELL, pms_skew=None), []),
        (
            with_ledger(counts={"refused": 2}, oldest={"refused": micros(HOURS)}),
            ["refused : 2 charges are refused by the PMS, the oldest since Fri 20 Nov 11:00"],
        ),
        (
            with_ledger(counts={"in_doubt": 1}, oldest={"in_doubt": micros(5 * MINUTES)}),
            ["in_doubt : 1 charge is in doubt, the oldest since Fri 20 Nov 11:55"],
        ),
        (with_ledger(counts={"unconfirmable": 9}, oldest={"unconfirmable": micros(35 * HOURS)}), []),
        (
            with_ledger(counts={"unconfirmable": 9}, oldest={"unconfirmable": micros(36 * HOURS)}),
            ["unconfirmable : charges handed over since Thu 19 Nov 00:00 were not compared with the PMS's total"],
        ),
        (with_ledger(counts={"due": 9}, oldest={"due": micros(29 * MINUTES)}), []),
        (
            with_ledger(counts={"due": 9}, oldest={"due": micros(30 * MINUTES)}),
            ["waiting : the oldest charge waits since Fri 20 Nov 11:30"],
        ),
        (
            with_ledger(undelivered={"mail": "refused", "desk": "404", "reports to gm": "403", "report calls": "disk"}),
            [
                "notices mail: notices by mail do not arrive: refused",
                "notices desk: notices to the web hook desk do not arrive: 404",
                "notices reports to gm: reports to gm do not arrive: 403",
                "notices report calls: the report calls cannot be made: disk",
            ],
        ),
        (with_habits(feeds=[Feed("main", NOW - 23 * HOURS, None, LONG_AGO)]), []),
        (
            with_habits(feeds=[Feed("main", NOW - 24 * HOURS, None, LONG_AGO)]),
            ["quiet main: PBX main has sent no record since Thu 19 Nov 12:00"],
        ),
        (
            with_habits(feeds=[Feed("main", None, None, LONG_AGO)]),
            ["quiet main: PBX main has sent no record ever; we listen since Mon 16 Nov 12:00"],
        ),
        (with_habits(charges=charges(NOW - 24 * HOURS, 9)), []),
        (
            with_habits(charges=charges(NOW - 24 * HOURS, 10)),
            ["no_charge opera: PMS opera has acknowledged no charge since Thu 19 Nov 12:00, though calls come in"],
        ),
        (
            with_habits(charges=charges(None, 10)),
            ["no_charge opera: PMS opera has acknowledged no charge ever; calls come in since Mon 16 Nov 12:00"],
        ),
        (
            with_habits(lags={"main": [3601] * 30}),
            [
                "pbx_clock main: the clock of PBX main is 1 h behind ours: a wrong time zone, or the change of the hour was missed"
            ],
        ),
    ],
)
def test_what_is_wrong(seen: Seen, expected: list[str]) -> None:
    found = facts(seen, LIMITS, ())
    assert [f"{fact.kind} {fact.subject}: {fact.sentence}" for fact in found] == expected
    assert {fact.kind for fact in found} <= judged(seen)


def test_the_disk_must_be_a_fifth_freer_before_its_alarm_is_over() -> None:
    between = replace(WELL, disk_free=1_199_999_999)
    assert facts(between, LIMITS, ()) == []
    assert [fact.kind for fact in facts(between, LIMITS, {("disk", "")})] == ["disk"]


def test_what_was_not_seen_is_not_judged() -> None:
    assert judged(replace(WELL, ledger=None, habits=None)) == ALWAYS
    assert judged(WELL) == ALWAYS | OF_STORE | OF_HOURS
    assert facts(replace(WELL, ledger=None, habits=None), LIMITS, ()) == []


def test_every_kind_has_its_words() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.title
        assert kind.what_to_do.endswith((".", "?"))
        assert name in ALWAYS | OF_STORE | OF_HOURS | OF_BUDGETS or kind.by_person, name


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("", ""),
        ("+48 22 555 {extension}", "+48 22 555 201"),
        ("5{room}", "5412"),
        ("+48 22 555 00 00", "+48 22 555 00 00"),
    ],
)
def test_the_number_to_call_back(pattern: str, number: str) -> None:
    assert call_back_number(pattern, "201", "412") == number
    assert call_back_number("55{room}", "201", "") == ""
