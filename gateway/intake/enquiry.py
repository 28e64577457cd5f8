"""The questions to an exchange that is asked over the web, and its answers as records: page by page, each cut as it came.

Nothing is kept here and nothing is known of what was kept. Answers are bounded, no redirect is followed, nothing is unpacked, and what is
no list of records is refused in a sentence before a byte of it is read as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from gateway import asking
from gateway.asking import Manner
from gateway.intake.logging_in import LogIn, Refused
from gateway.intake.whole import frames_of
from gateway.repeats import digest
from pms_adapters.web.exchange import Answer, Web
from protocols.framing import KEPT_OF_LONG_RECORD, Framer
from protocols.records import Frame
from protocols.smdr.answers import AnswerShape, Unusable, is_listing, records_of, value_at
from protocols.smdr.documents import MAX_DOCUMENT

#: Bytes of one answer: ten thousand records of a talkative service.
MOST_ANSWER_BYTES: Final = 8 * 2**20
#: Pages and bytes of one span, which is held whole: a large house's two days are a tenth of it.
MOST_PAGES: Final = 2_000
MOST_SPAN_BYTES: Final = 32 * 2**20

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


class Page(NamedTuple):
    """One answer: its records, their marks, how many entries its list had, and the place behind it."""

    frames: list[Frame]
    marks: list[bytes]
    length: int
    next: str


class Unchanged(Exception):
    """The exchange says that its list is the one it told before."""


@dataclass(slots=True)
class _SoFar:
    """The pages of one answer as they come."""

    pages: list[Page] = field(default_factory=list)
    entries: int = 0
    bodies: int = 0
    before: bytes = b""


class Enquiry:
    """Asks one exchange. Its questions raise NotReached, NoAnswer, Refused, Unusable, and Unchanged."""

    def __init__(
        self,
        question: Question,
        *,
        web: Web,
        login: LogIn,
        framer: Callable[[bytes], Framer],
        named: Callable[[bytes], str],
        now: Callable[[], datetime],
    ) -> None:
        self.question = question
        self._web, self._login, self._framer, self._named, self._now = web, login, framer, named, now
        self._etag = ""

    def close(self) -> None:
        """A question under way ends as one without an answer."""
        self._web.close()

    async def answer(self, values: Mapping[str, str]) -> list[Page]:
        """The whole answer, page by page; `values` fill the places of the templates."""
        so_far = _SoFar()
        while True:
            number = len(so_far.pages)
            here = {**values, "page": str(number + 1), "offset": str(so_far.entries)}
            page, body = await self._page(here, so_far)
            if number and body == so_far.before:
                return so_far.pages  # the same again: this exchange has no pages
            so_far.pages.append(page)
            so_far.entries += page.length
            so_far.bodies, so_far.before = so_far.bodies + len(body), body
            if not self.question.manner.in_pages or not page.length or page.length < self.question.page_size:
                return so_far.pages
            if number + 1 == MOST_PAGES or so_far.bodies > MOST_SPAN_BYTES:
                raise Unusable("the answer is longer than anybody's calls; ask for a span of time, or for less at once")

    async def _page(self, values: Mapping[str, str], so_far: _SoFar) -> tuple[Page, bytes]:
        """One page; asked for once more where the log-in has to be renewed."""
        for attempt in (1, 2):
            answer = await self._request({**values, "token": await self._login.token()})
            try:
                self._usable(answer)
                page = self._read(answer.body, so_far, values["after"])
            except (Refused, Unusable):
                if attempt == 2 or not self._login.may_renew(answer):
                    raise
                continue
            if not self.question.manner.places & _PLACES_THAT_MOVE:
                self._etag = answer.header("etag")
            return page, answer.body
        raise AssertionError("the second attempt returns or raises")

    async def _request(self, values: Mapping[str, str]) -> Answer:
        question = self.question
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
        """Refuse what is no list of records."""
        if answer.status == 304 and self._etag:
            raise Unchanged
        if answer.status not in (200, 204):
            raise Refused(asking.refusal(answer.status), asking.retry_after(answer.header("retry-after"), self._now()))
        if answer.header("content-encoding") not in ("", "identity"):
            raise Refused("the exchange sends its answer packed, which was not asked for")
        if answer.media_type == "text/html":
            raise Refused("the exchange answers with a web page and not with records; look at pull and login")

    def _read(self, body: bytes, so_far: _SoFar, after: str) -> Page:
        """The records of an answer, each cut as it came, and by what it will be known again."""
        shape = self.question.shape
        if not is_listing(body, shape):
            last = next((page.frames[-1].data for page in so_far.pages[::-1] if page.frames), b"")
            frames = [frame for frame in frames_of(self._framer(last), body) if frame.data]
            marks = [self._mark(frame.data) for frame in frames]
            return Page(frames, marks, len(frames), self._behind(body, [], after))
        found = records_of(body, shape)
        marks = [self._mark(one.data, one.identity) for one in found.records]
        following = self._behind(body, [one.identity for one in found.records], after)
        return Page([_framed(one.data) for one in found.records], marks, found.length, following)

    def _mark(self, data: bytes, identity: str = "") -> bytes:
        """By what a record is known again: its identity, else what the exchange calls the call in it, else its bytes."""
        if identity:
            return digest(b"id\0" + identity.encode())
        name = self._named(data)
        return digest(b"call\0" + name.encode() if name else data)

    def _behind(self, body: bytes, identities: Sequence[str], after: str) -> str:
        """The place behind an answer: as it says, or its greatest identity; where it has neither, the one behind which it was asked."""
        if self.question.next:
            return value_at(body, self.question.next) or after
        numbers = [int(one) for one in (*identities, after) if one.isdecimal()]
        if numbers and all(one.isdecimal() for one in identities):
            return str(max(numbers))
        return next((one for one in reversed(identities) if one), after)


def _framed(data: bytes) -> Frame:
    """A record of a list; one that no exchange writes is kept with its head."""
    if len(data) > MAX_DOCUMENT:
        fault = f"the record is longer than {MAX_DOCUMENT} bytes; only its first {KEPT_OF_LONG_RECORD} are kept"
        return Frame(data[:KEPT_OF_LONG_RECORD], 0, 0, fault)
    return Frame(data, 0, 0)
