"""Reading one record, against the least that any reader could do with the same bytes.

Parsing is held against cutting alone: `str.split` for records with separators, slices and `strip` for fixed columns,
both after decoding, with nothing understood. These are processor times of one thread, the best of several rounds:
whatever disturbs a pure function makes it slower, never faster.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from gateway.clock import utc_now
from gateway.simulators import write_avaya_cm
from gateway.simulators.hotel import CallSource
from gateway.simulators.writers import writer_of
from protocols.records import CallRecord, Parsed
from protocols.smdr.catalog import DIALECTS, Parser, SourceSettings
from protocols.smdr.layout import load as layout
from tests.bench.house import ROOMS, ZONE, plan
from tests.bench.kit import Figure, Findings, best_rate
from tests.bench.lab import measure

#: Dialects of fixed columns, and the form by which their records are cut in slices.
FIXED: Final = {
    "mitel-mivb": "standard",
    "avaya-cm": "printer",
    "panasonic": "pattern-a",
    "nec-neax": "outgoing",
    "nec-sl": "undated",
    "alcatel-oxe": "ED5.2",
    "unify": "compressed",
    "samsung": "short",
}
LINES: Final = 500
PREFIXES: Final = 50_000
#: Dialects, the option of their simulated exchange, and the name that people know the form by.
FORMS: Final[tuple[tuple[str, dict[str, str], str], ...]] = (
    ("avaya-ipoffice", {}, "avaya-ipoffice"),
    ("mitel-mivb", {}, "mitel-mivb"),
    ("avaya-cm", {"layout": "printer"}, "avaya-cm, printer"),
    ("avaya-cm", {"layout": "customized"}, "avaya-cm, customized"),
    ("alcatel-oxe", {}, "alcatel-oxe"),
    ("panasonic", {}, "panasonic"),
    ("nec-sl", {}, "nec-sl"),
    ("nec-neax", {}, "nec-neax, fixed"),
    ("nec-neax", {"form": "flexible"}, "nec-neax, flexible"),
    ("cisco-cucm", {}, "cisco-cucm"),
    ("cisco-cme", {}, "cisco-cme"),
    ("3cx", {}, "3cx"),
    ("unify", {}, "unify, compressed"),
    ("samsung", {}, "samsung"),
    ("nortel", {}, "nortel"),
    ("freeswitch", {}, "freeswitch, rows"),
    ("freeswitch", {"form": "json"}, "freeswitch, JSON"),
    ("freeswitch", {"form": "xml"}, "freeswitch, XML"),
    ("yate", {}, "yate"),
    ("grandstream", {}, "grandstream"),
    ("yeastar", {}, "yeastar"),
    ("hobic", {}, "hobic"),
    ("asterisk", {"output": "csv"}, "asterisk, Master.csv"),
    ("asterisk", {"output": "ami"}, "asterisk, AMI events"),
)


#: What a reader must be told of the exchange that writes with these options.
TOLD: Final[dict[str, dict[str, str]]] = {
    "avaya-cm, printer": {"layout": "printer"},
    "avaya-cm, customized": {"page": write_avaya_cm.PAGE},
}


def lines_of(dialect: str, options: dict[str, str]) -> list[bytes]:
    """Records of calls as the simulated exchange writes them, without their ends."""
    writer, source = writer_of(dialect, options), CallSource(11, ROOMS)
    found: list[bytes] = []
    while len(found) < LINES:
        call = source.call_ending(datetime.now(ZONE) - timedelta(minutes=5))
        stream = writer.head + writer.page(call) + b"".join(writer.records(call))
        frames = DIALECTS[dialect].framer(transport=transport_of(options)).feed(stream)
        found += [frame.data for frame in frames][-len(writer.records(call)) :]
    return found


def transport_of(options: dict[str, str]) -> str:
    """Over what the records of these options come: what they are cut by hangs on it."""
    return "connect" if options.get("output") == "ami" else "file"


def cutter(dialect: str, options: dict[str, str]) -> Callable[[bytes], Any]:
    """The least that could be done with a record: decode it and cut it."""
    if dialect in FIXED:
        form = next(one for one in layout(dialect).forms if one.name == FIXED[dialect])
        slices = [slice(*place) for place in form.places.values() if isinstance(place, tuple)]
        return lambda data: [text[one].strip() for text in (data.decode("latin-1"),) for one in slices]
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
        said = SourceSettings(timezone=ZONE, trunk_access=("9",), options=TOLD.get(name, {}))
        parser, now = DIALECTS[dialect].parser(said), utc_now()
        read = [parser(line, now) for line in lines]
        calls = sum(isinstance(one, CallRecord) for one in read)
        assert calls >= 0.9 * LINES, f"{name}: {calls} calls in {len(lines)} records: {read[:3]}"
        result[name] = (_each(partial(_read, parser, now), lines), _each(cutter(dialect, options), lines))
    return result


def understand(folder: Path) -> dict[str, float]:
    """Numbers a second that are understood, those seen before and those that are new."""
    draw, numbering = random.Random(5), plan()
    prefixes = ["44", "33", "49170", "1212", "3491", "81", "7495", "6141"]
    dialled = [f"900{draw.choice(prefixes)}{draw.randrange(10**7):07}" for _ in range(LINES)]
    fresh = iter([f"900{prefix}{n:07}" for n in range(1000) for prefix in prefixes])

    def classified() -> int:
        for _ in range(500):
            numbering.classify(next(fresh))
        return 500

    def recalled() -> int:
        for one in dialled * 6:
            numbering.classify(one)
        return 6 * LINES

    return {"new": best_rate(classified), "known": best_rate(recalled)}


def bench() -> Findings:
    """Parsing of each dialect, and understanding of numbers."""
    for name, (ours, cut) in measure("reading.parse").items():
        yield Figure(name=f"parse {name}", figure=ours, unit="/s", limit=cut, against="cutting alone")
        yield f"{name}: {1e6 / ours:.1f} us a record, cutting alone {1e6 / cut:.1f} us"
    taken = measure("reading.understand")
    yield Figure(name="understand a number seen before", figure=taken["known"], unit="/s")
    yield Figure(name="understand a new number", figure=taken["new"], unit="/s")
