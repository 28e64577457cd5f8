"""A HOBIC line in memory: the real adapter, a receiver built on our own framing in the PMS's role, and a clock.

No sockets and no threads: Twisted's MemoryReactorClock and iosim carry the bytes. The scenes are also stages of the
contract suite, for a receiver that acknowledges in either framing and for one that never does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from twisted.internet import protocol
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure

from pms_adapters.contract import LEAST, LEAST_UNCONFIRMED, Ability, Mood, Recorder
from pms_adapters.hobic.adapter import HobicAdapter
from pms_adapters.hobic.charges import HobicSettings
from pms_adapters.hobic.options import HobicOptions
from pms_adapters.posting import PmsAdapter
from protocols.hobic.lines import Unfit, read
from protocols.hobic.wire import Came, Enquired, Receiver
from tests.memory import MemoryNetwork

PORT = 5020
HOTEL = ZoneInfo("Europe/Vienna")
MORNING = datetime(2026, 11, 20, 7, 0, 0, tzinfo=UTC)
GARBAGE = b"?HTTP/1.1 400 Bad Request\r\n"


class ScriptedReceiver(protocol.Protocol):
    """The PMS's end of one connection: takes lines, and answers as it is told to."""

    def __init__(self, scene: HobicScene) -> None:
        self.scene = scene
        self.receiver = Receiver(scene.wire)

    def connectionMade(self) -> None:
        """Be there."""
        self.scene.pms = self

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        """Be gone."""
        if self.scene.pms is self:
            self.scene.pms = None

    def dataReceived(self, data: bytes) -> None:
        """Take what came."""
        for one in self.receiver.receive(data):
            self.scene.heard.append(one)
            if isinstance(one, Enquired) and not self.scene.hung:
                self.say(b"\x15" if self.scene.busy else b"\x06")
            elif isinstance(one, Came):
                self.scene.hung = self.scene.mood == "nothing"
                self.answer(one)

    def answer(self, came: Came) -> None:
        """Say what the mood has us say, where this receiver says anything."""
        wire = self.scene.wire
        if wire.answers == "none":
            return
        answers = {"yes": wire.yes, "no": wire.no, "garbage": GARBAGE, "nothing": b""}
        self.say(answers[self.scene.mood] if not came.fault else wire.no)

    def say(self, data: bytes) -> None:
        """Send bytes."""
        assert self.transport is not None
        if data:
            self.transport.write(data)


class _Factory(protocol.ServerFactory):
    noisy = False

    def __init__(self, scene: HobicScene) -> None:
        self.scene = scene

    def buildProtocol(self, addr: IAddress | None) -> ScriptedReceiver:
        """The PMS's end."""
        return ScriptedReceiver(self.scene)


class HobicScene(MemoryNetwork):
    """The adapter, the PMS and the clock of one test."""

    abilities: frozenset[Ability] = LEAST | {"late"}
    settling = 1.0
    framing = "hb"
    answers = "ack"

    def __init__(self, *, takes_reversals: bool = False, answer_timeout: float = 30.0, **options: Any) -> None:
        super().__init__(MORNING)
        said = {"framing": self.framing, "answers": self.answers, **options}
        self.settings = HobicSettings(
            name="printer",
            timezone=HOTEL,
            options=HobicOptions.model_validate(said),
            answer_timeout=answer_timeout,
            takes_reversals=takes_reversals,
        )
        self.wire, self.template = self.settings.options.wire(), self.settings.options.template()
        self.answer_timeout = answer_timeout
        self.pms: ScriptedReceiver | None = None
        self.heard: list[Any] = []
        self.mood: Mood = "yes"
        self.busy = False
        self.hung = False
        self.hobic = HobicAdapter(
            settings=self.settings,
            endpoint=TCP4ClientEndpoint(self.reactor, "127.0.0.1", PORT),
            clock=self.reactor,
            wall_clock=self.now,
        )
        self.adapter: PmsAdapter = self.hobic
        self.listener = Recorder()
        self.reactor.listenTCP(PORT, _Factory(self))

    def start(self) -> None:
        """Start the adapter and let the line stand."""
        self.hobic.start(self.listener)
        self.advance(self.settling)
        assert self.hobic.state.ready, self.hobic.state.why

    # -- the PMS ---------------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """Every line that came whole, as often as it came."""
        return [one.line.decode() for one in self.heard if isinstance(one, Came) and not one.fault]

    def say(self, mood: Mood) -> None:
        """How the PMS answers from now on."""
        self.mood = mood
        self.hung = self.hung and mood == "nothing"

    def answer_late(self) -> None:
        """The PMS wakes up and acknowledges what it left unanswered."""
        self.say("yes")
        assert self.pms is not None
        self.pms.say(self.wire.yes)
        self.flow()

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
        """The sequence numbers of the lines that came; a copy right behind its like is one it asked to have again."""
        numbers: list[int] = []
        for line in self.lines():
            values = read(self.template, line)
            assert not isinstance(values, Unfit), values
            number = int(values["sequence"])
            if numbers[-1:] != [number]:
                numbers.append(number)
        return numbers

    def goodbyes(self) -> int:
        """This line has no goodbye."""
        return 0


class HolidexScene(HobicScene):
    """ENQ first, and a checksum."""

    framing = "hx"


class SilentScene(HobicScene):
    """A receiver that never acknowledges."""

    abilities: frozenset[Ability] = LEAST_UNCONFIRMED
    answers = "none"
