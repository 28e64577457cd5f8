"""Reading and pricing one record, against the least that any reader could do with the same bytes.

Parsing is held against cutting alone: `str.split` for records with separators, slices and `strip` for fixed columns,
both after decoding, with nothing understood. Rating is held against a bare probe of one dictionary at each length that
occurs, longest first, on a deck of 50,000 prefixes. These are processor times of one thread, the best of several
rounds: whatever disturbs a pure function makes it slower, never faster.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from gateway.clock import utc_now
from gateway.simulators.hotel import CallSource
from gateway.simulators.writers import writer_of
from protocols.records import CallRecord, Parsed
from protocols.smdr.catalog import DIALECTS, Parser, SourceSettings
from protocols.smdr.layout import load as layout
from rating.outcomes import RatedCall
from rating.rate import rate
from rating.starter import starter_files
from rating.text import load
from tests.bench.house import ROOMS, ZONE, plan
from tests.bench.kit import Figure, Findings, best_rate
from tests.bench.lab import measure

LINES: Final = 500
PREFIXES: Final = 50_000
#: Dialects, the option of their simulated exchange, and the name that people know the form by.
FORMS: Final[tuple[tuple[str, dict[str, str], str], ...]] = (
    ("avaya-ipoffice", {}, "avaya-ipoffice"),
    ("mitel-mivb", {}, "mitel-mivb"),
    ("asterisk", {"output": "csv"}, "asterisk, Master.csv"),
    ("asterisk", {"output": "ami"}, "asterisk, AMI events"),
)


def lines_of(dialect: str, options: dict[str, str]) -> list[bytes]:
    """Records of calls as the simulated exchange writes them, without their ends."""
    writer, source = writer_of(dialect, options), CallSource(11, ROOMS)
    found: list[bytes] = []
    while len(found) < LINES:
        call = source.call_ending(datetime.now(ZONE) - timedelta(minutes=5))
        found += [one.removesuffix(writer.line_end) for one in writer.records(call)]
    return found


def cutter(dialect: str, options: dict[str, str]) -> Callable[[bytes], Any]:
    """The least that could be done with a record: decode it and cut it."""
    if dialect == "mitel-mivb":
        form = layout(dialect).forms[0]
        slices = [slice(*place) for place in form.places.values() if isinstance(place, tuple)]
        return lambda data: [text[one].strip() for text in (data.decode(),) for one in slices]
    if options.get("output") == "ami":
        return lambda data: [line.split(": ", 1) for line in data.decode().splitlines()]
    return lambda data: data.decode().split(",")


def _each(work: Callable[[bytes], Any], lines: Sequence[bytes], rounds: int = 6) -> float:
    def all_of_them() -> int:
        for _ in range(rounds):
            for line in lines:
                work(line)
        return rounds * len(lines)

    return best_rate(all_of_them)


def _read(parser: Parser, now: datetime, data: bytes) -> Parsed:
    return parser(data, now)


def parse(folder: Path) -> dict[str, Any]:
    """Records a second of each dialect, and of cutting alone."""
    result = {}
    for dialect, options, name in FORMS:
        lines = lines_of(dialect, options)
        parser, now = DIALECTS[dialect].parser(SourceSettings(timezone=ZONE, trunk_access=("9",))), utc_now()
        read = [parser(line, now) for line in lines]
        calls = sum(isinstance(one, CallRecord) for one in read)
        assert calls >= 0.9 * LINES, f"{name}: {calls} calls in {len(lines)} records: {read[:3]}"
        result[name] = (_each(partial(_read, parser, now), lines), _each(cutter(dialect, options), lines))
    return result


def price(folder: Path) -> dict[str, float]:
    """Calls a second priced from a large deck, and probes a second of a bare dictionary."""
    draw = random.Random(5)
    prefixes = sorted(
        {str(draw.randrange(10 ** draw.randint(2, 8), 10**9))[: draw.randint(3, 9)] for _ in range(90_000)}
    )
    prefixes = draw.sample([one for one in prefixes if not one.startswith("48")], PREFIXES)
    deck = "prefix;place;price_per_minute\n" + "".join(
        f"{one};Place {n % 700};{1 + n % 90 / 100:.2f}\n" for n, one in enumerate(prefixes)
    )
    files = {**starter_files("PL", "PLN"), "international.csv": deck.encode()}
    book = load(files, zone=ZONE, currency="PLN", country="PL").book
    assert book is not None
    numbering, moment = plan(), datetime.now(ZONE)
    dialled = [f"900{draw.choice(prefixes)}{draw.randrange(10**6):06}" for _ in range(4 * LINES)]
    numbers = [numbering.classify(one) for one in dialled]
    call = CallRecord(direction="out", answered=True, start=moment, talk_seconds=137, extension="265", dialled="9")
    chosen = [number for number in numbers if isinstance(rate(call, number, book), RatedCall)][:LINES]
    assert len(chosen) == LINES, f"only {len(chosen)} of {len(numbers)} numbers have a rate"
    table = {f"+{one}": n for n, one in enumerate(prefixes)}
    lengths = sorted({len(one) for one in table}, reverse=True)
    keys = [number.e164 or "" for number in chosen]

    def probes() -> int:
        for key in keys * 6:
            for length in lengths:
                if key[:length] in table:
                    break
        return 6 * len(keys)

    def rated() -> int:
        for number in chosen * 6:
            rate(call, number, book)
        return 6 * len(chosen)

    fresh = iter([f"900{prefix}{n:07}" for n in range(20) for prefix in prefixes[:300]])

    def classified() -> int:
        for _ in range(500):
            numbering.classify(next(fresh))
        return 500

    def recalled() -> int:
        for one in dialled[:LINES] * 6:
            numbering.classify(one)
        return 6 * LINES

    return {
        "rate": best_rate(rated),
        "probe": best_rate(probes),
        "new": best_rate(classified),
        "known": best_rate(recalled),
    }


def bench() -> Findings:
    """Parsing of each dialect, and rating."""
    for name, (ours, cut) in measure("reading.parse").items():
        yield Figure(name=f"parse {name}", figure=ours, unit="/s", limit=cut, against="cutting alone")
        yield f"{name}: {1e6 / ours:.1f} us a record, cutting alone {1e6 / cut:.1f} us"
    taken = measure("reading.price")
    against = "a bare dictionary, longest prefix first"
    yield Figure(
        name=f"rate, {PREFIXES:,} prefixes", figure=taken["rate"], unit="/s", limit=taken["probe"], against=against
    )
    yield Figure(name="understand a number seen before", figure=taken["known"], unit="/s")
    yield Figure(name="understand a new number", figure=taken["new"], unit="/s")
    yield f"rate: {1e6 / taken['rate']:.1f} us a call, the probe {1e6 / taken['probe']:.2f} us"
