"""`db verify` finds what breaks a rule of the ledger, names it, and finds nothing where nothing is broken."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from gateway.cli.main import main
from gateway.ledger import ARROWS, STATES
from gateway.store.rules import RULES, reachable, states_after
from gateway.store.verify import broken_rules
from tests.gateway.configurations import EXAMPLE
from tests.gateway.web.house import StandingHouse

#: What is done to a good store, and the sentence that must come of it. Numbers are those of the evening of the house.
PLANTED = [
    ("UPDATE records SET segment = 99 WHERE id = 3", "one record without the connection or file it came from: 3"),
    (
        "UPDATE segments SET kind = 'file', position = 2",
        "records of a file that says it was not read so far: it would be read again: 3, 4, 5, 6, 7 and",
    ),
    ("UPDATE records SET mark = 'odd' WHERE id = 3", "one record of a kind or with a mark that does not exist: 3"),
    (
        "UPDATE records SET call_id = NULL WHERE id = 3",
        "one record of a call that belongs to no call and is no repeat: 3",
    ),
    ("UPDATE records SET call_id = 77 WHERE id = 3", "one record of a call that does not exist: 3"),
    ("UPDATE records SET raw = x'' WHERE id = 3", "one record whose bytes are gone and that nobody erased: 3"),
    (
        "INSERT INTO kept_digests VALUES ('SEASIDE', 3, x'00')",
        "one kept fingerprint of a record that does not exist or has its bytes: 3",
    ),
    ("UPDATE records SET call_id = 77 WHERE id = 3", "one call without a record: 3"),
    ("UPDATE calls SET legs = 2 WHERE id = 3", "joined from another number of records than it says"),
    ("UPDATE calls SET status = 'open' WHERE id = 3", "open without an end to the wait: 3"),
    ("DELETE FROM postings WHERE id = 6", "one call to be charged without a posting"),
    (
        "UPDATE calls SET amount = amount + 1, net = net + 1 WHERE id = 2",
        "whose postings do not add up to its price: 2",
    ),
    ("UPDATE calls SET status = 'not_chargeable' WHERE id = 2", "not to be charged with postings that charge it: 2"),
    (
        "INSERT INTO call_shares VALUES ('SEASIDE', 2, 'room', '201', 0, NULL, 60, 1)",
        "one call whose shares do not add up to its price: 2",
    ),
    (
        "INSERT INTO share_parts VALUES ('SEASIDE', 2, 9, 'room', '201')",
        "one call with the share of a posting that does not exist: 2",
    ),
    ("UPDATE calls SET tax = tax + 1 WHERE id = 2", "whose net and tax do not add up to its price: 2"),
    ("UPDATE calls SET trace = NULL WHERE id = 2", "with a price and without the sum that made it"),
    ("DELETE FROM calls WHERE id = 2", "one posting without a call: 1"),
    ("UPDATE postings SET part = 1 WHERE id = 1", "whose postings are not its parts 0, 1, 2 …, each once: 2"),
    ("UPDATE postings SET currency = 'EUR' WHERE id = 1", "one posting in another currency than its call: 1"),
    ("UPDATE postings SET state = 'lost' WHERE id = 1", "in a state that does not exist"),
    (
        "UPDATE postings SET amount = 0, kind = 'correction' WHERE id = 1",
        "that is charged and has no amount above zero, or is a reversal and has none below: 1",
    ),
    ("UPDATE postings SET attempts = 2 WHERE id = 1", "one posting whose attempts are not all written down: 1"),
    ("UPDATE attempts SET posting_id = 99 WHERE id = 1", "one attempt at a posting that does not exist, or beyond"),
    ("UPDATE postings SET state = 'refused', hold = '' WHERE id = 6", "one posting that was never sent and is not"),
    ("UPDATE postings SET state = 'posted', hold = '' WHERE id = 6", "one posting that is posted and was never sent"),
    (
        "UPDATE postings SET state = 'in_doubt' WHERE id = 1",
        "one posting in a state to which no arrow leads from its last attempt: 1",
    ),
    ("UPDATE postings SET token = 99 WHERE id = 1", "with another number on the wire than its last attempt: 1"),
    ("UPDATE attempts SET answered_at = NULL WHERE id = 1", "is answered without an instant: 1"),
    ("UPDATE postings SET state = 'in_doubt', token = 3 WHERE id = 1", "with the number of another one in doubt"),
    (
        "UPDATE postings SET state = 'posted' WHERE id = 3",
        "posted without the PMS's yes and without anybody who said so: 3",
    ),
    (
        "INSERT INTO audit_trail VALUES ('SEASIDE', 9, 1, 'Ines', 'saw it', 99)",
        "one entry of the audit trail about a posting that does not exist and was not withdrawn: 9",
    ),
    ("UPDATE stays SET until = since - 1 WHERE id = 1", "one stay that ends before it begins: 1"),
    (
        "UPDATE calls SET amount = amount + 1, net = net + 1 WHERE id = 2; UPDATE postings SET amount = amount + 1 WHERE id = 1",
        "one call whose price does not follow from its stored sum: 2",
    ),
    ("UPDATE calls SET trace = '[[1' WHERE id = 2", "one call whose price does not follow from its stored sum: 2"),
    ("UPDATE postings SET state = 'refused' WHERE id = 1", "whose newest event in the feed tells it otherwise"),
    ("DELETE FROM events WHERE id = 4", "one event behind a number that is missing from the feed: 5"),
    (
        "INSERT INTO arrivals VALUES ('SEASIDE', 99, '', '', 'rang', NULL, '', 0)",
        "one arrival of a call that does not exist: 99",
    ),
    ("UPDATE contacts SET piece = 7 WHERE call_id = 2", "one contact in a piece that is not its call's"),
    ("DROP INDEX postings_lively", "the index postings_lively of postings is missing"),
    ("ALTER TABLE commands DROP COLUMN why", "the column commands.why is missing"),
    ("DROP TABLE rooms", "the table rooms is missing"),
]
#: Only a damaged file could break these, because the tables forbid it.
FORBIDDEN = {"in a place where there is another one"}


def sentences(house: StandingHouse) -> list[str]:
    """What is wrong with the store of a house."""
    return house.database.read(lambda c: broken_rules(c, "SEASIDE", True))


@pytest.fixture
def house(tmp_path: Path) -> StandingHouse:
    """An evening with every state, in a store."""
    made = StandingHouse(tmp_path)
    made.rig.read_feed()
    made.evening()
    return made


@pytest.mark.parametrize(("damage", "words"), PLANTED, ids=lambda one: one[:48])
def test_what_is_broken_is_named(house: StandingHouse, damage: str, words: str) -> None:
    """And before it was broken, nothing was."""
    assert sentences(house) == []
    with house.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for statement in damage.split("; "):
            connection.execute(text(statement))
    found = sentences(house)
    assert any(words in one for one in found), found
    house.close()


def test_every_rule_is_shown_to_catch_something() -> None:
    """A rule that catches nothing is a comment."""
    for rule in RULES:
        assert rule.words in FORBIDDEN or any(
            rule.words.split(",")[0].split(" (")[0] in words
            or words.split(":")[0].removeprefix("one ") in f"{rule.kind} {rule.words}"
            for _, words in PLANTED
        ), rule.words


def test_a_damaged_file_is_told(house: StandingHouse, tmp_path: Path) -> None:
    """Also where no rule would see it: a page of an index."""
    path = house.database.path
    assert path is not None
    house.close()
    with closing(sqlite3.connect(path)) as store:
        (root,) = store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'postings_lively'").fetchone()
        (size,) = store.execute("PRAGMA page_size").fetchone()
    data = bytearray(path.read_bytes())
    data[(root - 1) * size : (root - 1) * size + 300] = b"\xff" * 300
    path.write_bytes(data)
    config = path.with_name("foliogate.toml")
    config.write_text(EXAMPLE)
    done = CliRunner().invoke(main, ["db", "verify", "--config", str(config)])
    assert done.exit_code == 1, done.output
    assert "damaged" in done.output or "malformed" in done.output


def test_the_command_tells_each_and_ends_with_1(house: StandingHouse) -> None:
    """Plain sentences, and how many; a whole store is told as that."""
    path = house.database.path
    assert path is not None
    config = path.with_name("foliogate.toml")
    config.write_text(EXAMPLE)
    whole = CliRunner().invoke(main, ["db", "verify", "--config", str(config)])
    assert (whole.exit_code, whole.output) == (0, "foliogate: the store is whole\n")
    house.database.transact(lambda c: c.execute(text("UPDATE postings SET token = 99 WHERE id IN (1, 2)")))
    broken = CliRunner().invoke(main, ["db", "verify", "--config", str(config)])
    assert broken.exit_code == 1
    assert "2 postings with another number on the wire than its last attempt: 1, 2" in broken.output
    assert "rule is broken" in broken.output
    house.close()


def test_progress_is_told_from_nothing_to_all(house: StandingHouse) -> None:
    """In order, and never beyond."""
    told: list[float] = []
    house.database.read(lambda c: broken_rules(c, "SEASIDE", True, lambda _words, share: told.append(share)))
    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] <= 1.0
    house.close()


def test_the_lawful_states_follow_from_the_arrows() -> None:
    """What the ledger allows after each outcome, and nothing that needs another attempt."""
    assert states_after("accepted") == {"posted"}
    assert states_after("no_answer") == {"in_doubt", "posted", "refused", "due", "held", "written_off"}
    assert states_after("refused") == {"refused", "due", "held", "posted", "written_off"}
    assert reachable("due") == {"due", "held", "posted", "written_off"}
    assert all("sent" not in states_after(event) for _, event in ARROWS)
    assert set(STATES) >= reachable("in_doubt")


def test_a_sum_of_another_layout_is_believed(house: StandingHouse) -> None:
    """A later release may store other sums; what cannot be added up here is not called wrong."""
    house.database.transact(
        lambda c: c.execute(text("UPDATE calls SET trace = :t WHERE id = 2"), {"t": json.dumps([[99, "other"]])})
    )
    assert sentences(house) == []
    house.close()
