"""A hotel of 500 rooms with months of calls behind it, written into a store in one go, for benches and for eyes.

Rows are made inside SQLite, so a million calls take seconds. Each stay has twelve calls; nine rooms of ten have a guest
now, some of them no-post, in doubt or refused, as an evening brings it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

ROOMS: Final = 500
CALLS_A_STAY: Final = 12
#: Calls of one generation of guests.
A_GENERATION: Final = ROOMS * CALLS_A_STAY
#: Microseconds between two calls of the house: twelve calls in three days in each room.
STEP: Final = 3 * 86_400 * 1_000_000 // A_GENERATION

_ROOM: Final = "CAST(((k / 50) + 1) * 100 + (k % 50) + 1 AS TEXT)"
_NAMES: Final = " ".join(
    f"WHEN {order} THEN '{name}'"
    for order, name in enumerate(
        "Kowalska Nowak Björk Cruz Adler Ng Oyelaran Papadopoulos Müller-Lüdenscheidt Sørensen".split()
    )
)
_CALLS: Final = f"""
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :calls),
    c AS (SELECT i, (i * 7) % {ROOMS} AS k, i / {A_GENERATION} AS generation FROM n)
    INSERT INTO calls (property, id, source, call_key, legs, status, reason, direction, answered, started_at, ring_seconds,
        talk_seconds, extension, holders, dialled, room, reservation, number, number_class, place, amount, net, tax,
        currency, decimals, tariff, tariff_version, billed_seconds, warnings)
    SELECT :owner, :first + i, 'main', 'k' || i, 1, CASE WHEN i % 6 = 5 THEN 'not_chargeable' ELSE 'charge' END,
        CASE WHEN i % 6 = 5 THEN 'internal call' ELSE '' END, CASE WHEN i % 6 = 5 THEN 'internal' ELSE 'out' END, 1,
        :began + i * {STEP}, 4, 60 + i % 600, {_ROOM}, {_ROOM}, '90048601234567', {_ROOM},
        'R' || k || '-' || generation, '+48601234567', 'mobile', 'Poland, mobile',
        CASE WHEN i % 6 = 5 THEN NULL ELSE 80 + i % 400 END, CASE WHEN i % 6 = 5 THEN NULL ELSE 80 + i % 400 END, 0,
        'PLN', 2, 'STARTER', 'x', 60, ''
    FROM c
"""
_POSTINGS: Final = """
    INSERT INTO postings (property, id, call_id, part, pms, state, hold, reason, room, reservation, amount, currency,
        decimals, attempts, due_at, by_hand, created_at, changed_at, code, reference, kind)
    SELECT property, id, id, 0, 'opera', CASE WHEN id > :newest AND id % 97 = 0 THEN 'in_doubt'
        WHEN id > :newest AND id % 101 = 0 THEN 'refused' ELSE 'posted' END, '', '', room, reservation, amount, currency,
        decimals, 1, 0, 0, started_at, started_at, 'OK', '', 'charge'
    FROM calls WHERE property = :owner AND id >= :first AND status = 'charge'
"""
#: Records and calls count on together: the next record has a number behind these calls.
_LAST_RECORD: Final = """
    INSERT INTO records (property, id, segment, position, source, received_at, kind, reason, mark, raw)
    VALUES (:owner, :last, 0, 0, 'main', :now, 'furniture', '', '', x'2D')
"""
_STAYS: Final = f"""
    WITH RECURSIVE g(generation) AS (SELECT 0 UNION ALL SELECT generation + 1 FROM g WHERE generation + 1 < :generations),
    r(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM r WHERE k + 1 < {ROOMS})
    INSERT INTO stays (property, id, reservation, room, since, until, name, language, vip, no_post, class_of_service,
        departure, group_code, guest_class)
    SELECT :owner, :stay + generation * {ROOMS} + k, 'R' || k || '-' || generation, {_ROOM},
        :began + generation * {A_GENERATION} * {STEP},
        CASE WHEN generation + 1 = :generations AND k % 10 <> 9 THEN NULL
             ELSE :began + (generation + 1) * {A_GENERATION} * {STEP} END,
        CASE (k + generation) % 10 {_NAMES} END,
        'EN', '', k % 37 = 5, '2', NULL, '', ''
    FROM g, r
"""
_ROOM_ROWS: Final = f"""
    WITH RECURSIVE r(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM r WHERE k + 1 < {ROOMS})
    INSERT OR IGNORE INTO rooms (property, room, last_departure) SELECT :owner, {_ROOM}, :began FROM r
"""


def fill(connection: Connection, owner: str, now: int, calls: int, first: int = 1_000) -> None:
    """Write so many calls, the last of them now, numbered from `first` on, with their charges, stays and rooms."""
    generations = max(1, calls // A_GENERATION)
    calls, began = generations * A_GENERATION, now - generations * A_GENERATION * STEP
    said = {"owner": owner, "began": began}
    connection.execute(text(_ROOM_ROWS), said)
    connection.execute(text(_STAYS), {**said, "generations": generations, "stay": 1_000})
    connection.execute(text(_CALLS), {**said, "calls": calls, "first": first})
    connection.execute(text(_POSTINGS), {"owner": owner, "first": first, "newest": first + calls - A_GENERATION})
    connection.execute(text(_LAST_RECORD), {"owner": owner, "last": first + calls, "now": now})
