"""Which column of which table may hold something about a guest: the register that erasing, retention, export and their tests share.

Every column of text or bytes stands here exactly once; a test says so of any that is missing, so that a new table cannot be
forgotten. Four kinds may hold something of a guest:

    NUMBER   a telephone number outside the house
    NAME     a guest's name, or what the PMS says of the person
    WORDS    sentences and JSON in which a name or a number may stand, by whoever wrote them
    BYTES    what an exchange sent
    TIE      what ties a row to a guest or a room: it stays as long as the amounts have to, and goes with them

and two may not: STAFF (people who work here, under rules of their own) and PLAIN (codes, figures, names of things).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from sqlalchemy import LargeBinary, Table, Text

from gateway.store import schema

Kind: TypeAlias = Literal["NUMBER", "NAME", "WORDS", "BYTES", "TIE", "STAFF", "PLAIN"]

_COLUMNS: Final[Mapping[str, Mapping[Kind, str]]] = {
    "records": {"BYTES": "raw", "WORDS": "reason", "PLAIN": "source kind mark"},
    "calls": {
        "NUMBER": "dialled caller number",
        "WORDS": "reason warnings place",
        "TIE": "extension holders room reservation call_key",
        "PLAIN": "source status direction trunk department number_class currency tariff tariff_version prefix trace "
        "trunk_group aoc_amount aoc_currency carrier cost_currency cost_tariff cost_version cost_trace trunk_uses",
    },
    "arrivals": {"NUMBER": "caller", "PLAIN": "did outcome stages"},
    "contacts": {"NUMBER": "number"},
    "number_tags": {"NUMBER": "number", "WORDS": "tag why", "STAFF": "added_by removed_by"},
    "call_tags": {"WORDS": "tag folded", "STAFF": "added_by"},
    "postings": {
        "WORDS": "reason reference",
        "TIE": "room reservation",
        "PLAIN": "pms state hold currency code kind",
    },
    "call_shares": {"TIE": "name reservation", "PLAIN": "kind"},
    "share_parts": {"TIE": "name", "PLAIN": "kind"},
    "attempts": {"WORDS": "words", "TIE": "room", "PLAIN": "pms event"},
    "stays": {
        "NAME": "name vip group_code guest_class",
        "TIE": "reservation room",
        "PLAIN": "language class_of_service",
    },
    "stay_tariffs": {"TIE": "reservation", "PLAIN": "code source", "STAFF": "who"},
    "rooms": {"PLAIN": "room"},
    "remarks": {"WORDS": "words", "TIE": "reservation room", "STAFF": "who", "PLAIN": "kind"},
    "acts": {
        "WORDS": "subject why decided_why outcome",
        "TIE": "room target",
        "STAFF": "asked_by decided_by",
        "PLAIN": "kind state reason currency",
    },
    "stay_limits": {"WORDS": "why", "TIE": "reservation room", "STAFF": "who", "PLAIN": "kind action"},
    "limit_marks": {"TIE": "reservation", "PLAIN": "name verdict"},
    "receipts": {"PLAIN": "till receipt currency", "STAFF": "who"},
    "commands": {"WORDS": "why result subject", "TIE": "room", "STAFF": "who", "PLAIN": "deed"},
    "audit_trail": {"WORDS": "what", "STAFF": "who"},
    "audit_entries": {"WORDS": "words", "STAFF": "who", "PLAIN": "kind item currency"},
    "business_days": {
        "WORDS": "remarks closed_why sheet",
        "STAFF": "opened_by ended_by closed_by",
        "PLAIN": "date",
    },
    "alarms": {"WORDS": "subject sentence details note", "STAFF": "acknowledged_by", "PLAIN": "kind"},
    "notices": {"WORDS": "subject body problem", "STAFF": "recipients", "PLAIN": "event channel"},
    "events": {"WORDS": "reason reference", "TIE": "room reservation", "PLAIN": "kind state hold code"},
    "requests": {"WORDS": "answer", "PLAIN": "client_id digest"},
    "bills": {"TIE": "reservation room", "STAFF": "made_by", "PLAIN": "language scope currency content"},
    "bill_prints": {"STAFF": "who"},
    "lists": {
        "WORDS": "why decided_why",
        "STAFF": "made_by decided_by",
        "PLAIN": "kind state tariff_version",
    },
    "list_items": {
        "WORDS": "words outcome place",
        "PLAIN": "deed currency tariff tariff_version prefix trace",
    },
    "report_runs": {
        "WORDS": "why problem head",
        "STAFF": "asked_by",
        "PLAIN": "schedule label report first_day last_day state",
    },
    "report_files": {"PLAIN": "name form digest"},
    "report_deliveries": {"STAFF": "recipient"},
    "accounting_exports": {"WORDS": "why", "STAFF": "who", "PLAIN": "first_day last_day digest"},
    "erasures": {"WORDS": "needles", "STAFF": "who why", "PLAIN": "digest state place"},
    "retention_waits": {"PLAIN": "stage"},
    "kept_digests": {"PLAIN": "digest"},
    "pulled": {"PLAIN": "mark"},
    "call_codes": {"STAFF": "person", "PLAIN": "account_code authorization_code name led_to"},
    "targets": {"WORDS": "why", "STAFF": "desk extensions set_by ended_by", "PLAIN": "cost_per"},
    "log_filters": {"WORDS": "name asked", "STAFF": "whose added_by removed_by"},
    "segments": {"PLAIN": "source kind identity"},
    "hours": {"PLAIN": "what name"},
    "marks": {"PLAIN": "name"},
    "trunk_quarters": {"PLAIN": "trunk_group trunk direction"},
    "tokens": {"STAFF": "name made_by revoked_by", "PLAIN": "digest rights"},
    "users": {"STAFF": "name folded mail subject made_by", "PLAIN": "role source password language"},
    "sessions": {"STAFF": "address browser ended_why", "PLAIN": "digest"},
    "invitations": {"STAFF": "name mail made_by", "PLAIN": "kind digest role trouble"},
    "sign_in_failures": {"STAFF": "bucket"},
    "known_browsers": {"PLAIN": "digest"},
    "people_trail": {"STAFF": "who about what before after address"},
}


def columns(table: Table, *kinds: Kind) -> list[str]:
    """The columns of these kinds in a table, in the order of the register."""
    listed = _COLUMNS.get(table.name, {})
    return [name for kind in kinds for name in listed.get(kind, "").split()]


def unlisted() -> Iterator[str]:
    """Columns of text or bytes that the register does not have, or has twice, and entries that no table has."""
    for table in schema.metadata.sorted_tables:
        there = [
            one.name for one in table.columns if isinstance(one.type, Text | LargeBinary) and one.name != "property"
        ]
        said = [name for names in _COLUMNS.get(table.name, {}).values() for name in names.split()]
        yield from (
            f"{table.name}.{name}" for name in {*there, *said} if there.count(name) != 1 or said.count(name) != 1
        )
    known = {table.name for table in schema.metadata.sorted_tables}
    yield from (name for name in _COLUMNS if name not in known)
