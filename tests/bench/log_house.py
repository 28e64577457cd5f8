"""A hotel with a long past of calls of every kind, written in one go: what the bench of the log looks through.

Every call has a trace of usual length, so that rows are as wide as real ones; a third of the calls came in.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from tests.full_house import A_GENERATION, STEP, fill

_TRACE: Final = "[[" + ", ".join(["1, 60, 60, 23, 45, 30, 1, 0, 75, 0"] * 9) + ', "weekday", "mobile", "vat"]]'
#: What becomes of each call by its place: numbers from a pool of fifty thousand, four groups of fifteen trunks, ten places.
_VARIED: Final = """
    UPDATE calls SET
        trace = :trace,
        trunk = CASE WHEN id % 6 = 5 THEN NULL ELSE 'T' || (id % 60) END,
        trunk_group = CASE WHEN id % 6 = 5 THEN NULL ELSE 'G' || (id % 4) END,
        direction = CASE id % 6 WHEN 5 THEN 'internal' WHEN 1 THEN 'in' WHEN 3 THEN 'in' ELSE 'out' END,
        answered = CASE WHEN id % 11 = 7 THEN 0 ELSE 1 END,
        talk_seconds = CASE WHEN id % 11 = 7 THEN 0 ELSE 5 + (id * 7919) % 1200 END,
        caller = CASE WHEN id % 6 IN (1, 3) THEN '+48' || (600000000 + (id * 7919) % 50000) END,
        dialled = CASE WHEN id % 6 IN (1, 3) THEN NULL ELSE '90048' || (600000000 + (id * 7919) % 50000) END,
        number = CASE WHEN id % 6 IN (1, 3) THEN NULL ELSE '+48' || (600000000 + (id * 7919) % 50000) END,
        amount = CASE WHEN id % 6 IN (1, 3, 5) THEN NULL ELSE 80 + (id * 31) % 4000 END,
        status = CASE WHEN id % 6 IN (1, 3, 5) THEN 'not_chargeable' WHEN id % 6 = 4 THEN 'allocated' ELSE 'charge' END,
        department = CASE WHEN id % 6 = 4 THEN 'Department ' || (id % 12) END,
        room = CASE WHEN id % 6 = 4 THEN NULL ELSE room END,
        number_class = CASE id % 7 WHEN 0 THEN 'international' WHEN 1 THEN 'national' WHEN 2 THEN 'local' ELSE 'mobile' END,
        place = CASE id % 10 WHEN 0 THEN 'Germany' WHEN 1 THEN 'France' ELSE 'Poland, mobile' END
    WHERE property = :owner AND id >= :first
"""
_POSTINGS: Final = "DELETE FROM postings WHERE property = :owner AND call_id % 6 NOT IN (0, 2)"
_ARRIVALS: Final = """
    INSERT INTO arrivals (property, id, caller, did, outcome, waited, stages, hands)
    SELECT property, id, caller, '55' || (id % 40), CASE WHEN answered = 1 THEN 'answered' WHEN id % 2 = 0 THEN 'rang'
        ELSE 'queue' END, id % 45, '', 0 FROM calls
    WHERE property = :owner AND id >= :first AND direction = 'in'
"""
_CONTACTS: Final = """
    INSERT INTO contacts (property, piece, number, call_id, inward)
    SELECT property, id / 4096, COALESCE(number, caller), id, direction = 'in' FROM calls
    WHERE property = :owner AND id >= :first AND direction <> 'internal'
"""
_REMARKS: Final = """
    INSERT INTO remarks (property, id, at, who, kind, reservation, room, call_id, words)
    SELECT property, id, started_at, 'Ines', 'dispute', reservation, COALESCE(room, ''), id, 'did not phone' FROM calls
    WHERE property = :owner AND id % 5000 = 0
"""
_TAGS: Final = """
    INSERT INTO number_tags (property, id, number, tag, added_at, added_by, why, removed_by)
    SELECT property, 1000 + id, COALESCE(number, caller), 'agency', 0, 'Ines', 'x', '' FROM calls
    WHERE property = :owner AND id BETWEEN :last - 50 AND :last AND direction = 'out'
"""
_CALL_TAGS: Final = """
    INSERT INTO call_tags (property, id, call_id, tag, folded, added_at, added_by)
    SELECT property, id, id, CASE WHEN id % 2000 = 0 THEN 'Agency' ELSE 'Courtesy' END,
        CASE WHEN id % 2000 = 0 THEN 'agency' ELSE 'courtesy' END, started_at, 'Ines' FROM calls
    WHERE property = :owner AND id % 1000 = 0
"""


def fill_log(connection: Connection, owner: str, now: int, calls: int, first: int = 1_000) -> None:
    """Write so many calls of every kind, the last of them now."""
    fill(connection, owner, now, calls, first)
    last = first + max(1, calls // A_GENERATION) * A_GENERATION - 1
    said = {"owner": owner, "first": first, "last": last, "trace": _TRACE}
    for words in (_VARIED, _POSTINGS, _ARRIVALS, _CONTACTS, _REMARKS, _TAGS, _CALL_TAGS):
        connection.execute(text(words), {name: value for name, value in said.items() if f":{name}" in words})


#: Calls that this house has in a day.
A_DAY: Final = 86_400 * 1_000_000 // STEP
