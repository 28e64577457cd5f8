"""The readers that strangers' bytes reach, each with the laws that hold whatever the bytes are.

A target is a function of bytes that returns nothing and raises if a law is broken. The first bytes choose how the rest
arrives (the sizes of the pieces, the transport, the code page); so one input is always one story, and an input that
once broke a law is replayed for ever from tests/data/fuzz. Coverage-guided search (`make fuzz`) and hypothesis
(test_laws.py) run the same functions.

What is caught here is what the reader promises to raise, and nothing else.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gateway.config.load import load as load_config
from gateway.settle import Priced, price
from pms_adapters.fias.answers import result_of
from pms_adapters.fias.hearing import Hearing
from protocols.fias.codec import Framed, FrameEvent, Frames, Overlong, Stray, decode, encode
from protocols.fias.errors import LocalProtocolError
from protocols.fias.link import Description, Link
from protocols.fias.records import Record
from protocols.fias.serial import SerialLine
from protocols.hobic.lines import GENERIC, Unfit, charge_of, read, template
from protocols.hobic.sender import Phase, Sender, Timers, Write
from protocols.hobic.wire import MAX_RECORD as MAX_LINE_BYTES
from protocols.hobic.wire import Came, Receiver, Wire
from protocols.records import CallRecord, Frame, Unparsed
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS, Dialect, SourceSettings, Transport
from protocols.smdr.identify import identify
from protocols.text import printable
from rating.book import TariffBook
from rating.explain import explain
from rating.numbering import NumberPlan, number_plan
from rating.starter import starter_files
from rating.text import load as load_tariff

ZONE: Final = ZoneInfo("Europe/Warsaw")
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENCODINGS: Final = ("latin-1", "cp852", "utf-8", "cp932")
#: Between the texts of a tariff folder, in one input.
FILE_MARK: Final = b"\0\n"
DATA: Final = Path(__file__).parents[1] / "data"
TARIFF_NAMES: Final = ("tariff.toml", "international.csv", "approved.toml", "other.toml", "more.csv")


@dataclass(frozen=True, slots=True)
class Target:
    """A reader under its laws.

    `weight` is its share of the inputs of a long run: what is quick gets more, so that no target takes an hour; of a
    time each target gets the same. `longest` bounds an input, in bytes:
    some records, because a search learns little from a hundred; the bounds of the buffers have tests of their own.
    """

    check: Callable[[bytes], None]
    weight: int
    longest: int = 1_000


def pieces(data: bytes, choice: int) -> Iterator[bytes]:
    """The data whole, byte by byte, or in pieces whose sizes grow and shrink."""
    step = (len(data) or 1, 1, 2, 7, 31)[choice % 5]
    for begin in range(0, len(data), step):
        yield data[begin : begin + step]


# -- exchanges --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _book() -> TariffBook:
    book = load_tariff(starter_files("PL", "PLN"), zone=ZONE, currency="PLN", country="PL").book
    assert book is not None
    return book


@lru_cache(maxsize=1)
def _plan() -> NumberPlan:
    return number_plan("PL", "22", ("9",), lambda extension: extension.startswith("2") and len(extension) == 3)


def exchange(dialect: Dialect) -> Callable[[bytes], None]:
    """A dialect from the bytes of its connection to the price of its calls."""
    transports: list[Transport] = sorted(dialect.transports)
    parsers = [
        dialect.parser(SourceSettings(timezone=ZONE, trunk_access=("9",), options=one)) for one in _options(dialect)
    ]

    def check(data: bytes) -> None:
        choices, stream = data[:2].ljust(2, b"\0"), data[2:]
        transport = transports[choices[0] % len(transports)]
        parse = parsers[choices[0] // 16 % len(parsers)]
        records = _through_session(dialect, transport, stream, choices[1])
        frames = _framed(dialect, transport, records, choices[1])
        assert frames == _framed(dialect, transport, records, 0), "frames depend on how their bytes arrive"
        legs: dict[str | None, list[CallRecord]] = {}
        for frame in frames:
            parsed = Unparsed(frame.fault) if frame.fault is not None else parse(frame.data, NOW)
            json.dumps(as_json(parsed, frame.data, 1))
            printable(frame.data, 500)
            if isinstance(parsed, CallRecord):
                _lawful(parsed)
                legs.setdefault(parsed.call_key, []).append(parsed)
            else:
                assert parsed.reason
                assert len(parsed.reason) < 300
        for key, those in legs.items():
            _priced(dialect, [*those] if key is not None else those[:1])

    return check


def _options(dialect: Dialect) -> list[dict[str, str]]:
    """No options, and each value that an option may take by itself."""
    tried = [{}, *({key: value} for key, values in dialect.choices.items() for value in values)]
    if dialect.name == "own":  # reads by a layout alone
        tried = [{"layout": (DATA / "cdr" / "own" / "layout.toml").read_text("utf-8")}]
    return [one for one in tried if not dialect.check(SourceSettings(timezone=ZONE, options=one))]


def _through_session(dialect: Dialect, transport: Transport, stream: bytes, choice: int) -> bytes:
    options = {"username": "foliogate", "secret": "x"} if dialect.needs.get(transport) else {}
    session = dialect.session(options, transport=transport)
    session.connected()
    passed = b""
    for piece in pieces(stream, choice):
        _answer, records = session.receive(piece)
        passed += records
        if session.problem is not None:
            break
    session.committed(len(passed))
    return passed


def _framed(dialect: Dialect, transport: Transport, stream: bytes, choice: int) -> list[Frame]:
    framer, frames = dialect.framer(transport=transport), []
    for piece in pieces(stream, choice):
        frames += framer.feed(piece)
        assert framer.pending <= 200_000
    frames += framer.end()
    assert all(0 <= frame.start <= frame.end <= len(stream) for frame in frames)
    return frames


def _lawful(call: CallRecord) -> None:
    """What everyone who gets a call relies on."""
    assert call.start.tzinfo is not None
    assert call.end is None or call.end.tzinfo is not None
    assert all(one is None or one >= 0 for one in (call.ring_seconds, call.talk_seconds, call.hold_seconds))
    assert call.dialled is None or call.dialled.removeprefix("+").isdecimal()
    assert all(len(words) < 300 for words in call.warnings)


def _priced(dialect: Dialect, legs: list[CallRecord]) -> None:
    joined = dialect.join(legs)
    cost = price(joined, _plan(), _book())
    if isinstance(cost, Priced):
        assert cost.amount >= 0
        assert cost.net + cost.tax == cost.amount
        for trace in cost.traces:
            assert explain(trace, cost.currency, cost.decimals)
    else:
        assert cost.reason


def samples(data: bytes) -> None:
    """Any file that somebody holds up to `foliogate identify`."""
    for verdict in identify(data):
        assert 0 < verdict.confidence <= 1
        assert len(verdict.reason) < 500


# -- the PMS ----------------------------------------------------------------------------------------------------------


def fias(data: bytes) -> None:
    """A FIAS link from the bytes of its connection to room news and answers, in both roles."""
    choices, stream = data[:2].ljust(2, b"\0"), data[2:]
    encoding = ENCODINGS[choices[0] % len(ENCODINGS)]
    events = _fias_events(stream, choices[1])
    assert [one for one in events if not isinstance(one, Stray)] == [
        one for one in _fias_events(stream, 0) if not isinstance(one, Stray)
    ], "records depend on how their bytes arrive"
    records = [decode(one.data, encoding) for one in events if isinstance(one, Framed)]
    for record in records[:3]:
        if isinstance(record, Record):
            _said_again(record, encoding)
        else:
            assert record.reason
    _heard("pms" if choices[0] & 128 else "gateway", [one for one in records if isinstance(one, Record)])


def _fias_events(stream: bytes, choice: int) -> list[FrameEvent]:
    frames = Frames()
    events = [event for piece in pieces(stream, choice) for event in frames.feed(piece)]
    kept = [one.head if isinstance(one, Overlong) else one.data for one in events if not isinstance(one, Stray)]
    assert sum(map(len, kept)) <= len(stream)
    return events


def _said_again(record: Record, encoding: str) -> None:
    """A record that was read can be written, and reads the same again."""
    try:
        wire = encode(record, encoding)
    except LocalProtocolError:
        return  # a field of which the name is not two plain characters: what was read is kept, but never said by us
    again = decode(wire[1:-1], encoding)
    assert isinstance(again, Record)
    assert again.kind == record.kind
    assert decode(encode(again, encoding)[1:-1], encoding) == again or again.marks


def _heard(role: str, records: list[Record]) -> None:
    description = Description(version="1", family="CA", records=(("PS", ("RN", "TA", "P#")),))
    link = Link(role, description=description if role == "gateway" else None)  # type: ignore[arg-type]
    hearing, now = Hearing(ZONE), 0.0
    link.connected(now)
    hearing.resync_began()
    for record in records:
        now += 1.0
        link.receive(record, now)
        if record.kind in ("GI", "GO", "GC"):
            hearing.record(record, NOW)
        elif record.kind == "PA":
            result_of(record)
        due = link.due()
        if due is not None and due <= now + 40:
            link.tick(due)
    hearing.resync_ended(NOW)
    link.disconnected(now)


def hobic(data: bytes) -> None:
    """Both ends of a printed line: a receiver that is told anything, and a sender that is answered anything."""
    wire = HOBIC_WIRES[data[0] % len(HOBIC_WIRES)] if data else HOBIC_WIRES[0]
    receiver, made = Receiver(wire), template(GENERIC)
    for one in receiver.receive(data):
        values = read(made, one.line.decode("latin-1")) if isinstance(one, Came) else Unfit("")
        if not isinstance(values, Unfit):
            charge_of(made, values)
    assert receiver.pending <= MAX_LINE_BYTES
    sender, now, copies, said_no = Sender(wire, Timers(), 0.0), 0.0, 0, 0
    for byte in data:
        if sender.phase is Phase.READY:
            copies = said_no = 0
            actions = sender.send(b"CALL", now)
        elif byte % 16 == 15 and (due := sender.due()) is not None:
            now = max(now, due)
            actions = sender.tick(now)
        else:
            said_no += copies > 0 and wire.answer(byte) is False
            actions = sender.receive(bytes((byte,)), now)
        copies += sum(isinstance(one, Write) and len(one.data) > 1 for one in actions)
        assert copies <= 1 + said_no


HOBIC_WIRES: Final = (Wire(), Wire(framing="hx"), Wire(answers="yn"), Wire(answers="none"))


def serial_line(data: bytes) -> None:
    """A serial line with a record of ours under way, and noise, answers and time in any order."""
    line, now = SerialLine(), 0.0
    line.send(b"LS|DA261120|TI080000|", now)
    for byte in data:
        now += 0.01
        line.receive(bytes((byte,)), now)
        due = line.due()
        if byte % 16 == 15 and due is not None:
            now = max(now, due)
            line.tick(now)
    assert len(line._record) <= 10_000
    assert len(line._noise) <= 10_000


# -- what the hotel writes --------------------------------------------------------------------------------------------


def tariff(data: bytes) -> None:
    """A tariff folder: a book that prices calls, or sentences that name a file."""
    texts = dict(zip(TARIFF_NAMES, data.split(FILE_MARK), strict=False))
    loaded = load_tariff(texts, zone=ZONE, currency="PLN", country="PL")
    assert all(one.sentence and len(one.sentence) < 1_000 and one.file for one in loaded.problems)
    assert loaded.book is not None or loaded.problems
    if loaded.book is None:
        return
    for call in _calls():
        cost = price(DIALECTS["mitel-mivb"].join([call]), _plan(), loaded.book)
        if isinstance(cost, Priced):
            assert cost.amount >= 0
            assert cost.net + cost.tax == cost.amount
            for trace in cost.traces:
                assert explain(trace, cost.currency, cost.decimals)


@lru_cache(maxsize=1)
def _calls() -> tuple[CallRecord, ...]:
    """Calls of every class of number, by day and by night."""
    numbers = "9221234567 90048221234567 9600123456 900493012345 9112 970012345 9800123456".split()
    return tuple(
        CallRecord(
            direction="out",
            answered=True,
            start=NOW.replace(hour=hour),
            talk_seconds=seconds,
            extension="201",
            dialled=number,
        )
        for number in numbers
        for hour, seconds in ((3, 1), (12, 61), (23, 7_200))
    )


_FOLDER: Final = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else Path(tempfile.gettempdir())


def configuration(data: bytes) -> None:
    """A configuration: settings, or problems with a sentence each."""
    path = _FOLDER / f"foliogate-fuzz-{os.getpid()}.toml"
    path.write_bytes(data)
    try:
        loaded = load_config(path)
    finally:
        path.unlink()
    if isinstance(loaded, list):
        assert loaded
        assert all(one.sentence and len(one.sentence) < 2_000 for one in loaded)


def numbers(data: bytes) -> None:
    """Whatever stands where the dialled digits should."""
    found = _plan().classify(data.decode("latin-1"))
    assert found.number_class


TARGETS: Final[Mapping[str, Target]] = {
    # A dialect that is nothing without what its site says has no reader of its own to try.
    **{name: Target(exchange(dialect), 220) for name, dialect in DIALECTS.items() if _options(dialect)},
    "identify": Target(samples, 3),
    "fias": Target(fias, 12, longest=500),
    "fias-serial": Target(serial_line, 10, longest=300),
    "hobic": Target(hobic, 10, longest=300),
    "numbers": Target(numbers, 260, longest=64),
    "tariff": Target(tariff, 10, longest=6_000),
    "configuration": Target(configuration, 5, longest=2_000),
}
