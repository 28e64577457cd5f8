"""A hotel around a real gateway: two exchanges, a PMS, and the books in which everybody's part is written down.

One exchange dials in and keeps its newest lines: after every reconnect it sends them again and then goes on, as an
exchange does that cannot know what arrived. The other appends rows to a file. Each call has a number of its own in the
digits that were dialled, so that it can be followed from the exchange's memory through the store to the PMS's ledger by
content alone, with none of the gateway's own numbers in between.
"""

from __future__ import annotations

import contextlib
import random
import socket
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.acceptance.peers import ForeignPms, House, free_port, ipoffice_line

ZONE = ZoneInfo("Europe/Warsaw")
GUEST = "RN201|G#77001|GSN|GNAdler|GFInes|GA260101|GD271231|CS2|NPN|"
#: Lines that are known to be kept and that the exchange sends again all the same after a reconnect.
REPEATED = 200
#: Calls of the file are numbered from here.
FIRST_ROW = 50_000_001

Moment = Callable[[str], None]


def dialled(number: int) -> str:
    """The digits of a call, as dialled: an outside line, Berlin, and the call's own number."""
    return f"9004930{number:08}"


def number_of(digits: str) -> int:
    """The call's own number, from the digits that somebody wrote down."""
    return int(digits[-8:])


def line(number: int) -> bytes:
    """The record of the exchange that dials in."""
    return ipoffice_line(1_000_000 + number, dialled=dialled(number), seconds=30 + number % 90)


def row(number: int) -> bytes:
    """The record of the exchange that writes a file: a row of Asterisk's Master.csv."""
    talk = 30 + number % 90
    ended = datetime.now(ZONE)
    began = ended - timedelta(seconds=talk + 4)
    answered, digits = began + timedelta(seconds=4), dialled(number)
    return (
        f'"HOTEL","201","{digits}","rooms","""Room 201"" <201>","PJSIP/sipp_in-{number:08x}","PJSIP/trunk1-{number:08x}",'
        f'"Dial","PJSIP/{digits[1:]}@trunk1,20","{began:%Y-%m-%d %H:%M:%S}","{answered:%Y-%m-%d %H:%M:%S}",'
        f'"{ended:%Y-%m-%d %H:%M:%S}",{talk + 4},{talk},"ANSWERED","DOCUMENTATION","{number}.1","","HOTEL","{number}.1",{number}\n'
    ).encode()


def nothing(moment: str) -> None:
    """Nobody waits for a moment."""


class Pms(ForeignPms):
    """A PMS that keeps a ledger by the calls' own numbers, takes its time, and tells when postings come and are answered."""

    def __init__(
        self, moment: Moment = nothing, slowness: float = 0.003, seed: int = 1, port: int | None = None
    ) -> None:
        self.ledger: Counter[int] = Counter()
        self.amounts: dict[int, int] = {}
        self._moment, self._draw, self._slowness = moment, random.Random(seed), slowness
        super().__init__(port)
        self.guests = [GUEST]
        self.answer = self._book

    def _book(self, fields: dict[str, str]) -> str:
        number = number_of(fields["DD"])
        self.ledger[number] += 1
        self.amounts[number] = int(fields["TA"])
        self._moment("posting")
        time.sleep(self._draw.random() * self._slowness)
        return "ASOK|"

    def _hear(self, record: str) -> None:
        super()._hear(record)
        if record.startswith("PS"):
            self._moment("answer")


class Exchange:
    """The exchange that dials in, in a thread: bursts of lines, and its newest lines again after each reconnect.

    Its memory is deep enough for all that can be on its way when the gateway dies, however slow the machine: it forgets
    only what `kept` tells it of.
    """

    def __init__(self, port: int, *, seed: int, moment: Moment = nothing, burst: int = 5, pause: float = 0.06) -> None:
        self._port, self._draw, self._moment = port, random.Random(seed), moment
        self._burst, self._pause = burst, pause
        self._memory: deque[tuple[int, bytes]] = deque()
        self._kept = 0
        self._going = True
        self.sent = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No new calls: dial once more if need be, send what is remembered, and hang up."""
        self._going = False
        self._thread.join(30)
        assert not self._thread.is_alive()

    def repeat(self) -> None:
        """Dial once and send the memory, as the last thing of the day."""
        with socket.create_connection(("127.0.0.1", self._port)) as link:
            self._remind(link)

    def kept(self, number: int) -> None:
        """Every line up to this one is kept: it need not be remembered for long."""
        self._kept = number

    def _remind(self, link: socket.socket) -> None:
        """Send again what may not have arrived, and some that has."""
        while self._memory and self._memory[0][0] <= self._kept - REPEATED:
            self._memory.popleft()
        link.sendall(b"".join(text for _, text in self._memory))

    def _run(self) -> None:
        while self._going:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)) as link:
                self._remind(link)
                while self._going:
                    self._send_some(link)
            time.sleep(0.05)

    def _send_some(self, link: socket.socket) -> None:
        for _ in range(self._draw.randint(1, self._burst)):
            self.sent += 1
            self._memory.append((self.sent, line(self.sent)))
            link.sendall(self._memory[-1][1])
        self._moment("burst")
        time.sleep(self._draw.random() * self._pause)


class RowWriter:
    """The exchange that appends to a file, in a thread; it neither knows nor cares whether anybody reads."""

    def __init__(self, path: Path, *, seed: int, moment: Moment = nothing, pause: float = 0.15) -> None:
        self._path, self._draw, self._moment, self._pause = path, random.Random(seed), moment, pause
        self._going = True
        self.written = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No new calls."""
        self._going = False
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            while self._going:
                whole = row(FIRST_ROW + self.written)
                cut = self._draw.randint(1, len(whole) - 1)
                file.write(whole[:cut])
                if self._draw.random() < 0.2:
                    time.sleep(0.03)
                file.write(whole[cut:])
                self.written += 1
                self._moment("row")
                time.sleep(self._draw.random() * self._pause)


def hotel(folder: Path, pms_port: int, *, more_pms: str = "") -> House:
    """A house with both exchanges."""
    port = free_port()
    pbx = (
        f'[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\nlisten = "tcp:{port}:interface=127.0.0.1"\n'
        'trunk_access = ["9"]\n'
        '[[pbx]]\nname = "annex"\ndialect = "asterisk"\nfile = "Master.csv"\ntrunk_access = ["9"]\n'
    )
    (folder / "Master.csv").touch()
    return House(folder, pms_port, pbx, pbx_port=port, more_pms=more_pms)


class Books:
    """The store as it lies on the disk, read beside a gateway that runs or after one that died."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextlib.contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        store = sqlite3.connect(self._path, timeout=10)
        try:
            yield store
        finally:
            store.close()

    def records(self) -> Counter[int]:
        """How often each call is kept as a record that is neither a repeat nor a possible one."""
        with self._store() as store:
            found = store.execute(
                "SELECT c.dialled FROM records r JOIN calls c ON c.property = r.property AND c.id = r.call_id "
                "WHERE r.mark = ''"
            )
            return Counter(number_of(digits) for (digits,) in found)

    def count(self, question: str) -> int:
        """A number that a test wants to know: what follows SELECT count(*) FROM."""
        with self._store() as store:
            return int(store.execute(f"SELECT count(*) FROM {question}").fetchone()[0])

    def postings(self) -> list[tuple[int, str, int]]:
        """Call, state and amount of each posting, without those that are held as possible repeats, or were."""
        with self._store() as store:
            found = store.execute(
                "SELECT c.dialled, p.state, p.amount FROM postings p JOIN calls c "
                "ON c.property = p.property AND c.id = p.call_id "
                "WHERE p.hold IS NOT 'possible_repeat' AND p.state <> 'written_off'"
            )
            return [(number_of(digits), state, amount) for digits, state, amount in found]

    def check(self, pms: Pms) -> Counter[str]:
        """Each record once, each charge at most once on the PMS, and both sides of one mind; returns the states.

        May be asked at any moment at which no gateway runs: what is `sent` then is what the next start puts in doubt.
        """
        twice = [number for number, times in self.records().items() if times != 1]
        assert not twice, f"records kept more than once: {twice[:10]}"
        charged = Counter(number for number, _, _ in self.postings())
        assert max(charged.values(), default=1) == 1, f"calls charged twice: {charged.most_common(3)}"
        doubled = [number for number, times in pms.ledger.items() if times != 1]
        assert not doubled, f"charges that reached the PMS more than once: {doubled[:10]}"
        states = {number: (state, amount) for number, state, amount in self.postings()}
        for number in pms.ledger:
            state, amount = states[number]
            assert state in ("posted", "sent", "in_doubt"), f"call {number} is on the PMS's ledger and {state} here"
            assert pms.amounts[number] == amount
        missing = [n for n, (state, _) in states.items() if state == "posted" and n not in pms.ledger]
        assert not missing, f"posted here, and not on the PMS's ledger: {missing[:10]}"
        return Counter(state for state, _ in states.values())
