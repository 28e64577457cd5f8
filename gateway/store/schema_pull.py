"""The table of exchanges that are asked for their records. `schema.py` names it with all the others."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table

from gateway.store.columns import key, metadata, number, owner

pulled = Table(
    "pulled",
    metadata,
    owner(),
    number("segment", "the segment of the exchange that is asked", null=False),
    number("position", "the ordinal of the record in it", null=False),
    Column(
        "mark",
        LargeBinary,
        nullable=False,
        comment="fingerprint of the identity that the exchange gave the record, else of its bytes as they came",
    ),
    number("kept_at", "when it was kept", null=False),
    key("segment", "position"),
    sqlite_with_rowid=False,
    comment="Records that were kept of exchanges that tell them again and again: by this they are not kept twice.",
)
