"""The tables that programs outside of the gateway live on: the feed of events, their tokens, and what they asked for.

`schema.py` names them with all the others; they stand here because they are one idea of their own.
"""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from gateway.store.columns import key, metadata, number, owner, text

events = Table(
    "events",
    metadata,
    owner(),
    number("id", "number of the event: its place in the feed, and its stable name", null=False),
    number("at", "when it was written, with what it tells of", null=False),
    text(
        "kind",
        "call.settled, call.changed, posting.due and so on: gateway/store/feed.py",
        null=False,
    ),
    number("call_id", "the call it is about"),
    number("posting_id", "the posting it is about; the columns behind this are the posting as it stood then"),
    text("state", "its state"),
    text("hold", "why it was held"),
    text("reason", "in a sentence"),
    text("room", "its room"),
    text("reservation", "the guest who pays"),
    number("amount", "gross minor units"),
    number("attempts", "how often it had been sent"),
    number("token", "the number of its last attempt"),
    number("due_at", "not to be sent before"),
    text("code", "the PMS's answer code"),
    text("reference", "the PMS's own words"),
    key("id"),
    sqlite_with_rowid=False,
    comment="Every settled call and every change of a posting, written in the commit of the change, while somebody reads.",
)

tokens = Table(
    "tokens",
    metadata,
    owner(),
    number("id", "number of the token, which is part of it", null=False),
    text("name", "whose it is", null=False),
    text("digest", "SHA-256 of the token: the token itself is shown once and not kept", null=False),
    text("rights", "read, acknowledge, rooms, separated by blanks", null=False),
    number("made_at", "when it was made", null=False),
    text("made_by", "by whom", null=False),
    number("revoked_at", "from when on it is refused"),
    text("revoked_by", "by whom; empty while it is good", null=False),
    key("id"),
    sqlite_with_rowid=False,
    comment="Programs that may ask over HTTP, and what each of them may do.",
)

requests = Table(
    "requests",
    metadata,
    owner(),
    number("id", "number of the request", null=False),
    number("token_id", "the token it came with", null=False),
    text("client_id", "the name its sender gave it", null=False),
    text("digest", "SHA-256 of what was asked: the same name for something else is refused", null=False),
    number("at", "when it was carried out", null=False),
    text("answer", "JSON: what was answered, and is answered again", null=False),
    key("id"),
    UniqueConstraint("property", "token_id", "client_id", name="requests_once"),
    sqlite_with_rowid=False,
    comment="What programs asked to be changed, each carried out once, however often it is asked.",
)
