"""Endpoint strings for TCP, the spelling that Twisted gave them, checked before anything listens or connects.

`tcp:8080:interface=127.0.0.1` listens, `tcp:10.0.0.7:1752` connects. The grammar is that of
`twisted.internet.endpoints.serverFromString` and `clientFromString`: parts between colons, `\\` takes the special
meaning from the character after it (an IPv6 address needs that), `name=value` for the arguments with names. Twisted
would find most mistakes too, but at start-up, one at a time and in a programmer's words.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

# The highest TCP port there is: sixteen bits.
MAX_PORT = 65535
LISTEN_EXAMPLE = '"tcp:5100:interface=127.0.0.1"'
UDP_EXAMPLE = '"udp:514:interface=127.0.0.1"'
CONNECT_EXAMPLE = '"tcp:192.168.1.20:5010"'


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint string points: a host name or address ("" = every interface) and a port (0 = any free one)."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """True where nobody but this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def overlaps(self, other: Address) -> bool:
        """True where both cannot be listened on at once."""
        same_host = self.host == other.host or "" in (self.host, other.host)
        return same_host and self.port == other.port != 0


def web_address(url: str) -> Address:
    """Where a web service is whose address was found good."""
    parts = urlsplit(url)
    return Address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def listen_address(text: str) -> Address:
    """Read where a server endpoint string listens. ValueError carries the sentence for whoever wrote it."""
    positional, named = _parts(text, LISTEN_EXAMPLE)
    port, interface = _take(positional, named, ("port", "interface"), text, LISTEN_EXAMPLE, {"backlog"})
    if port is None:
        raise ValueError(f"{text!r} names no port; write for example {LISTEN_EXAMPLE}")
    return Address(_listen_host(interface or "", text), _port(port, text, least=0))


def datagram_address(text: str) -> Address:
    """Read on which UDP port datagrams are awaited. ValueError carries the sentence for whoever wrote it."""
    positional, named = _parts(text, UDP_EXAMPLE, "udp")
    port, interface = _take(positional, named, ("port", "interface"), text, UDP_EXAMPLE, set())
    if port is None:
        raise ValueError(f"{text!r} names no port; write for example {UDP_EXAMPLE}")
    return Address(_listen_host(interface or "", text), _port(port, text, least=0))


def connect_address(text: str) -> Address:
    """Read where a client endpoint string connects. ValueError carries the sentence for whoever wrote it."""
    positional, named = _parts(text, CONNECT_EXAMPLE)
    host, port = _take(positional, named, ("host", "port"), text, CONNECT_EXAMPLE, {"timeout", "bindAddress"})
    if not host or port is None:
        raise ValueError(f"{text!r} must name a host and a port; write for example {CONNECT_EXAMPLE}")
    return Address(host, _port(port, text, least=1))


def _parts(text: str, example: str, wanted: str = "tcp") -> tuple[list[str], dict[str, str]]:
    """Split at colons, unescape, and set the named arguments apart."""
    positional: list[str] = []
    named: dict[str, str] = {}
    for name, value in map(_unescape, _split(text)):
        if name is None:
            positional.append(value)
        else:
            named[name] = value
    kind = positional.pop(0) if positional else ""
    if kind in {"tls", "ssl"}:
        raise ValueError(f"TLS is not in this release; write for example {example}")
    if kind != wanted:
        raise ValueError(f"{text!r} is not an endpoint string for {wanted.upper()}; write for example {example}")
    return positional, named


def _split(text: str) -> list[str]:
    parts, current, escaped = [], "", False
    for character in text:
        if character == ":" and not escaped:
            parts.append(current)
            current = ""
        else:
            current += character
        escaped = character == "\\" and not escaped
    return [*parts, current]


def _unescape(part: str) -> tuple[str | None, str]:
    """Return the argument's name, or None for one that is told by its place, and its value."""
    name: str | None = None
    value, escaped = "", False
    for character in part:
        if escaped:
            value, escaped = value + character, False
        elif character == "\\":
            escaped = True
        elif character == "=" and name is None:
            name, value = value, ""
        else:
            value += character
    return name, value


def _take(
    positional: list[str],
    named: Mapping[str, str],
    order: tuple[str, str],
    text: str,
    example: str,
    others: set[str],
) -> tuple[str | None, str | None]:
    """Return the two arguments in `order`, each given by place or by name."""
    allowed = {*order, *others}
    unknown = sorted(set(named) - allowed)
    if unknown:
        raise ValueError(f"{text!r} has an argument {unknown[0]!r} that TCP does not know; write for example {example}")
    by_place = dict(zip(order, positional, strict=False))
    if len(positional) > len(by_place) or by_place.keys() & named.keys():
        raise ValueError(f"{text!r} says something twice or too much; write for example {example}")
    first, second = (named.get(name, by_place.get(name)) for name in order)
    return first, second


def _listen_host(interface: str, text: str) -> str:
    if interface in {"", "localhost"}:
        return interface
    try:
        address = ipaddress.ip_address(interface)
    except ValueError:
        raise ValueError(
            f"{text!r} must name the interface by its address; write for example {LISTEN_EXAMPLE}"
        ) from None
    return "" if address.is_unspecified else interface


def _port(port: str, text: str, *, least: int) -> int:
    if not (port.isascii() and port.isdigit() and least <= int(port) <= MAX_PORT):
        raise ValueError(f"{port!r} in {text!r} is not a port; write a number from 1 to {MAX_PORT}")
    return int(port)
