"""Records of exchanges that are asked: by what each that was kept is known again, in the order in which they were kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from gateway.store import schema

#: Marks that one job looks at when old ones are let go: what a large house keeps in a week.
MOST_FORGOTTEN: Final = 10_000

_p = schema.pulled.c


class PulledMark(NamedTuple):
    """The mark of a kept record and its place."""

    position: int
    mark: bytes


def marks(connection: Connection, owner: str, segment: int) -> list[bytes]:
    """Every mark of a segment."""
    wanted = select(_p.mark).where(_p.property == owner, _p.segment == segment)
    return [bytes(mark) for mark in connection.execute(wanted).scalars()]


def add(connection: Connection, owner: str, segment: int, kept: Sequence[PulledMark], now: int) -> None:
    """Write down by what these records will be known again."""
    rows = [
        {"property": owner, "segment": segment, "position": one.position, "mark": one.mark, "kept_at": now}
        for one in kept
    ]
    connection.execute(insert(schema.pulled), rows)


def older(connection: Connection, owner: str, segment: int, before: int) -> list[PulledMark]:
    """The oldest marks, of records that were kept before an instant."""
    wanted = select(_p.position, _p.mark).where(_p.property == owner, _p.segment == segment, _p.kept_at < before)
    found = connection.execute(wanted.order_by(_p.position).limit(MOST_FORGOTTEN))
    return [PulledMark(row.position, bytes(row.mark)) for row in found]


def forget(connection: Connection, owner: str, segment: int, positions: Sequence[int]) -> None:
    """Let go of marks."""
    wanted = delete(schema.pulled).where(_p.property == owner, _p.segment == segment)
    for begin in range(0, len(positions), 500):
        connection.execute(wanted.where(_p.position.in_(positions[begin : begin + 500])))
