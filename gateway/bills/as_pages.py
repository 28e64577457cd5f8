"""The rows of a long table in pieces that fit a printed page each, with what is carried over between them. Pure.

A browser can repeat a table's head on each page it prints, but it cannot add up; so the pieces are made here, a little smaller
than a page, and each is broken off by the style sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.bills.sheet import Row, Table

#: Lines of the first page, which has the head of the paper on it, and of each later one; a row with a remark takes two.
FIRST_LINES: Final = 26
LATER_LINES: Final = 40


class Piece(NamedTuple):
    """Some rows: what was brought from the page before, and what is carried to the next; empty where there is none."""

    rows: tuple[Row, ...]
    brought: str
    forward: str


def pieces(table: Table, *, whole: bool) -> list[Piece]:
    """A table in pieces, or as one where the paper has no pages."""
    if whole:
        return [Piece(table.rows, "", "")]
    groups = list(_groups(table.rows))
    ends = [group[-1].carried if group else "" for group in groups]
    return [
        Piece(tuple(group), brought, forward)
        for group, brought, forward in zip(groups, ["", *ends[:-1]], [*ends[:-1], ""], strict=True)
    ]


def _groups(rows: tuple[Row, ...]) -> Iterator[list[Row]]:
    group: list[Row] = []
    lines, room = 0, FIRST_LINES
    for row in rows:
        height = 2 if row.remark else 1
        if group and lines + height > room:
            yield group
            group, lines, room = [], 0, LATER_LINES
        group.append(row)
        lines += height
    yield group
