"""Protects whoever types a command: a quick list that teaches, the nearest name for a slip, and never a traceback unasked."""

from __future__ import annotations

import importlib
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli import main as commands
from gateway.cli.main import COMMANDS, Entry, main
from gateway.cli.words import PlainError, fail
from gateway.store.database import Database
from tests.gateway.configurations import EXAMPLE

#: What makes and shows pages, makes files, speaks to others: for the gateway alone.
SITE = ("twisted.internet.reactor", "klein", "werkzeug", "jinja2", "OpenSSL", "treq", "lxml", "typst", "argon2")
NETWORK = ("sqlalchemy", "twisted", "rich", *SITE)
HEAVY = ("pydantic", "phonenumbers", "babel", *NETWORK)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_list_exists_and_teaches(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Usage: main {name}" in result.output
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    assert len(command.help) > 60


#: Commands, and what none of them may load, nor those before it: they run one after another in one process.
QUICK: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("--help",), HEAVY),
    (("tariff", "init", "tariffs", "--country", "PL", "--currency", "PLN"), (*NETWORK, "pydantic")),
    (("check",), (*NETWORK, "babel")),
    (("rate", "--dialled", "9004930123456", "--start", "2026-03-04T17:30", "--seconds", "60"), NETWORK),
    (("price", "+4930123456"), NETWORK),
    (("postings", "list"), SITE),
    (("user", "list"), SITE),
)


def test_a_command_loads_only_what_it_needs(tmp_path: Path) -> None:
    """Whoever looks something up, or lets a script do it every minute, does not wait for what runs a gateway."""
    (tmp_path / "foliogate.toml").write_text(EXAMPLE, encoding="utf-8")
    store = Database(f"sqlite:///{tmp_path / 'foliogate.db'}", "SEASIDE")
    store.open()
    store.close()
    program = (
        "import sys\n"
        "from gateway.cli.main import main\n"
        f"for words, unwanted in {QUICK!r}:\n"
        "    try:\n"
        "        main(list(words), standalone_mode=False)\n"
        "    except SystemExit as end:\n"
        "        assert end.code in (0, None), (words, end.code)\n"
        "    loaded = [name for name in unwanted if name in sys.modules]\n"
        "    assert not loaded, f'{words} loaded {loaded}'\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert printed.returncode == 0, printed.stderr
    for name, entry in COMMANDS.items():
        assert name in printed.stdout
        assert entry.summary in printed.stdout


def test_a_slip_gets_the_nearest_name_and_exit_code_2() -> None:
    result = CliRunner().invoke(main, ["posting"])
    assert result.exit_code == 2
    assert 'there is no command "posting"; did you mean "postings"?' in result.output


def test_a_name_like_nothing_gets_the_list() -> None:
    assert "foliogate --help lists them" in CliRunner().invoke(main, ["xyzzy"]).output


def one_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """Put a command `odd` in the list, which does what `body` says."""
    source = f"import click\nfrom gateway.cli.words import fail\n@click.command()\ndef odd():\n    {body}\n"
    (tmp_path / "odd_command.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(commands.COMMANDS, "odd", Entry("odd_command:odd", "Do something odd."))
    monkeypatch.delitem(sys.modules, "odd_command", raising=False)
    importlib.invalidate_caches()


def test_what_nobody_expected_is_one_sentence_and_the_details_are_kept_for_us_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FOLIOGATE_TRACEBACK", raising=False)
    one_command(monkeypatch, tmp_path, "raise ZeroDivisionError('guest 0412')")
    result = CliRunner().invoke(main, ["odd"])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("foliogate: a mistake of ours stopped this command (ZeroDivisionError)")
    assert "0412" not in result.stderr
    (kept,) = tmp_path.glob("foliogate-*.log")
    assert str(kept) in result.stderr
    assert "ZeroDivisionError: guest 0412" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_traceback_is_shown_to_whoever_asks_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOLIOGATE_TRACEBACK", "1")
    one_command(monkeypatch, tmp_path, "1 / 0")
    assert isinstance(CliRunner().invoke(main, ["odd"]).exception, ZeroDivisionError)


def test_an_import_that_fails_is_not_hidden_as_an_unknown_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one_command(monkeypatch, tmp_path, "pass")
    (tmp_path / "odd_command.py").write_text("import a_module_that_is_not_there\n")
    result = CliRunner().invoke(main, ["odd"])
    assert (result.exit_code, "ModuleNotFoundError" in result.stderr) == (1, True)


def test_an_expected_failure_is_its_sentence_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one_command(monkeypatch, tmp_path, "fail('the file is gone; put it back')")
    result = CliRunner().invoke(main, ["odd"])
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "foliogate: the file is gone; put it back\n")


def test_fail_ends_a_command_wherever_it_is_called() -> None:
    with pytest.raises(PlainError, match="the file is gone"):
        fail("the file is gone")


def test_timers_of_a_run_go_by_a_clock_that_never_jumps() -> None:
    """Put back by an hour, the machine's clock must not make every timer an hour late."""
    import time

    from twisted.internet.selectreactor import SelectReactor

    from gateway.cli.run import keep_steady

    running = SelectReactor()
    keep_steady(running)
    timer = running.callLater(10, lambda: None)
    assert abs(timer.getTime() - time.monotonic() - 10) < 1
    timer.cancel()
