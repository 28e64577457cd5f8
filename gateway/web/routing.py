"""What every wing of the site shares: how a request is read and answered, and what is said when something goes wrong.

A wing is a class with addresses of its own (`app = Klein()`), which `troubles` gives the same answers to a question that is not
understood, a store that cannot be read, an address that leads nowhere, and a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, TypeVar

from klein import Klein
from twisted.logger import Logger
from twisted.protocols.basic import FileSender
from twisted.python.failure import Failure
from werkzeug.exceptions import HTTPException

from gateway.languages.spoken import say, speak
from gateway.web.pages import Page, Pages
from gateway.web.persons import dressed, person_of
from gateway.web.reads import StoreBusy, StoreUnreadable
from gateway.web.rest.answers import HTML, answer, fields_of, json_answer
from gateway.web.rest.api import BadQuestion, whole
from gateway.web.security import from_our_page

#: The largest number of a row that an address may name; a column holds no larger one.
MOST: Final = 2**62
#: A row's number in an address.
ROW: Final = f"<int(min=1, max={MOST}):number>"

_log = Logger()


class Maskable(Protocol):
    """A question whose answer may hold telephone numbers."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def masked(self) -> bool:
        """Whether their middle is hidden."""


Q = TypeVar("Q", bound=Maskable)


class Wing(Protocol):
    """Some addresses of the site, and the pages that their problems are told on."""

    pages: Pages


def troubles(app: Klein) -> None:
    """Give a wing the answers to what goes wrong; each says anew which language is spoken, since it is told from elsewhere."""

    @app.handle_errors(BadQuestion)
    async def bad_question(self: Wing, request: Any, failure: Failure) -> bytes:
        speak(request.speech)
        return await _problem(self, request, 400, say("Not understood"), f"{failure.value}.")

    @app.handle_errors(StoreUnreadable, StoreBusy)
    async def store_trouble(self: Wing, request: Any, failure: Failure) -> bytes:
        speak(request.speech)
        request.setHeader("retry-after", "5")
        words = say(
            "{problem}. Nothing is lost: the exchange keeps its records until they can be written.",
            problem=failure.value,
        )
        return await _problem(self, request, 503, say("The store cannot be read now"), words)

    @app.handle_errors(HTTPException)
    async def nowhere(self: Wing, request: Any, failure: Failure) -> bytes:
        speak(request.speech)
        error: Any = failure.value
        if error.code == 405:
            request.setHeader("allow", ", ".join(error.valid_methods or ()))
            return await _problem(self, request, 405, say("Not so"), say("This address is not for that."))
        words = say("There is nothing at this address. The pages that exist are named above.")
        return await _problem(self, request, error.code or 404, say("Not here"), words)

    @app.handle_errors(Exception)
    async def mistake(self: Wing, request: Any, failure: Failure) -> bytes:
        speak(request.speech)
        _log.failure("a page failed", failure=failure)
        words = say(
            "This page failed by a mistake of the program; its log says more. Calls and charges are not touched by it."
        )
        return await _problem(self, request, 500, say("A mistake of ours"), words)


async def _problem(wing: Wing, request: Any, status: int, title: str, words: str) -> bytes:
    """The same sentence as a page, or as JSON where a program asked."""
    if request.uri.startswith(b"/metrics"):
        return json_answer(request, status, {"error": words})
    return html(request, await wing.pages.problem(status, title, words))


def html(request: Any, page: Page) -> bytes:
    """A page as the answer, as it is for whoever asks."""
    address = request.uri.decode("ascii", "replace") if request.method == b"GET" else ""
    text = dressed(page.html, person_of(request), request.seal, address)
    return answer(request, page.status, HTML, text.encode("utf-8", "replace"))


def see_other(request: Any, address: str) -> bytes:
    """It is done: look there."""
    request.setResponseCode(303)
    request.setHeader("location", address)
    return b""


def plain(request: Any, status: int, words: str) -> bytes:
    """A sentence as the answer."""
    return answer(request, status, "text/plain; charset=utf-8", f"{words}\n".encode())


async def send(request: Any, path: Path, content_type: str) -> bytes:
    """A file, sent as it is read."""
    request.setHeader("content-type", content_type)
    request.setHeader("content-length", str(path.stat().st_size))
    with path.open("rb") as file:
        sender: Any = FileSender()
        await sender.beginFileTransfer(file, request)
    return b""


async def send_once(request: Any, path: Path, name: str, content_type: str, forget: Callable[[Path], None]) -> bytes:
    """A file that was made for this answer, under a name of its own; it is gone afterwards, whether it was read or not."""
    request.setHeader("content-disposition", f'attachment; filename="{name}"')
    try:
        return await send(request, path, content_type)
    finally:
        forget(path)


def may_see(request: Any, question: Q) -> Q:
    """The question as it may be asked: who may not see whole numbers gets masked ones, whatever was ticked."""
    return question if person_of(request).may("see_full_numbers") else replace(question, masked=True)


def before(request: Any) -> int | None:
    """The row that a list goes on behind; raises BadQuestion."""
    return whole(fields_of(request), "before", 1, MOST)


def is_ours(request: Any) -> bool:
    """Whether a form came from a page of ours, as far as the browser tells."""
    return from_our_page(_header(request, "sec-fetch-site"), _header(request, "origin"), _header(request, "host"))


async def foreign(wing: Wing, request: Any) -> bytes:
    """The answer to a form that did not come from a page of ours."""
    return html(request, await wing.pages.problem(403, say("Not from here"), say("This form came from another site.")))


def _header(request: Any, name: str) -> str | None:
    value: str | None = request.getHeader(name)
    return value
