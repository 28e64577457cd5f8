"""`foliogate run`: the gateway as a process, from its configuration until SIGTERM."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from gateway.app.gateway import Gateway
    from gateway.config import Config


@click.command("run")
@config_option
@click.option("--verbose", is_flag=True, help="Also say what is routine.")
def run_command(config_path: Path, verbose: bool) -> None:
    """Take call records from the exchange, price them, and post the charges to the PMS.

    Runs until Ctrl-C or SIGTERM; then it takes no more records, waits for the answer of the posting under way, says
    goodbye to the PMS and ends, within ten seconds. Killed at any moment, it loses nothing that was committed: what
    was sent without an answer is shown as in doubt at the next start.

    \b
    foliogate check --config foliogate.toml     says beforehand whether it will start
    foliogate postings list                     says what became of each charge
    """
    config = read_config(config_path)
    run(config, verbose=verbose)


def run(config: Config, *, verbose: bool = False) -> None:
    """Run a gateway in this process until it is told to stop; ends the program with a sentence if it cannot start."""
    from twisted.internet import reactor

    from gateway.clock import utc_now
    from gateway.logs import start_logging

    start_logging(sys.stderr, verbose=verbose)
    keep_steady(reactor)
    _allow_files()
    trouble: list[str] = []
    reactor.callWhenRunning(_start, config, reactor, utc_now, trouble)
    reactor.run()
    if trouble:
        fail(trouble[0])


def keep_steady(reactor: Any) -> None:
    """Let timers go by the clock that never jumps, before the first one is set.

    Twisted's own choice is the wall clock: put back by an hour, every timer would be an hour late, the watch's too.
    """
    import time

    reactor.seconds = time.monotonic


def _start(config: Config, reactor: Any, now: Any, trouble: list[str]) -> None:
    """Start every part; what prevents it becomes the sentence the program ends with."""
    from importlib.metadata import version

    from twisted.logger import Logger

    from gateway.app.configured import CannotStart
    from gateway.app.gateway import Gateway

    try:
        gateway = Gateway(config, reactor, now, version("foliogate"))
        gateway.start()
    except CannotStart as error:
        trouble.append(str(error))
        reactor.stop()
        return
    except Exception:  # noqa: BLE001  whatever it is: a process that is alive and listens to nothing is worse
        Logger().failure("the start failed")
        trouble.append("the start failed for a reason that is ours to mend; the log says where")
        reactor.stop()
        return
    _spare_the_collector()
    _open_page(gateway, reactor, trouble)
    reactor.addSystemEventTrigger("before", "shutdown", gateway.stop)


def _open_page(gateway: Gateway, reactor: Any, trouble: list[str]) -> None:
    """Start the page of a gateway that runs; what prevents it becomes the sentence the program ends with."""
    from twisted.internet.error import CannotListenError
    from twisted.logger import Logger

    from gateway.web.listening import CertificateUnusable
    from gateway.web.service import WebService

    web, config = WebService(gateway, reactor), gateway.config

    def failed(failure: Any) -> None:
        if failure.check(CannotListenError):
            trouble.append(f"the page's port {config.web.port} is taken by another program; change [web] listen")
        elif failure.check(CertificateUnusable):
            trouble.append(f"the page failed to start: {failure.getErrorMessage()}")
        else:
            Logger().failure("the page failed to start", failure)
            trouble.append("the page failed to start; the log says where")
        reactor.stop()

    started = web.start()
    started.addCallback(lambda port: click.echo(f"foliogate: the page is at {config.web.url(port)}/", err=True))
    started.addErrback(failed)
    reactor.addSystemEventTrigger("before", "shutdown", web.stop)


def _allow_files() -> None:
    """Let this process have as many connections and files open as it may: the usual 1,024 are fewer than our own bounds.

    At the limit the store could not open its files, and one exchange's connections would end the posting of charges.
    """
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _spare_the_collector() -> None:
    """Leave what is loaded out of every garbage collection, and collect seldom: an eighth of the time of a record."""
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
