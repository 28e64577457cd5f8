"""The tables of final bills: what each held when it was made, and every time one was printed.

`schema.py` names them with all the others; they stand here because they are one idea of their own.
"""

from __future__ import annotations

from sqlalchemy import Index, Table

from gateway.store.columns import key, metadata, number, owner, text

bills = Table(
    "bills",
    metadata,
    owner(),
    number("id", "number of the bill, which is printed on it", null=False),
    number("stay_id", "the stay", null=False),
    text("reservation", "the guest who pays", null=False),
    text("room", "the room at the time", null=False),
    number("made_at", "when it was made final", null=False),
    text("made_by", "by whom", null=False),
    number("replaces", "the earlier bill of the same stay that this one replaces"),
    text("language", "the language it was made in", null=False),
    text("scope", "all that was charged, or phone: the telephone calls alone", null=False),
    text("currency", "ISO 4217", null=False),
    number("decimals", "how many of the digits are the fraction", null=False),
    number("amount", "gross minor units to be paid", null=False),
    text(
        "content",
        "JSON: its lines with their amounts and taxes, by call and posting (gateway/bills/issuing.py)",
        null=False,
    ),
    key("id"),
    Index("bills_of_reservation", "property", "reservation"),
    sqlite_with_rowid=False,
    comment="Bills that were made final. Nothing is changed here, only added.",
)

bill_prints = Table(
    "bill_prints",
    metadata,
    owner(),
    number("bill_id", "the bill", null=False),
    number("copy", "0 for the original, 1 and on for copies", null=False),
    number("at", "when it was asked for", null=False),
    text("who", "by whom", null=False),
    key("bill_id", "copy"),
    sqlite_with_rowid=False,
    comment="Every time a final bill was printed.",
)
