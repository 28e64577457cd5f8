"""How the API says no: problem details (RFC 9457), each with a sentence for a person."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from gateway.web.reads import StoreBusy, StoreUnreadable

TYPE = "application/problem+json"


class Problem(Exception):
    """What was asked is not done; `detail` is the sentence. `retry_after` in seconds, where asking again may help."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry_after = status, detail, retry_after


def problem_object(status: int, detail: str) -> dict[str, Any]:
    """The body of a refusal."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def unreadable(error: StoreBusy | StoreUnreadable) -> Problem:
    """A store that cannot be read now, for a program."""
    return Problem(503, f"{error}. Nothing is lost; ask again.", retry_after=5)
