"""The table of what trunks did, by quarter hours. `schema.py` names it with all the others."""

from __future__ import annotations

from sqlalchemy import Table

from gateway.store.columns import key, metadata, number, owner, text

trunk_quarters = Table(
    "trunk_quarters",
    metadata,
    owner(),
    number("quarter", "the beginning of the quarter hour, by UTC", null=False),
    text("trunk_group", "the group as the exchange writes it; empty where it does not", null=False),
    text("trunk", "the trunk as the exchange writes it; empty where it does not", null=False),
    text("direction", "out, in or unknown", null=False),
    number("seizures", "how often the trunk was taken in this quarter hour", null=False),
    number("answered", "how many of these were answered", null=False),
    number("busy", "microseconds of this quarter hour in which it was held, of all calls together", null=False),
    number(
        "unrung", "how many of these seizures lack their ringing, because the exchange does not tell it", null=False
    ),
    number("blocked", "how many of these found no trunk free, where the exchange says so", null=False),
    key("quarter", "trunk_group", "trunk", "direction"),
    sqlite_with_rowid=False,
    comment="What trunks did: sums over the calls, written in their commits; 'foliogate db rebuild-traffic' makes them anew.",
)
