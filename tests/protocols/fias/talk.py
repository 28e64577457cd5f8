"""A link as a party in a playbook: records as one reads them, everything else that the link asks for in brackets."""

from __future__ import annotations

from protocols.fias.codec import decode, encode
from protocols.fias.link import (
    Action,
    AuditChanged,
    Deliver,
    Description,
    HangUp,
    Link,
    LinkDown,
    LinkUp,
    Oddity,
    ResyncFailed,
    Send,
    Timers,
)
from protocols.fias.records import Record
from tests.playbook import Playbook

DESCRIPTION = Description(version="0.1", family="PB", records=(("GI", ("RN", "SF")), ("PS", ("RN", "P#"))))
LD = "LD|V#0.1|IFPB|"
LR_GI, LR_PS = "LR|RIGI|FLRNSF|", "LR|RIPS|FLRNP#|"


def record(text: str) -> Record:
    read = decode(text.encode(), "utf-8")
    assert isinstance(read, Record)
    return read


def text(said: Record) -> str:
    return encode(said, "utf-8")[1:-1].decode()


def shown(action: Action) -> str:
    """An action as the playbooks write it: a record that is sent as it reads, everything else in brackets."""
    match action:
        case Send(said):
            return text(said)
        case Deliver(said):
            return f"[{text(said)}]"
        case LinkDown(why) | HangUp(why) | ResyncFailed(why) | Oddity(why):
            return f"[{type(action).__name__}: {why}]"
        case AuditChanged(audit):
            return f"[audit {audit.name}]"
        case _:
            return f"[{type(action).__name__}]"


class LinkParty:
    """A link in a dialogue: hears records and the words connected, disconnected and `send …`."""

    def __init__(self, link: Link) -> None:
        self.link = link

    def hear(self, said: str, now: float) -> list[str]:
        match said:
            case "connected":
                actions = self.link.connected(now)
            case "disconnected":
                actions = self.link.disconnected(now)
            case _ if said.startswith("send "):
                actions = self.link.send(record(said.removeprefix("send ")), now)
            case _:
                actions = self.link.receive(record(said), now)
        return [shown(action) for action in actions]

    def due(self) -> float | None:
        return self.link.due()

    def wake(self, now: float) -> list[str]:
        return [shown(action) for action in self.link.tick(now)]


def gateway(description: Description = DESCRIPTION) -> Playbook[str]:
    return Playbook(LinkParty(Link("gateway", description=description)))


def gateway_up() -> Playbook[str]:
    """The usual beginning, up to a link that stands at second 0."""
    return gateway() >> "connected" >> "LS|DA261120|TI080000|" << LD << LR_GI << LR_PS << "LA|" >> "LA|" << "[LinkUp]"


def pms(needs_lr: bool = True) -> Playbook[str]:
    return Playbook(LinkParty(Link("pms", needs_lr=needs_lr)))


def pms_up() -> Playbook[str]:
    return pms() >> "connected" << "LS|" >> LD >> LR_GI >> LR_PS >> "LA|" << "LA|" << "[LinkUp]"


def up(alive_check: float = 300.0) -> Link:
    link = Link("gateway", description=DESCRIPTION, timers=Timers(alive_check=alive_check))
    link.connected(0)
    link.receive(Record("LS"), 0)
    assert link.receive(Record("LA"), 0) == [LinkUp()]
    return link
