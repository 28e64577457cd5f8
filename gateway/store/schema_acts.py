"""The table of what people did to charges. `schema.py` names it with all the others."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Index, Table
from sqlalchemy import text as words

from gateway.store.columns import key, metadata, number, owner, text

_WAITING: Final = "state = 'waiting'"
#: The condition of the index over acts that wait for a second person, word for word, as questions must say it.
WAITING: Final = words(f"acts.{_WAITING}")

acts = Table(
    "acts",
    metadata,
    owner(),
    number("id", "number of the act", null=False),
    text("kind", "void, adjust, move or charge", null=False),
    text("state", "waiting (for a second person), done, declined or stale (the charge had changed)", null=False),
    number("call_id", "the call whose charge it is about; of a manual charge, the call that it made"),
    text("subject", "the act as it was asked, as gateway/acts.py writes it", null=False),
    text("reason", "a code of gateway/acts.py REASONS", null=False),
    text("why", "the person's own words", null=False),
    text("room", "who was charged before; of a manual charge, who is"),
    text("target", "who is charged now, for one that moved"),
    number("before", "minor units charged before", null=False),
    number("after", "minor units charged afterwards", null=False),
    text("currency", "ISO 4217", null=False),
    number("decimals", "how many of the digits are the fraction", null=False),
    text("asked_by", "the person", null=False),
    number("asked_at", "when", null=False),
    text("decided_by", "the second person; empty where one was enough", null=False),
    text("decided_why", "in that person's words", null=False),
    number("decided_at", "when it was done, declined or found stale"),
    text("outcome", "what came of it, in a sentence", null=False),
    key("id"),
    CheckConstraint("state IN ('waiting', 'done', 'declined', 'stale')", name="acts_state"),
    CheckConstraint("kind IN ('void', 'adjust', 'move', 'charge')", name="acts_kind"),
    Index("acts_of_call", "property", "call_id"),
    Index("acts_waiting", "property", "id", sqlite_where=words(_WAITING), postgresql_where=words(_WAITING)),
    sqlite_with_rowid=False,
    comment="What people did to charges: voids, adjustments, moves, charges by hand. Nothing is deleted here.",
)
