"""The tables of calls whose price several holders share. `schema.py` names them with all the others."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from gateway.store.columns import key, metadata, number, owner, text

call_shares = Table(
    "call_shares",
    metadata,
    owner(),
    number("call_id", "the call", null=False),
    text("kind", "what the holder is: room, department, or unlisted for an extension in no list", null=False),
    text("name", "the room, the department or the extension; empty where no record names a telephone", null=False),
    number("place", "0 for who held the call first", null=False),
    text("reservation", "who was in the room when the call began"),
    number("seconds", "talked on the trunk", null=False),
    number(
        "amount",
        "minor units of the call's price; of a call without one what a list proposes, null where none does",
    ),
    key("call_id", "kind", "name"),
    CheckConstraint("kind IN ('room', 'department', 'unlisted')", name="call_shares_kind"),
    Index("call_shares_of_place", "property", "name", "call_id"),
    sqlite_with_rowid=False,
    comment="Who held a call and for how long, where several did and each pays; the amounts come to the call's price.",
)

share_parts = Table(
    "share_parts",
    metadata,
    owner(),
    number("call_id", "the call", null=False),
    number("part", "the part of the call that a posting is", null=False),
    text("kind", "as in call_shares", null=False),
    text("name", "as in call_shares", null=False),
    key("call_id", "part"),
    sqlite_with_rowid=False,
    comment="Whose share of a call a posting belongs to, wherever it was sent to.",
)
