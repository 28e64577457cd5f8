"""Foreign programs that some tests talk to: where they are, and what to say when they are not installed.

A missing peer skips the test with the package that brings it. With REQUIRE_PEERS=1, as in continuous integration, it
is a failure instead: a green run must mean that everything ran.
"""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A foreign program: the names it goes by, the folders beside PATH where distributions put it, its package."""

    names: tuple[str, ...]
    package: str
    folders: tuple[str, ...] = ()


PEERS = {
    "chromium": Peer(names=("chromium", "chromium-browser", "google-chrome"), package="chromium"),
    "cc": Peer(names=("cc", "gcc"), package="gcc libc6-dev"),
    "initdb": Peer(names=("initdb",), package="postgresql", folders=("/usr/lib/postgresql/*/bin",)),
    "postgres": Peer(names=("postgres",), package="postgresql", folders=("/usr/lib/postgresql/*/bin",)),
    "php": Peer(names=("php",), package="php-cli php-soap"),
    "java": Peer(names=("java",), package="default-jdk-headless"),
    "javac": Peer(names=("javac",), package="default-jdk-headless"),
    "slapd": Peer(names=("slapd",), package="slapd", folders=("/usr/sbin", "/usr/lib/openldap")),
    "ldapadd": Peer(names=("ldapadd",), package="ldap-utils"),
    "wsimport": Peer(names=("wsimport",), package="jaxws libjaxws-java default-jdk-headless"),
}


def peer(name: str) -> Path:
    """Return where the program is; skip the test, or fail it under REQUIRE_PEERS=1, where it is missing."""
    wanted = PEERS[name]
    found = find(wanted)
    if found is None:
        missing(name, wanted.package)
    return found


def find(wanted: Peer) -> Path | None:
    """Return the program's path: what PATH finds first, else the newest that a distribution's folder holds."""
    for name in wanted.names:
        if in_path := shutil.which(name):
            return Path(in_path)
        for folder in wanted.folders:
            if beside := sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}"), key=_version, reverse=True):
                return beside[0]
    return None


def missing(name: str, package: str) -> NoReturn:
    """Skip or fail, with the sentence that says what to install."""
    sentence = f"{name} is not installed; on Debian or Ubuntu: sudo apt-get install {package}"
    if os.environ.get("REQUIRE_PEERS") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def unused_port() -> int:
    """Return a TCP port on loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _version(program: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in program.parts if part.isdigit())
