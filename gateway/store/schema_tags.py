"""The table of words that people give to single calls. `schema.py` names it with all the others."""

from __future__ import annotations

from sqlalchemy import Index, Table

from gateway.store.columns import key, metadata, number, owner, text

call_tags = Table(
    "call_tags",
    metadata,
    owner(),
    number("id", "number of the tag, in the order they were given", null=False),
    number("call_id", "the call", null=False),
    text("tag", "the word, as it was written", null=False),
    text("folded", "the same in small letters: what makes two tags one, and what is searched", null=False),
    number("added_at", "when it was given", null=False),
    text("added_by", "by whom", null=False),
    key("id"),
    Index("call_tags_once", "property", "folded", "call_id", unique=True),
    Index("call_tags_of_call", "property", "call_id"),
    sqlite_with_rowid=False,
    comment="Words that people gave to single calls. One that is taken off is deleted: the audit trail has what was there.",
)
