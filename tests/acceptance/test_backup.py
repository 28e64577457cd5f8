"""A backup made under load and put back after a disaster: whole, verified, and nobody is charged a second time."""

from __future__ import annotations

import collections
import threading
import time

from tests.acceptance.peers import ForeignPms, House, eventually, ipoffice_line, running


def dialled(number: int) -> str:
    """A number of its own for each call, by which the PMS's list of charges names it."""
    return f"9004860{number:07}"


class Exchange:
    """Sends a call every few milliseconds until it is told to stop."""

    def __init__(self, house: House) -> None:
        self.sent = 0
        self._house, self._stopping = house, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._house.dial() as line:
            while not self._stopping.is_set():
                line.sendall(ipoffice_line(1_000_000 + self.sent, dialled=dialled(self.sent)))
                self.sent += 1
                time.sleep(0.004)

    def stop(self) -> None:
        """No more calls."""
        self._stopping.set()
        self._thread.join(timeout=10)


def test_a_backup_under_load_restored_after_a_disaster_charges_nobody_twice(house: House, pms: ForeignPms) -> None:
    """Copy while it runs, lose the machine, put the copy back, start: what may have been charged since waits."""
    copy = house.folder / "copy.db"
    config = ("--config", str(house.config))
    with running(house):
        exchange = Exchange(house)
        eventually("charges flow", lambda: len(pms.postings) > 20)
        house.command("db", "backup", str(copy), *config)
        at_copy = exchange.sent
        eventually("calls came since", lambda: exchange.sent > at_copy + 50)
        exchange.stop()
        eventually("charges were made since", lambda: len(pms.postings) > 60)
        house.kill()
    charged_before = [fields["DD"] for fields in pms.postings]
    for path in house.folder.glob("foliogate.db*"):
        if not path.name.endswith(".lock"):
            path.unlink()
    told = house.command("db", "restore", str(copy), "--by", "Ines", *config)
    assert "postings that waited are held" in told
    house.command("db", "verify", *config)
    with running(house):
        states = house.states()
        with house.dial() as line:  # the exchange dumps the end of its buffer, and then a call ends that is new
            for number in range(at_copy - 5, at_copy + 20):
                line.sendall(ipoffice_line(1_000_000 + number, dialled=dialled(number), ago=3_600))
            time.sleep(1.1)
            line.sendall(ipoffice_line(2_000_000, dialled="90048220000001", seconds=0 + 1))
            eventually("the new call is charged", lambda: "90048220000001" in [f["DD"] for f in pms.postings])
        after = house.states()
        house.stop()
    assert states.get("due", 0) == 0
    assert after["held"] > states.get("held", 0)
    charged = collections.Counter(fields["DD"] for fields in pms.postings)
    assert [fields["DD"] for fields in pms.postings][: len(charged_before)] == charged_before
    assert set(charged.values()) == {1}
    assert set(charged) - set(charged_before) == {"90048220000001"}
    house.command("db", "verify", *config)
