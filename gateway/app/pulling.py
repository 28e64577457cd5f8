"""An exchange that is asked over the web, put together: from its configuration and what the store knows of it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred

from gateway.app.configured import source_settings
from gateway.asking import Cursor, Kept, Manner, call_name, places_in
from gateway.config import PbxSettings
from gateway.intake.enquiry import MOST_ANSWER_BYTES, Enquiry, Question
from gateway.intake.feed import Also, Feed, Segment, Segments, Told
from gateway.intake.logging_in import LogIn
from gateway.intake.pull import Puller
from gateway.periodic import PeriodicService
from gateway.store.records import StoredSegment
from gateway.store.writer import Job
from pms_adapters.web.connecting import Trust
from pms_adapters.web.exchange import Web
from protocols.smdr.answers import AnswerShape
from protocols.smdr.catalog import DIALECTS

#: Seconds between two looks whether it is time to ask.
LOOK_SECONDS: Final = 1.0
CONNECT_TIMEOUT: Final = 10.0
_AGENT: Final = "Foliogate"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Papers:
    """Whom we believe; we show nothing of ourselves but the log-in."""

    ca_file: Path | None
    client_certificate: Path | None = None
    client_key: Path | None = None


class PullService(PeriodicService):
    """Looks whether it is time to ask; when it is stopped, the question under way ends too."""

    def __init__(self, clock: Any, puller: Puller, what: str) -> None:
        super().__init__(clock, LOOK_SECONDS, puller.look, what)
        self._puller = puller

    def stopService(self) -> Deferred[None]:
        """Ask no more."""
        self._puller.close()
        return super().stopService()


def trust_of(pbx: PbxSettings) -> Trust | None:
    """Whom we believe over TLS. Raises ValueError with a sentence where the file of `ca_file` is none of certificates."""
    return Trust(_Papers(ca_file=pbx.asking.ca_file)) if (pbx.pull or "").startswith("https:") else None


def manner_of(pbx: PbxSettings) -> Manner:
    """How an exchange is asked."""
    places = places_in(pbx.pull or "", pbx.asking.body)
    overlap = timedelta(seconds=pbx.asking.overlap)
    return Manner(places=places, times=pbx.asking.times, zone=pbx.timezone, overlap=overlap)


def question_of(pbx: PbxSettings) -> Question:
    """What an exchange is asked, again and again: as the site says, else as its dialect does."""
    said, usual = pbx.asking, DIALECTS[pbx.dialect].answer
    shape = AnswerShape(
        records=usual.records if said.records is None else said.records,
        identity=usual.identity if said.identity is None else said.identity,
        parts=usual.parts,
    )
    return Question(
        address=pbx.pull or "",
        body=said.body,
        headers={"user-agent": _AGENT, **{name.lower(): value for name, value in said.headers.items()}},
        manner=manner_of(pbx),
        shape=shape,
        page_size=said.page_size,
        next=said.next,
        every=said.every,
        timeout=said.timeout,
    )


def first_cursor(pbx: PbxSettings, now: datetime) -> Cursor:
    """Where the reading begins when nothing was ever read: as the site says, else one overlap ago.

    A call that is told by its begin, and is under way at this moment, must not be missed.
    """
    said, manner = pbx.asking.begin or "", manner_of(pbx)
    begin = datetime.fromisoformat(said) if said and manner.by_time else now - manner.overlap
    return Cursor(since=begin, after=said if said and manner.by_place else "0", begun=begin)


def pulling(
    pbx: PbxSettings,
    *,
    reactor: Any,
    known: Sequence[StoredSegment],
    marks: Callable[[int], list[bytes]],
    open_feed: Callable[[Segment, Told, Also], Feed],
    segments: Segments,
    now: Callable[[], datetime],
    crowded: Callable[[], bool],
    state: Callable[[bool, str], None],
    submit: Callable[[Job], None],
) -> PullService:
    """The service that asks one exchange. Raises ValueError where its `ca_file` cannot be used."""
    segment, cursor = _known(pbx, known, now())
    puller = Puller(
        _enquiry(pbx, reactor, now),
        open_feed=open_feed,
        segments=segments,
        segment=segment,
        cursor=cursor,
        kept=Kept(marks(segment.number) if segment.number is not None else ()),
        now=now,
        seconds=reactor.seconds,
        draw=random.random,
        crowded=crowded,
        state=state,
        submit=submit,
    )
    return PullService(reactor, puller, f"asking {pbx.name} for its records")


def _enquiry(pbx: PbxSettings, reactor: Any, now: Callable[[], datetime]) -> Enquiry:
    """Whoever asks an exchange, over a web client of its own."""
    question, dialect = question_of(pbx), DIALECTS[pbx.dialect]
    web = Web(
        reactor, connect_timeout=CONNECT_TIMEOUT, trust=trust_of(pbx), whose="the exchange", most=MOST_ANSWER_BYTES
    )
    parse = dialect.parser(source_settings(pbx))
    return Enquiry(
        question,
        web=web,
        login=LogIn(pbx.login, web, question.address, question.timeout, lambda: secrets.token_hex(8)),
        framer=lambda last: dialect.framer(transport="pull", options=pbx.options, last=last),
        named=lambda data: call_name(parse(data, now())),
        now=now,
    )


def _known(pbx: PbxSettings, known: Sequence[StoredSegment], now: datetime) -> tuple[Segment, Cursor]:
    """How far the store knows an exchange to be read; else where the reading begins."""
    for one in reversed(known):
        cursor = Cursor.parse(one.identity)
        if cursor is not None:
            return Segment(pbx.name, "file", one.identity, one.id, one.position), cursor
    cursor = first_cursor(pbx, now)
    return Segment(pbx.name, "file", str(cursor)), cursor
