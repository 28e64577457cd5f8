"""The layout "customized" of an Avaya Communication Manager, made of the site's own page of its set-up. Pure.

Every site has its own columns, and the exchange shows them: `display system-parameters cdr`, page 2, a list of items with
their lengths in three columns. That page is pasted into a file as it is, frame, menu line and all; the columns follow from it.

     Data Item - Length         Data Item - Length         Data Item - Length
 1: date             - 6    17: calling-num      - 15   33:                  -
 2: space            - 1    18: space            - 1    34:                  -

What cannot be right is told in sentences, all at once: an item left out in pasting would move every column behind it.
Source: Avaya, "Administering Avaya Aura Communication Manager", CDR System Parameters screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from protocols.smdr.layout import Form, Layout, Mark

_ITEM: Final = re.compile(r"\b([0-9]{1,2}): *(?:([A-Za-z][A-Za-z0-9/_-]*?) *- *([0-9]{1,2})\b)?")
_LENGTH: Final = re.compile(r"record length *= *([0-9]{1,3})", re.IGNORECASE)

#: What the exchange calls an item, and what we call it; other items are passed over.
_NAMES: Final[Mapping[str, str]] = {
    "date": "date",
    "time": "time",
    "duration": "duration",
    "sec-dur": "seconds",
    "cond-code": "condition",
    "code-dial": "code_dialled",
    "code-used": "code_used",
    "dialed-num": "dialled",
    "calling-num": "caller",
    "clg-num/in-tac": "calling",
    "in-trk-code": "in_code",
    "in-crt-id": "in_circuit",
    "out-crt-id": "out_circuit",
    "acct-code": "account",
    "auth-code": "authorization",
    "feat-flag": "flag",
    "attd-console": "attendant",
    "ppm": "pulses",
}
#: What a record must reach: everything behind these may be blank, and cut off.
_NEEDED: Final = ("time", "duration", "seconds", "condition", "dialled", "caller", "calling")
_ENDS: Final = ("return", "line-feed", "null")

#: Lengths an item must have for what stands in it to be read; any other length is some other thing.
_LENGTHS: Final[Mapping[str, tuple[int, ...]]] = {"date": (4, 6), "time": (4,), "duration": (4,), "condition": (1,)}


def problems_of(page: str) -> list[str]:
    """Say what keeps a page from being read; nothing if it can be."""
    items = _items(page)
    if not items:
        return ['the page holds no item like "1: date - 6"; paste page 2 of: display system-parameters cdr']
    numbers = [number for number, _, _ in items]
    if numbers != list(range(1, len(items) + 1)):
        missing = next(n for n in range(1, len(items) + 2) if n not in numbers)
        return [f"item {missing} is missing from the page, or there twice; paste the whole of it"]
    found = [_NAMES.get(name, name) for _, name, _ in items]
    problems = [
        f"{wanted} is not among the items; a call cannot be read without it"
        for wanted, held in (
            ("time", {"time"}),
            ("duration or sec-dur", {"duration", "seconds"}),
            ("cond-code", {"condition"}),
            ("dialed-num", {"dialled"}),
            ("calling-num or clg-num/in-tac", {"caller", "calling"}),
        )
        if not held & set(found)
    ]
    problems += [
        f"{name} is {length} long; it can be read with {' or '.join(map(str, _LENGTHS[_NAMES[name]]))}"
        for _, name, length in items
        if _NAMES.get(name) in _LENGTHS and length not in _LENGTHS[_NAMES[name]]
    ]
    return problems + _order(items) + _sum(page, items)


def _order(items: Sequence[tuple[int, str, int]]) -> list[str]:
    ended = False
    for _, name, _ in items:
        if ended and name not in _ENDS:
            return [f"{name} stands behind the end of the line; a record must be one line"]
        ended = ended or name in _ENDS
    return [] if ended else ["the record has no line-feed at its end; add return and line-feed as its last items"]


def _sum(page: str, items: Sequence[tuple[int, str, int]]) -> list[str]:
    said, whole = _LENGTH.search(page), sum(length for _, _, length in items)
    if said is None or int(said[1]) == whole:
        return []
    return [f"the page says that a record is {said[1]} long, but its items are {whole} together; paste the whole of it"]


def _items(page: str) -> list[tuple[int, str, int]]:
    """The items that are filled in, by their numbers: number, name, length."""
    found = [(int(n), name.lower(), int(length)) for n, name, length in _ITEM.findall(page) if name and length]
    return sorted(found)


def layout_of(page: str) -> Layout:
    """Make the layout of a page without problems. Raises ValueError for one that has some."""
    problems = problems_of(page)
    if problems:
        raise ValueError("; ".join(problems))
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for _, name, length in _items(page):
        if name in _NAMES:
            places.setdefault(_NAMES[name], (at, at + length))
        at += length
    needed = [places[name] for name in _NEEDED if name in places]
    form = Form(
        name="customized",
        title="the site's own customized format",
        places=places,
        marks=(_mark(places["time"]),),
        least=max(start for start, _ in needed) + 1,
    )
    return Layout(name="avaya-cm customized", kind="fixed", encoding="latin-1", forms=(form,))


def _mark(time: tuple[int, int]) -> Mark:
    start, end = time
    return Mark(re.compile(f".{{{start}}}[0-9]{{{end - start}}}", re.DOTALL), end, 0)
