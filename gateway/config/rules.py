"""What several keys must be together: checked on the document as it was read, beside the checks of single values.

They run on raw TOML, whatever else is wrong in it, so that one look at the list of problems is enough. Where a value
has the wrong type, they say nothing: the check of that value does.
"""

from __future__ import annotations

import os.path
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from gateway.config import sign_in
from gateway.config.carrier_bills import bill_findings
from gateway.config.checks import country, currency, tariff_texts
from gateway.config.day_rule import day_findings
from gateway.config.delivery_rules import delivery_findings
from gateway.config.endpoints import Address, listen_address
from gateway.config.exchanges import exchange_findings
from gateway.config.inbound import number_findings
from gateway.config.lines import Path
from gateway.config.lists import list_findings
from gateway.config.office import office_findings
from gateway.config.privacy import privacy_findings
from gateway.config.settings import FIAS_KEYS
from gateway.config.trunks import trunk_findings

Table: TypeAlias = Mapping[str, Any]
Finding: TypeAlias = tuple[Path, str]

OFFICE: Final = ("working_hours", "account_codes", "budgets", "flat_rates")
ASSIGNED_TO: Final = ("groups", "rooms", "tenant", "departments")
_WAYS: Final[Mapping[str, str]] = {
    "connect": 'connect = "tcp:host:port"',
    "url": 'url = "https://host/path"',
    "listen": 'listen = "tcp:5020:interface=127.0.0.1"',
    "serial": 'serial = "/dev/ttyS0@9600,8N1"',
}


def findings(document: Table, folder: FilePath) -> Iterator[Finding]:
    """Yield everything that is wrong between keys, each with the path of the key to look at."""
    yield from _shape(document)
    exchanges, systems = tables(document, "pbx"), tables(document, "pms")
    yield from exchange_findings(exchanges)
    yield from _systems(systems)
    yield from _names(exchanges, "pbx")
    for key in ("hook", "recipients", "schedules"):
        yield from _names(tables(document, key), key)
    yield from _mail(document.get("mail"))
    yield from _read_twice(exchanges, folder)
    yield from _listeners(document)
    yield from _rooms(document.get("rooms"))
    yield from _tariff(document, folder)
    yield from _assignments(document.get("tariff"))
    yield from sign_in.findings(document)
    yield from trunk_findings(tables(document, "trunks"))
    yield from list_findings(tables(document, "lists"), folder)
    yield from bill_findings(document.get("carrier_bills"))
    yield from day_findings(document)
    yield from number_findings(tables(document, "numbers"))
    yield from privacy_findings(document.get("privacy"))
    yield from office_findings(document, {key: tables(document, key) for key in OFFICE})
    yield from delivery_findings(document, tables(document, "recipients"), tables(document, "schedules"))


def tables(document: Table, key: str) -> Sequence[Table]:
    """Return the tables of an array as far as they are tables."""
    value = document.get(key, [])
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


def _shape(document: Table) -> Iterator[Finding]:
    for key in ("pbx", "pms", "hook", "trunks", "numbers", "lists", "recipients", "schedules", *OFFICE):
        if isinstance(document.get(key), dict):
            yield (key,), f"there may be several of these: write [[{key}]] with two brackets"
    if not document.get("pbx"):
        yield ("pbx",), "no telephone exchange is described; write a table [[pbx]] with name, dialect and listen"


def _systems(systems: Sequence[Table]) -> Iterator[Finding]:
    if len(systems) > 1:
        yield ("pms", 1), "one PMS is as many as this release can post to; keep one [[pms]] and remove the others"
    for place, system in enumerate(systems):
        yield from _system(system, place)


def _system(system: Table, place: int) -> Iterator[Finding]:
    """What the adapter allows: how its PMS is reached, and whose keys it may have."""
    from pms_adapters.catalog import ADAPTERS

    name = system.get("adapter")
    kind = ADAPTERS.get(name) if isinstance(name, str) else None
    ways = kind.ways if kind is not None else ("connect",)
    used = [way for way in ways if way in system]
    if ways and not any(way in system for way in _WAYS):
        yield ("pms", place), f"where the PMS is, is not said; write {' or '.join(_WAYS[way] for way in ways)}"
    if len(used) > 1:
        yield ("pms", place, used[1]), f"only one of {' and '.join(used)} can be used; remove the other"
    for way in _WAYS:
        if kind is not None and way in system and way not in ways:
            words = " or ".join(_WAYS[one] for one in ways)
            instead = f"write {words} instead" if ways else "it asks us: remove this key"
            yield ("pms", place, way), f"{name} is not reached so; {instead}"
    for key in FIAS_KEYS:
        if kind is not None and name != "fias" and key in system:
            yield ("pms", place, key), f"this key is for the adapter fias alone; what {name} needs stands in options"


def _names(exchanges: Sequence[Table], key: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, exchange in enumerate(exchanges):
        name = exchange.get("name")
        if isinstance(name, str):
            if name in seen:
                yield (key, place, "name"), f'"{name}" is the name of another [[{key}]]; give each one its own'
            seen.add(name)


def _mail(mail: object) -> Iterator[Finding]:
    """A log-in needs both halves, and goes over TLS or stays on this machine."""
    if not isinstance(mail, dict):
        return
    if ("username" in mail) != ("password" in mail):
        there, missing = ("username", "password") if "username" in mail else ("password", "username")
        yield ("mail", there), f"a log-in needs {missing} too; write it, or leave both out"
    local = mail.get("host") in {"localhost", "127.0.0.1", "::1"}
    if mail.get("security") == "none" and "username" in mail and not local:
        yield ("mail", "security"), 'the password would go over the network in the clear; write security = "starttls"'


def _read_twice(exchanges: Sequence[Table], folder: FilePath) -> Iterator[Finding]:
    """One place that two exchanges read from: the gateway would take each call for two, and charge both."""
    seen: set[tuple[str, object]] = set()
    for place, exchange in enumerate(exchanges):
        for transport in ("connect", "file"):
            where = exchange.get(transport)
            if isinstance(where, str) and "\0" not in where:
                source = (transport, where if transport == "connect" else os.path.normpath(folder / where))
                if source in seen:
                    yield ("pbx", place, transport), "another [[pbx]] reads this too: each call would be charged twice"
                seen.add(source)


def _listeners(document: Table) -> Iterator[Finding]:
    """Two parts that listen on one port: the second could never start."""
    taken: list[tuple[Path, Address]] = []
    for path, address in _listening(document):
        for other, its_address in taken:
            if address.overlaps(its_address):
                yield path, f"port {address.port} is used by {other[0]} too; give each its own"
                break
        taken.append((path, address))


def _listening(document: Table) -> Iterator[tuple[Path, Address]]:
    web = document.get("web")
    places: list[tuple[Path, object]] = [(("web", "listen"), web.get("listen") if isinstance(web, dict) else None)]
    for key, names in (("pbx", ("listen", "push", "relay")), ("pms", ("listen",))):
        places += [
            ((key, place, name), table.get(name)) for place, table in enumerate(tables(document, key)) for name in names
        ]
    for path, text in places:
        if isinstance(text, str):
            try:
                yield path, listen_address(text)
            except ValueError:
                continue  # the check of the value says so


def _rooms(rooms: object) -> Iterator[Finding]:
    if not isinstance(rooms, dict):
        return
    mapped, departments = rooms.get("map"), rooms.get("departments")
    if isinstance(mapped, dict) and isinstance(departments, dict):
        for extension in mapped.keys() & departments.keys():
            yield (
                ("rooms", "departments", extension),
                "this extension is under map too; it is a room's or a department's",
            )
    ranges = rooms.get("extensions")
    for place, item in enumerate(ranges if isinstance(ranges, list) else []):
        if isinstance(item, dict):
            yield from _range(item.get("from"), item.get("to"), place)


def _range(first: object, last: object, place: int) -> Iterator[Finding]:
    path: Path = ("rooms", "extensions", place)
    if not (isinstance(first, str) and isinstance(last, str)):
        return
    if len(first) != len(last):
        yield path, f'"{first}" and "{last}" differ in length; write one range for each length, leading zeros included'
    elif first > last:
        yield path, f'"{first}" comes after "{last}"; write the smaller one under from'


def _tariff(document: Table, folder: FilePath) -> Iterator[Finding]:
    """A property without rates: the one thing a new hotel always lacks, so the sentence gives the whole command."""
    tariff = document.get("tariff", {})
    name = tariff.get("folder", "tariffs") if isinstance(tariff, dict) else None
    if not isinstance(name, str) or "\0" in name or not name:
        return
    command = _init_command(document.get("property"), folder / name)
    if "tariff" not in document:
        yield ("tariff",), f'no rates: run {command}, then write [tariff] folder = "{name}"'
    elif isinstance(tariff, dict) and not isinstance(tariff.get("assign", []), list):
        yield ("tariff", "assign"), "there may be several of these: write [[tariff.assign]] with two brackets"
    elif not tariff_texts(folder / name):
        yield ("tariff", "folder"), f"no rates: there are no tariff texts in {folder / name}; run {command}"


def _assignments(tariff: object) -> Iterator[Finding]:
    """Each assignment names bearers of one kind, and days in order."""
    listed = tariff.get("assign") if isinstance(tariff, dict) else None
    for place, one in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(one, dict):
            continue
        path: Path = ("tariff", "assign", place)
        if sum(1 for name in ASSIGNED_TO if one.get(name)) != 1:
            yield path, f"it must say to whom the tariff is given: exactly one of {', '.join(ASSIGNED_TO)}"
        first, last = one.get("from"), one.get("to")
        if type(first) is date and type(last) is date and last < first:
            yield (*path, "to"), f"{last} is before {first}; the days go from the earlier one to the later"


def _init_command(hotel: object, folder: FilePath) -> str:
    """Return the command that writes a tariff, ready to be pasted where the user stands."""
    said = hotel if isinstance(hotel, dict) else {}
    here = FilePath.cwd()
    place = folder.relative_to(here) if folder.is_relative_to(here) else folder
    country_code = _if_good(country, said.get("country"), "CC")
    currency_code = _if_good(currency, said.get("currency"), "CUR")
    return f"foliogate tariff init {shlex.quote(str(place))} --country {country_code} --currency {currency_code}"


def _if_good(check: Callable[[str], str], value: object, otherwise: str) -> str:
    try:
        return check(value) if isinstance(value, str) else otherwise
    except ValueError:
        return otherwise
