"""The demo as a stranger runs it: real processes, buttons pressed over HTTP, and a balance that holds whatever was broken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.peers import eventually
from tests.gateway.demo.process import Demo, alive, demo, last_figures
from tests.processes.size import long_form, sized

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def cut_restored_and_killed(shown: Demo) -> int:
    """Press these buttons, see what each does, and end the demo; returns how many charges were posted before its last ones."""
    shown.press("cut")
    eventually("charges wait", lambda: shown.balance()["states"].get("due", 0) > 1)
    shown.press("restore")
    eventually("what waited is posted", lambda: not shown.balance()["states"].get("due", 0), 60)
    shown.after_a_call()
    shown.press("kill")
    eventually("the gateway is down", lambda: not shown.balance()["standings"]["gateway"])
    eventually("the gateway is back", lambda: shown.balance()["standings"]["gateway"], 60)
    before = shown.posted()
    eventually("charges are posted again", lambda: shown.posted() > before, 60)
    os.killpg(shown.process.pid, signal.SIGTERM)
    assert shown.process.wait(timeout=60) == 0
    return before


@pytest.mark.parametrize("pms", sized(["fias"], ["fias", "guestline"]))
def test_the_demo_ends_by_itself_with_a_balance_that_holds_and_leaves_nothing_behind(tmp_path: Path, pms: str) -> None:
    """Twenty seconds of calls, one a second: charges posted, none lost, none doubled, exit code 0, no file, no process."""
    with demo(tmp_path, "--for", "20", "--rate", "60", "--pms", pms) as shown:
        children = eventually("three processes run", lambda: found if len(found := shown.children()) >= 3 else None)
        assert shown.process.wait(timeout=90) == 0
        figures = last_figures(shown.text)
    assert figures["posted"] > 0
    assert (figures["lost"], figures["doubled"], figures["in doubt"]) == (0, 0, 0)
    assert figures["records"] >= 15
    assert not any(map(alive, children))
    assert list(shown.temporary.iterdir()) == []


def test_cut_restored_and_killed_it_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Charges wait while the PMS is away and arrive when it is back; a killed gateway comes back; each wound is at most one doubt."""
    with demo(tmp_path, "--days", "3", "--rate", "30") as shown:
        eventually("charges are posted", lambda: shown.posted() > 0)
        before = cut_restored_and_killed(shown)
        figures = last_figures(shown.text)
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert figures["in doubt"] <= 2
    assert figures["posted"] > before
    assert "starts again in 3 s" in shown.text


def test_a_pms_that_hangs_leaves_one_doubt_that_is_named(tmp_path: Path) -> None:
    """The PMS books a charge and does not answer: one doubt, and the charges behind it go through."""
    with demo(tmp_path, "--days", "3", "--rate", "60") as shown:
        eventually("charges are posted", lambda: shown.posted() > 0)
        shown.press("hang")
        eventually("one is in doubt", lambda: shown.balance()["states"].get("in_doubt", 0) == 1, 40)
        before = shown.posted()
        eventually("others are posted", lambda: shown.posted() > before, 40)
        os.killpg(shown.process.pid, signal.SIGINT)
        assert shown.process.wait(timeout=60) == 0
    assert last_figures(shown.text)["in doubt"] == 1
    assert "in doubt; the PMS's own list has it" in shown.text


@long_form
def test_a_pms_that_is_asked_over_soap_is_read_back_after_it_hung_and_waited_for_while_it_is_cut(
    tmp_path: Path,
) -> None:
    """OPERA's web services: one doubt that the guest's bill settles, charges that wait, a killed gateway, the same balance."""
    with demo(tmp_path, "--pms", "ows", "--days", "3", "--rate", "60") as shown:
        eventually("charges are posted", lambda: shown.posted() > 0)
        shown.press("hang")
        eventually("one is in doubt", lambda: shown.balance()["states"].get("in_doubt", 0) == 1, 40)
        eventually("the bill settles it", lambda: not shown.balance()["states"].get("in_doubt", 0), 75, every=0.5)
        before = cut_restored_and_killed(shown)
        figures = last_figures(shown.text)
    assert (figures["lost"], figures["doubled"]) == (0, 0)
    assert figures["posted"] > before
    assert "reads the guest's bill" in shown.text


def test_a_demo_that_is_killed_takes_its_processes_with_it(tmp_path: Path) -> None:
    """kill -9 on the demo: the exchange, the gateway and the PMS die with it, their ports are free."""
    with demo(tmp_path, "--days", "3") as shown:
        children = eventually("three processes run", lambda: found if len(found := shown.children()) >= 3 else None)
        shown.process.kill()
        shown.process.wait()
        eventually("they are gone", lambda: not any(map(alive, children)), 5)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    """--folder names a new folder: somebody's files are never mixed with a made-up hotel."""
    (tmp_path / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "gateway.cli.main", "demo", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
