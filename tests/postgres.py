"""A real PostgreSQL for the tests, started from the installed binaries and gone afterwards.

PostgreSQL refuses to run as root; where the tests do, as in a container, it is started as an unprivileged user, in a
folder that belongs to that user. It listens on loopback only, on a free port, and does not sync its files: what a test
stores need not survive a power cut.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.peers import peer, unused_port

START_SECONDS = 30.0  # initdb and the first start take 2 s on an idle machine
ATTEMPTS = 3  # somebody else may take the free port between our look and the server's bind


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server; yields the SQLAlchemy URL of its maintenance database."""
    initdb, postgres = peer("initdb"), peer("postgres")
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="foliogate-postgres-"))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _initialise(initdb, folder, account)
        process, port = _start(postgres, folder, account)
        try:
            yield f"postgresql+psycopg://foliogate@127.0.0.1:{port}/postgres"
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server_url: str, name: str) -> Iterator[str]:
    """Create an empty database on the server; yields its SQLAlchemy URL, and drops it afterwards."""
    maintenance = server_url.replace("+psycopg", "")
    _run_sql(maintenance, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield server_url.removesuffix("/postgres") + "/" + name
    finally:
        _run_sql(maintenance, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run_sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _account() -> pwd.struct_passwd | None:
    """Return whom to run as: None for ourselves, else the user the package made, else nobody."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.fail("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody` to run it as")


def _popen(account: pwd.struct_passwd | None, folder: Path, command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in a terminal is for the tests; they stop the server themselves
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
        )


def _initialise(initdb: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    log = folder / "initdb.log"
    command = [str(initdb), "-D", str(folder / "data"), "-U", "foliogate", "--auth=trust", "--encoding=UTF8"]
    process = _popen(account, folder, [*command, "--locale=C", "--no-sync"], log)
    if process.wait(START_SECONDS) != 0:
        pytest.fail(f"initdb failed:\n{_tail(log)}", pytrace=False)


def _start(postgres: Path, folder: Path, account: pwd.struct_passwd | None) -> tuple[subprocess.Popen[bytes], int]:
    log = folder / "postgres.log"
    settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off", "shared_buffers=16MB"]
    for _ in range(ATTEMPTS):
        port = unused_port()
        command = [str(postgres), "-D", str(folder / "data"), "-p", str(port)]
        for setting in settings:
            command += ["-c", setting]
        process = _popen(account, folder, command, log)
        if _until(lambda: process.poll() is not None or _answers(port)) and process.poll() is None:  # noqa: B023
            return process, port
        _stop(process)
    pytest.fail(f"PostgreSQL did not start:\n{_tail(log)}", pytrace=False)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="foliogate", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, which ends sessions; insist after ten seconds."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
