"""Protects the tests themselves: what goes wrong in silence under Twisted fails a test here, and peers are really started."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import LoggedFailures
from tests.stores import empty

pytest_plugins = ["pytester"]

CONFTEST = "from tests.conftest import *\nfrom tests.conftest import logged_failures, pytest_collection_finish\n"


SILENT_TROUBLE = """
from twisted.internet.defer import fail
from twisted.logger import Logger
from twisted.python.failure import Failure

def test_logs_a_failure():
    Logger().failure("while pretending", Failure(ValueError("lost in the log")))

def test_drops_a_deferred():
    fail(ValueError("nobody listens"))

def test_forgets_a_timer():
    from twisted.internet import reactor
    reactor.callLater(3600, print)

class Wrong:
    def __del__(self):
        raise ValueError("in a destructor")

def test_raises_where_nobody_can_catch():
    Wrong()

def test_warns():
    import warnings
    warnings.warn("mind the step")

def test_is_tidy():
    pass
"""


def test_each_kind_of_silent_trouble_is_an_error_of_the_test_that_made_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(SILENT_TROUBLE)
    pytester.makepyprojecttoml('[tool.pytest]\nfilterwarnings = ["error"]\n')
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", "--tb=line", "-rA")
    printed = result.stdout.str()
    for title, trouble in (
        ("ERROR at teardown of test_logs_a_failure", "logged: while pretending"),
        ("ERROR at teardown of test_drops_a_deferred", "nobody listens"),
        ("ERROR at teardown of test_forgets_a_timer", "left on the reactor: "),
    ):
        assert trouble in printed.partition(title)[2], printed
    outcomes = result.parseoutcomes()
    assert (outcomes["errors"], outcomes["failed"]) == (3, 2), printed
    result.stdout.fnmatch_lines(["FAILED *::test_raises_where_nobody_can_catch*", "FAILED *::test_warns*"])
    result.stdout.no_re_match_line(r"(FAILED|ERROR) .*::test_is_tidy")


def test_an_expected_failure_is_taken_and_harmless(logged_failures: LoggedFailures) -> None:
    from twisted.internet.defer import Deferred, fail

    dropped: Deferred[None] = fail(KeyError("expected"))
    del dropped
    assert [failure.type for failure in logged_failures.take(KeyError)] == [KeyError]
    assert logged_failures.take(KeyError) == []


@given(st.integers())
def test_the_guard_does_not_stand_in_the_way_of_hypothesis(number: int) -> None:
    assert number == int(str(number))


def test_a_missing_peer_skips_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.peers import missing

    monkeypatch.delenv("REQUIRE_PEERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        missing("chromium", "chromium")


def test_a_missing_peer_is_a_failure_where_peers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.peers import missing

    monkeypatch.setenv("REQUIRE_PEERS", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install postgresql"):
        missing("initdb", "postgresql")


@pytest.mark.postgres
def test_the_postgres_of_the_tests_is_a_real_and_empty_one(postgres_database: str) -> None:
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as connection:
        version = connection.execute("SELECT version()").fetchone()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert version is not None
    assert version[0].startswith("PostgreSQL")
    assert tables == (0,)


def _rows(url: str) -> list[int]:
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    with engine.begin() as connection:
        tables = [name for name in inspect(connection).get_table_names() if name != "schema_version"]
        counted = [connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables]
    engine.dispose()
    return counted


def test_every_store_url_is_that_of_a_store_without_a_row(store_url: str) -> None:
    counted = _rows(store_url)
    assert len(counted) > 20
    assert set(counted) == {0}


@pytest.mark.postgres
def test_a_store_is_emptied_of_whatever_a_test_left_in_it_and_of_whoever_still_looks(made_on_postgres: str) -> None:
    from tests.gateway.rig import Rig, line

    rig = Rig(made_on_postgres)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    assert sum(_rows(made_on_postgres)) > 3
    with psycopg.connect(made_on_postgres.replace("+psycopg", "")) as left_over:
        left_over.execute("SELECT * FROM calls")
        assert set(_rows(empty(made_on_postgres))) == {0}
        with pytest.raises(psycopg.OperationalError):
            left_over.execute("SELECT 1")
    rig.close()
