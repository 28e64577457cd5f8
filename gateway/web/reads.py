"""Reading the store without holding up the reactor: in threads, few at a time, with an end to the line.

A page is worth less than a charge: at most `AT_ONCE` reads run beside the writer, and when more than `MOST_WAITING`
wait, further ones are refused at once instead of piling up behind a slow disk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from twisted.internet.defer import DeferredSemaphore

from gateway.languages.spoken import say
from gateway.store.database import Database
from gateway.store.elsewhere import Elsewhere

T = TypeVar("T")

#: Reads that run at the same time: enough for a desk, an auditor and a scraper; few beside ten pooled connections.
AT_ONCE: Final = 4
#: Reads that may wait. A browser asks once a second: sixty-four waiting means that the disk does not keep up.
MOST_WAITING: Final = 64
#: How often a transaction that takes a number is tried.
TRIES: Final = 5


class StoreBusy(Exception):
    """Too many reads wait already. Nothing is lost; ask again in a few seconds."""


class StoreUnreadable(Exception):
    """The store cannot be read now. Charges are kept by the exchange until it can be written again."""


class Reads:
    """Snapshots and small transactions of the pages."""

    def __init__(self, database: Database, elsewhere: Elsewhere) -> None:
        self._database, self._elsewhere = database, elsewhere
        self._turn = DeferredSemaphore(AT_ONCE)

    @property
    def waiting(self) -> int:
        """How many reads wait for their turn."""
        return len(self._turn.waiting)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a snapshot; what it returns must not need the connection any more."""
        return await self._run(lambda: self._database.read(work))

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one small transaction of a page's own (a command that is written down)."""
        return await self._run(lambda: self._database.transact(work))

    async def transact_numbered(self, work: Callable[[Connection], T]) -> T:
        """The same for one that gives out numbers: another process may take the same one, and then it is tried again."""
        for _ in range(TRIES - 1):
            try:
                return await self.transact(work)
            except IntegrityError:
                continue
        return await self.transact(work)

    async def _run(self, work: Callable[[], T]) -> T:
        if self.waiting >= MOST_WAITING:
            raise StoreBusy(say("too many people are looking at once; this page will be there in a few seconds"))
        try:
            result: T = await self._turn.run(self._elsewhere, partial(copy_context().run, work))
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise StoreUnreadable(
                say("the store cannot be used: {problem}", problem=str(error.orig).splitlines()[0])
            ) from error
        return result
