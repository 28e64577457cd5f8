"""`foliogate user`: a password comes by the terminal or standard input and is kept as a hash; a link is printed alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.main import main
from gateway.people import passwords
from gateway.store import invitations, people
from gateway.store.database import Database
from tests.gateway.configurations import EXAMPLE, with_tariff

PASSWORD = "seven tin drums"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store is not made yet."""
    made = with_tariff(tmp_path) / "foliogate.toml"
    made.write_text(EXAMPLE)
    return made


def run(config: Path, *words: str, said: str = "") -> Result:
    """The command; what it prints on standard error is apart."""
    return CliRunner().invoke(main, ["user", *words, "--config", str(config)], input=said)


def test_a_user_is_added_listed_and_disabled(config: Path) -> None:
    assert run(config, "add", "Ida", "--role", "it", "--by", "root", said=f"{PASSWORD}\n").exit_code == 0
    assert run(config, "add", "Ines", "--role", "desk", said=f"{PASSWORD}\n").exit_code == 0
    again = run(config, "add", " INES", "--role", "desk", said=f"{PASSWORD}\n")
    assert (again.exit_code, "named INES already" in again.stderr) == (1, True)
    weak = run(config, "add", "Bruno", "--role", "desk", said="password1234\n")
    assert (weak.exit_code, "among the first" in weak.stderr) == (1, True)
    assert run(config, "role", "ines", "auditor", "--by", "root").exit_code == 0
    assert run(config, "disable", "ines", "--by", "root").exit_code == 0
    last = run(config, "disable", "ida", "--by", "root")
    assert (last.exit_code, "last who may manage users" in last.stderr) == (1, True)
    told = [json.loads(line) for line in run(config, "list", "--json").stdout.splitlines()]
    assert [(one["name"], one["role"], one["disabled"] is None) for one in told] == [
        ("Ida", "it", True),
        ("Ines", "auditor", False),
    ]
    assert "argon2" not in run(config, "list").output
    database = Database(f"sqlite:///{config.parent / 'foliogate.db'}", "SEASIDE")
    ida = database.read(lambda c: people.named(c, "SEASIDE", "ida"))
    assert ida is not None
    assert passwords.fits(ida.password, PASSWORD)
    what = [(one.who, one.what, one.about) for one in database.read(lambda c: people.trail(c, "SEASIDE", 9))]
    assert what[::-1][2:] == [("root", "role changed", "Ines"), ("root", "disabled", "Ines")]
    database.close()


def test_a_new_password_and_a_link(config: Path) -> None:
    run(config, "add", "Ida", "--role", "it", said=f"{PASSWORD}\n")
    assert run(config, "password", "ida", said="nine green bottles\n").exit_code == 0
    assert run(config, "password", "nobody", said="nine green bottles\n").exit_code == 1
    done = run(config, "invite", "Ines", "--role", "desk")
    base, _, secret = done.stdout.strip().rpartition("/")
    assert base == "http://127.0.0.1:8080/invitation"
    database = Database(f"sqlite:///{config.parent / 'foliogate.db'}", "SEASIDE")
    assert database.read(lambda c: invitations.found(c, "SEASIDE", secret, 0)) is not None
    ida = database.read(lambda c: people.named(c, "SEASIDE", "Ida"))
    assert ida is not None
    assert passwords.fits(ida.password, "nine green bottles")
    database.close()
