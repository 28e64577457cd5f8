"""The commands about prices, on a real store: a rehearsal only reads, a list is decided, a stay is given a tariff."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest

from rating.starter import starter_files
from tests.gateway.configurations import EXAMPLE
from tests.gateway.desk import Desk
from tests.gateway.prices import flat, start_again
from tests.gateway.rig import line

DAYS = ("--from", "2026-11-20", "--to", "2026-11-20")


# -- replay ----------------------------------------------------------------------------------------------------------


def test_a_rehearsal_prints_its_sums(desk: Desk) -> None:
    """Before, after, difference, by class, trunk and carrier."""
    done = desk.type("replay", "--tariff", str(desk.folder / "dearer"), *DAYS)
    assert done.exit_code == 0, done.output
    assert "what guests pay, 2026-11-20 to 2026-11-20, in PLN" in done.output
    [total] = [text.split() for text in done.output.splitlines() if text.startswith("all calls")]
    assert total[2:] == ["2", "2", "4.50", "6.00", "1.50", "2", "0"]
    assert any(text.startswith("mobile") for text in done.output.splitlines())


def test_the_tariff_in_force_is_tried_where_none_is_named(desk: Desk) -> None:
    """Nothing changes by it."""
    found = json.loads(desk.type("replay", *DAYS, "--format", "json").stdout.splitlines()[-1])
    assert (found["total"]["difference"], found["total"]["compared"]) == ("0.00", 2)


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_every_call_can_be_had_as_a_file(desk: Desk, form: str) -> None:
    """Each form, and nothing on the screen."""
    path = desk.folder / f"out.{form}"
    done = desk.type("replay", "--tariff", str(desk.folder / "dearer"), *DAYS, "--format", form, "--output", str(path))
    assert (done.exit_code, done.stdout) == (0, "")
    read: dict[str, Callable[[], list[str]]] = {
        "csv": lambda: [row["difference"] for row in csv.DictReader(io.StringIO(path.read_text()))],
        "json": lambda: [json.loads(one)["difference"] for one in path.read_text().splitlines()[:-1]],
        "xlsx": lambda: [f"{row[11]:.2f}" for row in list(openpyxl.load_workbook(path).worksheets[1].values)[1:]],
    }
    assert read[form]() == ["1.00", "0.50"]


def test_a_period_without_calls_says_so(desk: Desk) -> None:
    """Rather than a table of zeros alone."""
    done = desk.type("replay", "--from", "2020-01-01", "--to", "2020-01-31")
    assert done.exit_code == 0
    assert "no call of this period costs anything" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", "2026-11-21", "--to", "2026-11-20"), 2, "is before"),
        (("--from", "soon", "--to", "2026-11-20"), 2, "is no day"),
        ((*DAYS, "--tariff", "/nowhere"), 1, "does not exist"),
        ((*DAYS, "--carrier", "X"), 1, "no carrier"),
        ((*DAYS, "--carrier", "X", "--least-cost"), 2, "use one of them"),
        ((*DAYS, "--format", "xlsx"), 2, "--output FILE"),
        ((*DAYS, "--format", "csv", "--output", "/nowhere/x.csv"), 1, "cannot be written"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int, said: str
) -> None:
    """With the exit code of its kind."""
    done = desk.type("replay", *words)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


# -- corrections -----------------------------------------------------------------------------------------------------


def test_a_wrong_tariff_is_put_right_from_the_command_line(desk: Desk) -> None:
    """Proposed, looked at, approved; the difference is due when the gateway starts."""
    desk.tariff("tariffs", "2.00")
    made = desk.type("corrections", "propose", *DAYS, "--why", "a wrong comma", "--by", "Ines")
    assert made.exit_code == 0, made.output
    assert "list 1: 2 of 2 calls change" in made.output
    shown = desk.type("corrections", "show", "1").output
    assert "raise" in shown
    assert "4.50 ->         6.00 PLN" in shown
    objects = [json.loads(one) for one in desk.type("corrections", "show", "1", "--json").output.splitlines()]
    assert [one.get("difference") for one in objects] == [None, "1.00", "0.50"]
    assert "a wrong comma" in desk.type("corrections", "list").output
    done = desk.type("corrections", "approve", "1", "--by", "Anna", "--why", "looked")
    assert (done.exit_code, done.output) == (0, "list 1 is approved; 2 postings are due by it\n")
    assert desk.rig.rows("SELECT kind, state, amount FROM postings ORDER BY id") == [
        ("charge", "posted", 300),
        ("charge", "posted", 150),
        ("correction", "due", 100),
        ("correction", "due", 50),
    ]
    again = desk.type("corrections", "approve", "1", "--by", "Anna")
    assert (again.exit_code, "approved already" in again.stderr) == (1, True)


def test_a_period_that_is_right_makes_no_list(desk: Desk) -> None:
    """And says so."""
    done = desk.type("corrections", "propose", *DAYS, "--why", "just looking")
    assert (done.exit_code, "nothing to put right" in done.stderr) == (0, True)
    assert "there is no list" in desk.type("corrections", "list").stderr
    assert desk.type("corrections", "show", "1").exit_code == 1


def test_a_late_rate_is_rejected_with_a_reason(desk: Desk) -> None:
    """The call goes on waiting."""
    desk.rig.use(flat("1.00", classes="local"))
    desk.rig.send(desk.rig.connect(), line(9, dialled="9600123456", seconds=61))
    start_again(desk.rig, flat("1.50", classes="mobile"))
    assert desk.type("corrections", "reject", "1").exit_code == 2
    done = desk.type("corrections", "reject", "1", "--why", "not our price")
    assert (done.exit_code, "nothing was posted" in done.output) == (0, True)
    assert desk.rig.rows("SELECT hold FROM postings WHERE state = 'held'") == [("unrated",)]


# -- stays -----------------------------------------------------------------------------------------------------------


def test_the_desk_gives_a_stay_a_tariff(desk: Desk) -> None:
    """A code of the folder, the house's own, or what others say again; each needs saying."""
    general = (desk.folder / "tariffs" / "tariff.toml").read_text()
    (desk.folder / "tariffs" / "vip.toml").write_text(general.replace('"T"', '"VIP"\ncarried = true'))
    done = desk.type("stays", "tariff", "201", "VIP", "--by", "Ines")
    assert (done.exit_code, done.output) == (0, "the stay in room 201 is now priced by VIP\n")
    assert desk.type("stays", "tariff", "201", "--house").exit_code == 0
    assert desk.type("stays", "tariff", "201", "--end").exit_code == 0
    assert [code for (code,) in desk.rig.rows("SELECT code FROM stay_tariffs ORDER BY id")] == ["VIP", "*", ""]
    for words, code in ((("201",), 2), (("201", "VIP", "--end"), 2), (("201", "GOLD"), 1), (("999", "VIP"), 1)):
        assert desk.type("stays", "tariff", *words).exit_code == code


def test_a_starter_tariff_that_nobody_approved_lets_no_list_go(desk: Desk) -> None:
    """The PMS of the example is on this machine, where invented prices may go; elsewhere they may not."""
    desk.config.write_text(EXAMPLE.replace("tcp:127.0.0.1:5010", "tcp:10.0.0.20:5010"))
    for name, data in starter_files("PL", "PLN").items():
        (desk.folder / "tariffs" / name).write_bytes(data)
    assert desk.type("corrections", "propose", *DAYS, "--why", "x").exit_code == 0
    done = desk.type("corrections", "approve", "1")
    assert (done.exit_code, "not approved" in done.stderr) == (1, True)
