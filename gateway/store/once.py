"""What a program asked for, carried out once: a job of the writer around whatever is done.

In one commit: look whether it was asked before, do it, and keep the answer under the sender's name for it. So whoever lost
our answer asks again and gets the first one; nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import Connection
from twisted.logger import Logger

from gateway.store import requests
from gateway.store.memory import Memory
from gateway.store.writer import Announce


class Asked(NamedTuple):
    """A request on its way to the writer: whose, under which name, and the digest of its words."""

    token_id: int
    client_id: str
    words: str
    now: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered, when it was done, and whether that was at an earlier asking."""

    answer: dict[str, Any]
    at: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class NotDone:
    """Nothing was changed; the sentence says why. `conflict` where the same name was used for something else."""

    sentence: str
    conflict: bool = False


class Done(NamedTuple):
    """What was done: the answer, what to announce after the commit, and whether anything changed.

    Where nothing did, there is nothing to be done twice, and the answer is not kept: a program that looks every ten
    seconds whether there is something for it must not fill the store with its noes.
    """

    answer: dict[str, Any]
    announce: Announce
    changed: bool = True


Outcome: TypeAlias = Answered | NotDone
#: Does what is asked inside of the transaction, or says why not.
Deed: TypeAlias = Callable[[Connection], Done | NotDone]

_OTHER_WORDS: Final = (
    "this client_id was used for another request before; give each request a client_id of its own. Nothing was done"
)


class Once:
    """One request."""

    records = 0

    def __init__(self, memory: Memory, asked: Asked, deed: Deed, done: Callable[[Outcome], None]) -> None:
        self._memory, self._asked, self._deed, self._done = memory, asked, deed, done

    def work(self, connection: Connection) -> Announce:
        """Find it, or do it and keep the answer."""
        outcome, announce = self._outcome(connection)

        def told() -> None:
            announce()
            self._done(outcome)

        return told

    def _outcome(self, connection: Connection) -> tuple[Outcome, Announce]:
        owner, asked = self._memory.owner, self._asked
        earlier = requests.find(connection, owner, asked.token_id, asked.client_id)
        if earlier is not None:
            same = earlier.digest == asked.words
            found = Answered(earlier.answer, earlier.at, duplicate=True)
            return (found if same else NotDone(_OTHER_WORDS, conflict=True)), _nothing
        done = self._deed(connection)
        if isinstance(done, NotDone):
            return done, _nothing
        if done.changed:
            requests.keep(connection, owner, self._memory.numbers, requests.Kept(*asked, done.answer))
        return Answered(done.answer, asked.now, duplicate=False), done.announce

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """Nothing was done, and the sender hears so."""
        Logger().error("a request of a program could not be carried out: {error!r}", error=error)
        return lambda: self._done(NotDone("it could not be carried out by a mistake of the program; its log says more"))


def _nothing() -> None:
    """Nothing to announce."""
