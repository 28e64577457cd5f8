"""What the reports on trunks say: money that trunks given back save, people who answer in time, classes that fill them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.config import ReportSettings
from gateway.instants import to_micros
from gateway.reports.asking import Asked
from gateway.reports.catalog import KINDS
from gateway.reports.periods import Period
from gateway.reports.values import Cell, Money, Report
from gateway.traffic.capacity import Capacity, Installed, Rent
from gateway.traffic.erlang import erlang_c_service_level
from tests.gateway.rig import NOON, WARSAW, Rig, line

DAY = NOON.astimezone(WARSAW).date()
CITY = Installed(
    group="city",
    name="City lines",
    trunks=30,
    members=frozenset(f"T{9000 + n}" for n in range(1, 31)),
    since=None,
    direction="both",
    target=0.01,
    rent=Rent(19505, 3),
)


def asked(rig: Rig, *installed: Installed, first: date = DAY, **said: Any) -> Asked:
    return Asked(
        database=rig.database,
        hotel="Seaside",
        period=Period(first, DAY, WARSAW),
        currency="PLN",
        decimals=2,
        run_at=datetime.combine(DAY + timedelta(days=3), datetime.min.time(), UTC),
        settings=ReportSettings.model_validate(said),
        capacity=Capacity(installed),
    )


def made(question: Asked, kind: str) -> Report:
    return question.database.read(lambda connection: KINDS[kind].make(question, connection))


def rows(report: Report, name: str) -> list[dict[str, Cell]]:
    found = next(one for one in report.tables if one.name == name)
    return [dict(zip((one.name for one in found.columns), row, strict=True)) for row in found.rows]


def test_trunks_given_back_save_their_rent_to_the_last_digit(rig: Rig) -> None:
    """One call of a minute: two trunks would do."""
    rig.check_in()
    rig.send(rig.connect(), line(1))
    report = made(asked(rig, CITY), "what-if")
    [row] = rows(report, "given_back")
    assert (row["trunks"], row["spare"]) == (30, 28)
    assert row["rent"] == Money(30 * 19505, "PLN", 3)
    assert (row["saves_month"], row["saves_year"]) == (Money(546140, "PLN", 3), Money(6553680, "PLN", 3))
    assert "28 trunks could be given back with the target still met, which saves 546.140 PLN a month." in report.finding
    sizes = {one["trunks"]: one["saves"] for one in rows(report, "sizes_0")}
    assert (sizes[25], sizes[30], sizes[35]) == (Money(97525, "PLN", 3), Money(0, "PLN", 3), Money(-97525, "PLN", 3))
    untold = made(asked(rig, replace(CITY, rent=None)), "what-if")
    assert rows(untold, "given_back")[0]["saves_month"] is None
    assert untold.finding.endswith("still met.")


def test_a_group_that_takes_overflow_gives_nothing_back_by_itself(rig: Rig) -> None:
    rig.check_in()
    rig.send(rig.connect(), line(1))
    first = replace(CITY, group="sip", name="Provider", members=frozenset({"S1"}), trunks=1)
    report = made(asked(rig, replace(CITY, overflow_of=("sip",)), first), "what-if")
    assert {one["group"]: one["spare"] for one in rows(report, "given_back")}["City lines"] is None


def change(rig: Rig, words: str, **said: Any) -> None:
    rig.database.transact(lambda connection: connection.execute(text(words), said))


def _came_in(rig: Rig, calls: list[tuple[int, str, int, int, str]]) -> None:
    """Calls to extensions: minute of the day, extension, seconds of ringing and of talk, direction."""
    rig.send(rig.connect(), *(line(n) for n in range(1, len(calls) + 1)))
    midnight = to_micros(datetime.combine(DAY, datetime.min.time(), WARSAW))
    for number, (minute, extension, ring, talk, way) in enumerate(calls, 1):
        said = {
            "started_at": midnight + minute * 60_000_000,
            "direction": way,
            "extension": extension if way == "in" else "201",
            "dialled": extension,
            "ring_seconds": ring,
            "talk_seconds": talk,
            "answered": int(talk > 0),
        }
        words = ", ".join(f"{name} = :{name}" for name in said)
        change(rig, f"UPDATE calls SET {words} WHERE id = :id", **said, id=number)


def test_people_at_the_operator_position_hour_by_hour(rig: Rig) -> None:
    """Six calls to 601 between ten and eleven, one of them not answered, one late; one to another extension."""
    calls = [
        (600 + n, "601", 30 if n == 1 else 5, 0 if n == 0 else 120, "internal" if n > 3 else "in") for n in range(6)
    ]
    _came_in(rig, [*calls, (605, "602", 5, 600, "in")])
    question = asked(rig, CITY, operator=["601"], answer_within_seconds=20, answer_percent=90, after_call_seconds=30)
    report = made(question, "operator")
    ten = rows(report, "hours")[10]
    assert (ten["calls"], ten["handling_seconds"], ten["most_calls"], ten["most_day"]) == (6.0, 150, 6, DAY)
    assert ten["erlangs"] == pytest.approx(0.25)
    assert ten["measured_percent"] == pytest.approx(80.0), "four of the five that were answered"
    people = ten["people"]
    assert isinstance(people, int)
    assert erlang_c_service_level(people, 0.25, 150, 20) >= 0.9 > erlang_c_service_level(people - 1, 0.25, 150, 20)
    assert rows(report, "hours")[9]["people"] == 0
    assert "601" in " ".join(report.assumptions)
    everybody = made(asked(rig, CITY), "operator")
    assert rows(everybody, "hours")[10]["calls"] == 5.0, "those from outside alone"
    assert "as if all came to the operator" in " ".join(everybody.assumptions)


def test_over_many_days_an_hour_is_the_mean_and_the_busiest(rig: Rig) -> None:
    _came_in(rig, [(600, "601", 5, 60, "in")] * 4)
    report = made(asked(rig, CITY, first=DAY - timedelta(days=3)), "operator")
    ten = rows(report, "hours")[10]
    assert (ten["calls"], ten["most_calls"]) == (1.0, 4)


def test_free_calls_stand_apart(rig: Rig) -> None:
    """Of three calls of ten minutes on the trunks of the city one was free and one came in."""
    rig.check_in()
    _came_in(rig, [(600, "201", 0, 600, "out"), (620, "201", 0, 600, "out"), (640, "201", 0, 600, "in")])
    change(rig, "UPDATE calls SET amount = 0, number_class = 'toll-free' WHERE id = 2")
    report = made(asked(rig, CITY), "trunk-classes")
    found = {one["class"]: one for one in rows(report, "classes")}
    erlangs = 600 / 86_400
    assert found["toll-free"]["free_erlangs"] == pytest.approx(erlangs)
    assert found["toll-free"]["priced_erlangs"] == 0
    assert found["incoming"]["priced_erlangs"] is None
    assert found["incoming"]["erlangs"] == pytest.approx(erlangs)
    assert sum(float(str(one["share_percent"])) for one in found.values()) == pytest.approx(100)
    assert "free calls are 33.3 % of it" in report.finding
