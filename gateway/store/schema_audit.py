"""The tables of the night audit: business days with their edges and frozen sheets, and what people told of them.

`schema.py` names them with all the others. A day is a stretch of row numbers: numbers only grow, and the edge is drawn in
one transaction of the writer, so that each record, charge and attempt belongs to exactly one day, for ever.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Table, UniqueConstraint

from gateway.store.columns import key, metadata, number, owner, text

business_days = Table(
    "business_days",
    metadata,
    owner(),
    number("id", "number of the day, in their order", null=False),
    text("date", "the business date, as ISO 8601", null=False),
    number("opened_at", "the edge at which it began", null=False),
    text("opened_by", "start, pms, clock, or the person's name", null=False),
    number("records_from", "its first record", null=False),
    number("postings_from", "its first charge", null=False),
    number("attempts_from", "its first attempt", null=False),
    number("night_start", "when the PMS told that its night audit begins"),
    number("night_end", "when the PMS told that it had ended"),
    number("ended_at", "the edge at which it ended; null while it is open"),
    text("ended_by", "pms, clock, or the person's name; empty while it is open", null=False),
    number("records_until", "the first record behind it"),
    number("postings_until", "the first charge behind it"),
    number("attempts_until", "the first attempt behind it"),
    text("remarks", "what was odd about its edges, in sentences, separated by new lines", null=False),
    number("closed_at", "when a person closed it; from then on nothing of this row changes"),
    text("closed_by", "the person", null=False),
    text("closed_why", "what the person wrote", null=False),
    text("sheet", "JSON: the snapshot that its frozen sheet is drawn from; empty before", null=False),
    key("id"),
    UniqueConstraint("property", "date", name="business_days_date"),
    CheckConstraint("(ended_at IS NULL) = (records_until IS NULL)", name="business_days_edge"),
    CheckConstraint("(closed_at IS NULL) = (closed_by = '')", name="business_days_closed"),
    CheckConstraint("closed_at IS NULL OR ended_at IS NOT NULL", name="business_days_ended_first"),
    sqlite_with_rowid=False,
    comment="The hotel's days, from night audit to night audit.",
)

audit_entries = Table(
    "audit_entries",
    metadata,
    owner(),
    number("id", "number of the entry; of two about the same thing the later one stands", null=False),
    number("day_id", "the business day", null=False),
    text("kind", "total (the PMS's own) or name (what a difference is)", null=False),
    text("item", "of a total the class of numbers, empty for all; of a name the difference", null=False),
    number("amount", "of a total: minor units"),
    text("currency", "of a total: ISO 4217", null=False),
    number("decimals", "of a total: how many of the digits are the fraction", null=False),
    text("words", "where it was read, or what the difference is", null=False),
    number("at", "when it was told", null=False),
    text("who", "by whom", null=False),
    key("day_id", "id"),
    CheckConstraint("kind IN ('total', 'name')", name="audit_entries_kind"),
    sqlite_with_rowid=False,
    comment="What people told of business days that were not closed yet.",
)
