"""Ports for the demo's processes: those people expect where they are free, others where they are not.

The ports are tried here and taken a moment later by another process. To keep that moment harmless they lie below the
range from which the system takes the ports of outgoing connections: a port of that range could be gone before it is
used, and an exchange that redials a gateway which is down could even connect to itself.
"""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from typing import Final

#: Where free ports are looked for when the wanted one is taken: registered ports that few programs use.
LOWEST: Final = 20_000
HIGHEST: Final = 32_000
#: The ports looked through upwards from a wanted one before one is drawn: enough for a few programs side by side.
NEIGHBOURS: Final = 10
#: How often one is drawn before giving up; on a machine where this is not enough, ports are not the trouble.
DRAWS: Final = 200


class NoPort(Exception):
    """No free port was found on loopback; something on this machine holds them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the demo's processes meet, all on 127.0.0.1."""

    page: int
    gateway_page: int
    exchange: int
    pms: int
    pms_control: int


def is_free(port: int) -> bool:
    """True if nobody listens on a port of loopback at this moment."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose(page: int, draw: random.Random) -> Ports:
    """Choose a port for each: from `page` on for the pages; any at all if it is 0. Raises NoPort."""
    taken: set[int] = set()
    wanted = (page, page + 1, 5100, 5010, 5011) if page else (0, 0, 0, 0, 0)
    chosen = [_one(port, taken, draw) for port in wanted]
    return Ports(page=chosen[0], gateway_page=chosen[1], exchange=chosen[2], pms=chosen[3], pms_control=chosen[4])


def _one(wanted: int, taken: set[int], draw: random.Random) -> int:
    near = [wanted + step for step in range(NEIGHBOURS) if 0 < wanted + step < 65_536] if wanted else []
    drawn = (draw.randrange(LOWEST, HIGHEST) for _ in range(DRAWS))
    for port in (*near, *drawn):
        if port not in taken and is_free(port):
            taken.add(port)
            return port
    raise NoPort("no free port was found on 127.0.0.1")
