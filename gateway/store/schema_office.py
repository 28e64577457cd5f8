"""The tables of the office: what codes a call was made with, and what desks are to reach. `schema.py` names them with all the others."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, Table
from sqlalchemy import text as _sql

from gateway.store.columns import key, metadata, number, owner, text

_STANDS: Final = "ended_at IS NULL"
#: The condition of the index of targets that hold, word for word, as the questions must say it.
STANDS: Final = _sql(f"targets.{_STANDS}")

call_codes = Table(
    "call_codes",
    metadata,
    owner(),
    number("call_id", "the call", null=False),
    text("account_code", "the account code; of a PIN the last two signs; empty where there was none", null=False),
    text("authorization_code", "the last two signs of the authorisation code; empty where there was none", null=False),
    text(
        "name", "what the house's list called the code when the call was settled; empty for an unknown one", null=False
    ),
    text("person", "whose PIN it was by that list; empty for none", null=False),
    number("personal", "1 for a private call of that person", null=False),
    number("known", "1 where the list had the code", null=False),
    text("led_to", "the department, tenant or house account that the code gave the call to", null=False),
    key("call_id"),
    sqlite_with_rowid=False,
    comment="Codes and PINs that calls were made with: only of calls with any, written in their commits.",
)

targets = Table(
    "targets",
    metadata,
    owner(),
    number("id", "number of the target, in the order they were set", null=False),
    text("desk", "the department, or the name of a group of extensions", null=False),
    text("extensions", "the extensions of the group, separated by blanks; empty for a department", null=False),
    number("within_seconds", "seconds within which calls are to be answered; null for no such target"),
    number("answered_percent", "how many of a hundred calls that came in are to be answered so"),
    number("missed_percent", "how many of a hundred may be missed; null for no such target"),
    number("cost", "minor units of the hotel's currency that its calls may come to; null for no such target"),
    text("cost_per", "day, week or month", null=False),
    number("set_at", "when it was set", null=False),
    text("set_by", "by whom", null=False),
    text("why", "why, in that person's words", null=False),
    number("ended_at", "when another took its place, or it was taken away"),
    text("ended_by", "by whom; empty while it holds", null=False),
    key("id"),
    Index("targets_once", "property", "desk", unique=True, sqlite_where=_sql(_STANDS), postgresql_where=_sql(_STANDS)),
    sqlite_with_rowid=False,
    comment="What each desk is to reach. Nothing is changed here: a new target ends the one before it.",
)
