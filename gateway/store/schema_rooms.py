"""The table of what the desk writes beside stays and calls. `schema.py` names it with all the others."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from gateway.store.columns import key, metadata, number, owner, text

remarks = Table(
    "remarks",
    metadata,
    owner(),
    number("id", "number of the remark", null=False),
    number("at", "when it was made", null=False),
    text("who", "the person", null=False),
    text("kind", "note, tag, untag, dispute, settled or looked (at earlier stays)", null=False),
    text("reservation", "the guest it is about, where one is known"),
    text("room", "the room it was made at", null=False),
    number("call_id", "the call it is about; null where it is about the stay"),
    text("words", "the note, the tag, or the reason", null=False),
    key("id"),
    CheckConstraint("kind IN ('note', 'tag', 'untag', 'dispute', 'settled', 'looked')", name="remarks_kind"),
    CheckConstraint("kind NOT IN ('dispute', 'settled') OR call_id IS NOT NULL", name="remarks_of_what"),
    Index("remarks_of_guest", "property", "reservation"),
    Index("remarks_of_call", "property", "call_id"),
    sqlite_with_rowid=False,
    comment="Notes, tags and disputes of the desk. Nothing is changed here, only added: the last word of a kind holds.",
)
