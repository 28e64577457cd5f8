"""`foliogate token`: a token is shown once, listed without itself, revoked for good; and a hook says what it wants of the feed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.main import main
from gateway.config import load
from gateway.store import feed, tokens
from gateway.store.database import Database
from tests.gateway.configurations import EXAMPLE


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store is not made yet."""
    folder, made = tmp_path / "tariffs", tmp_path / "foliogate.toml"
    made.write_text(EXAMPLE)
    done = CliRunner().invoke(main, ["tariff", "init", str(folder), "--country", "PL", "--currency", "PLN"])
    assert done.exit_code == 0, done.output
    return made


def run(config: Path, *words: str) -> Result:
    """The command; what it prints on standard error is apart."""
    return CliRunner().invoke(main, ["token", *words, "--config", str(config)])


def store(config: Path) -> Database:
    """The store of the configuration."""
    return Database(f"sqlite:///{config.parent / 'foliogate.db'}", "SEASIDE")


def test_a_token_is_printed_alone_and_the_feed_begins(config: Path) -> None:
    done = run(config, "add", "crm", "--right", "rooms", "--right", "read", "--by", "Ines")
    assert done.exit_code == 0, done.output
    words = done.stdout.strip()
    assert words.startswith("fg_1_")
    assert "only time" in done.stderr
    database = store(config)
    found = database.read(lambda c: tokens.standing(c, "SEASIDE", words))
    assert found is not None
    assert (found.name, found.rights, found.made_by) == ("crm", "read rooms", "Ines")
    assert database.read(lambda c: feed.is_read(c, "SEASIDE"))
    assert database.read(lambda c: tokens.standing(c, "OTHER", words)) is None
    database.close()


def test_every_right_can_be_given(config: Path) -> None:
    said = [word for right in tokens.RIGHTS for word in ("--right", right)]
    assert run(config, "add", "all", *said).exit_code == 0


def test_a_revoked_token_stays_in_the_list(config: Path) -> None:
    first, second = (run(config, "add", name, "--right", "read").stdout.strip() for name in ("crm", "books"))
    assert run(config, "revoke", "1", "--by", "Ines").exit_code == 0
    again = run(config, "revoke", "1")
    assert (again.exit_code, "no token 1" in again.stderr) == (1, True)
    listed = run(config, "list")
    assert "revoked by Ines" in listed.stdout
    told = [json.loads(line) for line in run(config, "list", "--json").stdout.splitlines()]
    assert [(one["id"], one["name"], one["revoked_by"]) for one in told] == [(1, "crm", "Ines"), (2, "books", None)]
    assert first not in listed.stdout
    assert second not in run(config, "list", "--json").stdout
    database = store(config)
    assert database.read(lambda c: tokens.standing(c, "SEASIDE", first)) is None
    assert database.read(lambda c: tokens.standing(c, "SEASIDE", second)) is not None
    database.close()


@pytest.mark.parametrize(
    "words", ["", "fg", "fg_", "fg_1", "fg_1_", "fg_x_y", "fg_\u0661_y", "x" * 300, "fg_99999999999_a", "\ud800"]
)
def test_what_is_no_token_is_none(config: Path, words: str) -> None:
    run(config, "add", "crm", "--right", "read")
    database = store(config)
    assert database.read(lambda c: tokens.standing(c, "SEASIDE", words)) is None
    database.close()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "crm"), "--right"),
        (("add", "", "--right", "read"), "a name is text"),
        (("revoke", "x"), "not a valid integer"),
    ],
)
def test_what_cannot_be_is_said(config: Path, words: tuple[str, ...], sentence: str) -> None:
    done = run(config, *words)
    assert done.exit_code > 0
    assert sentence in done.output


HOOK = '[[hook]]\nname = "crm"\nurl = "https://example.org/hook"\nsecret = "0123456789abcdef"\n'


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ("[]", 'it would be told of nothing; write for example events = ["calls", "postings"]'),
        ('["calls", "posting"]', '"posting" is nothing a web hook is told of; did you mean "postings"?'),
        ('"calls"', "events"),
    ],
)
def test_a_hook_that_cannot_be_told_says_why(config: Path, events: str, sentence: str) -> None:
    config.write_text(f"{EXAMPLE}\n{HOOK}events = {events}\n")
    found = load(config)
    assert isinstance(found, list)
    assert any(sentence in str(one) for one in found), found


def test_what_a_hook_is_told_and_check_says_so(config: Path) -> None:
    config.write_text(f'{EXAMPLE}\n{HOOK}events = ["calls", "postings"]\n')
    done = CliRunner().invoke(main, ["check", "--config", str(config)])
    assert "to the web hook crm (calls and postings)" in done.stdout, done.output
    assert "nobody is told by mail or web hook" in done.stdout


def test_a_pms_that_asks_us_has_no_address(config: Path) -> None:
    head, _, rest = EXAMPLE.partition("[[pms]]")
    tail = rest.partition("\n[rooms]")[2]
    house = f'{head}[[pms]]\nname = "crm"\nadapter = "door"\n@MORE@\n[rooms]{tail}'
    config.write_text(house.replace("@MORE@", ""))
    done = CliRunner().invoke(main, ["check", "--config", str(config)])
    assert "a program takes the charges at /api/v1 or /soap/v1" in done.stdout, done.output
    for line, sentence in (
        ('connect = "tcp:127.0.0.1:5010"', "it asks us: remove this key"),
        ("options = { acknowledge_within = 1 }", "acknowledge_within"),
    ):
        config.write_text(house.replace("@MORE@", line))
        assert sentence in CliRunner().invoke(main, ["check", "--config", str(config)]).output
