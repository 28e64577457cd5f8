"""Pricing one call, from the record and the understood number to the amount with its trace, against bare look-ups.

The whole rating step (what is never charged, the tariff in force, the rule, the longest prefix, increments, fees,
rounding, trace) is held against two look-ups that do nothing else, in the same process and on the same numbers: one
dictionary probed at each length that occurs, longest first; and pygtrie's `longest_prefix`. Decks have 50,000 and
250,000 prefixes. Loading a deck is measured from its bytes to the book, with the memory that the process gained at its
highest. Processor times of one thread, the best of several rounds, taken in turn.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from protocols.records import CallRecord
from rating.circumstances import Circumstances
from rating.numbering import DialledNumber
from rating.outcomes import RatedCall
from rating.rate import cost_of, rate
from rating.text import load
from tests.bench.house import ZONE
from tests.bench.kit import Figure, Findings, best_rate
from tests.bench.lab import measure

SMALL: Final = 50_000
LARGE: Final = 250_000
#: Calls of one round: more different numbers than the processor's nearest cache holds rows.
CALLS: Final = 2_000
ROUNDS: Final = 7
#: What a deck of 250,000 rows may take to load.
LOAD_SECONDS: Final = 3.0
LOAD_MEGABYTES: Final = 120.0
#: What the whole step must reach of a bare look-up, and the large deck of the small one.
OF_PYGTRIE, OF_DICT, OF_SMALL = 0.4, 0.07, 0.7

RULES: Final = 'code = "BENCH"\ncurrency = "PLN"\nvalid_from = 2000-01-01\nincrements = "60/60"\n'
FULL_RULES: Final = """\
basis = "cost"
markup_percent = 80
surcharge = "0.30"
minimum = "0.50"
decks = []
[[tax]]
name = "VAT"
percent = 23
[[rule]]
name = "suites"
guest_class = "SUITE"
discount_percent = 20
"""
COST: Final = (
    'kind = "cost"\ncode = "TELE"\ncarrier = "Tele"\ncurrency = "PLN"\nvalid_from = 2000-01-01\ndecks = ["deck.csv"]\n'
)


def prefixes(count: int) -> list[str]:
    """So many prefixes of three to nine digits, as a deck of the world has them; the same ones every time."""
    draw, found = random.Random(5), set[str]()
    while len(found) < count:
        one = str(draw.randrange(10**8, 10**9))[: draw.choice((3, 4, 5, 6, 6, 7, 7, 8, 9, 9))]
        if not one.startswith(("10", "11", "99")):  # no country is there, but emergency numbers are
            found.add(one)
    return draw.sample(sorted(found), count)


def deck(rows: list[str]) -> bytes:
    """A deck of these prefixes."""
    lines = [f"{one};Place {n % 700};{1 + n % 90 / 100:.2f}" for n, one in enumerate(rows)]
    return "\n".join(["prefix;place;price_per_minute", *lines, ""]).encode()


def step(folder: Path, count: int) -> dict[str, float]:
    """Calls a second through the whole step, and look-ups a second of a bare dictionary and of pygtrie."""
    import pygtrie

    rows, draw = prefixes(count), random.Random(7)
    texts = {"deck.csv": deck(rows)}
    plain = load({"tariff.toml": RULES.encode(), **texts}, zone=ZONE, currency="PLN", country="PL").book
    rich_texts = {"tariff.toml": (RULES + FULL_RULES).encode(), "cost.toml": COST.encode(), **texts}
    rich = load(rich_texts, zone=ZONE, currency="PLN", country="PL").book
    assert plain is not None
    assert rich is not None
    keys = [f"+{draw.choice(rows)}{draw.randrange(10**4):04}" for _ in range(CALLS)]
    numbers = [DialledNumber(f"900{key[1:]}", "international", key, None, "abroad", key[1:]) for key in keys]
    call = CallRecord(direction="out", answered=True, start=datetime(2025, 3, 4, 12, tzinfo=ZONE), talk_seconds=137)
    around = Circumstances(guest_class="SUITE", trunk="T1")
    for book in (plain, rich):
        assert all(isinstance(rate(call, number, book, around), RatedCall) for number in numbers)
    table = {f"+{one}": n for n, one in enumerate(rows)}
    lengths = sorted({len(one) for one in table}, reverse=True)
    trie = pygtrie.CharTrie(table)
    for key, number in zip(keys, numbers, strict=True):
        found = rate(call, number, plain)
        assert isinstance(found, RatedCall)
        assert found.prefix == trie.longest_prefix(key).key, "the look-ups disagree"

    def probed() -> int:
        for key in keys:
            for length in lengths:
                if key[:length] in table:
                    break
        return CALLS

    def looked_up() -> int:
        for key in keys:
            trie.longest_prefix(key)
        return CALLS

    def priced() -> int:
        for number in numbers:
            rate(call, number, plain)
        return CALLS

    def twice() -> int:
        for number in numbers:
            rate(call, number, rich, around)
            cost_of(call, number, rich, around)
        return CALLS

    return in_turn({"rate": priced, "probe": probed, "pygtrie": looked_up, "rich": twice})


def in_turn(works: dict[str, Callable[[], int]]) -> dict[str, float]:
    """The best rate of each, measured in turn so that a slow moment meets all of them."""
    best = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for name, work in works.items():
            best[name] = max(best[name], best_rate(work, 1))
    return best


def loading(folder: Path) -> dict[str, float]:
    """Seconds and megabytes to load a large deck, in a process that has loaded a small one."""
    files = {"tariff.toml": RULES.encode(), "deck.csv": deck(prefixes(100))}
    assert load(files, zone=ZONE, currency="PLN", country="PL").book is not None
    files["deck.csv"] = deck(prefixes(LARGE))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    book = load(files, zone=ZONE, currency="PLN", country="PL").book
    taken = time.process_time() - begun
    assert book is not None
    assert len(book.periods[0].tariff.deck.rates) == LARGE
    return {"seconds": taken, "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def bench() -> Findings:
    """The whole step on both decks, and loading."""
    taken: dict[int, dict[str, Any]] = {count: measure("pricing.step", count=count) for count in (SMALL, LARGE)}
    for count, one in taken.items():
        small = count == SMALL
        for limit, against, target in (
            ("pygtrie", "pygtrie.CharTrie.longest_prefix", OF_PYGTRIE),
            ("probe", "a bare dictionary, longest prefix first", OF_DICT),
        ):
            yield Figure(
                name=f"rate, {count:,} prefixes",
                figure=one["rate"],
                unit="/s",
                limit=one[limit],
                target=target if small else None,
                against=against,
            )
        yield f"{count:,}: {1e6 / one['rate']:.1f} us a call, dictionary {1e6 / one['probe']:.2f}, pygtrie {1e6 / one['pygtrie']:.2f}"
        yield f"{count:,}: price on cost with tax, minimum and a rule, and the cost beside it: {1e6 / one['rich']:.1f} us a call"
    small, large = taken[SMALL]["rate"], taken[LARGE]["rate"]
    yield Figure(
        name="rate, large deck", figure=large, unit="/s", limit=small, target=OF_SMALL, against="the small deck"
    )
    loaded = measure("pricing.loading")
    yield Figure(name=f"load {LARGE:,} rows", figure=loaded["seconds"], unit="s", ceiling=LOAD_SECONDS)
    yield Figure(name="memory gained by it", figure=loaded["megabytes"], unit="MB", ceiling=LOAD_MEGABYTES)
