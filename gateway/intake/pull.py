"""An exchange that is asked for its records over the web, every so often: a PBX in the cloud, an appliance with a web service.

What comes is kept, and in the same commit by what each record will be known again; in the commit of the last of them the cursor
moves. So whatever ends this process between question and commit, the same is asked again and what was kept is not kept twice. What
is asked and which records are new is decided in `gateway/asking.py`.

One question at a time; the next only when all that came is committed. Answers are bounded, no redirect is followed, nothing is
unpacked. What an exchange refuses is told in a sentence, and it is asked again after a pause that grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway import asking
from gateway.asking import Cursor, Kept, Manner
from gateway.instants import to_micros
from gateway.intake.batch import Batch
from gateway.intake.feed import Also, Feed, Segment, Segments, Told
from gateway.intake.logging_in import LogIn, Refused
from gateway.intake.whole import frames_of
from gateway.repeats import digest
from gateway.store import pulled
from gateway.store.pulled import PulledMark
from gateway.store.records import identify_file
from gateway.store.writer import Announce, Job
from pms_adapters.web.exchange import Answer, NoAnswer, NotReached, Web
from protocols.framing import KEPT_OF_LONG_RECORD, Framer
from protocols.records import Frame
from protocols.smdr.answers import AnswerShape, Unusable, is_listing, records_of, value_at
from protocols.smdr.documents import MAX_DOCUMENT

#: Bytes of one answer: ten thousand records of a talkative service.
MOST_ANSWER_BYTES: Final = 8 * 2**20
#: Pages and bytes of one span, which is held whole: a large house's two days are a tenth of it.
MOST_PAGES: Final = 2_000
MOST_SPAN_BYTES: Final = 32 * 2**20
#: Seconds between two looks at the oldest marks, to let go of those that nothing can repeat any more.
FORGET_EVERY: Final = 86_400.0

#: Where one of these is filled, another answer is wanted each time; where none is, an unchanged one need not be sent again.
_PLACES_THAT_MOVE: Final = frozenset({"since", "after", "page", "offset"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How one exchange is asked: templates of address and body, headers, and how its answers are built."""

    address: str
    body: str
    headers: Mapping[str, str]
    manner: Manner
    shape: AnswerShape
    page_size: int
    next: str
    every: float
    timeout: float


class _Page(NamedTuple):
    """One answer: its records, by what they are known, how many entries its list had, and where the next one begins."""

    frames: list[Frame]
    marks: list[bytes]
    length: int
    next: str


@dataclass(slots=True)
class _Pages:
    """The pages of one answer as they come."""

    pages: list[_Page] = field(default_factory=list)
    bodies: int = 0
    before: bytes = b""


class _Unchanged(Exception):
    """The exchange says that its list is the one it told before."""


@dataclass(slots=True)
class _Taking:
    """What was handed to the writer: by what the records are known, how many wait, and where the cursor stands then."""

    marks: Mapping[int, bytes]
    waiting: int
    then: Cursor


class Puller:
    """Asks one exchange. `look` is called again and again; `seconds` is a steady clock, `draw` a random number from 0 to 1.

    `segment` is what the store knows of it, with `cursor` and `kept`; where it knows nothing yet, that is written down before the
    first question, so that the reading begins where it began, whatever happens.
    """

    _log = Logger()

    def __init__(
        self,
        question: Question,
        *,
        web: Web,
        login: LogIn,
        framer: Callable[[bytes], Framer],
        open_feed: Callable[[Segment, Told, Also], Feed],
        segments: Segments,
        segment: Segment,
        cursor: Cursor,
        kept: Kept,
        now: Callable[[], datetime],
        seconds: Callable[[], float],
        draw: Callable[[], float],
        crowded: Callable[[], bool],
        state: Callable[[bool, str], None],
        submit: Callable[[Job], None],
    ) -> None:
        self._question, self._web, self._login, self._framer = question, web, login, framer
        self._segments, self._segment, self._begun = segments, segment, segment.number is not None
        self._cursor, self._kept = cursor, kept
        self._now, self._seconds, self._draw = now, seconds, draw
        self._crowded, self._state, self._submit = crowded, state, submit
        self._feed = open_feed(segment, self._told, self._also)
        self._taking: _Taking | None = None
        self._failures = 0
        self._closed, self._etag = False, ""
        self._due = self._far = self._forgotten = float("-inf")

    def look(self) -> Deferred[None] | None:
        """Ask if it is time to, and all that came before is committed."""
        if self._closed or self._taking is not None or self._crowded() or self._seconds() < self._due:
            return None
        if self._segment.number is None:
            self._begin()
            return None
        return Deferred.fromCoroutine(self._round())

    def close(self) -> None:
        """Ask no more; a question under way ends as one without an answer."""
        self._closed = True
        self._web.close()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._submit(BeginSegment(self._segments, self._segment, to_micros(self._now())))

    async def _round(self) -> None:
        manner, now = self._question.manner, self._now()
        far = manner.by_time and self._seconds() - self._far >= asking.FAR_EVERY
        span = asking.span(manner, self._cursor, now, far=far)
        try:
            pages = await self._answer(span.values)
        except _Unchanged:
            self._answered(self._question.every)
            return
        except (NotReached, NoAnswer, Unusable, Refused) as error:
            self._failed(str(error), error.wait if isinstance(error, Refused) else 0.0)
            return
        if far:
            self._far = self._seconds()
        then = replace(span.then, after=pages[-1].next) if manner.by_place else span.then
        more = self._more(pages[-1]) if manner.by_place else manner.by_time and then.since < now
        self._answered(0.0 if more else self._question.every)
        self._take(pages, then)

    def _answered(self, wait: float) -> None:
        """All is well, and the next question comes after so many seconds."""
        self._failures = 0
        self._due = self._seconds() + wait
        self._state(True, "")

    def _failed(self, sentence: str, wait: float) -> None:
        if self._closed:
            return  # which is why
        self._failures += 1
        if self._failures == 1:
            self._log.warn("{source}: {sentence}", source=self._segment.source, sentence=sentence)
        self._due = self._seconds() + asking.pause(self._question.every, self._failures, wait, self._draw())
        self._state(False, sentence)

    def _more(self, page: _Page) -> bool:
        """Whether more stands behind a place."""
        return page.length > 0 and page.length >= self._question.page_size and page.next != self._cursor.after

    # -- asking ---------------------------------------------------------------------------------------------------

    async def _answer(self, values: Mapping[str, str]) -> list[_Page]:
        """The whole answer, page by page."""
        so_far = _Pages()
        entries = 0
        while True:
            number = len(so_far.pages)
            here = {**values, "page": str(number + 1), "offset": str(entries)}
            page, body = await self._page(here, so_far)
            if number and body == so_far.before:
                return so_far.pages  # the same again: this exchange has no pages
            so_far.pages.append(page)
            so_far.bodies, so_far.before = so_far.bodies + len(body), body
            entries += page.length
            if not self._question.manner.in_pages or not page.length or page.length < self._question.page_size:
                return so_far.pages
            if number + 1 == MOST_PAGES or so_far.bodies > MOST_SPAN_BYTES:
                raise Unusable("the answer is longer than anybody's calls; ask for a span of time, or for less at once")

    async def _page(self, values: Mapping[str, str], so_far: _Pages) -> tuple[_Page, bytes]:
        """One page; asked for once more where the log-in has to be renewed."""
        for attempt in (1, 2):
            answer = await self._request({**values, "token": await self._login.token()})
            try:
                self._usable(answer)
                page = self._read(answer.body, so_far)
            except (Refused, Unusable):
                if attempt == 2 or not self._login.may_renew(answer):
                    raise
                continue
            if not self._question.manner.places & _PLACES_THAT_MOVE:
                self._etag = answer.header("etag")
            return page, answer.body
        raise AssertionError("the second attempt returns or raises")

    async def _request(self, values: Mapping[str, str]) -> Answer:
        question = self._question
        url = asking.address(question.address, values)
        method = "POST" if question.body else "GET"
        said = {**question.headers, **self._login.headers(method, url)}
        if self._etag:
            said["if-none-match"] = self._etag
        if not question.body:
            return await self._web.get(url, said, question.timeout)
        content = asking.body(question.body, values).encode()
        return await self._web.post(url, content, {"content-type": "application/json", **said}, question.timeout)

    def _usable(self, answer: Answer) -> None:
        """Refuse what is no list of records before a byte of it is read as one."""
        if answer.status == 304 and self._etag:
            raise _Unchanged
        if answer.status not in (200, 204):
            raise Refused(asking.refusal(answer.status), asking.retry_after(answer.header("retry-after"), self._now()))
        if answer.header("content-encoding") not in ("", "identity"):
            raise Refused("the exchange sends its answer packed, which was not asked for")
        if answer.media_type == "text/html":
            raise Refused("the exchange answers with a web page and not with records; look at pull and login")

    def _read(self, body: bytes, so_far: _Pages) -> _Page:
        """The records of an answer, each cut as it came."""
        shape = self._question.shape
        if not is_listing(body, shape):
            last = next((page.frames[-1].data for page in so_far.pages[::-1] if page.frames), b"")
            frames = [frame for frame in frames_of(self._framer(last), body) if frame.data]
            return _Page(frames, [digest(frame.data) for frame in frames], len(frames), self._behind(body, []))
        found = records_of(body, shape)
        marks = [digest(b"id\0" + one.identity.encode() if one.identity else one.data) for one in found.records]
        following = self._behind(body, [one.identity for one in found.records])
        return _Page([_framed(one.data) for one in found.records], marks, found.length, following)

    def _behind(self, body: bytes, identities: Sequence[str]) -> str:
        """The place behind an answer: as it says, or its greatest identity."""
        before = self._cursor.after
        if self._question.next:
            return value_at(body, self._question.next) or before
        numbers = [int(one) for one in (*identities, before) if one.isdecimal()]
        if numbers and all(one.isdecimal() for one in identities):
            return str(max(numbers))
        return next((one for one in reversed(identities) if one), before)

    # -- keeping --------------------------------------------------------------------------------------------------

    def _take(self, pages: Sequence[_Page], then: Cursor) -> None:
        """Hand on what is new; the cursor goes with the last of it."""
        fresh = self._kept.fresh([page.marks for page in pages])
        if not fresh:
            self._cursor = then
            self._forget()
            return
        first = self._segment.position
        chosen = [pages[number].frames[place] for number, place in fresh]
        frames = [frame._replace(start=at, end=at + 1) for at, frame in enumerate(chosen, first)]
        marks = {at: pages[number].marks[place] for at, (number, place) in enumerate(fresh, first)}
        self._taking = _Taking(marks, len(frames), then)
        if frames[:-1]:
            self._feed.take(frames[:-1])
        self._feed.take(frames[-1:], identity=str(then))

    def _also(self, connection: Connection, number: int, frames: Sequence[tuple[int, Frame]]) -> None:
        """In the transaction of records: by what they will be known again."""
        taking = self._taking
        assert taking is not None  # records are on their way
        rows = [PulledMark(place, taking.marks[place]) for place, _ in frames]
        pulled.add(connection, self._segments.owner, number, rows, to_micros(self._now()))

    def _told(self, batch: Batch | None, count: int) -> None:
        taking = self._taking
        assert taking is not None  # records were on their way
        taking.waiting -= count
        if not taking.waiting:
            self._taking, self._cursor = None, taking.then
            self._kept.add(taking.marks.values())
            self._forget()

    def _forget(self) -> None:
        """Once a day let go of marks so old that no answer holds them any more."""
        if self._segment.number is not None and self._seconds() - self._forgotten >= FORGET_EVERY:
            self._forgotten = self._seconds()
            place = (self._segments.owner, self._segment.number)
            before = to_micros(self._cursor.since - timedelta(days=self._question.manner.kept_days))
            self._submit(ForgetMarks(self._kept, *place, self._cursor, before))


class BeginSegment:
    """Writes down where the reading of an exchange begins."""

    records = 0

    def __init__(self, segments: Segments, segment: Segment, now: int) -> None:
        self._segments, self._segment, self._now = segments, segment, now

    def work(self, connection: Connection) -> Announce:
        """Give the segment its number."""
        number = self._segments.number(connection, self._segment, self._now)
        return lambda: self._segments.settled(self._segment, number)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """There is nothing less to do than that."""
        return self.work(connection)


class ForgetMarks:
    """Lets go of the marks of records that were kept before an instant, but for those that the newest answer holds.

    The cursor is written down with it, so that no restart asks for a span again whose marks are gone: a house that is closed for
    the winter has no records that would move it.
    """

    records = 0

    def __init__(self, kept: Kept, owner: str, segment: int, cursor: Cursor, before: int) -> None:
        self._kept, self._owner, self._segment = kept, owner, segment
        self._cursor, self._before = cursor, before
        self._newest = kept.newest

    def work(self, connection: Connection) -> Announce:
        """Delete them and move the cursor; they are forgotten in memory when that is committed."""
        identify_file(connection, self._owner, self._segment, str(self._cursor))
        old = pulled.older(connection, self._owner, self._segment, self._before)
        gone = [one for one in old if not self._newest[one.mark]]
        pulled.forget(connection, self._owner, self._segment, [one.position for one in gone])
        return lambda: self._kept.forget(one.mark for one in gone)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """They stay until tomorrow."""
        return lambda: None


def _framed(data: bytes) -> Frame:
    """A record of a list; one that no exchange writes is kept with its head."""
    if len(data) > MAX_DOCUMENT:
        fault = f"the record is longer than {MAX_DOCUMENT} bytes; only its first {KEPT_OF_LONG_RECORD} are kept"
        return Frame(data[:KEPT_OF_LONG_RECORD], 0, 0, fault)
    return Frame(data, 0, 0)
