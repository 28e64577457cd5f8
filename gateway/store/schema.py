"""The tables, as a document: what each is for, what each column means, and which rule the database itself holds.

Every key begins with the property and then with a number that only grows, so that inserts stay at the right edge
of every index, whatever the size, and so that one centre can hold many houses without a change. Hot columns are plain
integers and text: instants are microseconds since 1970 UTC, money is minor units, a trace is JSON of integers and rule
names. Numbers are given out by the one writer, so that no insert has to ask for its key back.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gateway.call_log.fields import HELD
from gateway.helplines import PERSONAL
from gateway.ledger import STATES
from gateway.store import (
    columns,
    schema_acts,
    schema_audit,
    schema_bills,
    schema_delivery,
    schema_desk,
    schema_inbound,
    schema_log,
    schema_office,
    schema_people,
    schema_prices,
    schema_privacy,
    schema_programs,
    schema_pull,
    schema_rooms,
    schema_shares,
    schema_tags,
    schema_traffic,
    schema_watch,
)
from gateway.store.columns import key as _key
from gateway.store.columns import number as _number
from gateway.store.columns import owner as _owner
from gateway.store.columns import text as _text

#: The schema this code reads and writes. A store that is older is upgraded; one that is newer is refused.
VERSION: Final = 7

metadata = columns.metadata

_STATES = ", ".join(f"'{state}'" for state in STATES)
_LIVELY = "state NOT IN ('posted', 'written_off')"
#: The condition of the index over postings that are not final. SQLite uses that index only for a question that has the
#: condition word for word, so every question about such postings says it.
LIVELY: Final = text(f"postings.{_LIVELY}")


def _where(name: str, condition: str, *names: str) -> Index:
    """An index over the rows of a property that fulfil a condition."""
    only = text(condition)
    return Index(name, "property", *names, sqlite_where=only, postgresql_where=only)


schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False, comment="one row: the schema of this store"),
    comment="Which schema the store has.",
)

segments = Table(
    "segments",
    metadata,
    _owner(),
    _number("id", "number of the connection or file; never used again", null=False),
    _text("source", "the exchange, as [[pbx]] name names it", null=False),
    _text("kind", "connection or file", null=False),
    _text("identity", "a file's inode and the hash of its head, or a cursor; empty for a connection", null=False),
    _number("opened_at", "when it began", null=False),
    _number("position", "how far it is read and committed: bytes of a file, records of anything else", null=False),
    _key("id"),
    sqlite_with_rowid=False,
    comment="Connections and files that records came from: half of what makes a record's place unique.",
)

records = Table(
    "records",
    metadata,
    _owner(),
    _number("id", "number of the record, in order of arrival", null=False),
    _number("segment", "the connection or file it came from", null=False),
    _number("position", "its ordinal in the connection, or its byte offset in the file", null=False),
    _text("source", "the exchange", null=False),
    _number("received_at", "when its last byte was read", null=False),
    _text("kind", "call, event, furniture or unparsed", null=False),
    _text("reason", "why it is not a call, or what its mark tells; empty for a plain call", null=False),
    _text(
        "mark",
        "empty, 'repeat' (a buffer sent again), 'possible repeat', 'gap' (missing before it), 'read again' (unread at first), 'anew'",
        null=False,
    ),
    _number("call_id", "the call it belongs to"),
    Column(
        "raw", LargeBinary, nullable=False, comment="the bytes as the exchange sent them; empty once their time is over"
    ),
    _key("id"),
    UniqueConstraint("property", "segment", "position", name="records_place"),
    Index("records_of_call", "property", "call_id"),
    sqlite_with_rowid=False,
    comment="Everything an exchange ever sent, whole or broken. No row is deleted; its bytes may be erased when their time is over.",
)

calls = Table(
    "calls",
    metadata,
    _owner(),
    _number("id", "number of the call: that of its first record", null=False),
    _text("source", "the exchange", null=False),
    _text("call_key", "what joins its records, in the exchange's words"),
    _number("legs", "how many records it was joined from", null=False),
    _text("status", "open, charge, allocated or not_chargeable", null=False),
    _text("reason", "the ruling in a sentence", null=False),
    _number("settle_by", "an open call is settled with what is there at this instant"),
    _text("direction", "out, in, internal, tandem or unknown", null=False),
    _number("answered", "1, 0, or null where the exchange cannot tell"),
    _number("started_at", "start of the call", null=False),
    _number("ring_seconds", "seconds until the answer"),
    _number("talk_seconds", "answered seconds, the base of the charge"),
    _text("extension", "the extension that pays or would pay"),
    _text("holders", "every extension that held the call, in order, separated by blanks", null=False),
    _text("dialled", "the digits as sent"),
    _text("caller", "the calling number of an incoming call"),
    _text("trunk", "the trunk to charge"),
    _text("room", "the guest room the extension stood in"),
    _text("department", "the department of the house"),
    _text("reservation", "the guest in the room when the call began"),
    _text("number", "the number in E.164, where it has that form"),
    _text("number_class", "emergency, internal, local, national, mobile, international, toll-free, premium, service"),
    _text("place", "the place or network the rate is for"),
    _number("amount", "gross minor units; null while no rate is known or nothing is to be charged"),
    _number("net", "minor units before tax"),
    _number("tax", "minor units of tax"),
    _text("currency", "ISO 4217"),
    _number("decimals", "how many of the digits are the fraction"),
    _text("tariff", "code of the tariff"),
    _text("tariff_version", "digest of the tariff's text"),
    _text("prefix", "the prefix of the deck that matched"),
    _number("billed_seconds", "seconds after increments"),
    _text("trace", "JSON: one list for each charged leg, of integers and rule names, from which the price follows"),
    _text("warnings", "what was odd about the records, separated by new lines", null=False),
    _text("trunk_group", "the group of the trunk to charge"),
    _number("pulses", "meter pulses; -1 for a call stored by schema 1, whose records tell"),
    _text("aoc_amount", "advice of charge as the network sent it, a decimal string"),
    _text("aoc_currency", "its currency, where the network says so"),
    _text("carrier", "who carried the call, where the tariff names him"),
    _number("cost", "what he asks for it in minor units of his currency, tax included; null where that is not known"),
    _text("cost_currency", "his currency"),
    _number("cost_decimals", "how many of its digits are the fraction"),
    _text("cost_tariff", "code of the tariff of costs"),
    _text("cost_version", "digest of its text"),
    _text("cost_trace", "JSON as in trace; never shown to a guest"),
    _text("trunk_uses", "JSON: the trunks it held and when, where this row does not say it (gateway/traffic/uses.py)"),
    _key("id"),
    _where("calls_of_room", "room IS NOT NULL", "room", "started_at"),
    # On SQLite it holds all narrow columns, on PostgreSQL the time alone: gateway/store/migrations/log_7.py says why.
    Index("calls_by_time", *HELD, info={"postgresql": 3}),
    _where("calls_unlisted", f"place = '{PERSONAL}'", "place", "started_at"),
    sqlite_with_rowid=False,
    comment="One row a call, joined from its records, with its price and the ruling.",
)

postings = Table(
    "postings",
    metadata,
    _owner(),
    _number("id", "number of the posting; also its place in the queue", null=False),
    _number("call_id", "the call it charges", null=False),
    _number("part", "0 for the call, 1 and on for differences by later legs and by corrections", null=False),
    _text("pms", "the PMS it goes to, as [[pms]] name names it", null=False),
    _text("state", "see gateway/ledger.py", null=False),
    _text("hold", "why it is held, as a code of gateway/ledger.py", null=False),
    _text("reason", "in a sentence: why it is held, refused or in doubt", null=False),
    _text("room", "the room the call was made from, or the folio's room once it was sent"),
    _text("reservation", "the guest who pays"),
    _number("amount", "gross minor units; null while no rate is known"),
    _text("currency", "ISO 4217", null=False),
    _number("decimals", "how many of the digits are the fraction", null=False),
    _number("attempts", "how often it was sent", null=False),
    _number("token", "the number the last attempt carried on the wire (FIAS P#)"),
    _number("due_at", "not to be sent before", null=False),
    _number("by_hand", "1 if a person said: send it to this room, whoever is in it now", null=False),
    _number("created_at", "when it was first wanted", null=False),
    _number("changed_at", "when its state last changed", null=False),
    _text("code", "the PMS's answer code", null=False),
    _text("reference", "the PMS's own words or transaction number", null=False),
    Column(
        "kind",
        Text,
        nullable=False,
        server_default="charge",
        comment="charge, correction (a price put right) or reversal (a stored amount taken back)",
    ),
    _key("id"),
    UniqueConstraint("property", "call_id", "part", name="postings_once_a_part"),
    CheckConstraint(f"state IN ({_STATES})", name="postings_state"),
    CheckConstraint("state IN ('held', 'written_off') OR amount IS NOT NULL", name="postings_amount"),
    CheckConstraint(
        "state IN ('held', 'written_off') OR amount > 0 OR (amount = 0 AND kind = 'charge') "
        "OR (amount < 0 AND kind = 'reversal')",
        name="postings_positive",
    ),
    CheckConstraint("kind IN ('charge', 'correction', 'reversal')", name="postings_kind"),
    CheckConstraint("(state = 'held') = (hold <> '')", name="postings_hold"),
    Index(
        "postings_lively",
        "property",
        "state",
        "id",
        sqlite_where=text(_LIVELY),
        postgresql_where=text(_LIVELY),
    ),
    _where("postings_of_guest", "reservation IS NOT NULL", "reservation"),
    sqlite_with_rowid=False,
    comment="The outbox and the ledger in one: each charge and how far it has come.",
)

attempts = Table(
    "attempts",
    metadata,
    _owner(),
    _number("id", "number of the attempt", null=False),
    _number("posting_id", "the posting that was sent", null=False),
    _number("attempt", "1 for its first", null=False),
    _text("pms", "the PMS", null=False),
    _number("token", "the number on the wire", null=False),
    _text("room", "the folio's room it was sent to", null=False),
    _number("sent_at", "committed before the first byte left", null=False),
    _number("answered_at", "when the outcome was known"),
    _text("event", "the outcome, as an event of gateway/ledger.py; empty while it is out", null=False),
    _text("words", "what the PMS said, or why nothing is known", null=False),
    _key("id"),
    Index("attempts_of_posting", "property", "posting_id"),
    sqlite_with_rowid=False,
    comment="Every time bytes of a posting left the house, and what came back.",
)

stays = Table(
    "stays",
    metadata,
    _owner(),
    _number("id", "number of the stay", null=False),
    _text("reservation", "the PMS's reservation number", null=False),
    _text("room", "as the PMS writes it", null=False),
    _number("since", "when the guest took the room", null=False),
    _number("until", "when the guest left it; null = still there"),
    _text("name", "the guest's name", null=False),
    _text("language", "the guest's language code", null=False),
    _text("vip", "the PMS's VIP code", null=False),
    _number("no_post", "1 if the PMS marks the guest as no-post", null=False),
    _text("class_of_service", "what the guest may dial", null=False),
    _number("departure", "the planned departure"),
    _text("group_code", "the group or company the guest travels with, as the PMS codes it", null=False),
    _text("guest_class", "the guest's class, where the hotel has named a field for it", null=False),
    _key("id"),
    _where("stays_open", "until IS NULL", "room"),
    Index("stays_of_guest", "property", "reservation"),
    Index("stays_of_room", "property", "room", "since"),
    sqlite_with_rowid=False,
    comment="Who was in which room, from when to when: the history that late records are charged by.",
)

rooms = Table(
    "rooms",
    metadata,
    _owner(),
    _text("room", "as the PMS writes it", null=False),
    _number("last_departure", "when the last guest is known to have left"),
    _key("room"),
    sqlite_with_rowid=False,
    comment="Rooms the PMS has told us of at least once.",
)

commands = Table(
    "commands",
    metadata,
    _owner(),
    _number("id", "number of the command", null=False),
    _number("asked_at", "when it was given", null=False),
    _text("who", "the person", null=False),
    _text(
        "deed",
        "a verb of gateway/ledger.py DEEDS, of gateway/acts.py, gateway/bills/issuing.py, gateway/audit/days.py "
        "or gateway/delivery/orders.py, resync, limit, receipt, feed, acknowledge, approve, reject, tariff, target, tag, untag or a verb of "
        "gateway/store/log_filters.py",
        null=False,
    ),
    _number("posting_id", "the posting it is about"),
    _text("room", "the room to send it to, where the person named one"),
    _text("why", "the person's reason", null=False),
    _number("done_at", "when it was carried out or refused"),
    _text("result", "what came of it, in a sentence", null=False),
    _number("alarm_id", "the alarm it is about, where it is about one"),
    _text(
        "subject",
        "what it is about, where that is no posting: the number of a list, the code of a tariff, a number and its tag",
    ),
    _key("id"),
    sqlite_with_rowid=False,
    comment="What people asked of the running gateway from other processes.",
)

audit_trail = Table(
    "audit_trail",
    metadata,
    _owner(),
    _number("id", "number of the entry", null=False),
    _number("at", "when", null=False),
    _text("who", "a person, or foliogate", null=False),
    _text("what", "in a sentence", null=False),
    _number("posting_id", "the posting it is about, if any"),
    _key("id"),
    sqlite_with_rowid=False,
    comment="Deeds of people and of the gateway that changed what a guest pays, or that somebody will ask about.",
)


# The tables of other rooms of the house are described in modules of their own, and have their place in this list.
events, tokens, requests = schema_programs.events, schema_programs.tokens, schema_programs.requests
trunk_quarters, remarks = schema_traffic.trunk_quarters, schema_rooms.remarks
business_days, audit_entries = schema_audit.business_days, schema_audit.audit_entries
users, sessions, invitations = schema_people.users, schema_people.sessions, schema_people.invitations
sign_in_failures, known_browsers = schema_people.sign_in_failures, schema_people.known_browsers
people_trail, arrivals, contacts = schema_people.people_trail, schema_inbound.arrivals, schema_inbound.contacts
number_tags, call_tags = schema_inbound.number_tags, schema_tags.call_tags
acts, ACTS_WAITING = schema_acts.acts, schema_acts.WAITING
report_runs, report_files = schema_delivery.report_runs, schema_delivery.report_files
report_deliveries, accounting_exports = schema_delivery.report_deliveries, schema_delivery.accounting_exports
call_codes, targets = schema_office.call_codes, schema_office.targets
bills, bill_prints = schema_bills.bills, schema_bills.bill_prints
stay_limits, limit_marks, receipts = schema_desk.stay_limits, schema_desk.limit_marks, schema_desk.receipts
call_shares, share_parts = schema_shares.call_shares, schema_shares.share_parts
log_filters, kept_digests = schema_log.log_filters, schema_privacy.kept_digests
erasures, retention_waits = schema_privacy.erasures, schema_privacy.retention_waits
alarms, notices = schema_watch.alarms, schema_watch.notices
UNSETTLED, UNDONE = schema_watch.UNSETTLED, schema_watch.UNDONE
hours, marks, pulled = schema_watch.hours, schema_watch.marks, schema_pull.pulled
stay_tariffs, lists, list_items = schema_prices.stay_tariffs, schema_prices.lists, schema_prices.list_items
