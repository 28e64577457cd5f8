"""What was kept unread is never lost: put right, it becomes a call of today, once; what is not whole stays unread."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from gateway.cli.main import main
from gateway.store.verify import broken_rules
from protocols.framing import CUT_OFF
from protocols.records import Frame
from rating.starter import starter_files
from tests.gateway.configurations import with_exchange
from tests.gateway.rig import Rig

ROWS = (
    b"POT  11:40 LINE 005   00:00:30 201        90048221234567",
    b"PTRS 11:41 LINE 005   00:05:00 102        90048221234567",
    b"POT  25:00 LINE 005   00:01:00 201        90048221234567",
)
DAY = ("--from", "2026-11-20", "--to", "2026-11-20")


def read_unread(folder: Path, *more: str) -> list[str]:
    words = ["db", "read-unread", "--config", str(folder / "foliogate.toml"), "--by", "adler", *DAY, *more]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_rows_without_a_day_are_charged_once_when_somebody_names_it(tmp_path: Path) -> None:
    """Looking changes nothing; a record that was cut off stays unread; a buffer dumped again is still known."""
    url = f"sqlite:///{tmp_path / 'foliogate.db'}"
    (tmp_path / "tariffs").mkdir()
    for name, data in starter_files("PL", "PLN").items():
        (tmp_path / "tariffs" / name).write_bytes(data)
    (tmp_path / "foliogate.toml").write_text(
        with_exchange('dialect = "nec-sl"\nserial = "/dev/ttyS0@9600,8N1"\ntrunk_access = ["9"]\n')
    )
    rig = Rig(url, dialect="nec-sl")
    rig.check_in()
    feed = rig.connect()
    rig.send(feed, *ROWS)
    feed.take([Frame(ROWS[0][:50], 0, 50, CUT_OFF)])
    rig.pump()
    assert rig.rows("SELECT kind, count(*) FROM records GROUP BY kind") == [("unparsed", 4)]
    rig.close()
    assert read_unread(tmp_path)[-1] == "0 would be calls; --charge makes them so; 4 stay unread"
    shown = read_unread(tmp_path, "--day", "2026-11-20")
    assert shown[0] == "record 1: 2026-11-20 11:40:00 201 out 90048221234567, 30 s"
    assert [line.partition(":")[2][:14] for line in shown[2:4]] == [" still unread:"] * 2
    assert shown[-1] == "2 would be calls; --charge makes them so; 2 stay unread"
    assert (
        read_unread(tmp_path, "--day", "2026-11-20", "--charge")[-1]
        == "2 are calls now, priced and charged; 2 stay unread"
    )
    again = Rig(url, dialect="nec-sl")
    assert again.rows("SELECT legs, talk_seconds, holders, reservation FROM calls") == [(2, 330, "201 102", "77001")]
    ((_, state, amount),) = again.rows("SELECT id, state, amount FROM postings")
    assert (state, amount) == ("due", again.rows("SELECT amount FROM calls")[0][0])
    marks = again.rows("SELECT kind, mark, count(*) FROM records GROUP BY kind, mark ORDER BY kind, mark")
    assert marks == [("call", "anew", 2), ("unparsed", "", 2), ("unparsed", "read again", 2)]
    again.close()
    assert read_unread(tmp_path, "--day", "2026-11-20", "--charge")[-1].startswith("0 are calls now")
    third = Rig(url, dialect="nec-sl")
    third.database.transact(third.memory.reload)
    third.send(third.connect(), *ROWS)
    assert third.rows("SELECT count(*) FROM records WHERE mark = 'repeat'") == [(3,)]
    assert third.rows("SELECT count(*) FROM calls") == [(1,)]
    assert third.database.read(lambda c: broken_rules(c, "SEASIDE", third.database.is_sqlite)) == []
    third.close()
