"""The tables of what people decide about prices: tariffs that stays carry, lists of changed prices. `schema.py` names them with all the others."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from gateway.store.columns import key, metadata, number, owner, text

stay_tariffs = Table(
    "stay_tariffs",
    metadata,
    owner(),
    number("id", "number of the entry", null=False),
    text("reservation", "the guest", null=False),
    text("code", "the tariff's code; empty ends what was said before", null=False),
    text("source", "pms or desk", null=False),
    number("since", "calls that begin from here on pay by it", null=False),
    text("who", "the person at the desk, or the PMS", null=False),
    key("id"),
    sqlite_with_rowid=False,
    comment="Which tariff a guest was given, and from when. Nothing is changed here, only added.",
)

lists = Table(
    "lists",
    metadata,
    owner(),
    number("id", "number of the list", null=False),
    text("kind", "correction (prices put right) or release (calls that had no rate)", null=False),
    text("state", "open, approved, rejected or replaced", null=False),
    number("made_at", "when it was made", null=False),
    text("made_by", "who asked for it, or foliogate", null=False),
    text("why", "what for, in that person's words", null=False),
    text("tariff_version", "digest of the tariff that its new prices come from", null=False),
    number("since", "a correction looks at calls from this instant"),
    number("until", "and before this one"),
    number("decided_at", "when it was approved, rejected or replaced"),
    text("decided_by", "by whom", null=False),
    text("decided_why", "why, in that person's words", null=False),
    key("id"),
    sqlite_with_rowid=False,
    comment="Changes of prices that somebody must approve before anything goes to a PMS.",
)

list_items = Table(
    "list_items",
    metadata,
    owner(),
    number("list_id", "the list", null=False),
    number("call_id", "the call", null=False),
    text("deed", "charge, raise, reverse, by_hand or nothing: what approving it does", null=False),
    text("words", "the same in a sentence", null=False),
    number("before", "minor units that the guest was charged when the list was made", null=False),
    number("amount", "gross minor units by the new price", null=False),
    number("net", "minor units before tax", null=False),
    number("tax", "minor units of tax", null=False),
    text("currency", "ISO 4217", null=False),
    number("decimals", "how many of the digits are the fraction", null=False),
    text("tariff", "code of the tariff", null=False),
    text("tariff_version", "digest of its text", null=False),
    text("prefix", "the prefix that matched", null=False),
    text("place", "the place or network the rate is for", null=False),
    number("billed_seconds", "seconds after increments", null=False),
    text("trace", "JSON as in calls", null=False),
    text("outcome", "what came of it when the list was approved; empty before", null=False),
    number("posting_id", "the first posting that it made or released"),
    PrimaryKeyConstraint("property", "list_id", "call_id"),
    Index("list_items_of_call", "property", "call_id"),
    sqlite_with_rowid=False,
    comment="One row a call of a list: the new price with its trace, beside the old one, which stays where it is.",
)
