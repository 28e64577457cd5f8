"""Which call of ours each line of a bill is. Pure: two streams in, one stream of findings out, in bounded memory.

Both sides come sorted by number and time. A line and a call can only be the same if they have the same number and begin
within the tolerance, so the streams fall apart into small heaps (same number, no gap longer than the tolerance), and each
heap is settled by itself: of all pairs that fit, those closest to each other first, and those whose lengths agree before
those whose lengths do not.

The clocks of two houses differ. By how much is found first: pairs of the same number and length vote with the difference
of their beginnings, and where the votes crowd, there is the offset. A wrong time zone is found like a slow clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.carrier_bills.items import AT, KEY, NUMBER, SECONDS, Item, Tolerance

Fate: TypeAlias = Literal["matched", "double", "theirs", "ours"]

#: Lines and calls of one number that are settled together at most: a taxi rank that is called all day long.
MOST_TOGETHER: Final = 400
#: Votes from which the offset is found, and how far clocks are believed to be apart, in seconds: a day's worth of zones.
MOST_VOTES: Final = 20_000
FARTHEST: Final = 26 * 3600
#: A number that was called more often than this says little about the clocks: anything is close to something.
MOST_TIMES: Final = 4
#: Seconds within which votes are for the same offset: clocks drift within a month, and rings are counted differently.
CROWD: Final = 60
#: Votes, and their share of all, from which an offset is believed.
LEAST_VOTES: Final = 3
LEAST_SHARE: Final = 0.2


class Finding(NamedTuple):
    """What became of a line, of a call, or of both; a double also names the line that it repeats."""

    fate: Fate
    line: Item | None
    call: Item | None
    twin: int = 0


class Offset(NamedTuple):
    """By how many seconds their clock is ahead of ours, how many pairs say so, and of how many that were looked at."""

    seconds: int
    votes: int
    of: int

    @property
    def found(self) -> bool:
        """True where there were pairs enough to tell."""
        return self.votes >= LEAST_VOTES and self.votes >= LEAST_SHARE * self.of


def offset(lines: Iterable[Item], calls: Iterable[Item], length: int) -> Offset:
    """How far the clocks are apart, from two sorted streams; lengths may differ by `length` seconds."""
    votes: list[int] = []
    for theirs, ours in _by_number(lines, calls):
        votes += [
            line[AT] - call[AT]
            for line in theirs
            for call in ours
            if abs(line[SECONDS] - call[SECONDS]) <= length and abs(line[AT] - call[AT]) <= FARTHEST
        ]
        if len(votes) >= MOST_VOTES:
            break
    return _crowd(sorted(votes))


def _by_number(lines: Iterable[Item], calls: Iterable[Item]) -> Iterator[tuple[list[Item], list[Item]]]:
    """Numbers that both sides have, and not too often."""
    theirs, ours = groupby(lines, itemgetter(KEY)), groupby(calls, itemgetter(KEY))
    one, other = next(theirs, None), next(ours, None)
    while one is not None and other is not None:
        if one[0] < other[0]:
            one = next(theirs, None)
        elif other[0] < one[0]:
            other = next(ours, None)
        else:
            few, many = _few(one[1]), _few(other[1])
            if few and many:
                yield few, many
            one, other = next(theirs, None), next(ours, None)


def _few(items: Iterable[Item]) -> list[Item]:
    kept: list[Item] = []
    for item in items:
        if len(kept) == MOST_TIMES:
            return []
        kept.append(item)
    return kept


def _crowd(votes: Sequence[int]) -> Offset:
    """The median of the closest crowd."""
    best, begin, low = 0, 0, 0
    for high, vote in enumerate(votes):
        while vote - votes[low] > CROWD:
            low += 1
        if high - low + 1 > best:
            best, begin = high - low + 1, low
    if not best:
        return Offset(0, 0, 0)
    return Offset(votes[begin + best // 2], best, len(votes))


def matched(lines: Iterable[Item], calls: Iterable[Item], ahead: int, near: Tolerance) -> Iterator[Finding]:
    """What became of each line and each call; `ahead` is by how much their clock is ahead of ours."""
    for theirs, ours in _heaps(lines, calls, ahead, near.begin):
        if not theirs:
            yield from (Finding("ours", None, call) for call in ours)
        elif not ours and len(theirs) == 1:
            yield Finding("theirs", theirs[0], None)
        elif len(theirs) == len(ours) == 1 and abs(theirs[0][AT] - ahead - ours[0][AT]) <= near.begin:
            yield Finding("matched", theirs[0], ours[0])
        else:
            yield from _settled(theirs, ours, ahead, near)


def _heaps(
    lines: Iterable[Item], calls: Iterable[Item], ahead: int, gap: int
) -> Iterator[tuple[list[Item], list[Item]]]:
    """Lines and calls of one number with no longer gap between one and the next."""
    theirs, ours = iter(lines), iter(calls)
    line, call = next(theirs, None), next(ours, None)
    heap: tuple[list[Item], list[Item]] = ([], [])
    number, last, held = "", 0, 0
    while line is not None or call is not None:
        if call is None or (line is not None and (line[KEY], line[AT] - ahead) <= (call[KEY], call[AT])):
            assert line is not None
            item, at, side = line, line[AT] - ahead, 0
            line = next(theirs, None)
        else:
            item, at, side = call, call[AT], 1
            call = next(ours, None)
        if held and (item[KEY] != number or at - last > gap or held >= MOST_TOGETHER):
            yield heap
            heap, held = ([], []), 0
        heap[side].append(item)
        number, last, held = item[KEY], at, held + 1
    if held:
        yield heap


def _settled(theirs: list[Item], ours: list[Item], ahead: int, near: Tolerance) -> Iterator[Finding]:
    fits = []
    for place, line in enumerate(theirs):
        for other, call in enumerate(ours):
            apart, longer = abs(line[AT] - ahead - call[AT]), abs(line[SECONDS] - call[SECONDS])
            if apart <= near.begin:
                fits.append((longer > near.length, apart + longer, place, other))
    fits.sort()
    pairs = _Pairs(len(theirs))
    for unlike in (False, True):  # lengths that agree come first
        pairs.add((place, other) for longer, _, place, other in fits if longer == unlike)
    yield from _told(theirs, ours, pairs.line_of)


class _Pairs:
    """As many pairs as there can be, the closest ones where there is a choice.

    Each line takes the closest call that is free; one that finds none asks those before it to take another one (Kuhn's
    way to a largest matching). Who has a call keeps one.
    """

    def __init__(self, lines: int) -> None:
        self.line_of: dict[int, int] = {}
        self._fits: list[list[int]] = [[] for _ in range(lines)]

    def add(self, fits: Iterable[tuple[int, int]]) -> None:
        """Further pairs that fit, the closest first."""
        paired = set(self.line_of.values())
        for place, other in fits:
            self._fits[place].append(other)
            if place not in paired and other not in self.line_of:
                self.line_of[other] = place
                paired.add(place)
        for place, others in enumerate(self._fits):
            if others and place not in paired:
                self._find(place, set())

    def _find(self, place: int, asked: set[int]) -> bool:
        """Give a line a call, by a chain of lines that change theirs. The chain is no longer than a heap."""
        for other in self._fits[place]:
            if other not in asked:
                asked.add(other)
                if other not in self.line_of or self._find(self.line_of[other], asked):
                    self.line_of[other] = place
                    return True
        return False


def _told(theirs: list[Item], ours: list[Item], line_of: dict[int, int]) -> Iterator[Finding]:
    """Lines with their calls; of the rest, those that repeat another line, and those that stand alone."""
    seen: dict[tuple[int, int], int] = {}
    for other, place in line_of.items():
        line = theirs[place]
        seen.setdefault((line[AT], line[SECONDS]), line[NUMBER])
        yield Finding("matched", line, ours[other])
    paired = set(line_of.values())
    for place, line in enumerate(theirs):
        if place not in paired:
            twin = seen.setdefault((line[AT], line[SECONDS]), line[NUMBER])
            same = twin == line[NUMBER]
            yield Finding("theirs" if same else "double", line, None, 0 if same else twin)
    for other, call in enumerate(ours):
        if other not in line_of:
            yield Finding("ours", None, call)


Price: TypeAlias = Literal["same", "rounding", "price", "unknown"]


def price_of(theirs: int | None, ours: int | None, near: int) -> tuple[Price, int]:
    """How the prices of a pair compare, on one footing, and theirs less ours in millionths."""
    if theirs is None or ours is None:
        return "unknown", 0
    difference = theirs - ours
    if not difference:
        return "same", 0
    return ("rounding" if abs(difference) <= near else "price"), difference
