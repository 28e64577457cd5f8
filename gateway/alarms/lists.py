"""The house's own lists of numbers: which list a called number is on. Pure.

Entries are whole numbers or beginnings of numbers, in E.164. The longest that fits says which list it is, as in a price
list: a colleague's own number may be on the list of private numbers although its network is on another. Of two
lists with the same entry the one that stands earlier in the configuration wins. Entries may be for certain days.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

#: A list of this kind holds numbers that nobody is to call: each call is an alarm.
BARRED: Final = "barred"
#: Answers that are remembered: numbers are called again and again.
_REMEMBERED: Final = 50_000


class Entry(NamedTuple):
    """A number or the beginning of some, the list it is on, a note, and the microseconds in which it holds (0: open)."""

    prefix: str
    place: int
    note: str = ""
    since: int = 0
    until: int = 0


class NumberList(NamedTuple):
    """One list: its name, and its kind in the house's words."""

    name: str
    kind: str


class Hit(NamedTuple):
    """The list that a number is on, and the entry that says so."""

    list: NumberList
    entry: Entry


class NumberLists:
    """All lists of a house."""

    def __init__(self, lists: Iterable[NumberList], entries: Iterable[Entry]) -> None:
        self.lists = tuple(lists)
        self._entries: dict[str, list[Entry]] = {}
        for entry in sorted(entries, key=lambda one: one.place):
            self._entries.setdefault(entry.prefix, []).append(entry)
        self._lengths = sorted({len(prefix) for prefix in self._entries}, reverse=True)
        self._seen: dict[str, tuple[list[Entry], ...]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    def find(self, number: str | None, at: int) -> Hit | None:
        """The list that a number in E.164 was on at an instant, in microseconds; None for most numbers."""
        if not number:
            return None
        found = self._seen.get(number)
        if found is None:
            found = tuple(
                self._entries[cut] for n in self._lengths if (cut := number[:n]) in self._entries and n <= len(number)
            )
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[number] = found
        for entries in found:
            for entry in entries:
                if (not entry.since or at >= entry.since) and (not entry.until or at < entry.until):
                    return Hit(self.lists[entry.place], entry)
        return None
