"""Scheduled reports are made and told once: over stops, failures, missed days and servers that do not answer."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.alarms.diary import DELAYS, WORRYING_TRIES
from gateway.cli.main import main
from gateway.delivery.keeping import to_throw_away
from gateway.instants import SECOND, to_micros
from gateway.store import exports, notices, runs
from gateway.store.runs import Kept
from gateway.web.workers import Ended
from tests.conftest import LoggedFailures
from tests.gateway.delivery.office import ACCOUNTS, Office, schedule
from tests.gateway.rig import WARSAW
from tests.gateway.web.commands import Done, Hanging, here


@contextmanager
def open_office(folder: Path, schedules: str, run: Callable[..., Any] = here) -> Iterator[Office]:
    """A house of an evening."""
    office = Office(folder, schedules, run)
    office.house.evening()
    yield office
    office.close()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An hour of November, in Warsaw."""
    return datetime(2026, 11, day, hour, minute, tzinfo=WARSAW).astimezone(UTC)


def test_each_day_goes_out_once_and_missed_days_are_made_up_once(tmp_path: Path) -> None:
    with open_office(tmp_path, schedule(at='"06:00"')) as office:
        office.until(at(21, 5, 59))
        assert office.made("calls") == [], "a new schedule owes nothing for the days before it"
        office.until(at(21, 6, 2))
        assert office.dropped() == ["SEASIDE-calls-2026-11-20.csv"]
        ((name, pack),) = office.gm.packs
        assert pack.link == "https://foliogate.example/reports/calls?from=2026-11-20&to=2026-11-20&masked=1"
        assert pack.head["zone"] == "Europe/Warsaw"
        assert "call" in pack.head["finding"]
        assert pack.head["complete"]
        masked, whole = (tmp_path / "reports" / "1").glob("*-masked.csv"), office.drop / "SEASIDE-calls-2026-11-20.csv"
        assert "+48601234567" in whole.read_text()
        assert "+48601234567" not in next(iter(masked)).read_text(), "the role of gm does not let him see numbers"
        office.off()
        office.rig.advance(3 * 86_400 + 3_600)
        for _ in range(2):  # the second start finds nothing to do
            office.on()
            office.pass_time(30)
            office.off()
        assert [(run.label, run.made_up, run.state) for run in office.made("calls")] == [
            ("2026-11-21", 0, "made"),
            ("2026-11-22", 1, "made"),
            ("2026-11-23", 1, "made"),
            ("2026-11-24", 1, "made"),
        ]
        assert len(office.gm.packs) == len({one for one, _ in office.gm.packs}) == 4
        assert len(office.dropped()) == 4
        assert name == "SEASIDE-1"


def test_a_server_that_does_not_answer_is_asked_again_and_told_of_and_gets_it_once(tmp_path: Path) -> None:
    with open_office(tmp_path, schedule(at='"06:00"')) as office:
        office.gm.answers.extend(["connection refused"] * WORRYING_TRIES)
        office.until(at(21, 6, 2))
        office.pass_time(sum(DELAYS[:WORRYING_TRIES]) - 400, step=20)
        troubled = office.rig.database.read(lambda c: notices.troubled(c, "SEASIDE", WORRYING_TRIES))
        assert troubled == {"reports to gm": (1, "connection refused")}
        assert len(office.dropped()) == 1, "others do not wait for him"
        office.pass_time(7_200)
        assert len(office.gm.packs) == 1
        assert office.gm.tries == WORRYING_TRIES + 1
        (told,) = office.rig.database.read(
            lambda c: [one for one in runs.deliveries_of(c, "SEASIDE", [1]) if one["recipient"] == "gm"]
        )
        assert (told["delivered"], told["tries"]) == (1, WORRYING_TRIES + 1)


def test_a_sheet_of_the_moment_comes_every_hours_and_is_not_made_for_the_past(tmp_path: Path) -> None:
    sheet = schedule("contingency", "6 hours", at='"00:00"', to='["audit"]', forms='["csv", "pdf"]')
    with open_office(tmp_path, sheet) as office:
        office.until(at(21, 0, 2))
        assert [run.label for run in office.made("contingency")] == ["2026-11-20 18:00", "2026-11-21 00:00"]
        office.off()
        office.rig.advance(2 * 86_400)
        office.on()
        office.pass_time(30)
        assert [run.label for run in office.made("contingency")][2:] == ["2026-11-23 00:00"]
        assert len(office.dropped()) == 6
        rows = list(csv.DictReader((office.drop / "SEASIDE-contingency-2026-11-20-18-00.csv").read_text().splitlines()))
        assert {row["room"] for row in rows} == {"201", "202", "203", "204"}
        assert next(row for row in rows if row["room"] == "203")["guest"].startswith("<script>")


def test_what_cannot_be_made_is_tried_again_and_told_of(tmp_path: Path) -> None:
    with open_office(tmp_path, schedule(at='"06:00"', table='"nothing"')) as office:
        office.until(at(21, 6, 2))
        office.pass_time(sum(DELAYS[:WORRYING_TRIES]), step=60)
        assert list(office.making.worrying) == ["report calls"]
        assert 'has no table "nothing"' in office.making.worrying["report calls"]
        assert office.gm.packs == []


def test_a_stop_ends_what_is_being_made_and_the_next_start_makes_it(tmp_path: Path) -> None:
    begun: list[Hanging] = []

    def slow(_arguments: object, line: Callable[[str], None]) -> Hanging:
        begun.append(Hanging())
        line("62")
        return begun[-1]

    with open_office(tmp_path, schedule(at='"06:00"'), slow) as office:
        office.until(at(21, 6, 2))
        assert office.house.status.making == {1: 62}
        office.off()
        assert begun[0].stopped
        begun[0].ended.callback(Ended(-9, ""))
        office.rig.pump()
        assert [run.state for run in office.made("calls")] == ["planned"]
        office.run = here
        office.on()
        office.pass_time(30)
        assert [run.state for run in office.made("calls")] == ["made"]
        assert len(office.gm.packs) == 1


def test_a_command_that_dies_says_so(tmp_path: Path) -> None:
    with open_office(
        tmp_path, schedule(at='"06:00"'), lambda *_: Done(Ended(1, "foliogate: the disk is full"))
    ) as office:
        office.until(at(21, 6, 2))
        (run,) = office.made("calls")
        assert (run.state, run.problem) == ("planned", "the disk is full")
        assert list((tmp_path / "reports").iterdir()) == []


def test_what_was_made_and_cannot_be_written_down_waits_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged_failures: LoggedFailures
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(runs, "made", broken)
    with open_office(tmp_path, schedule(at='"06:00"')) as office:
        office.until(at(21, 6, 2))
        (run,) = office.made("calls")
        assert (run.state, run.tries, "a mistake of ours" in run.problem) == ("planned", 1, True)
        assert run.again_at - to_micros(office.rig.now) > 3_000 * SECOND
        monkeypatch.undo()
        office.pass_time(7_200)
        assert [one.state for one in office.made("calls")] == ["made"]
        assert logged_failures.take(ValueError)


# -- by hand, and for accounting ----------------------------------------------------------------------------------------


def told(office: Office, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """What a command says; its clock is that of the house."""
    monkeypatch.setattr("gateway.clock.utc_now", lambda: office.rig.now)
    done = CliRunner().invoke(main, [*words, "--config", str(office.config.file)])
    office.rig.database.transact(office.rig.memory.reload)
    return done


def test_a_report_can_be_asked_for_now_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_office(tmp_path, schedule()) as office:
        said = told(office, monkeypatch, "schedules", "run", "calls", "--by", "Ines")
        assert said.output == "run 1 of calls is begun\n"
        office.pass_time(30)
        (run,) = office.made("calls")
        assert (run.asked_by, run.state, run.first_day) == ("Ines", "made", "2026-11-19")
        assert office.dropped() == ["SEASIDE-calls-2026-11-19-run-1.csv"]
        assert "next 2026-11-21 06:00" in told(office, monkeypatch, "schedules", "list").output
        unknown = told(office, monkeypatch, "schedules", "run", "cals")
        assert (unknown.exit_code, 'did you mean "calls"' in unknown.output) == (2, True)


def test_days_are_exported_once_and_again_only_with_a_reason_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = ACCOUNTS + schedule("accounting", at='"06:00"', to='["audit"]')
    with open_office(tmp_path, accounts) as office:
        office.until(at(21, 6, 2))
        assert office.dropped() == ["SEASIDE-accounting-export-1-2026-11-20.csv"]
        lines = list(csv.DictReader((office.drop / office.dropped()[0]).read_text().splitlines()))
        assert {line["account"] for line in lines} == {"1400", "4400", "4410"}
        debited, credited = (sum(round(float(line[side] or 0) * 100) for line in lines) for side in ("debit", "credit"))
        posted = office.rig.rows("SELECT sum(amount) FROM postings WHERE state = 'posted'")[0][0]
        assert debited == credited == posted > 0
        assert {(line["export"], line["again"]) for line in lines} == {("1", "")}

        days, out = ("--from", "2026-11-20", "--to", "2026-11-20"), tmp_path / "again.csv"
        export = ("export", "accounting", *days, "--output", str(out), "--by", "Ines")
        refused = told(office, monkeypatch, *export)
        assert (refused.exit_code, out.exists()) == (1, False)
        assert "exported already, as number 1" in refused.output
        assert "--why" in told(office, monkeypatch, *export, "--again").output
        done = told(office, monkeypatch, *export, "--again", "--why", "the file was lost")
        assert done.output == f"foliogate: export 2 again, 2026-11-20 to 2026-11-20: {len(lines)} lines in {out}\n"
        assert {(line["export"], line["again"]) for line in csv.DictReader(out.read_text().splitlines())} == {
            ("2", "A")
        }
        assert "not over" in told(office, monkeypatch, "export", "accounting", "--from", "2026-11-21", "--to", "2026-11-21",
                                  "--output", str(tmp_path / "x.csv")).output  # fmt: skip
        rows = office.rig.database.read(lambda c: exports.all_of(c, "SEASIDE"))
        assert [(row.id, row.again, row.why, row.bookings) for row in rows] == [
            (1, 0, "", len(lines)), (2, 1, "the file was lost", len(lines)),
        ]  # fmt: skip
        assert rows[0].digest == rows[1].digest
        skipped = told(office, monkeypatch, "schedules", "run", "accounting")
        assert (skipped.exit_code, "exported already" in skipped.output) == (1, True)


def test_an_export_that_came_to_no_end_gives_its_number_to_the_next_try(tmp_path: Path) -> None:
    with open_office(tmp_path, schedule()) as office:
        first, last, memory = at(2, 1).date(), at(3, 1).date(), office.rig.memory
        for _ in range(2):
            begun = office.rig.database.transact(
                lambda c: exports.begin(c, "SEASIDE", memory.numbers, first, last, who="Ines", why="", now=1)
            )
            assert (begun.id, begun.again) == (1, 0)


def test_old_files_go_and_those_that_are_too_many_but_none_that_is_awaited() -> None:
    now = to_micros(at(25, 6))
    day = 86_400 * SECOND
    kept = [
        Kept(n, n, "x", 400_000, now - age * day, awaited)
        for n, age, awaited in ((1, 40, True), (2, 40, False), (3, 5, False), (4, 4, False), (5, 3, False))
    ]
    assert [one.id for one in to_throw_away(kept, now, 30, 500)] == [2]
    assert [one.id for one in to_throw_away(kept, now, 30, 1)] == [2, 3, 4]
