"""Planted matches, doubles, strangers and offsets are found again; every line and every call is told once."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.carrier_bills.items import AT, NUMBER, SECONDS, Item, Tolerance
from gateway.carrier_bills.matching import Finding, matched, offset

NEAR = Tolerance(120, 3, 10_000)


def settle(lines: list[Item], calls: list[Item], ahead: int | None = None) -> list[Finding]:
    """What becomes of them; the offset is found where none is given."""
    lines, calls = sorted(lines), sorted(calls)
    seconds = offset(lines, calls, NEAR.length).seconds if ahead is None else ahead
    return list(matched(lines, calls, seconds, NEAR))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), ahead=st.sampled_from([0, 7, -95, 3600, -7200, 80_000]), jitter=st.integers(0, 25))
def test_what_was_planted_is_found_again(seed: int, ahead: int, jitter: int) -> None:
    chance = random.Random(seed)
    calls: list[Item] = [
        (
            f"+48{chance.randrange(30):09}",
            1_000_000 + number * 400 + chance.randrange(100),
            chance.randrange(5, 900),
            5,
            number,
            "",
        )
        for number in range(120)
    ]
    lines, wanted = list[Item](), Counter[str]()
    pairs = set()
    for key, at, seconds, price, number, note in calls:
        fate = chance.choice(["matched"] * 6 + ["ours", "double"])
        wanted[fate if fate != "double" else "matched"] += 1
        if fate == "ours":
            continue
        begin = at + ahead + chance.randint(-jitter, jitter)
        line = (key, begin, seconds + chance.randint(-3, 3), price, 1000 + 2 * number, note)
        pairs.add((line[NUMBER], number))
        lines.append(line)
        if fate == "double":
            wanted["double"] += 1
            lines.append((*line[:4], line[NUMBER] + 1, note))
    for number in range(5):
        wanted["theirs"] += 1
        lines.append((f"+1{number:09}", 1_000_000, 60, 5, 9000 + number, ""))
    found = offset(sorted(lines), sorted(calls), NEAR.length)
    assert found.found
    assert abs(found.seconds - ahead) <= jitter
    told = settle(lines, calls)
    assert Counter(one.fate for one in told) == wanted
    assert {(one.line[NUMBER] // 2 * 2, one.call[NUMBER]) for one in told if one.line and one.call} == pairs
    twins = {(one.line[NUMBER] // 2, one.twin // 2) for one in told if one.line and one.fate == "double"}
    assert all(one == other for one, other in twins)


_ITEMS = st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 500), st.integers(0, 40)), max_size=6)


def _most(lines: list[Item], calls: list[Item]) -> int:
    """The largest number of pairs, by trying every order."""
    few, many = sorted((lines, calls), key=len)
    best = 0
    for order in permutations(many, len(few)):
        best = max(
            best, sum(a[0] == b[0] and abs(a[AT] - b[AT]) <= NEAR.begin for a, b in zip(few, order, strict=True))
        )
    return best


@settings(max_examples=120, deadline=None)
@given(theirs=_ITEMS, ours=_ITEMS)
def test_as_many_are_matched_as_can_be_and_each_is_told_once(
    theirs: list[tuple[str, int, int]], ours: list[tuple[str, int, int]]
) -> None:
    lines: list[Item] = [(*one, 1, number, "") for number, one in enumerate(theirs)]
    calls: list[Item] = [(*one, 1, number, "") for number, one in enumerate(ours)]
    told = settle(lines, calls, 0)
    assert sorted(one.line[NUMBER] for one in told if one.line) == list(range(len(lines)))
    assert sorted(one.call[NUMBER] for one in told if one.call) == list(range(len(calls)))
    both = [(one.line, one.call) for one in told if one.line and one.call]
    assert all(a[0] == b[0] and abs(a[AT] - b[AT]) <= NEAR.begin for a, b in both)
    assert len(both) == _most(lines, calls)
    by_number = {line[NUMBER]: line for line in lines}
    for one in told:
        if one.fate == "double":
            assert one.line is not None
            assert by_number[one.twin][:3] == one.line[:3]
            assert one.twin != one.line[NUMBER]


def test_of_two_calls_at_once_the_one_of_the_same_length_is_taken() -> None:
    calls: list[Item] = [("a", 0, 60, 1, 1, ""), ("a", 10, 300, 1, 2, "")]
    lines: list[Item] = [("a", 4, 301, 1, 3, ""), ("a", 9, 60, 1, 4, "")]
    pairs = {(one.line[NUMBER], one.call[NUMBER]) for one in settle(lines, calls, 0) if one.line and one.call}
    assert pairs == {(3, 2), (4, 1)}
    other = settle([("a", 4, 999, 1, 5, "")], [("a", 0, 60, 1, 1, "")], 0)
    assert [one.fate for one in other] == ["matched"], "another length is told, not taken for another call"
    assert other[0].line is not None
    assert other[0].line[SECONDS] == 999


def test_clocks_that_nobody_can_compare_are_not_guessed() -> None:
    calls: list[Item] = [("a", at, 60, 1, at, "") for at in range(0, 50_000, 1000)]
    lines: list[Item] = [("a", at + 77, 60, 1, at, "") for at in range(0, 50_000, 1000)]
    assert not offset(lines, calls, 3).found, "a number that is called all day says nothing"
    assert not offset([], calls, 3).found
    scattered: list[Item] = [(f"n{n}", n * 3700 % 80_000, 60, 1, n, "") for n in range(40)]
    level: list[Item] = [(f"n{n}", 0, 60, 1, n, "") for n in range(40)]
    assert not offset(sorted(scattered), sorted(level), 3).found
