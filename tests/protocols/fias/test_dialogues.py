"""Protects the promise that both ends of our link hold the conversations of the specification and of the field."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from protocols.fias.codec import Framed, Frames, decode, encode, lrc
from protocols.fias.link import Action, Deliver, Description, Link, Oddity, Send, State
from protocols.fias.records import Record, Role
from protocols.fias.serial import Arrived, SerialLine, Write

FILE = Path(__file__).parents[2] / "data" / "fias" / "dialogues.txt"
USUAL = Description(version="0.1", family="PB", records=(("PS", ("RN", "PT", "TA", "P#", "DA", "TI")),))
SENDERS: dict[str, Role] = {"<": "pms", ">": "gateway"}


def dialogues() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            found[line[3:]] = []
        elif line and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found


DIALOGUES = dialogues()
LINES = [line[2:] for lines in DIALOGUES.values() for line in lines if line[0] in SENDERS]


def read(line: str) -> Record:
    record = decode(line.encode("cp850"), "cp850")
    assert isinstance(record, Record)
    assert record.marks == ()
    return record


def unstamped(record: Record) -> Record:
    return Record(record.kind, tuple(pair for pair in record.fields if pair[0] not in ("DA", "TI")))


def description_in(lines: list[str]) -> Description:
    """The description that the gateway of this dialogue gives of itself."""
    said = [read(line[2:]) for line in lines if line.startswith(("> LD", "> LR"))]
    if not said:
        return USUAL
    about = said[0]
    fields = {one.first("RI") or "": one.first("FL") or "" for one in said[1:]}
    return Description(
        version=about.first("V#") or "",
        family=about.first("IF") or "",
        request_type=int(about.first("RT") or 0) or None,
        records=tuple((kind, tuple(fl[at : at + 2] for at in range(0, len(fl), 2))) for kind, fl in fields.items()),
    )


class Conversation:
    """Two ends of a link, speaking only when the script has it so."""

    def __init__(self, lines: list[str]) -> None:
        configuration = next((read(line[2:]) for line in lines if line.startswith("< LC")), None)
        self.ends: dict[Role, Link] = {
            "gateway": Link("gateway", description=description_in(lines)),
            "pms": Link("pms", configuration=configuration),
        }
        self.pending: dict[Role, deque[Record]] = {"gateway": deque(), "pms": deque()}
        self.delivered: list[Record] = []
        for end in ("pms", "gateway"):
            self.note(end, self.ends[end].connected(0.0))

    def note(self, end: Role, actions: list[Action]) -> None:
        for action in actions:
            assert not isinstance(action, Oddity), f"odd to the {end}: {action.sentence}"
            if isinstance(action, Send):
                self.pending[end].append(action.record)
            elif isinstance(action, Deliver):
                self.delivered.append(action.record)

    def say(self, end: Role, record: Record) -> None:
        """The end says this: by itself if its machine wants to, else because its owner does."""
        if not self.pending[end]:
            self.note(end, self.ends[end].send(record, 1.0))
        said = self.pending[end].popleft()
        assert dict(unstamped(said).fields) == dict(unstamped(record).fields)
        assert said.kind == record.kind
        other: Role = "pms" if end == "gateway" else "gateway"
        self.note(other, self.ends[other].receive(record, 1.0))

    def come_up(self) -> None:
        for _ in range(20):
            for end in ("pms", "gateway"):
                if self.pending[end]:
                    self.say(end, self.pending[end][0])


@pytest.mark.parametrize("title", DIALOGUES)
def test_both_ends_hold_the_dialogue(title: str) -> None:
    talk = Conversation(DIALOGUES[title])
    for line in DIALOGUES[title]:
        if line == "! up":
            talk.come_up()
            assert {link.state for link in talk.ends.values()} == {State.ALIVE}
        else:
            talk.say(SENDERS[line[0]], read(line[2:]))
    assert not any(talk.pending.values()), "somebody would have gone on talking"
    said = [read(line[2:]) for line in DIALOGUES[title] if line[0] in SENDERS]
    links = {"LS", "LD", "LR", "LA", "LE", "DS", "DE"}
    assert talk.delivered == [record for record in said if record.kind not in links]


def test_every_line_is_written_as_it_was_read() -> None:
    for line in LINES:
        assert encode(read(line), "cp850") == b"\x02" + line.encode("cp850") + b"\x03"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_all_lines_in_one_stream_are_read_whatever_the_reads(size: int) -> None:
    stream = b"".join(encode(read(line), "cp850") for line in LINES)
    frames = Frames()
    events = [event for at in range(0, len(stream), size) for event in frames.feed(stream[at : at + size])]
    assert events == [Framed(line.encode("cp850")) for line in LINES]


def test_every_line_passes_a_serial_line() -> None:
    here, there = SerialLine(), SerialLine()
    for line in LINES:
        data = line.encode("cp850")
        [written] = here.send(data, 0.0)
        assert written == Write(b"\x02" + data + b"\x03" + bytes((lrc(data),)))
        [answer, arrived] = there.receive(written.data, 0.0)
        assert arrived == Arrived(data)
        assert isinstance(answer, Write)
        here.receive(answer.data, 0.0)
        assert here.idle
