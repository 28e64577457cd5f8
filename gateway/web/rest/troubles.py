"""What every part of the API answers when something goes wrong: a problem (RFC 9457) with a sentence."""

from __future__ import annotations

import json
from typing import Any

from klein import Klein
from sqlalchemy.exc import DBAPIError
from twisted.logger import Logger
from twisted.python.failure import Failure
from werkzeug.exceptions import HTTPException

from gateway.web.reads import StoreBusy, StoreUnreadable
from gateway.web.rest.answers import answer
from gateway.web.rest.api import BadQuestion
from gateway.web.rest.problems import TYPE, Problem, problem_object

_log = Logger()


def api_troubles(app: Klein) -> None:
    """Give a part of the API the answers to what goes wrong."""

    @app.handle_errors(Problem)
    def problem(self: Any, request: Any, failure: Failure) -> bytes:
        """A refusal with its sentence."""
        return refused(request, failure.value)  # type: ignore[arg-type]

    @app.handle_errors(BadQuestion)
    def bad_question(self: Any, request: Any, failure: Failure) -> bytes:
        """A question that is not understood."""
        words = str(failure.value)
        return refused(request, Problem(400, f"{words[:1].upper()}{words[1:]}."))

    @app.handle_errors(StoreUnreadable, StoreBusy, DBAPIError)
    def store_trouble(self: Any, request: Any, failure: Failure) -> bytes:
        """The store cannot be read now."""
        words = (
            "The store cannot be used now. Nothing is lost: the exchange keeps its records until they can be written."
        )
        return refused(request, Problem(503, words, retry_after=5))

    @app.handle_errors(HTTPException)
    def nowhere(self: Any, request: Any, failure: Failure) -> bytes:
        """No such address, or not for this method."""
        error: Any = failure.value
        if error.code == 405:
            request.setHeader("allow", ", ".join(error.valid_methods or ()))
            return refused(request, Problem(405, "This address is not for that; /api/v1/openapi.json says what is."))
        return refused(request, Problem(error.code or 404, "There is nothing here; /api/v1/openapi.json says what is."))

    @app.handle_errors(Exception)
    def mistake(self: Any, request: Any, failure: Failure) -> bytes:
        """A mistake of ours."""
        _log.failure("an answer of the API failed", failure=failure)
        return refused(request, Problem(500, "A mistake of the program; its log says more."))


def refused(request: Any, problem: Problem) -> bytes:
    """A problem as an answer."""
    if problem.retry_after is not None:
        request.setHeader("retry-after", str(problem.retry_after))
    if problem.status == 401:
        request.setHeader("www-authenticate", 'Bearer realm="foliogate"')
    body = json.dumps(problem_object(problem.status, problem.detail), ensure_ascii=False, separators=(",", ":"))
    return answer(request, problem.status, TYPE, body.encode() + b"\n")


def header(request: Any, name: str) -> str | None:
    """One header of a request; None where it is left out."""
    value: str | None = request.getHeader(name)
    return value
