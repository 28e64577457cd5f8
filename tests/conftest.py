"""What guards every test, and the fixtures they share.

Twisted lets trouble pass in silence: a failure that was logged, a Deferred dropped with its error, a timer left
behind. pytest would call such a test green. `nothing_left_over` does not. Warnings are errors (pyproject.toml), and
pytest itself turns unraisable exceptions and failed threads into warnings.
"""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogPublisher
from twisted.python.failure import Failure
from zope.interface import implementer

from tests.foreign.judge import Judge
from tests.foreign.php_peer import PhpPms, php_pms
from tests.peers import peer, unused_port
from tests.postgres import fresh_database, postgres_server
from tests.stores import empty, lay_empty_store, made_on

__all__ = ["LoggedFailures", "peer"]

# The machine that runs the tests is shared: a deadline per example says more about the neighbours than about us.
settings.register_profile("house", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("house")

#: The databases that a store may be.
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
_database_numbers = itertools.count(1)


@implementer(ILogObserver)
class LoggedFailures:
    """What Twisted's log heard during one test at level critical, or with a failure. A test takes what it expects."""

    def __init__(self) -> None:
        self._events: list[LogEvent] = []

    def __call__(self, event: LogEvent) -> None:
        """Hear one event of the log."""
        if event.get("log_format") == "Unhandled error in Deferred:" and "log_failure" not in event:
            return  # a mere heading: the failure itself is the next event
        if "log_failure" in event or event.get("log_level") is LogLevel.critical:
            self._events.append(event)

    def take(self, kind: type[BaseException]) -> list[Failure]:
        """Return the failures of this kind that were logged so far, and forget them: the test expected them."""
        taken = [event for event in self._events if _is(event, kind)]
        self._events = [event for event in self._events if not _is(event, kind)]
        return [event["log_failure"] for event in taken]

    def forget(self, words: str) -> None:
        """Forget whatever was logged with these words in it: the test expected that, as often as it came."""
        self._events = [event for event in self._events if words not in _sentence(event)]

    def sentences(self) -> list[str]:
        """Return what nobody took, ready to be read."""
        return [_sentence(event) for event in self._events]


def _is(event: LogEvent, kind: type[BaseException]) -> bool:
    failure = event.get("log_failure")
    return isinstance(failure, Failure) and issubclass(failure.type or type(None), kind)


def _sentence(event: LogEvent) -> str:
    failure = event.get("log_failure")
    trace = failure.getTraceback() if isinstance(failure, Failure) else ""
    return f"logged: {formatEvent(event)}\n{trace}".rstrip()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder they are in, before marks decide what runs: a forgotten mark must not slow every run."""
    for item in items:
        for kind in ("acceptance", "browser", "bench"):
            if kind in item.path.parts[-2:-1]:
                item.add_marker(kind)


def pytest_collection_finish() -> None:
    """Put what is loaded out of the garbage collector's sight, so that a full collection after each test is quick."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def logged_failures() -> Iterator[LoggedFailures]:
    """Fail the test for a logged failure, a dropped Deferred's error or a timer it left on the reactor."""
    heard = LoggedFailures()
    before = set(_timers())
    globalLogPublisher.addObserver(heard)
    try:
        yield heard
        gc.collect()  # a Deferred reports its unhandled error when it is collected
        gc.freeze()  # what survived is alive: the next test's collection need not walk it again
    finally:
        globalLogPublisher.removeObserver(heard)
        timers = [timer for timer in _timers() if timer not in before]
        for timer in timers:
            timer.cancel()
    found = heard.sentences() + [f"left on the reactor: {timer}" for timer in timers]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def _timers() -> list[IDelayedCall]:
    reactor = sys.modules.get("twisted.internet.reactor")  # looked up, because importing it would install one
    return [] if reactor is None else list(reactor.getDelayedCalls())


@pytest.fixture
def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    return unused_port()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The installed Chromium."""
    return peer("chromium")


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """JAX-WS with schema validation, the same process for the whole run."""
    made = Judge(tmp_path_factory.mktemp("judge"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def php_ows(tmp_path: Path) -> Iterator[PhpPms]:
    """OPERA's web services, played by PHP."""
    with php_pms("ows", tmp_path) as pms:
        yield pms


@pytest.fixture
def php_guestline(tmp_path: Path) -> Iterator[PhpPms]:
    """Guestline Rezlynx, played by PHP."""
    with php_pms("guestline", tmp_path) as pms:
        yield pms


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of a real PostgreSQL's maintenance database, the same server for the whole run."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database on the real PostgreSQL."""
    with fresh_database(postgres_url, f"test_{next(_database_numbers)}") as url:
        yield url


@pytest.fixture(scope="session")
def made_on_postgres(postgres_url: str) -> Iterator[str]:
    """The SQLAlchemy URL of a store on the real PostgreSQL, the same for the whole run."""
    with made_on(postgres_url) as url:
        yield url


@pytest.fixture(params=BOTH)
def bare_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is to be made, once for each database that a store may be: nothing is there, not even a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store of the present schema, once for each database that a store may be."""
    if request.param == "sqlite":
        lay_empty_store(tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"
    return empty(request.getfixturevalue("made_on_postgres"))
