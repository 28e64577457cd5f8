"""A PMS over SOAP for acceptance tests, played twice: by our simulator as a process of its own, and by PHP's SoapServer.

Both are driven by the same few verbs, so that each promise is tried against both.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests.foreign.php_peer import PhpPms, a_guest
from tests.peers import unused_port

ROOMS = "201-212"
GUEST = "770000"
"""The reservation of the guest in room 201, in both."""


class Booked(NamedTuple):
    """A charge on a folio: whose, in hundredths, and the texts with our mark."""

    reservation: str
    amount: int
    text: str


class SoapPeer(Protocol):
    """A PMS that is asked over SOAP, with a guest in room 201."""

    base: str
    words: Mapping[str, str]
    """How this peer calls a fault, by the simulator's word."""

    def spoil(self, word: str, times: int = 1) -> None:
        """What the next charges get."""

    def no_post(self) -> str:
        """A room whose guest takes no charges."""

    def booked(self) -> list[Booked]:
        """Every charge that stands on a folio."""

    def asked(self) -> int:
        """How many charges reached it, whatever became of them."""

    def leave(self) -> None:
        """Be gone, as a server that was switched off."""

    def come_back(self) -> None:
        """Be there again, at the same address."""

    def close(self) -> None:
        """End it."""


class SimulatedPeer:
    """Our own simulator."""

    words: Mapping[str, str] = {}

    def __init__(self, dialect: str, folder: Path) -> None:
        self.port, self._control = unused_port(), unused_port()
        self.base = f"http://127.0.0.1:{self.port}"
        words = ["simulate", "soap-pms", "--dialect", dialect, "--listen", f"tcp:{self.port}:interface=127.0.0.1"]
        words += ["--control", f"tcp:{self._control}:interface=127.0.0.1", "--rooms", ROOMS, "--seed", "1"]
        words += ["--ledger", str(folder / "pms.jsonl")]
        command = [sys.executable, "-m", "gateway.cli.main", *words]
        with (folder / "pms.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout is not None
        assert '"listening"' in self._process.stdout.readline(), (folder / "pms.log").read_text()

    def ask(self, path: str) -> Any:
        """What the control port shows."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._control}{path}", timeout=10) as answer:
            return json.load(answer)

    def do(self, path: str, **command: object) -> Any:
        """What the control port can do."""
        body = json.dumps(command).encode()
        address = f"http://127.0.0.1:{self._control}{path}"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def spoil(self, word: str, times: int = 1) -> None:
        """What the next charges get."""
        self.do("/faults", faults=[f"{word}:{times}"] if ":" not in word else [word])

    def no_post(self) -> str:
        """Nobody of the first twelve guests is one: a new guest comes until one is."""
        while (guest := self.do("/checkin", room="211")["guest"])["no_post"] is False:
            self.do("/checkout", room="211", reservation=guest["reservation"])
        for other in self.ask("/rooms")["rooms"]:
            if other["room"] == "211":
                gone = [one["reservation"] for one in other["guests"] if not one["no_post"]]
                for reservation in gone:
                    self.do("/checkout", room="211", reservation=reservation)
        return "211"

    def booked(self) -> list[Booked]:
        """Every charge that stands on a folio."""
        lines = self.ask("/folios?booked=1")["postings"]
        return [Booked(one["on"], one["amount"], f"{one['short']} {one['long']}") for one in lines]

    def asked(self) -> int:
        """How many charges reached it."""
        return len(self.ask("/folios")["postings"])

    def leave(self) -> None:
        """The plug is pulled."""
        self.do("/cut")

    def come_back(self) -> None:
        """And put back."""
        self.do("/restore")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()


class PhpPeer:
    """PHP's SoapServer."""

    words: Mapping[str, str] = {"error-500": "500"}

    def __init__(self, dialect: str, folder: Path) -> None:
        self._pms = PhpPms(dialect, folder)
        self._pms.start()
        self.base = self._pms.base
        self._pms.know(guests=[a_guest("201", GUEST), a_guest("211", "770011", no_post=True)])
        self._charge = {"ows": "PostCharge", "guestline": "pmschg_PostToRoom"}[dialect]

    def spoil(self, word: str, times: int = 1) -> None:
        """What the next charges get."""
        self._pms.spoil(self.words.get(word, word), times, on=self._charge)

    def no_post(self) -> str:
        """A room whose guest takes no charges."""
        return "211"

    def booked(self) -> list[Booked]:
        """Every charge that stands on a folio."""
        lines = self._pms.lines()
        return [
            Booked(one["reservation"], round(float(one["amount"]) * 100), f"{one['text']} {one['reference']}")
            for one in lines
        ]

    def asked(self) -> int:
        """How many charges reached it."""
        return int(self._pms.book()["asked"].count(self._charge))

    def leave(self) -> None:
        """Be gone."""
        self._pms.stop()

    def come_back(self) -> None:
        """Be there again."""
        self._pms.start()

    def close(self) -> None:
        """End it."""
        self._pms.stop()


PEERS: Mapping[str, type[SimulatedPeer | PhpPeer]] = {"simulator": SimulatedPeer, "php": PhpPeer}
