"""The tables of the log of calls: the filters that people keep. `schema.py` names them with all the others."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, Table, text

from gateway.store import columns
from gateway.store.columns import key, metadata, number, owner

_text = columns.text
_STANDS: Final = "removed_at IS NULL"
#: The condition of the index of filters that stand, word for word, as the questions must say it.
KEPT: Final = text(f"log_filters.{_STANDS}")

log_filters = Table(
    "log_filters",
    metadata,
    owner(),
    number("id", "number of the filter, in the order they were kept", null=False),
    _text("whose", "whoever sees it; empty for all", null=False),
    _text("name", "what it is called", null=False),
    _text("asked", "what it asks, as the address of the log has it", null=False),
    number("added_at", "when it was kept", null=False),
    _text("added_by", "by whom", null=False),
    number("removed_at", "when it was taken away"),
    _text("removed_by", "by whom; empty while it stands", null=False),
    key("id"),
    Index(
        "log_filters_once",
        "property",
        "whose",
        "name",
        unique=True,
        sqlite_where=text(_STANDS),
        postgresql_where=text(_STANDS),
    ),
    sqlite_with_rowid=False,
    comment="Questions to the log of calls that people keep, each for its keeper or for all. Nothing is deleted.",
)
