"""A copy put back charges nothing by itself that may have been charged since, and loses nothing of what it replaces."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update

from gateway.cli.main import main
from gateway.store import commands, schema
from gateway.store.database import Database
from gateway.store.verify import broken_rules
from pms_adapters.posting import InDoubt, Posted, Refused
from tests.gateway.configurations import EXAMPLE
from tests.gateway.frozen import thaw
from tests.gateway.prices import decide
from tests.gateway.rig import NOON, Rig, line
from tests.gateway.test_clerk import ByHand, deed


class Kept:
    """A house in a folder, its configuration, and the commands that look after its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "foliogate.db"
        self.config = folder / "foliogate.toml"
        self.config.write_text(EXAMPLE)

    def house(self) -> Rig:
        """The house, on the store as it is."""
        return Rig(f"sqlite:///{self.path}")

    def db(self, *words: str) -> Result:
        """`foliogate db …`."""
        return CliRunner().invoke(main, ["db", *words, "--config", str(self.config)])


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A house's folder."""
    return Kept(tmp_path)


def an_evening(rig: Rig) -> ByHand:
    """One posting in each state that may wait: posted, in doubt, refused, held, sent, due."""
    rig.check_in()
    rig.check_in("202", "77002", no_post=True)
    pms = ByHand(rig)
    rig.employ(pms).pump()
    rig.send(
        rig.connect(), *[line(number) for number in range(1, 6)], line(6, extension="202"), line(7, extension="203")
    )
    for answer in (Posted("1"), InDoubt("no answer"), Refused("NG", "no such guest")):
        pms.answer(answer)
    assert rig.states() == ["posted", "in_doubt", "refused", "sent", "due", "held", "held"]
    return pms


def backed_up(kept: Kept) -> Path:
    """A copy of the store, made while it is open."""
    copy = kept.folder / "copy.db"
    done = kept.db("backup", str(copy))
    assert done.exit_code == 0, done.output
    return copy


def test_a_backup_is_one_whole_file_that_only_its_owner_reads(kept: Kept) -> None:
    """Made while the gateway has the store open; a second one does not overwrite it."""
    rig = kept.house()
    an_evening(rig)
    copy = backed_up(kept)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.folder.glob("copy*")] == ["copy.db"]
    opened = Database(f"sqlite:///{copy}", "SEASIDE")
    assert opened.read(lambda c: broken_rules(c, "SEASIDE", True)) == []
    opened.close()
    assert "is there already" in kept.db("backup", str(copy)).output
    rig.close()


def test_what_waited_in_the_copy_is_held_and_what_was_on_its_way_is_in_doubt(kept: Kept) -> None:
    """For a person; nothing of it is sent when the gateway starts again, and what stood there is kept."""
    rig = kept.house()
    pms = an_evening(rig)
    asked = {"who": "Ines", "deed": "write-off", "posting_id": 3, "why": "left"}
    rig.database.transact(lambda c: commands.give(c, "SEASIDE", now=1, **asked))  # type: ignore[arg-type]
    copy = backed_up(kept)
    pms.answer(Posted("4"))
    pms.answer(Posted("5"))
    rig.close()
    done = kept.db("restore", str(copy), "--by", "Ines")
    assert done.exit_code == 0, done.output
    assert "3 postings that waited are held, 1 that were on their way are in doubt" in done.output
    assert len(list(kept.folder.glob("foliogate-replaced-*.db"))) == 1
    again = kept.house()
    later = ByHand(again)
    again.employ(later).pump()
    again.pump()
    again.check_in("202", "77002")
    again.check_in("203", "77003")
    assert later.out == []
    assert again.states() == ["posted", "in_doubt", "refused", "in_doubt", "held", "held", "held"]
    assert [row["hold"] for row in again.postings()][4:] == ["restored"] * 3
    assert all("look at the folio" in row["reason"] for row in again.postings() if row["state"] in ("held", "refused"))
    assert "restored by Ines from copy.db" in str(
        again.rows("SELECT what FROM audit_trail WHERE who = 'foliogate db restore'")
    )
    assert again.rows("SELECT deed, result FROM commands ORDER BY id") == [
        ("write-off", "not carried out: the store was restored from a copy"),
        ("resync", ""),
    ]
    assert deed(again, "release", 5) == "posting 5 is now due"
    assert [posting.room for posting, _ in later.out] == ["201"]
    again.close()
    assert kept.db("verify").exit_code == 0


def test_calls_from_before_the_restore_that_come_again_are_held_and_new_ones_are_charged(kept: Kept) -> None:
    """The exchange's file is read on from where the copy stood: what lies behind was charged once already."""
    rig = kept.house()
    rig.check_in()
    rig.send(rig.connect(), line(1))
    copy = backed_up(kept)
    rig.close()
    assert kept.db("restore", str(copy)).exit_code == 0
    again = kept.house()
    restored = again.rows("SELECT at FROM audit_trail WHERE who = 'foliogate db restore'")[0][0]
    again.now += timedelta(microseconds=restored) - timedelta(seconds=NOON.timestamp())
    again.send(again.connect(), line(2), line(3, start=again.now + timedelta(minutes=1)))
    assert [(row["state"], row["hold"]) for row in again.postings()] == [
        ("held", "restored"),
        ("held", "restored"),
        ("due", ""),
    ]
    again.close()
    assert kept.db("verify").exit_code == 0


def test_without_a_store_to_replace_a_copy_is_just_put_there(kept: Kept) -> None:
    """A new machine."""
    rig = kept.house()
    an_evening(rig)
    copy = backed_up(kept)
    rig.close()
    for path in kept.folder.glob("foliogate.db*"):
        path.unlink()
    done = kept.db("restore", str(copy))
    assert done.exit_code == 0, done.output
    assert "what stood there" not in done.output
    assert kept.db("verify").exit_code == 0


def test_a_copy_of_an_older_schema_is_brought_forward(kept: Kept) -> None:
    """A copy outlives releases."""
    copy = kept.folder / "old.db"
    thaw(1, f"sqlite:///{copy}").close()
    done = kept.db("restore", str(copy))
    assert done.exit_code == 0, done.output
    assert kept.db("verify").exit_code == 0


def test_while_a_gateway_runs_nothing_is_restored(kept: Kept) -> None:
    """The lock says so."""
    rig = kept.house()
    rig.check_in()
    rig.database.lock()
    copy = backed_up(kept)
    done = kept.db("restore", str(copy))
    assert done.exit_code == 1
    assert "nothing was restored: another foliogate is running" in done.output
    rig.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("UPDATE postings SET token = 99 WHERE id = 1", "is not whole: one posting with another number on the wire"),
        (f"UPDATE schema_version SET version = {schema.VERSION + 1}", "newer than this program"),
        ("UPDATE calls SET trace = '[' WHERE id = 1", "does not follow from its stored sum"),
        ("DROP TABLE schema_version", "is no store of this program"),
    ],
)
def test_a_copy_that_is_not_whole_is_refused_and_the_store_left_alone(kept: Kept, spoil: str, words: str) -> None:
    """In a sentence; no half-made file stays behind."""
    rig = kept.house()
    an_evening(rig)
    copy = backed_up(kept)
    rig.close()
    with sqlite3.connect(copy) as spoilt:
        spoilt.execute(spoil)
    spoilt.close()
    before = kept.path.read_bytes()
    done = kept.db("restore", str(copy))
    assert done.exit_code == 1
    assert words in done.output
    assert kept.path.read_bytes() == before
    assert sorted(path.name for path in kept.folder.glob("foliogate.db*")) == ["foliogate.db", "foliogate.db.lock"]


def test_a_file_that_is_no_store_or_another_hotel_s_is_refused(kept: Kept) -> None:
    """And so is a store of another property."""
    other = kept.folder / "other.db"
    other.write_bytes(b"GIF89a" * 400)
    done = kept.db("restore", str(other))
    assert (done.exit_code, "nothing was restored" in done.output) == (1, True)
    rig = kept.house()
    an_evening(rig)
    copy = backed_up(kept)
    rig.close()
    kept.config.write_text(EXAMPLE.replace('"SEASIDE"', '"MOUNTAIN"'))
    done = kept.db("restore", str(copy))
    assert (done.exit_code, "holds nothing of the property MOUNTAIN" in done.output) == (1, True)


def test_on_postgresql_the_commands_say_what_to_use(kept: Kept) -> None:
    """pg_dump and pg_restore: we do not pretend."""
    kept.config.write_text(EXAMPLE.replace("sqlite:///foliogate.db", "postgresql+psycopg://127.0.0.1:1/none"))
    assert "use pg_dump" in kept.db("backup").output
    assert "use pg_restore" in kept.db("restore", str(kept.config)).output


def test_a_call_that_gets_its_price_after_a_restore_is_held_too(kept: Kept) -> None:
    """It waited for a rate in the copy, and may have been charged with one since."""
    from gateway.instants import to_micros
    from gateway.intake.reconsider import reconsider

    rig = kept.house()
    rig.check_in()
    rig.send(rig.connect(), line(1))
    rig.database.transact(
        lambda c: c.execute(
            update(schema.postings).values(state="held", hold="unrated", amount=None, reason="no rate", due_at=0)
        )
    )
    rig.database.transact(
        lambda c: c.execute(text("UPDATE calls SET amount = NULL, net = NULL, tax = NULL, trace = NULL"))
    )
    copy = backed_up(kept)
    rig.close()
    assert kept.db("restore", str(copy)).exit_code == 0
    again = kept.house()

    def look_again(connection):  # type: ignore[no-untyped-def]
        again.memory.reload(connection)
        return reconsider(connection, again.memory, again.rules, again.sources, again.book, to_micros(again.now))

    again.database.transact(look_again)
    assert [(row["state"], row["hold"]) for row in again.postings()] == [("held", "rate_proposed")]
    assert "approved" in decide(again, "approve", 1)
    assert [(row["state"], row["hold"]) for row in again.postings()] == [("held", "restored")]
    assert (again.postings()[0]["amount"] or 0) > 0
    again.close()
