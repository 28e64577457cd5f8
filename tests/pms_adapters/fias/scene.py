"""A FIAS link in memory: the real adapter, a scripted PMS built on our own Link in the PMS's role, and a clock.

No sockets and no threads: Twisted's MemoryReactorClock and iosim carry the bytes. `FiasScene` is also the stage of the
contract suite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from twisted.internet import protocol
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure

from pms_adapters.contract import LEAST, Ability, Attempt, Mood, Recorder, a_posting
from pms_adapters.fias.adapter import FiasAdapter
from pms_adapters.fias.settings import FiasSettings
from pms_adapters.posting import LinkState, PmsAdapter
from protocols.fias.codec import Framed, Frames, decode, encode
from protocols.fias.link import Action, Deliver, HangUp, Link, Oddity, Send
from protocols.fias.records import Record, stamped
from tests.memory import MemoryNetwork

PORT = 5010
HOTEL = ZoneInfo("Europe/Vienna")
MORNING = datetime(2026, 11, 20, 7, 0, 0, tzinfo=UTC)
"""08:00 in Vienna on the day of all dialogues."""


def record(text: str) -> Record:
    """A record as one writes it down: `GI|RN0412|SF|`."""
    read = decode(text.encode(), "utf-8")
    assert isinstance(read, Record), read
    return read


def text(written: Record) -> str:
    """A record as one reads it."""
    return encode(written, "utf-8")[1:-1].decode()


class ScriptedPms(protocol.Protocol):
    """One connection's PMS end: greets by its own state table, and answers charges as it is told to."""

    def __init__(self, scene: FiasScene) -> None:
        self.scene = scene
        self.link = Link("pms")
        self.frames = Frames()

    def connectionMade(self) -> None:
        """Greet."""
        self.scene.pms = self
        if not self.scene.mute:
            self.perform(self.link.connected(self.scene.seconds))

    def dataReceived(self, data: bytes) -> None:
        """Note every record; obey the link unless mute."""
        for event in self.frames.feed(data):
            assert isinstance(event, Framed), event
            came = decode(event.data, self.scene.settings.encoding)
            assert isinstance(came, Record), came
            self.scene.heard.append(came)
            if self.scene.mood != "nothing" and not self.scene.mute:
                self.perform(self.link.receive(came, self.scene.seconds))

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Forget the connection."""
        if self.scene.pms is self:
            self.scene.pms = None

    def perform(self, actions: list[Action]) -> None:
        """Carry out what the link says."""
        assert self.transport is not None
        for action in actions:
            match action:
                case Send(record=out):
                    self.write(stamped(out, self.scene.hotel_time()))
                case Deliver(record=came):
                    self.scene.delivered(came)
                case HangUp():
                    self.transport.loseConnection()
                case Oddity(sentence):
                    self.scene.pms_oddities.append(sentence)
                case _:
                    pass

    def write(self, out: Record) -> None:
        """Send a record, whatever the link's state: scripts may be rude."""
        assert self.transport is not None
        self.transport.write(encode(out, self.scene.settings.encoding))


class _Factory(protocol.ServerFactory):
    noisy = False

    def __init__(self, scene: FiasScene) -> None:
        self.scene = scene

    def buildProtocol(self, addr: IAddress | None) -> ScriptedPms:
        """The PMS's end."""
        return ScriptedPms(self.scene)


class FiasScene(MemoryNetwork):
    """The adapter, the PMS and the clock of one test."""

    abilities: frozenset[Ability] = LEAST | {"late", "goodbye"}
    settling = 1.0

    def __init__(self, **settings: Any) -> None:
        super().__init__(MORNING)
        self.settings = FiasSettings(name="opera", timezone=HOTEL, **settings)
        self.answer_timeout = self.settings.answer_timeout
        self.pms: ScriptedPms | None = None
        self.heard: list[Record] = []
        self.pms_oddities: list[str] = []
        self.unanswered: list[Record] = []
        self.mood: Mood = "yes"
        self.mute = False
        self.answer: Callable[[Record], str | None] = self._usual_answer
        self.fias = FiasAdapter(
            settings=self.settings,
            endpoint=TCP4ClientEndpoint(self.reactor, "127.0.0.1", PORT),
            clock=self.reactor,
            wall_clock=self.now,
            random_bytes=lambda count: bytes(range(count)),
        )
        self.adapter: PmsAdapter = self.fias
        self.listener = Recorder()
        self.reactor.listenTCP(PORT, _Factory(self))

    # -- time ------------------------------------------------------------------------------------------------------

    def hotel_time(self) -> datetime:
        """The wall clock as the hotel reads it."""
        return self.now().astimezone(HOTEL)

    # -- the PMS ---------------------------------------------------------------------------------------------------

    def delivered(self, came: Record) -> None:
        """A business record reached the PMS."""
        if came.kind == "PS" and self.mood == "garbage":
            self.tell_raw(b"PA|RN0412|ASOK|\x03\x02PA|RN9999|AS??|P#0|\x03<html>")
        elif came.kind == "PS":
            answer = self.answer(came)
            if answer is not None:
                self.tell(answer)

    def _usual_answer(self, posting: Record) -> str:
        status = "OK|CTposted" if self.mood == "yes" else "NG|CTINVALID ROOM"
        return f"PA|RN{posting.first('RN')}|AS{status}|P#{posting.first('P#')}|"

    def tell(self, *lines: str) -> None:
        """The PMS says something, as it is written."""
        assert self.pms is not None, "the PMS is not connected"
        for line in lines:
            self.pms.write(stamped(record(line), self.hotel_time()))
        self.flow()

    def tell_raw(self, data: bytes) -> None:
        """The PMS sends bytes."""
        assert self.pms is not None
        assert self.pms.transport is not None
        self.pms.transport.write(data)
        self.flow()

    def said(self, *kinds: str) -> list[str]:
        """What the gateway said of these kinds (all, without any), without DA and TI, since the last `forget`."""
        chosen = [one for one in self.heard if not kinds or one.kind in kinds]
        return [
            text(Record(one.kind, tuple(pair for pair in one.fields if pair[0] not in ("DA", "TI")))) for one in chosen
        ]

    def forget(self) -> None:
        """Begin a new page of what was said."""
        self.heard.clear()

    def start(self) -> None:
        """Start the adapter and let the link stand."""
        self.fias.start(self.listener)
        self.advance(self.settling)
        assert self.fias.state.ready, self.fias.state.why
        self.forget()

    # -- the stage of the contract suite ---------------------------------------------------------------------------

    def say(self, mood: Mood) -> None:
        """How the PMS answers from now on."""
        self.mood = mood

    def answer_late(self) -> None:
        """The PMS wakes up and answers all it left unanswered."""
        self.mood = "yes"
        assert self.pms is not None
        first = next(one for one in self.heard if one.kind == "PS")
        self.tell(self._usual_answer(first))

    def leave(self) -> None:
        """The connection breaks and the PMS cannot be reached."""
        self.reachable = False
        if self.pms is not None:
            assert self.pms.transport is not None
            self.pms.transport.loseConnection()
            self.flow()

    def come_back(self) -> None:
        """The PMS can be reached again."""
        self.reachable = True

    def arrived(self) -> list[int]:
        """The tokens of the charges that reached the PMS."""
        return [int(one.first("P#") or 0) for one in self.heard if one.kind == "PS"]

    def goodbyes(self) -> int:
        """How many LEs the PMS heard."""
        return sum(one.kind == "LE" for one in self.heard)


def scene(**settings: Any) -> FiasScene:
    """A link that stands."""
    stage = FiasScene(**settings)
    stage.start()
    return stage


def post(stage: FiasScene, token: int = 42, room: str = "0412", **changes: Any) -> Attempt:
    """One attempt to post, with the bytes on their way."""
    attempt = Attempt(stage.fias.post(replace(a_posting(token, room), **changes)))
    stage.flow()
    return attempt


def standing(stage: FiasScene) -> LinkState:
    """How the link stands."""
    return stage.fias.state
