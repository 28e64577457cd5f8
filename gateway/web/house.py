"""What the pages need of the gateway they run in: its settings, its live status, its store, and one bell to ring.

A running gateway satisfies `House` as it is; so does the stand-in of the tests, around a real store. Everything here is
read on the reactor's thread, except `database`, whose reads go to threads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from twisted.internet.defer import Deferred

from gateway.bills.enquiry import PriceDesk
from gateway.config import Config
from gateway.status import Status
from gateway.store.database import Database
from gateway.store.once import Outcome
from gateway.store.rows import Due
from gateway.store.tokens import Token
from gateway.wishes import AnyWish


class WriterView(Protocol):
    """What is shown of the writer."""

    @property
    def trouble(self) -> str | None:
        """Why the store cannot be written now, in a sentence."""

    @property
    def backlog(self) -> int:
        """Records that wait for their commit."""

    @property
    def commits(self) -> int:
        """Transactions committed since the start."""

    @property
    def idle(self) -> bool:
        """True when no job waits."""


class ClerkView(Protocol):
    """What is shown of a link's clerk."""

    @property
    def waiting(self) -> int:
        """Postings in the clerk's queue."""

    @property
    def in_flight(self) -> Due | None:
        """The posting that is out and not answered yet."""


class LinkView(Protocol):
    """One PMS link."""

    @property
    def clerk(self) -> ClerkView:
        """Who offers the postings."""


class House(Protocol):
    """The gateway, as far as its pages are concerned."""

    @property
    def config(self) -> Config:
        """The settings."""

    @property
    def status(self) -> Status:
        """How things stand now."""

    @property
    def database(self) -> Database:
        """The store."""

    @property
    def writer(self) -> WriterView:
        """The one writer."""

    @property
    def link(self) -> LinkView | None:
        """The PMS link, if one is configured."""

    @property
    def prices(self) -> PriceDesk:
        """What a call would cost."""

    @property
    def listeners(self) -> list[Callable[[Any], None]]:
        """Called after each commit of records, with what it brought."""

    def micros(self) -> int:
        """Now, as the store keeps instants."""

    def now(self) -> datetime:
        """Now, aware UTC."""

    def troubles(self) -> list[str]:
        """What is not well, each in a sentence."""

    def ask(self, token: Token, wish: AnyWish) -> Deferred[Outcome]:
        """What a program asks to be changed: fires when it is committed, or not done."""

    def read_commands_soon(self) -> None:
        """A command was just written: look for it now."""
