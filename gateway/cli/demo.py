"""`foliogate demo`: a hotel on this machine, its exchange, its gateway and its PMS alive, with a page to watch them.

What happens is in `gateway.demo`; here are the folder, the signals, the lines on the terminal and the exit code.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gateway.cli.simulate_past import write_past
from gateway.cli.words import fail

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.demo.balance import Balance
    from gateway.demo.hotel import Hotel
    from gateway.demo.supervisor import Demo


@click.command("demo")
@click.option("--for", "seconds", type=click.FloatRange(min=1), metavar="SECONDS", help="Stop after so many seconds.")
@click.option(
    "--port", type=click.IntRange(0, 65_000), default=8080, show_default=True, help="Where the page is; 0 for any port."
)
@click.option(
    "--rate", type=click.FloatRange(0.5, 600), default=12.0, show_default=True, metavar="N", help="Calls a minute."
)
@click.option(
    "--days", type=click.IntRange(1, 400), default=60, show_default=True, metavar="N", help="Days of history behind it."
)
@click.option(
    "--pms",
    type=click.Choice(["fias", "ows", "guestline"]),
    default="fias",
    show_default=True,
    help="What the PMS speaks: FIAS, OPERA's web services, or Guestline's.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed is another hotel.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep everything there; empty or new.",
)
def demo_command(
    seconds: float | None, port: int, rate: float, days: int, pms: str, seed: int, folder: Path | None
) -> None:
    """Show the whole chain alive on this machine: an exchange, the gateway and a PMS, each a process of its own.

    The hotel has some weeks behind it. Open the page it prints and follow a call from the exchange to the guest's folio;
    cut the PMS, kill the gateway, and see that nothing is lost and nothing charged twice. Ctrl-C ends it with a balance
    of three ledgers that know nothing of each other. Exit code 0 only if that balance holds.

    \b
    foliogate demo --for 60 --rate 30
    foliogate demo --pms ows            the PMS is asked over SOAP, as OPERA's web services are
    foliogate demo --folder hotel       keeps the store, the ledgers and the logs to look at
    """
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    with _place(folder) as where:
        hotel, config = _furnish(where, port, pms, seed)
        write_past(hotel, config, days)
        stands = _spend(hotel, config, seconds, rate)
    if stands is None or not stands.good:
        raise SystemExit(1)


def _leave(number: int, _frame: object) -> NoReturn:
    """Before the reactor runs: leave by the ordinary way, so that the folder goes."""
    raise SystemExit(128 + number)


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    """The folder of the hotel: a temporary one that goes at the end, or the one that was named, which stays."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="foliogate-demo-", ignore_cleanup_errors=True) as made:
            yield Path(made)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"{error.filename or folder} cannot be made: {error.strerror}")
    if any(folder.iterdir()):
        fail(f"{folder} is not empty; name a new folder for the demo's hotel")
    yield folder.absolute()


def _spend(hotel: Hotel, config: Config, seconds: float | None, rate: float) -> Balance | None:
    """Run the processes until they are to end; the balance, or None where it never came to one."""
    from twisted.internet import reactor

    from gateway.clock import utc_now
    from gateway.demo.supervisor import Demo

    evening = _Evening(reactor, seconds)
    demo = Demo(hotel, config, reactor, utc_now, rate=rate, say=click.echo, failed=evening.failed)
    evening.spend(demo)
    return evening.stands


def _furnish(folder: Path, port: int, pms: str, seed: int) -> tuple[Hotel, Config]:
    import random

    from gateway.demo.hotel import Hotel, furnish
    from gateway.demo.pms_kinds import PMS_KINDS
    from gateway.demo.ports import NoPort, choose

    try:
        ports = choose(port, random.SystemRandom())
    except NoPort as error:
        fail(str(error))
    if port and ports.page != port:
        click.echo(f"Port {port} is taken by another program; the page is on {ports.page}.")
    hotel = Hotel(folder=folder, ports=ports, seed=seed, pms=PMS_KINDS[pms])
    return hotel, furnish(hotel)


class _Evening:
    """From the first process to the last: `spend` runs the reactor, `stands` is the balance afterwards."""

    def __init__(self, reactor: Any, seconds: float | None) -> None:
        self._reactor, self._seconds = reactor, seconds
        self._trouble = ""
        self._over = False
        self.stands: Balance | None = None

    def spend(self, demo: Demo) -> None:
        """Run until Ctrl-C, SIGTERM, the time that was given, or trouble; then print the balance."""
        from twisted.internet.defer import Deferred

        from gateway.demo.page import DemoPage

        page = DemoPage(demo, self._reactor, demo.hotel.ports.page)
        self._reactor.callWhenRunning(lambda: Deferred.fromCoroutine(self._begin(demo, page)).addErrback(self._mistake))
        self._reactor.addSystemEventTrigger(
            "before", "shutdown", lambda: Deferred.fromCoroutine(self._end(demo, page)).addErrback(self._mistake)
        )
        self._reactor.callWhenRunning(self._listen_to_signals)
        self._reactor.run()
        if self.stands is not None:
            _print_balance(self.stands)
        if self._trouble:
            fail(self._trouble)

    def failed(self, sentence: str) -> None:
        """The demo cannot go on."""
        if not self._over:
            self._trouble = self._trouble or sentence
            self._stop()

    def _listen_to_signals(self) -> None:
        """Ours instead of the reactor's, which does not like to be stopped twice."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: self._reactor.callFromThread(self._stop))

    def _stop(self) -> None:
        if not self._over:
            self._over = True
            self._reactor.stop()

    def _mistake(self, failure: Any) -> None:
        from twisted.internet.error import CannotListenError

        from gateway.demo.supervisor import NotReady

        if failure.check(NotReady, CannotListenError) is None:
            failure.printTraceback()
        self.failed(failure.getErrorMessage())

    async def _begin(self, demo: Demo, page: Any) -> None:
        await demo.start()
        await page.start()
        click.echo(f"Open http://127.0.0.1:{demo.hotel.ports.page}/  to follow calls from the exchange to the folio")
        if demo.pms_url:
            click.echo(f"     {demo.pms_url}/  is the PMS's own page with its folios")
        click.echo(f"     {demo.gateway_url}/  is the gateway's own page;  Ctrl-C ends the demo")
        if self._seconds is not None:
            self._reactor.callLater(self._seconds, self._stop)

    async def _end(self, demo: Demo, page: Any) -> None:
        self._over = True
        click.echo("Stopping: the exchange first, then what is under way, then the gateway and the PMS.")
        self.stands = await demo.stop()
        await page.stop()


def _print_balance(stands: Balance) -> None:
    """The balance, in the last lines of the demo."""
    from gateway.demo.scene import figures, money_line

    tell: Callable[[str], None] = click.echo
    tell("")
    for words in (*stands.lost, *stands.doubled, *stands.wrong, *stands.doubts, *stands.open):
        tell(f"  {words}")
    tell(f"{stands.calls} calls ended at the exchange; {money_line(stands)} ({stands.booked} charges)")
    tell(", ".join(f"{number} {name}" for name, number, _ in figures(stands)))
    tell(stands.sentence)
