"""OPERA on the contract suite's stage."""

from __future__ import annotations

from typing import Final

from pms_adapters.contract import Ability
from pms_adapters.contract.stage import Mood
from tests.pms_adapters.soap.opera import PORT, InMemory, say

ABILITIES: Final[frozenset[Ability]] = frozenset({"accept", "refuse", "silence", "garble", "late", "away", "folio"})


class OwsStage(InMemory):
    """The adapter for OPERA Web Services, and an OPERA that obeys the suite."""

    abilities = ABILITIES
    answer_timeout = 30.0
    settling = 2.0

    def say(self, mood: Mood) -> None:
        self.opera.mood = mood
        if mood != "nothing":
            self.opera.dumb = False

    def answer_late(self) -> None:
        say(self.opera.waiting.pop(0), self.opera.yes())
        self.opera.dumb = False

    def leave(self) -> None:
        self.network.unreachable.add(PORT)
        for wire in self.network.wires:
            for end in wire.ends:
                end.abortConnection()

    def come_back(self) -> None:
        self.opera.dumb = False
        self.network.unreachable.clear()

    def arrived(self) -> list[int]:
        return self.opera.tokens()

    def goodbyes(self) -> int:
        return 0

    def book(self, willing: bool) -> None:
        self.opera.books = willing
