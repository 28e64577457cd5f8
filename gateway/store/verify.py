"""The rules that a stored ledger keeps, each as a question that must find nothing."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

#: (what is wrong if a row is found, the question)
_RULES: Final = (
    (
        "calls that ask for a charge and have no posting",
        "SELECT count(*) FROM calls c WHERE c.property = :p AND c.status = 'charge' AND NOT EXISTS "
        "(SELECT 1 FROM postings p WHERE p.property = c.property AND p.call_id = c.id)",
    ),
    (
        "postings without a call",
        "SELECT count(*) FROM postings p WHERE p.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM calls c WHERE c.property = p.property AND c.id = p.call_id)",
    ),
    (
        "calls without a record",
        "SELECT count(*) FROM calls c WHERE c.property = :p AND NOT EXISTS "
        "(SELECT 1 FROM records r WHERE r.property = c.property AND r.call_id = c.id)",
    ),
    (
        "call records that belong to no call and are no repeats",
        "SELECT count(*) FROM records r WHERE r.property = :p AND r.kind = 'call' AND r.mark <> 'repeat' "
        "AND r.call_id IS NULL",
    ),
    (
        "postings whose attempts are not all written down",
        "SELECT count(*) FROM postings p WHERE p.property = :p AND p.attempts <> "
        "(SELECT count(*) FROM attempts a WHERE a.property = p.property AND a.posting_id = p.id)",
    ),
    (
        "calls whose postings do not add up to their price",
        "SELECT count(*) FROM calls c WHERE c.property = :p AND c.status = 'charge' AND c.amount IS NOT NULL AND "
        "c.amount <> (SELECT coalesce(sum(p.amount), 0) FROM postings p "
        "WHERE p.property = c.property AND p.call_id = c.id) AND NOT EXISTS "
        "(SELECT 1 FROM postings p WHERE p.property = c.property AND p.call_id = c.id AND p.kind <> 'charge')",
    ),
    (
        "calls whose net and tax do not add up to their price",
        "SELECT count(*) FROM calls c WHERE c.property = :p AND c.amount IS NOT NULL AND c.amount <> c.net + c.tax",
    ),
)


def broken_rules(connection: Connection, owner: str, is_sqlite: bool) -> list[str]:
    """What is wrong with a store, in sentences; empty if it is whole."""
    broken: list[str] = []
    if is_sqlite:
        broken += [
            f"damaged file: {row[0]}" for row in connection.exec_driver_sql("PRAGMA quick_check") if row[0] != "ok"
        ]
    for words, question in _RULES:
        count = connection.execute(text(question), {"p": owner}).scalar() or 0
        if count:
            broken.append(f"{count} {words}")
    return broken
