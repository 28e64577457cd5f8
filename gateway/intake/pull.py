"""An exchange that is asked for its records over the web, every so often: a PBX in the cloud, an appliance with a web service.

What comes is kept, and in the same commit by what each record will be known again; in the commit of the last of them the cursor
moves. So whatever ends this process between question and commit, the same is asked again and what was kept is not kept twice. What
is asked and which records are new is decided in `gateway/asking.py`; the wire is `enquiry.py`.

One question at a time; the next only when all that came is committed. What an exchange refuses is told in a sentence, and it is asked
again after a pause that grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway import asking
from gateway.asking import Cursor, Kept
from gateway.instants import to_micros
from gateway.intake.batch import Batch
from gateway.intake.enquiry import Enquiry, Page, Unchanged
from gateway.intake.feed import Also, Feed, Segment, Segments, Told
from gateway.intake.logging_in import Refused
from gateway.store import pulled
from gateway.store.pulled import PulledMark
from gateway.store.records import identify_file
from gateway.store.writer import Announce, Job
from pms_adapters.web.exchange import NoAnswer, NotReached
from protocols.records import Frame
from protocols.smdr.answers import Unusable

#: Seconds between two looks at the oldest marks, to let go of those that nothing can repeat any more.
FORGET_EVERY: Final = 86_400.0


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
        enquiry: Enquiry,
        *,
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
        self._enquiry, self._question = enquiry, enquiry.question
        self._segments, self._segment, self._begun = segments, segment, segment.number is not None
        self._cursor, self._kept = cursor, kept
        self._now, self._seconds, self._draw = now, seconds, draw
        self._crowded, self._state, self._submit = crowded, state, submit
        self._feed = open_feed(segment, self._told, self._also)
        self._taking: _Taking | None = None
        self._failures = 0
        self._closed = False
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
        self._enquiry.close()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._submit(BeginSegment(self._segments, self._segment, to_micros(self._now()), self._not_begun))

    def _not_begun(self) -> None:
        self._begun = False

    async def _round(self) -> None:
        manner, now = self._question.manner, self._now()
        self._due = self._seconds() + self._question.every  # whatever comes of this
        far = manner.by_time and self._seconds() - self._far >= asking.FAR_EVERY
        span = asking.span(manner, self._cursor, now, far=far)
        try:
            pages = await self._enquiry.answer(span.values)
        except Unchanged:
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

    def _more(self, page: Page) -> bool:
        """Whether more stands behind a place."""
        return page.length > 0 and page.length >= self._question.page_size and page.next != self._cursor.after

    # -- keeping --------------------------------------------------------------------------------------------------

    def _take(self, pages: Sequence[Page], then: Cursor) -> None:
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

    def __init__(self, segments: Segments, segment: Segment, now: int, failed: Announce) -> None:
        self._segments, self._segment, self._now, self._failed = segments, segment, now, failed

    def work(self, connection: Connection) -> Announce:
        """Give the segment its number."""
        number = self._segments.number(connection, self._segment, self._now)
        return lambda: self._segments.settled(self._segment, number)

    def rescue(self, connection: Connection, error: Exception) -> Announce:
        """It is tried again at the next look."""
        return self._failed


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
