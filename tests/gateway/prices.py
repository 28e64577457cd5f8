"""Tariffs of a few lines for a Polish house, and what the rig needs to price its stored calls again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.instants import to_micros
from gateway.intake.correcting import Correcting, Proposal
from gateway.intake.decisions import Decisions
from gateway.intake.reconsider import reconsider
from gateway.posting.deeds import ReadCommands
from gateway.store import commands, lists
from gateway.store.reporting import Span
from rating.book import TariffBook
from tests.gateway.rig import NOON, WARSAW, Rig
from tests.rating.scenes import book_of

HEAD = 'currency = "PLN"\nvalid_from = 2000-01-01\n'
#: Two days around the rig's noon.
DAYS = Span(to_micros(NOON - timedelta(days=1)), to_micros(NOON + timedelta(days=1)))


def flat(
    price: str, *, classes: str = "local national mobile", code: str = "T", more: str = "", deck: str = ""
) -> TariffBook:
    """A book with one price a minute for some classes, by the started minute."""
    rules = "".join(f'[class.{name}]\nprice_per_minute = "{price}"\nincrements = "60/60"\n' for name in classes.split())
    text = f'code = "{code}"\n{HEAD}{more}{rules}'
    files = {"tariff.toml": text.encode()} | ({"d.csv": deck.encode()} if deck else {})
    return book_of(files, currency="PLN", zone=WARSAW, country="PL")


def of_files(**texts: str) -> TariffBook:
    """A book of several tariffs, each a text behind the common head."""
    files = {f"{name}.toml": f"{text}".encode() for name, text in texts.items()}
    return book_of(files, currency="PLN", zone=WARSAW, country="PL")


def start_again(rig: Rig, book: TariffBook) -> None:
    """The gateway starts with another tariff."""
    rig.database.transact(lambda c: reconsider(c, rig.memory, rig.rules, rig.sources, book, to_micros(rig.now)))


def propose(rig: Rig, book: TariffBook, *, takes_reversals: bool = False) -> Proposal:
    """What a corrected tariff changes."""
    correcting = Correcting(
        database=rig.database, rules=rig.rules, sources=rig.sources, book=book, takes_reversals=takes_reversals
    )
    return correcting.propose(DAYS)


def make_list(rig: Rig, book: TariffBook, *, takes_reversals: bool = False) -> int:
    """The same, written down."""
    found = propose(rig, book, takes_reversals=takes_reversals)
    new = lists.NewList("correction", to_micros(rig.now), "Ines", "a wrong comma", book.version, *DAYS)
    return rig.database.transact(lambda c: lists.make(c, "SEASIDE", new, found.items))


def decide(
    rig: Rig,
    deed: str,
    subject: str | int,
    *,
    room: str | None = None,
    takes_reversals: bool = False,
    tariffs: frozenset[str] = frozenset(),
) -> str:
    """A person decides; what came of it."""
    said: dict[str, Any] = {"who": "Anna", "deed": deed, "posting_id": None, "why": "looked", "room": room}
    now = to_micros(rig.now)
    number = rig.database.transact(lambda c: commands.give(c, "SEASIDE", now=now, **said, subject=str(subject)))
    decisions = Decisions(rig.memory, rig.rules, tariffs, lambda: takes_reversals)
    take = rig.clerk.take if rig.clerk is not None else rig.due.extend
    rig.writer.submit(ReadCommands(rig.memory, None, now=now, done=lambda due, _: take(due), decide=decisions))
    rig.pump()
    return rig.database.read(lambda c: commands.result(c, "SEASIDE", number)) or ""
