"""Missing numbers of every exchange that numbers its records, told with the record that showed them.

A gap is a fact of the store: the record behind it has the mark "gap" and the sentence as its reason. What comes late
changes that sentence, and when everything came the mark is gone. The memory is built again from the stored records
with the memory of the settling, so it tells after a restart what it would have told before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.intake.batch import Changed, Source
from gateway.sequences import Gap, Late, SequenceWatch

#: The mark of a record before which numbers are missing.
GAP: Final = "gap"


class Noticed(NamedTuple):
    """What one record's number showed: its own sentence, sentences of others that change, numbers newly missing."""

    reason: str
    changed: list[Changed]
    missing: int


_NOTHING: Final = Noticed("", [], 0)


class Gaps:
    """The watch over every source that counts."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._counters = {name: source.counter for name, source in sources.items() if source.counter is not None}
        self._watches: dict[str, SequenceWatch] = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew, before the stored records are seen again."""
        self._watches = {name: SequenceWatch(counter) for name, counter in self._counters.items()}

    def counts(self, source: str) -> bool:
        """Whether an exchange numbers what it sends."""
        return source in self._watches

    def see(self, source: str, number: int | None, record: int | None, at: int) -> Noticed:
        """Take the number of a record that was read at an instant, in order of arrival; of one that is no call without its place."""
        watch = self._watches.get(source)
        if watch is None or number is None:
            return _NOTHING
        words: list[str] = []
        changed: list[Changed] = []
        missing = 0
        for told in watch.see(number, record, at):
            if isinstance(told, Late):
                assert told.gap.record is not None  # what comes late was told before
                mark = GAP if told.gap.left else ""
                changed.append(Changed(told.gap.record, mark, told.gap.sentence(source)))
                missing -= 1
            else:
                words.append(told.sentence(source))
                missing += told.left if isinstance(told, Gap) else 0
        return Noticed("; ".join(words), changed, missing)
