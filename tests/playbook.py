"""Conversation tests: a protocol machine and its peer as a dialogue that reads from top to bottom.

    assert (
        Playbook(party)
        >> "LS|"            # the peer says
        << "LA|"            # the machine answers
        >> at(300)          # time passes, timers fire on the way
        << "LS|"
    )

`>>` is what happens to the machine, `<<` what it must do next, in order and without anything in between. Nothing runs
until the playbook is asserted; then the whole dialogue is compared, and a mismatch shows both as a diff. What the
machine says beyond the last `<<` is a mismatch too.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Said = TypeVar("Said")


@dataclass(frozen=True)
class At:
    """A moment, in seconds since the beginning of the dialogue."""

    seconds: float


def at(seconds: float) -> At:
    """Let time pass until this moment."""
    return At(seconds)


class Party(Protocol[Said]):
    """One machine in a dialogue, with time as an argument."""

    def hear(self, said: Said, now: float) -> list[Said]:
        """The peer says something; what does the machine do?"""

    def due(self) -> float | None:
        """When does the machine want to be woken?"""

    def wake(self, now: float) -> list[Said]:
        """It is that time; what does the machine do?"""


class Playbook(Generic[Said]):
    """A dialogue, written down before it is held."""

    def __init__(self, party: Party[Said]) -> None:
        self._party = party
        self._script: list[tuple[str, Said | At]] = []

    def __rshift__(self, happens: Said | At) -> Playbook[Said]:
        """Something happens to the machine."""
        self._script.append((">>", happens))
        return self

    def __lshift__(self, expected: Said) -> Playbook[Said]:
        """The machine must do this next."""
        self._script.append(("<<", expected))
        return self

    def __bool__(self) -> bool:
        """Hold the dialogue; raises AssertionError with a diff where it went otherwise."""
        written = [_line(mark, item) for mark, item in self._script]
        held = self._held()
        assert written == held, "the dialogue went otherwise:\n" + "\n".join(difflib.ndiff(written, held))
        return True

    def _held(self) -> list[str]:
        lines: list[str] = []
        now = 0.0
        for mark, item in self._script:
            if mark == "<<":
                continue
            lines.append(_line(mark, item))
            if isinstance(item, At):
                lines += [_line("<<", done) for done in self._pass_time(item.seconds)]
                now = item.seconds
            else:
                lines += [_line("<<", done) for done in self._party.hear(item, now)]
        return lines

    def _pass_time(self, until: float) -> list[Said]:
        done: list[Said] = []
        for _ in range(1000):
            due = self._party.due()
            if due is None or due > until:
                return done
            done += self._party.wake(due)
        raise AssertionError("the machine's timer never comes to rest")


def _line(mark: str, item: object) -> str:
    return f"{mark} at {item.seconds:g}" if isinstance(item, At) else f"{mark} {item!r}"
