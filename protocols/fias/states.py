"""The state table of the FIAS link, for both ends, as data.

Two rules for this file, after the example of h11: everything that decides a transition is in it, and it does no
work itself. `link` looks transitions up here and carries them out; the diagrams in docs/fias.md are drawn from it;
the tests walk over every (role, state, input) pair. The order of life is the specification's (2.20.25, chapter 2
"Link records" and chapter 8): the PMS opens with LS, the gateway describes itself with LD, one LR for each record
type and LA, the PMS answers LA, and from then on records flow.

An *input* is a short text. "<XX" is a record that came: the link records by name, everything else "<data". ">XX" is
a record that the owner wants to send: link records by name, charges ">posting", everything else ">data".
"connected", "disconnected" and "deadline" are what they say; each state has at most one deadline (DEADLINES).

A pair that the table does not list means: for a record that came, the peer did something odd, which is told and
changes nothing; for a record we want to send, we made a mistake, which raises and changes nothing.

Choices that the specification leaves open, and what products do in the field:

* *Our LS answered by LA* means that the PMS still knows us, and going on would be allowed. After a restart of ours
  with another field list it would know a stranger, so we describe ourselves anyway (KNOWN); but since such a PMS
  need not say LA twice, a missing second LA is no obstacle: after a short wait the link counts as alive.
* *An LS at any time* is answered by the whole description, also when both ends said LS at once and we see it twice.
* *Records from the PMS are never refused*, whatever the state: a check-in that comes too early is still true.
* *A PMS that never says LA* gets an LS once more, then the connection is dropped, so that a half-open one heals.
* *Our LE* is answered by LE within two seconds or not at all.
* *A resync that nobody asked for* (a bare DS) is taken like one we asked for.

The night audit is a second, small machine beside the link, because it begins and ends in any state. Charges wait
while it runs. An end that never comes has a ceiling, after which one charge may try: its answer settles whether the
audit still runs. A refusal "NA" without an announced audit means the same as one that failed to end it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from protocols.fias.records import Role

Input: TypeAlias = str


class State(Enum):
    """Where a link stands. The value is the words a person reads."""

    __hash__ = object.__hash__  # members are their own identity; Enum's would hash a name for each look into a table

    OFFLINE = "no connection"
    WAITING = "connected, waiting for the PMS to speak first"
    GREETING = "we asked with LS"
    DESCRIBED = "we described ourselves, waiting for LA"
    KNOWN = "the PMS said it knows us, and we described ourselves anyway"
    ALIVE = "alive"
    PROBING = "alive, checked by LS"
    ASKED = "a resync is asked for"
    RESYNCING = "a resync is running"
    GREETED = "the PMS said LS, waiting for the description"
    DESCRIBING = "the gateway is describing itself"
    SWAPPING = "the PMS is sending a resync"
    LEAVING = "we said LE, waiting for the answer"
    ENDED = "over, waiting for the connection to close"


class Do(Enum):
    """What a transition does. The value is what the diagram writes."""

    __hash__ = object.__hash__  # as above

    LS = "LS"
    LA = "LA"
    LE = "LE"
    DESCRIBE = "LD LR… LA"
    CONFIGURE = "LC if asked for"
    SEND = "send it"
    DELIVER = "deliver"
    NOTE = "note it"
    REARM = "deadline again"
    UP = "up"
    DOWN = "down"
    ANSWERED = "answered"
    SYNC_BEGAN = "resync begins"
    SYNC_ENDED = "resync ends"
    SYNC_FAILED = "resync failed"
    ODD = "tell"
    HANG_UP = "hang up"


class Step(NamedTuple):
    """One transition: the state after it, and what to do, in order."""

    to: State
    do: tuple[Do, ...] = ()


Table: TypeAlias = dict[State, dict[Input, Step]]


def _to(state: State, *do: Do) -> Step:
    return Step(state, do)


_S, _D = State, Do

_LOST: Final = _to(_S.OFFLINE)
_LOST_UP: Final = _to(_S.OFFLINE, _D.DOWN)
_FAREWELL: Final = _to(_S.ENDED, _D.LE, _D.HANG_UP)
_FAREWELL_UP: Final = _to(_S.ENDED, _D.DOWN, _D.LE, _D.HANG_UP)
_LEAVE: Final = _to(_S.LEAVING, _D.SEND)
_LEAVE_UP: Final = _to(_S.LEAVING, _D.DOWN, _D.SEND)
_DESCRIBE: Final = _to(_S.DESCRIBED, _D.DESCRIBE, _D.REARM)
_DESCRIBE_AGAIN: Final = _to(_S.DESCRIBED, _D.DOWN, _D.DESCRIBE)
_ENDING: Final[dict[State, dict[Input, Step]]] = {
    _S.LEAVING: {
        "<LE": _to(_S.ENDED, _D.HANG_UP),
        "<LS": _to(_S.LEAVING),
        "<LA": _to(_S.LEAVING),
        "<data": _to(_S.LEAVING, _D.DELIVER),
        "deadline": _to(_S.ENDED, _D.HANG_UP),
        "disconnected": _LOST,
    },
    _S.ENDED: {
        "<LE": _to(_S.ENDED),
        "<LS": _to(_S.ENDED),
        "<LA": _to(_S.ENDED),
        "<data": _to(_S.ENDED, _D.DELIVER),
        "disconnected": _LOST,
    },
}

GATEWAY: Final[Table] = {
    _S.OFFLINE: {"connected": _to(_S.WAITING)},
    _S.WAITING: {
        "<LS": _DESCRIBE,
        "<LA": _DESCRIBE,
        "<LE": _FAREWELL,
        "<data": _to(_S.WAITING, _D.DELIVER),
        ">LE": _LEAVE,
        "deadline": _to(_S.GREETING, _D.LS),
        "disconnected": _LOST,
    },
    _S.GREETING: {
        "<LS": _DESCRIBE,
        "<LA": _to(_S.KNOWN, _D.DESCRIBE),
        "<LE": _FAREWELL,
        "<data": _to(_S.GREETING, _D.DELIVER),
        ">LE": _LEAVE,
        "deadline": _to(_S.ENDED, _D.HANG_UP),
        "disconnected": _LOST,
    },
    _S.DESCRIBED: {
        "<LS": _DESCRIBE,
        "<LA": _to(_S.ALIVE, _D.UP),
        "<LE": _FAREWELL,
        "<data": _to(_S.DESCRIBED, _D.DELIVER),
        ">LE": _LEAVE,
        "deadline": _to(_S.GREETING, _D.ODD, _D.LS),
        "disconnected": _LOST,
    },
    _S.KNOWN: {
        "<LS": _DESCRIBE,
        "<LA": _to(_S.ALIVE, _D.UP),
        "<LE": _FAREWELL,
        "<data": _to(_S.KNOWN, _D.DELIVER),
        ">LE": _LEAVE,
        "deadline": _to(_S.ALIVE, _D.ODD, _D.UP),
        "disconnected": _LOST,
    },
    _S.ALIVE: {
        "<LS": _DESCRIBE_AGAIN,
        "<LA": _to(_S.ALIVE),
        "<LE": _FAREWELL_UP,
        "<DS": _to(_S.RESYNCING, _D.SYNC_BEGAN),
        "<data": _to(_S.ALIVE, _D.DELIVER),
        ">LS": _to(_S.PROBING, _D.SEND),
        ">LE": _LEAVE_UP,
        ">DR": _to(_S.ASKED, _D.SEND),
        ">posting": _to(_S.ALIVE, _D.SEND),
        ">data": _to(_S.ALIVE, _D.SEND),
        "deadline": _to(_S.PROBING, _D.LS),
        "disconnected": _LOST_UP,
    },
    _S.PROBING: {
        "<LS": _DESCRIBE_AGAIN,
        "<LA": _to(_S.ALIVE, _D.ANSWERED),
        "<LE": _FAREWELL_UP,
        "<DS": _to(_S.RESYNCING, _D.ANSWERED, _D.SYNC_BEGAN),
        "<data": _to(_S.PROBING, _D.DELIVER),
        ">LE": _LEAVE_UP,
        ">posting": _to(_S.PROBING, _D.SEND),
        ">data": _to(_S.PROBING, _D.SEND),
        "deadline": _to(_S.ENDED, _D.DOWN, _D.HANG_UP),
        "disconnected": _LOST_UP,
    },
    _S.ASKED: {
        "<LS": _to(_S.DESCRIBED, _D.SYNC_FAILED, _D.DOWN, _D.DESCRIBE),
        "<LA": _to(_S.ASKED),
        "<LE": _to(_S.ENDED, _D.SYNC_FAILED, _D.DOWN, _D.LE, _D.HANG_UP),
        "<DS": _to(_S.RESYNCING, _D.SYNC_BEGAN),
        "<data": _to(_S.ASKED, _D.DELIVER),
        ">LE": _to(_S.LEAVING, _D.SYNC_FAILED, _D.DOWN, _D.SEND),
        "deadline": _to(_S.ALIVE, _D.SYNC_FAILED),
        "disconnected": _to(_S.OFFLINE, _D.SYNC_FAILED, _D.DOWN),
    },
    _S.RESYNCING: {
        "<LS": _to(_S.DESCRIBED, _D.SYNC_FAILED, _D.DOWN, _D.DESCRIBE),
        "<LA": _to(_S.RESYNCING),
        "<LE": _to(_S.ENDED, _D.SYNC_FAILED, _D.DOWN, _D.LE, _D.HANG_UP),
        "<DS": _to(_S.RESYNCING, _D.SYNC_BEGAN, _D.REARM),
        "<DE": _to(_S.ALIVE, _D.SYNC_ENDED),
        "<data": _to(_S.RESYNCING, _D.DELIVER, _D.REARM),
        ">LE": _to(_S.LEAVING, _D.SYNC_FAILED, _D.DOWN, _D.SEND),
        "deadline": _to(_S.ALIVE, _D.SYNC_FAILED),
        "disconnected": _to(_S.OFFLINE, _D.SYNC_FAILED, _D.DOWN),
    },
    **_ENDING,
}

PMS: Final[Table] = {
    _S.OFFLINE: {"connected": _to(_S.GREETED, _D.LS)},
    _S.GREETED: {
        "<LS": _to(_S.GREETED, _D.LS, _D.REARM),
        "<LD": _to(_S.DESCRIBING, _D.NOTE),
        "<LE": _FAREWELL,
        ">LE": _LEAVE,
        "deadline": _to(_S.GREETED, _D.LS, _D.REARM),
        "disconnected": _LOST,
    },
    _S.DESCRIBING: {
        "<LS": _to(_S.GREETED, _D.LS),
        "<LD": _to(_S.DESCRIBING, _D.NOTE, _D.REARM),
        "<LR": _to(_S.DESCRIBING, _D.NOTE),
        "<LA": _to(_S.ALIVE, _D.CONFIGURE, _D.LA, _D.UP),
        "<LA without LR": _to(_S.GREETED, _D.ODD, _D.LS),
        "<LE": _FAREWELL,
        ">LE": _LEAVE,
        "deadline": _to(_S.GREETED, _D.LS),
        "disconnected": _LOST,
    },
    _S.ALIVE: {
        "<LS": _to(_S.ALIVE, _D.LA),
        "<LA": _to(_S.ALIVE),
        "<LD": _to(_S.DESCRIBING, _D.DOWN, _D.NOTE),
        "<LE": _FAREWELL_UP,
        "<DR": _to(_S.ALIVE, _D.DELIVER),
        "<data": _to(_S.ALIVE, _D.DELIVER),
        ">LS": _to(_S.GREETED, _D.DOWN, _D.SEND),
        ">LE": _LEAVE_UP,
        ">DS": _to(_S.SWAPPING, _D.SEND),
        ">data": _to(_S.ALIVE, _D.SEND),
        "disconnected": _LOST_UP,
    },
    _S.SWAPPING: {
        "<LS": _to(_S.SWAPPING, _D.LA),
        "<LA": _to(_S.SWAPPING),
        "<LD": _to(_S.DESCRIBING, _D.DOWN, _D.NOTE),
        "<LE": _FAREWELL_UP,
        "<data": _to(_S.SWAPPING, _D.DELIVER),
        ">LS": _to(_S.GREETED, _D.DOWN, _D.SEND),
        ">LE": _LEAVE_UP,
        ">DE": _to(_S.ALIVE, _D.SEND),
        ">data": _to(_S.SWAPPING, _D.SEND),
        "disconnected": _LOST_UP,
    },
    **_ENDING,
}

TABLES: Final[dict[Role, Table]] = {"gateway": GATEWAY, "pms": PMS}

DEADLINES: Final[dict[Role, dict[State, str]]] = {
    "gateway": {
        _S.WAITING: "first_word",
        _S.GREETING: "answer",
        _S.DESCRIBED: "answer",
        _S.KNOWN: "second_word",
        _S.ALIVE: "alive_check",
        _S.PROBING: "answer",
        _S.ASKED: "answer",
        _S.RESYNCING: "stall",
        _S.LEAVING: "farewell",
    },
    "pms": {_S.GREETED: "answer", _S.DESCRIBING: "answer", _S.LEAVING: "farewell"},
}
"""The name of each state's timer; the times themselves are `link.Timers`."""

SENTENCES: Final[dict[tuple[State, Input], str]] = {
    (_S.GREETING, "deadline"): "the PMS did not answer our LS",
    (_S.DESCRIBED, "deadline"): "the PMS did not answer our description with LA; asking once more with LS",
    (_S.KNOWN, "deadline"): "the PMS answered LS with LA but not our description; taken as alive",
    (_S.PROBING, "deadline"): "the PMS did not answer the alive check",
    (_S.ASKED, "deadline"): "the PMS did not answer our request for a resync; what was known stands",
    (_S.RESYNCING, "deadline"): "the resync stopped before its end; what was known stands",
    (_S.DESCRIBING, "<LA without LR"): "the gateway said LA without a single LR, so it would get no record at all",
}
"""What to tell where a transition needs words of its own."""

COMMON_SENTENCES: Final[dict[Input, str]] = {
    "disconnected": "the connection is lost",
    "<LS": "the PMS was restarted and asks who we are",
    "<LD": "the gateway describes itself anew",
    "<LE": "the other side said goodbye",
    ">LE": "we said goodbye",
    ">LS": "we asked the gateway to describe itself anew",
    "deadline": "the other side did not answer our goodbye",
}
"""What to tell for an input in every other state."""


class Audit(Enum):
    """Whether charges may go, as far as the night audit is concerned."""

    __hash__ = object.__hash__  # as above

    NONE = "no night audit"
    RUNNING = "night audit"
    OVERDUE = "night audit without an end; one charge may try"
    TRIED = "night audit without an end; a charge was tried"


AUDIT: Final[dict[Audit, dict[Input, Audit]]] = {
    Audit.NONE: {"<NS": Audit.RUNNING, "<NE": Audit.NONE, "<NA": Audit.TRIED},
    Audit.RUNNING: {
        "<NS": Audit.RUNNING,
        "<NE": Audit.NONE,
        "deadline": Audit.OVERDUE,
        "disconnected": Audit.NONE,
    },
    Audit.OVERDUE: {
        "<NS": Audit.RUNNING,
        "<NE": Audit.NONE,
        "<NA": Audit.TRIED,
        ">posting": Audit.TRIED,
        "disconnected": Audit.NONE,
    },
    Audit.TRIED: {
        "<NS": Audit.RUNNING,
        "<NE": Audit.NONE,
        "<NA": Audit.TRIED,
        "<answered": Audit.NONE,
        "deadline": Audit.OVERDUE,
        "disconnected": Audit.NONE,
    },
}
"""The night audit's own table. "<NA" is an answer with that status, "<answered" one that shows charges are
served again, be it by a refusal."""

AUDIT_DEADLINES: Final[dict[Audit, str]] = {Audit.RUNNING: "audit_ceiling", Audit.TRIED: "audit_retry"}


def diagram(role: Role) -> str:
    """The state table of one role as a Mermaid state diagram, one line for each transition that changes or says
    something."""
    lines = ["stateDiagram-v2", "    [*] --> OFFLINE"]
    for state, row in TABLES[role].items():
        for name, step in row.items():
            if step.to is state and not step.do:
                continue
            said = ", ".join(do.value for do in step.do if do is not Do.REARM)
            lines.append(f"    {state.name} --> {step.to.name}: {_spoken(name)}{' / ' + said if said else ''}")
    return "\n".join(lines) + "\n"


def audit_diagram() -> str:
    """The night audit's table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> NONE"]
    for state, row in AUDIT.items():
        lines += [f"    {state.name} --> {to.name}: {_spoken(name)}" for name, to in row.items() if to is not state]
    return "\n".join(lines) + "\n"


def _spoken(name: Input) -> str:
    """An input in words: Mermaid reads "<" and ">" as its own."""
    if name.startswith("<"):
        return f"{name[1:]} came"
    return f"we send {name[1:]}" if name.startswith(">") else name
