"""The tables of people: who may sign in, who is signed in, who is invited, how often it went wrong, and who changed what.

`schema.py` names them with all the others. Secrets (of a session, an invitation, a browser) are kept as SHA-256 alone: they have
256 random bits, so there is nothing to guess. Passwords are argon2id.
"""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from gateway.store.columns import key, metadata, number, owner, text

users = Table(
    "users",
    metadata,
    owner(),
    number("id", "number of the user; never used again", null=False),
    text("name", "what the person signs in with, and what stands behind each deed", null=False),
    text("folded", "the name without case and outer blanks: two names that differ in these alone are one", null=False),
    text("role", "desk, supervisor, auditor, it or read-only: gateway/roles.py", null=False),
    text("mail", "where an invitation goes; empty where there is none", null=False),
    text("source", "here (a password of ours), oidc or ldap: who says that it is this person", null=False),
    text("subject", "the name that the directory or the provider gives the person; empty for ours", null=False),
    text("password", "argon2id with its parameters; empty for a person of another source", null=False),
    number("password_at", "when it was set"),
    number("made_at", "when the user was made", null=False),
    text("made_by", "by whom", null=False),
    number("disabled_at", "from when on nobody can sign in by this name"),
    number("signed_in_at", "when the person last signed in"),
    text("language", "which language the pages speak to the person; empty where none was chosen", null=False),
    key("id"),
    UniqueConstraint("property", "folded", name="users_named_once"),
    sqlite_with_rowid=False,
    comment="Who may sign in. A user is disabled and never removed: the name stands behind what was decided.",
)

sessions = Table(
    "sessions",
    metadata,
    owner(),
    number("id", "number of the session", null=False),
    text("digest", "SHA-256 of what the browser holds", null=False),
    number("user_id", "whose it is", null=False),
    number("began_at", "when the person signed in", null=False),
    number("seen_at", "when something was last asked, to the minute", null=False),
    number("ended_at", "when it ended before its time"),
    text("ended_why", "signed out, by whom else, or a changed password; empty while it lasts", null=False),
    text("address", "from where", null=False),
    text("browser", "what the browser calls itself, shortened", null=False),
    key("id"),
    UniqueConstraint("property", "digest", name="sessions_once"),
    Index("sessions_of_user", "property", "user_id"),
    sqlite_with_rowid=False,
    comment="Who is signed in where. What has ended is kept for ninety days.",
)

invitations = Table(
    "invitations",
    metadata,
    owner(),
    number("id", "number of the invitation", null=False),
    text("kind", "first (the first user of a house), invited, or password (a new password for a user)", null=False),
    text("digest", "SHA-256 of the link's secret; each sending makes a new one", null=False),
    text("name", "the name it is for; empty for the first user, who chooses it", null=False),
    text("role", "the role it gives", null=False),
    text("mail", "where it was sent; empty for one that was handed over", null=False),
    number("made_at", "when the link was made", null=False),
    text("made_by", "by whom", null=False),
    number("ends_at", "from when on the link leads nowhere", null=False),
    number("used_at", "when it was used"),
    number("withdrawn_at", "when it was withdrawn"),
    number("sent_at", "when the mail server took the mail"),
    text("trouble", "why the mail could not be sent; empty where it was, or none was wanted", null=False),
    key("id"),
    UniqueConstraint("property", "digest", name="invitations_once"),
    sqlite_with_rowid=False,
    comment="Links that let somebody set a password once, within 24 hours.",
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    owner(),
    text("bucket", "name:…, address:… or browser:… (one that the person signed in with before)", null=False),
    number("failures", "how often in a row", null=False),
    number("last_at", "when it last failed", null=False),
    key("bucket"),
    sqlite_with_rowid=False,
    comment="What the growing pauses between attempts to sign in rest on; forgotten after an hour without one.",
)

known_browsers = Table(
    "known_browsers",
    metadata,
    owner(),
    text("digest", "SHA-256 of what the browser keeps", null=False),
    number("user_id", "who signed in with it", null=False),
    number("at", "when last", null=False),
    key("digest"),
    sqlite_with_rowid=False,
    comment="Browsers that somebody signed in with: failures of others elsewhere make no pause for them.",
)

people_trail = Table(
    "people_trail",
    metadata,
    owner(),
    number("id", "number of the entry", null=False),
    number("at", "when", null=False),
    text("who", "who did it: a user, a person at the command line, or empty for a stranger", null=False),
    text("about", "the user it is about, as the name was written", null=False),
    text("what", "in a few words", null=False),
    text("before", "what it was before; empty where nothing was", null=False),
    text("after", "what it is since; empty where nothing is", null=False),
    text("address", "from where; empty at the command line", null=False),
    key("id"),
    sqlite_with_rowid=False,
    comment="Every sign-in, failure and change of users, written in the transaction of the change.",
)
