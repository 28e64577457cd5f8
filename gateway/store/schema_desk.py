"""The tables of the desk: limits of stays and where they stand, and receipts of what was paid at a till. `schema.py` names them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from gateway.store.columns import key, metadata, number, owner, text

stay_limits = Table(
    "stay_limits",
    metadata,
    owner(),
    number("id", "number of the entry", null=False),
    number("at", "when it was said", null=False),
    text("reservation", "the guest it is about", null=False),
    text("room", "the room it was said at", null=False),
    text("kind", "own (this amount), none (no limit at all) or tariff (as the tariff says)", null=False),
    number("amount", "minor units, of one's own"),
    text("action", "warn, or hold what is beyond it for a person", null=False),
    text("who", "the person", null=False),
    text("why", "in that person's words", null=False),
    key("id"),
    CheckConstraint("kind IN ('own', 'none', 'tariff')", name="stay_limits_kind"),
    CheckConstraint("kind <> 'own' OR amount IS NOT NULL", name="stay_limits_amount"),
    Index("stay_limits_of_guest", "property", "reservation"),
    sqlite_with_rowid=False,
    comment="What a guest may spend on the telephone, where a person said so. Only added to: the last word about a guest holds.",
)

limit_marks = Table(
    "limit_marks",
    metadata,
    owner(),
    number("id", "number of the entry", null=False),
    number("at", "when it came to stand so", null=False),
    text("reservation", "the guest", null=False),
    text("name", "the budget of the tariff, or the stay's own limit", null=False),
    text("verdict", "within, near or over", null=False),
    number("spent", "minor units spent then", null=False),
    number("amount", "minor units of the limit", null=False),
    number("call_id", "the call that did it; null where the limit was changed"),
    key("id"),
    CheckConstraint("verdict IN ('within', 'near', 'over')", name="limit_marks_verdict"),
    Index("limit_marks_of_guest", "property", "reservation"),
    sqlite_with_rowid=False,
    comment="When a guest came near a limit of his stay, passed it, or was within it again. The last word about a limit holds.",
)

receipts = Table(
    "receipts",
    metadata,
    owner(),
    number("id", "number of the entry", null=False),
    number("at", "when it was written down", null=False),
    number("call_id", "the call that was paid", null=False),
    text("till", "where the money was taken: PMS or POS", null=False),
    text("receipt", "the receipt's number there", null=False),
    number("amount", "minor units that were paid", null=False),
    text("currency", "ISO 4217", null=False),
    number("decimals", "how many of the digits are the fraction", null=False),
    text("who", "the person", null=False),
    key("id"),
    CheckConstraint("till IN ('PMS', 'POS')", name="receipts_till"),
    Index("receipts_of_call", "property", "call_id", unique=True),
    sqlite_with_rowid=False,
    comment="Calls that were paid at a till, with the receipt. No money is taken here: this is where it was written down.",
)
