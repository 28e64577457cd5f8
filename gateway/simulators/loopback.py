"""Keeps the simulators on this machine.

A simulated exchange that dials a real collector books calls nobody made on the folios of real guests; a simulated PMS
that a real gateway can reach swallows real charges. So both ends of every link of a simulator must be on loopback
unless the user says `--beyond-loopback` in so many words.

Endpoint descriptions are Twisted's. Only their plain forms are understood here, and what is not understood is
refused: a check that reads a description in another way than Twisted does would be no check.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_HOST: Final = r"(?P<host>(?:[^:=\\]|\\:)+)"
_CLIENT: Final = re.compile(rf"tcp:{_HOST}:[0-9]{{1,5}}(?::timeout=[0-9]+)?")
_SERVER: Final = re.compile(rf"tcp:[0-9]{{1,5}}:interface={_HOST}(?::backlog=[0-9]+)?")
_ANYWHERE: Final = re.compile(r"tcp:[0-9]{1,5}")


class NotLoopback(ValueError):
    """A simulator was asked to speak to, or to be reached from, another machine; the text is for the user."""


def check_client(description: str, beyond: bool) -> None:
    """Checks where a client endpoint (`tcp:HOST:PORT`) leads; raises NotLoopback with a sentence."""
    _check(description, beyond, _CLIENT, "tcp:127.0.0.1:PORT")


def check_server(description: str, beyond: bool) -> None:
    """Checks from where a server endpoint can be reached; without `interface=` that is from everywhere."""
    _check(description, beyond, _SERVER, "tcp:PORT:interface=127.0.0.1")


def is_loopback(host: str) -> bool:
    """True for localhost, 127.0.0.0/8 and ::1, and for nothing that a resolver could send elsewhere."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(description: str, beyond: bool, form: re.Pattern[str], example: str) -> None:
    found = form.fullmatch(description)
    if beyond or (found is not None and is_loopback(found["host"].replace("\\:", ":"))):
        return
    if found is None and not _ANYWHERE.fullmatch(description):
        raise NotLoopback(f"{description!r} is not understood; write {example}.")
    raise NotLoopback(
        f"{description!r} is not loopback, and simulated calls and charges must not meet real ones. "
        f"Write {example}, or add --beyond-loopback if that is what you want."
    )
