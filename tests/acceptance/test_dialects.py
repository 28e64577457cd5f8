"""The promise for exchanges of three kinds: one that dials us, one that we dial, one that writes a file or a manager feed."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from tests.acceptance.peers import ForeignPms, House, eventually, free_port, running

pytestmark = pytest.mark.acceptance

RECORDS = Path(__file__).parent.parent / "data" / "cdr" / "asterisk"


def asterisk_house(folder: Path, pms: ForeignPms, transport: str) -> House:
    """A house with an Asterisk, in the zone of its clock."""
    pms.guests = ["RN205|G#77005|GSN|GNBrand|GA260101|GD271231|CS2|NPN|"]
    pbx = f'[[pbx]]\nname = "asterisk"\ndialect = "asterisk"\n{transport}\ntrunk_access = ["9", "8"]\n'
    return House(folder, pms.port, pbx)


def test_an_asterisk_file_is_followed_across_rotation_and_a_kill(tmp_path: Path, pms: ForeignPms) -> None:
    """The real rows of a Master.csv: one posting for each answered trunk leg, none twice, whatever becomes of the file."""
    rows = (RECORDS / "Master.csv").read_bytes().splitlines(keepends=True)
    master = tmp_path / "Master.csv"
    house = asterisk_house(tmp_path, pms, 'file = "Master.csv"')
    with running(house):
        master.write_bytes(b"".join(rows[:3]) + rows[3][:40])
        eventually("the three whole rows are kept", lambda: _rows(house) == 3)
        with master.open("ab") as file:
            file.write(rows[3][40:])
        master.rename(tmp_path / "Master.csv.1")
        with (tmp_path / "Master.csv.1").open("ab") as file:
            file.write(rows[4] + rows[5])
        master.write_bytes(rows[6])
        eventually("the rotated rest and the new file are read", lambda: _rows(house) == 7)
        house.kill()
    with master.open("ab") as file:
        file.write(rows[7])
    (tmp_path / "Master.csv.1").rename(tmp_path / "Master.csv.3")
    master.rename(tmp_path / "Master.csv.2")
    (tmp_path / "Master.csv.1").write_bytes(rows[8])  # written and renamed while nobody looked
    master.write_bytes(b"".join(rows[9:]))
    with running(house):
        eventually("all rows are kept once", lambda: _rows(house) == len(rows))
        eventually("nothing is due", lambda: "due" not in house.states() and "sent" not in house.states())
        house.stop()
    charged = [one for one in house.postings() if one["state"] in ("posted", "held")]
    assert sorted(one["dialled"] for one in charged) == ["0033144556677", "02155512345", "1234", "7330"]
    assert _rows(house) == len(rows)


def _rows(house: House) -> int:
    import sqlite3

    with sqlite3.connect(house.folder / "foliogate.db") as store:
        count = int(store.execute("SELECT count(*) FROM records").fetchone()[0])
    store.close()
    return count


def test_a_truncated_file_is_read_from_its_beginning(tmp_path: Path, pms: ForeignPms) -> None:
    """copytruncate: the rows after the cut are read once, those before it are not read again."""
    rows = (RECORDS / "Master.csv").read_bytes().splitlines(keepends=True)
    master = tmp_path / "Master.csv"
    house = asterisk_house(tmp_path, pms, 'file = "Master.csv"')
    with running(house):
        master.write_bytes(b"".join(rows[:6]))
        eventually("six rows are kept", lambda: _rows(house) == 6)
        master.write_bytes(rows[8])
        eventually("the row behind the cut is kept", lambda: _rows(house) == 7)
        house.stop()
    assert len({one["call_key"] for one in house.postings()}) == 3


def test_manager_events_are_charged_like_rows(tmp_path: Path, pms: ForeignPms, monkeypatch: pytest.MonkeyPatch) -> None:
    """AMI: log-in, then the real Cdr events; the trunk leg is charged, the Local channel is not."""
    events = (RECORDS / "ami_cdr_events.txt").read_bytes()
    server = socket.create_server(("127.0.0.1", 0))
    heard = threading.Event()

    def manager() -> None:
        client, _ = server.accept()
        with client:
            client.sendall(b"Asterisk Call Manager/9.0.0\r\n")
            held = b""
            while b"\r\n\r\n" not in held:
                held += client.recv(4096)
            assert b"Action: Login" in held
            client.sendall(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n" + events)
            heard.wait(30)

    thread = threading.Thread(target=manager)
    thread.start()
    port = server.getsockname()[1]
    options = 'options = { username = "foliogate", secret = "env:AMI_SECRET" }'
    house = asterisk_house(tmp_path, pms, f'connect = "tcp:127.0.0.1:{port}"\n{options}')
    monkeypatch.setenv("AMI_SECRET", "s3cret-of-the-manager")
    try:
        with running(house):
            eventually("trunk legs are charged", lambda: sum(house.states().values()) == 4)
            eventually("nothing is due", lambda: "due" not in house.states() and "sent" not in house.states())
            house.stop()
    finally:
        heard.set()
        thread.join()
        server.close()
    assert "s3cret" not in house.log()
    assert {one["room"] for one in house.postings()} == {"205"}


def mitel_line(*, extension: str = "201", digits: str = "90048221234567", seconds: int = 65) -> bytes:
    """A record of a MiVoice Business, 90 columns, CR LF."""
    began = time.time() - seconds
    from datetime import datetime
    from zoneinfo import ZoneInfo

    start = datetime.fromtimestamp(began, ZoneInfo("Europe/Warsaw"))
    line = [" "] * 90

    def put(column: int, text: str) -> None:
        line[column - 1 : column - 1 + len(text)] = text

    put(2, f"{start:%m/%d}")
    put(8, f"{start:%H:%M}")
    put(15, time.strftime("%H:%M:%S", time.gmtime(seconds)))
    put(24, extension)
    put(34, digits)
    put(60, "A")
    put(62, "T021")
    return "".join(line).encode() + b"\r\n"


def test_a_mitel_is_dialled_and_dialled_again(tmp_path: Path, pms: ForeignPms) -> None:
    """We dial port 1752; after the exchange drops the line we dial again, and twins are two real calls."""
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    pbx = f'[[pbx]]\nname = "mitel"\ndialect = "mitel-mivb"\nconnect = "tcp:127.0.0.1:{port}"\ntrunk_access = ["9"]\n'
    house = House(tmp_path, pms.port, pbx)
    with running(house):
        first, _ = server.accept()
        twin = mitel_line()
        first.sendall(twin + twin + mitel_line(seconds=70)[:30])
        eventually("the twins are two postings", lambda: house.states() == {"posted": 2})
        first.close()
        second, _ = server.accept()
        second.sendall(mitel_line(seconds=71))
        eventually("after the reconnect it goes on", lambda: house.states() == {"posted": 3})
        second.close()
        house.stop()
    server.close()
    assert {one["room"] for one in house.postings()} == {"201"}
    assert free_port()
