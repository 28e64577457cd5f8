"""The tables of calls that came in, of who was in contact with the house, and of what people call a number.

`schema.py` names them with all the others. A call is found by the number it was with through `contacts`, which is an index
in short pieces: an index over all calls would be written at a random place for every call, which on a large store costs more
than all else that is written for it. A piece holds `PIECE` record numbers' worth of calls, so what is being written is a few
pages; and who looks for a number looks into each piece.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, Table, text

from gateway.store import columns
from gateway.store.columns import key, metadata, number, owner

_text = columns.text
#: Numbers of records in a piece of `contacts`. A power of two; a store keeps what it was begun with.
PIECE: Final = 4_096
_STANDS: Final = "removed_at IS NULL"
#: The condition of the index of tags that stand, word for word, as the questions must say it.
STANDS: Final = text(f"number_tags.{_STANDS}")

arrivals = Table(
    "arrivals",
    metadata,
    owner(),
    number("id", "the call", null=False),
    _text(
        "caller", "who called: E.164 where it has that form, else digits; empty where no number was shown", null=False
    ),
    _text("did", "the digits by which the house was reached; empty where the exchange does not tell", null=False),
    _text(
        "outcome", "answered, handed_on, voicemail, queue, menu, refused, rang, untold: gateway/arrivals.py", null=False
    ),
    number("waited", "seconds until a person answered, or the caller gave up; null where the records do not tell"),
    _text("stages", "where it went, each stage once, in order, separated by semicolons", null=False),
    number("hands", "how often the records tell that one person handed it to another", null=False),
    key("id"),
    sqlite_with_rowid=False,
    comment="One row for each call that came in from outside: what became of it, by its records.",
)

contacts = Table(
    "contacts",
    metadata,
    owner(),
    number("piece", f"the call's number divided by {PIECE}", null=False),
    _text("number", "the number outside, in E.164 where it has that form, else its digits", null=False),
    number("call_id", "the call", null=False),
    number("inward", "1 for a call that came in", null=False),
    key("piece", "number", "call_id"),
    sqlite_with_rowid=False,
    comment="The calls by the number outside that they were with, in pieces.",
)

number_tags = Table(
    "number_tags",
    metadata,
    owner(),
    number("id", "number of the tag, in the order they were given", null=False),
    _text("number", "the number, as in contacts", null=False),
    _text("tag", "what it is called", null=False),
    number("added_at", "when it was given", null=False),
    _text("added_by", "by whom", null=False),
    _text("why", "why, in that person's words", null=False),
    number("removed_at", "when it was taken away"),
    _text("removed_by", "by whom; empty while it stands", null=False),
    key("id"),
    Index(
        "number_tags_once",
        "property",
        "number",
        "tag",
        unique=True,
        sqlite_where=text(_STANDS),
        postgresql_where=text(_STANDS),
    ),
    sqlite_with_rowid=False,
    comment="Words that people gave to numbers. Nothing is deleted: who took one away stands beside it.",
)
