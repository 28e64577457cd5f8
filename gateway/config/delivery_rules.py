"""What the tables of recipients, schedules and accounts must be together, beside the checks of their single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from gateway.config.delivery import ACCOUNTING, WAYS
from gateway.config.lines import Path

Table: TypeAlias = Mapping[str, Any]
Finding: TypeAlias = tuple[Path, str]

_WRITTEN: Final = {
    "mail": 'mail = ["gm@example.org"]',
    "folder": 'folder = "/srv/reports"',
    "sftp": 'sftp = "sftp://user@host/folder"',
    "hook": 'hook = "https://example.org/reports"',
}
#: Keys that belong to one way alone.
_OF_WAY: Final = {"host_key": "sftp", "key": "sftp", "password": "sftp", "secret": "hook"}


def delivery_findings(document: Table, recipients: Sequence[Table], schedules: Sequence[Table]) -> Iterator[Finding]:
    """Everything that is wrong between the keys, each with the path of the key to look at."""
    for place, one in enumerate(recipients):
        yield from _recipient(one, ("recipients", place), "mail" in document)
    names = {one.get("name") for one in recipients if isinstance(one.get("name"), str)}
    for place, one in enumerate(schedules):
        yield from _schedule(one, ("schedules", place), names)
        if one.get("report") == ACCOUNTING and "accounting" not in document:
            yield (
                ("schedules", place, "report"),
                "accounts are needed for this; write [accounting], see docs/delivery.md",
            )
    yield from _accounting(document.get("accounting"))


def _recipient(one: Table, path: Path, has_mail: bool) -> Iterator[Finding]:
    ways = [way for way in WAYS if way in one]
    if not ways:
        yield path, f"how he is reached is not said; write one of {', '.join(_WRITTEN.values())}"
    elif len(ways) > 1:
        yield (
            (*path, ways[1]),
            f"only one of {' and '.join(ways)} can be used; make another [[recipients]] for the other",
        )
    if one.get("mail") == []:
        yield (*path, "mail"), f"nobody is named; write {_WRITTEN['mail']}"
    if "mail" in one and not has_mail:
        yield (*path, "mail"), "there is no mail server; write [mail] with host, sender and to"
    for key, way in _OF_WAY.items():
        if key in one and way not in one:
            yield (*path, key), f"this key is for {way} alone; remove it, or write {_WRITTEN[way]}"
    if "sftp" in one:
        if "host_key" not in one:
            yield (
                path,
                'the server\'s key is needed, so that no other one gets the files; write host_key = "ssh-ed25519 ..."',
            )
        if ("key" in one) == ("password" in one):
            yield path, 'it logs in by one of both; write key = "file:PATH" or password = "env:NAME"'
    if "hook" in one and "secret" not in one:
        yield path, 'what is sent is signed; write secret = "env:NAME"'


def _schedule(one: Table, path: Path, names: set[Any]) -> Iterator[Finding]:
    every, closed = one.get("every"), one.get("when_closed", "run")
    for key, wanted in (("weekday", "weekly"), ("day", "monthly")):
        if key in one and isinstance(every, str) and every != wanted:
            yield (*path, key), f'this key is for every = "{wanted}" alone; remove it'
    hourly = isinstance(every, str) and every.endswith(("hour", "hours"))
    if hourly and closed in ("next", "previous"):
        yield (*path, "when_closed"), 'what comes several times a day is not moved to another; write "run" or "skip"'
    if every == "daily" and closed == "previous":
        yield (*path, "when_closed"), 'the day would not be over yet; write "next" or "skip"'
    if one.get("report") == ACCOUNTING and (hourly or one.get("period") == "today"):
        yield path, 'days are exported when they are over; write every = "daily" and leave period out'
    if one.get("report") == ACCOUNTING and one.get("period") == "month to date":
        yield (*path, "period"), 'each day is exported once; write "yesterday", "last week" or "last month"'
    listed = one.get("to", [])
    for name in listed if isinstance(listed, list) else []:
        if isinstance(name, str) and name not in names:
            yield (*path, "to"), f'there is no [[recipients]] named "{name}"; write one'
    if isinstance(listed, list) and len(set(map(repr, listed))) < len(listed):
        yield (*path, "to"), "somebody stands there twice; name each one once"
    if "table" in one and "csv" not in one.get("forms", ()):
        yield (*path, "table"), 'a table is chosen for CSV, which holds but one; write forms = ["csv"]'


def _accounting(accounts: object) -> Iterator[Finding]:
    if not isinstance(accounts, dict):
        return
    if ("departments" in accounts) != ("recovered" in accounts):
        there, missing = ("departments", "recovered") if "departments" in accounts else ("recovered", "departments")
        yield ("accounting", there), f"calls of the house are booked from one account to another; write {missing} too"
    if accounts.get("separator", ",") == accounts.get("decimal_mark", "."):
        yield ("accounting", "separator"), 'separator and decimal mark are the same; write for example separator = ";"'
    columns = accounts.get("columns", [])
    for place, one in enumerate(columns if isinstance(columns, list) else []):
        if isinstance(one, dict) and ("value" in one) == ("text" in one):
            yield (
                ("accounting", "columns", place),
                'a column has either a value or a fixed text; write for example value = "account"',
            )
    if accounts.get("columns") == []:
        yield (
            ("accounting", "columns"),
            'a file needs columns; leave the key out, or write [{ title = "Account", value = "account" }]',
        )
