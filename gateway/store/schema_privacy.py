"""The tables of what is no longer kept: guests who were erased, what retention could not touch yet, fingerprints of erased records.

`schema.py` names them with all the others. Once an erasure is done none of them holds a name, a number or a reservation: the guest is known
by a digest, so that a copy that is put back can be told whom it must forget again.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, UniqueConstraint
from sqlalchemy import text as words

from gateway.store.columns import key, metadata, number, owner, text

_AT_WORK = "state = 'begun'"

erasures = Table(
    "erasures",
    metadata,
    owner(),
    number("id", "number of the erasure", null=False),
    text("digest", "SHA-256 of property and reservation: by this the guest is known, and by nothing else", null=False),
    number("begun_at", "when it was asked for", null=False),
    text("who", "by whom", null=False),
    text("why", "that person's reason", null=False),
    text("state", "begun, or done", null=False),
    text("place", "JSON: how far it has come; empty once it is done", null=False),
    text("needles", "JSON: what is still looked for in other tables; empty once it is done", null=False),
    number("calls", "how many calls of the guest were erased", null=False),
    number("done_at", "when nothing was left"),
    key("id"),
    UniqueConstraint("property", "digest", name="erasures_once"),
    CheckConstraint("state IN ('begun', 'done')", name="erasures_state"),
    CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="erasures_done"),
    CheckConstraint("state = 'begun' OR (needles = '' AND place = '')", name="erasures_forgotten"),
    Index("erasures_begun", "property", "id", sqlite_where=words(_AT_WORK), postgresql_where=words(_AT_WORK)),
    sqlite_with_rowid=False,
    comment="Guests whose data were erased on request: that it was done, by whom and why, and nothing of what it was.",
)

retention_waits = Table(
    "retention_waits",
    metadata,
    owner(),
    text("stage", "the stage of gateway/privacy/stages.py", null=False),
    number(
        "id",
        "the row that it could not touch yet: its charge is not settled, it is disputed, its guest is here",
        null=False,
    ),
    key("stage", "id"),
    sqlite_with_rowid=False,
    comment="Rows whose time is over and that something still rests on; they are looked at again every night.",
)

kept_digests = Table(
    "kept_digests",
    metadata,
    owner(),
    number("id", "the record", null=False),
    Column("digest", LargeBinary, nullable=False, comment="the fingerprint of its bytes, before they were erased"),
    key("id"),
    sqlite_with_rowid=False,
    comment="By what the newest records are known when an exchange sends its buffer again, though their bytes are gone.",
)
