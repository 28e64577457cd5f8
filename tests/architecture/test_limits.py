"""Protects the reader of docs/limits.md: every limit of the code is there, with the value it has and the reason it gives."""

from __future__ import annotations

from tests.architecture.limits import PAGE, drawn, limits


def test_every_limit_gives_its_reason() -> None:
    silent = [f"{one.path}: {one.name}" for one in limits() if len(one.reason.split()) < 4]
    assert silent == [], "write above each what it limits and why"


def test_the_page_of_limits_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == drawn(), "draw it anew: python -m tests.architecture.limits"


def test_the_limits_that_matter_most_are_found() -> None:
    """The search would otherwise be content with nothing."""
    found = {one.name for one in limits()}
    assert {"MAX_RECORD", "MOST_CONNECTIONS", "BACKLOG_HIGH", "BACKLOG_BYTES", "MOST_QUEUED", "LONGEST_BODY"} <= found
