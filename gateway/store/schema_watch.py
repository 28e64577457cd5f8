"""The tables of the watch: what is wrong, who is told of it, and what is usual. `schema.py` names them with all the others."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Index, Table
from sqlalchemy import text as condition

from gateway.store.columns import key, metadata, number, owner, text

_UNSETTLED: Final = "settled = 0"
_UNDONE: Final = "done_at IS NULL"
#: The conditions of two partial indexes, word for word, as the questions must say them.
UNSETTLED: Final = condition(f"alarms.{_UNSETTLED}")
UNDONE: Final = condition(f"notices.{_UNDONE}")

alarms = Table(
    "alarms",
    metadata,
    owner(),
    number("id", "number of the alarm", null=False),
    text("kind", "a kind of gateway/alarms/kinds.py", null=False),
    text("subject", "which exchange, link or call it is about; empty where there is but one", null=False),
    text("sentence", "what is so, in a sentence", null=False),
    text("details", "JSON of what the emergency screen shows; empty for other kinds", null=False),
    number("call_id", "the call it is about"),
    number("raised_at", "when it became an alarm", null=False),
    number("acknowledged_at", "when a person took it"),
    text("acknowledged_by", "the person's name", null=False),
    text("note", "what the person wrote", null=False),
    number("escalated_at", "when it was told again because nobody had taken it"),
    number("cleared_at", "when it was no longer so; for what cannot undo itself, when a person took it"),
    number("settled", "1 once it is cleared and that has been told", null=False),
    key("id"),
    CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by = '')", name="alarms_by_name"),
    Index(
        "alarms_open_once",
        "property",
        "kind",
        "subject",
        unique=True,
        sqlite_where=condition("cleared_at IS NULL"),
        postgresql_where=condition("cleared_at IS NULL"),
    ),
    Index(
        "alarms_unsettled", "property", "id", sqlite_where=condition(_UNSETTLED), postgresql_where=condition(_UNSETTLED)
    ),
    Index("alarms_of_subject", "property", "kind", "subject"),
    sqlite_with_rowid=False,
    comment="What the watch found wrong, or happened: raised once, acknowledged by name, cleared by fact.",
)

notices = Table(
    "notices",
    metadata,
    owner(),
    number("id", "number of the notice; with the property, the stable name of its delivery", null=False),
    number("alarm_id", "the alarm it tells of; null for the daily and weekly mails"),
    text("event", "raised, escalated, cleared, daily or weekly", null=False),
    text("channel", "mail, or the name of a [[hook]]", null=False),
    text("recipients", "mail addresses, separated by blanks; empty for a hook", null=False),
    text("subject", "the mail's subject; empty for a hook", null=False),
    text("body", "the mail's text, or the hook's JSON", null=False),
    number("created_at", "when it was written down", null=False),
    number("due_at", "not to be delivered before", null=False),
    number("tries", "how often it was tried", null=False),
    text("problem", "why the last try failed", null=False),
    number("done_at", "when it was delivered, or given up"),
    number("delivered", "1 if the other side took it", null=False),
    key("id"),
    Index("notices_undone", "property", "id", sqlite_where=condition(_UNDONE), postgresql_where=condition(_UNDONE)),
    sqlite_with_rowid=False,
    comment="Mails and web hooks on their way: kept until the other side has taken them.",
)

hours = Table(
    "hours",
    metadata,
    owner(),
    number("hour", "hours since 1970 UTC", null=False),
    text("what", "records, calls or acknowledged", null=False),
    text("name", "the exchange, or the PMS", null=False),
    number("number", "how many", null=False),
    number("last_at", "the last of them", null=False),
    key("hour", "what", "name"),
    sqlite_with_rowid=False,
    comment="How much came in each hour: what a normal silence is learned from.",
)

marks = Table(
    "marks",
    metadata,
    owner(),
    text("name", "which mark", null=False),
    number("value", "how far it is", null=False),
    key("name"),
    sqlite_with_rowid=False,
    comment="How far the watch has counted, and which of its mails went out last.",
)
