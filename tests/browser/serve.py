"""The site on a real reactor and a real port, as a process of its own: what the browser tests look at.

Prints its port; then obeys lines on standard input: `call EXTENSION NUMBER`, `settle POSTING DEED`, `full` (500 rooms),
`down`, `up`, `advance SECONDS`, `tariff WARNING`, `watch`, `acknowledge ALARM`, `user NAME ROLE`, `hostile`; and `renew`, after which another house is
at the port that it prints. Ends with its standard input.
With `required` as its second argument, people sign in, over TLS; the link for the first user is in its log.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

from twisted.internet.defer import inlineCallbacks

from gateway.logs import start_logging
from gateway.people import passwords
from gateway.people.signing import add_user
from gateway.store import commands
from gateway.store.people import Act
from gateway.web.service import WebService
from pms_adapters.posting import Refused
from tests.full_house import fill
from tests.gateway.watch.certificates import own_certificate
from tests.gateway.watch.house import WatchedHouse
from tests.gateway.web.house import StandingHouse

#: The password of every user that a test orders.
PASSWORD = "seven tin drums"
EVIL = "\"><script>window.evil=1</script><img src=x onerror=window.evil=1>'&#39;\u202eelif\x00\u2066{{7*7}} "
MORE = """
[acts]
alone_up_to = "4.00"
[[recipients]]
name = "audit"
folder = "drop"
[[schedules]]
name = "night balance"
report = "balance"
every = "daily"
to = ["audit"]
"""


class Orders:
    """What a test tells the house to do."""

    def __init__(self, house: StandingHouse, reactor: Any) -> None:
        self._house, self._reactor = house, reactor

    def obey(self, words: list[str]) -> None:
        """Carry out one line."""
        link = self._house.status.links["opera"]
        match words:
            case ["call", extension, number]:
                self._house.call(extension, number, 75)
            case ["full"]:
                house = self._house
                house.database.transact(lambda c: fill(c, house.database.property, house.micros(), 12_000))
                house.database.transact(house.rig.memory.reload)
                house.read_commands_soon()  # a commit, by which the rack sees that something is new
            case ["down"]:
                link.up, link.ready, link.why, link.since = False, False, "connection refused", self._house.now()
            case ["up"]:
                link.up, link.ready, link.why = True, True, ""
            case ["advance", seconds] if self._house.watched is not None:
                self._house.watched.pass_time(float(seconds))
            case ["advance", seconds]:
                self._house.rig.advance(float(seconds))
            case ["watch"]:
                self._watched()
            case ["acknowledge", number]:
                self._watched().acknowledge(int(number), "Bruno")
            case ["settle", number, deed]:
                self._settle(int(number), deed)
            case ["user" | "hostile", *about]:
                self._user(*about) if about else self._hostile()
            case ["tariff", *warning]:
                self._house.status.tariff_warning = " ".join(warning)
            case _:
                self._reactor.stop()

    def _watched(self) -> WatchedHouse:
        """The house's watch; what it has not heard of yet is told."""
        watched = self._house.watched or self._house.employ_watch()
        watched.heard()
        watched.pass_time(10)
        return watched

    def _user(self, name: str, role: str) -> None:
        """Somebody who may sign in."""
        house, kept = self._house, passwords.hashed(PASSWORD)
        owner, act = house.database.property, Act("the test", house.micros())
        house.database.transact(lambda c: add_user(c, owner, act, name=name, role=role, kept=kept))

    def _hostile(self) -> None:
        """A guest, a number and a word of the PMS that try everything: markup, quotes, direction, length, a NUL."""
        house = self._house
        house.guest("205", "77005", EVIL + "x" * 3_000)
        house.call("205", EVIL[:60].replace(",", ""), 75)
        house.call("205", "90048601234567", 75, answer=Refused("NG", EVIL + "y" * 3_000))

    def _settle(self, number: int, deed: str) -> None:
        """Somebody else decides."""
        house = self._house
        owner, now = house.database.property, house.micros()
        house.database.transact(
            lambda c: commands.give(c, owner, now=now, who="Bruno", deed=deed, posting_id=number, why="told so")
        )
        house.read_commands_soon()


class Place:
    """A house and its site; and another in its stead, when a test is over."""

    def __init__(self, reactor: Any, listen: str, *, required: bool) -> None:
        self._reactor, self._listen, self._required = reactor, listen, required
        self.house = self._built()
        self._service = WebService(self.house, reactor)

    def _built(self) -> StandingHouse:
        folder = Path(tempfile.mkdtemp())
        if self._required:
            house = StandingHouse(
                folder, listen=self._listen, sign_in="required", tls=own_certificate(folder), more=MORE
            )
        else:
            house = StandingHouse(folder, listen=self._listen, more=MORE)
        house.evening()
        return house

    def open(self) -> None:
        """Begin to answer, and print where."""
        self._service.start().addCallback(lambda port: print(port, flush=True))

    @inlineCallbacks
    def renew(self) -> Generator[Any, Any, None]:
        """Another house as it was in the evening, at another port."""
        yield self._service.stop()
        self.house.close()
        self.house = self._built()
        self._service = WebService(self.house, self._reactor)
        self.open()


def main() -> None:
    """Serve until told to stop."""
    from twisted.internet import reactor
    from twisted.internet.stdio import StandardIO
    from twisted.protocols.basic import LineReceiver

    listen = f"tcp:{sys.argv[1] if len(sys.argv) > 1 else 0}:interface=127.0.0.1"
    required = "required" in sys.argv
    if required:
        start_logging(sys.stderr, verbose=False)
    place = Place(reactor, listen, required=required)

    class Ear(LineReceiver):
        delimiter = b"\n"

        def lineReceived(self, line: bytes) -> None:
            if line == b"renew":
                place.renew()
                return
            Orders(place.house, reactor).obey(line.decode().split())
            print("done", flush=True)

        def connectionLost(self, reason: Any = None) -> None:
            if running.running:
                running.stop()

    running: Any = reactor
    running.callWhenRunning(place.open)
    StandardIO(Ear())  # type: ignore[no-untyped-call]
    running.run()
    place.house.close()


if __name__ == "__main__":
    main()
