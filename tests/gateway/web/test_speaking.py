"""Protects that a page speaks one language: in one that nobody speaks, no small word of English is left on any page or report."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from gateway.reports.catalog import KINDS
from gateway.web import tongues
from tests.gateway.languages.foreign import FOREIGN, english
from tests.gateway.web.asking import Asker
from tests.gateway.web.test_pages import PAGES
from tests.processes.size import long_form

#: Pages beyond those of the tests of pages, and one that is not there.
MORE = (
    "/alarms",
    "/reports",
    "/numbers/48601234567",
    "/prices",
    "/bills",
    "/guests",
    "/targets",
    "/schedules",
    "/resync",
    "/nowhere",
)
#: Reports that are looked at each time; all of them in the long form.
FREQUENT = ("night-audit", "calls", "balance", "exceptions", "fraud", "month")
#: Pages that speak as a guest does.
A_GUESTS = ("/sheets/2",)
#: What is read out or hovered over.
READ = ("title", "placeholder", "aria-label", "alt")
#: Words of others on these pages: the PMS's own, what a person wrote, names of places, addresses.
QUOTED = ("NG no such guest", "guest is no-post", "United States and Canada", "sqlite:")


class Shown(HTMLParser):
    """What people see of a page, without what others wrote (`bdi`) and what is to be typed as it is."""

    APART = ("script", "style", "bdi", "code", "kbd", "pre")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._apart = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._apart += tag in self.APART
        self.words += [value or "" for name, value in attrs if name in READ]

    def handle_endtag(self, tag: str) -> None:
        self._apart -= tag in self.APART

    def handle_data(self, data: str) -> None:
        if not self._apart:
            self.words.append(" ".join(data.split()))


def left(answer: str) -> list[str]:
    """English that is left on a page."""
    words = [one for one in Shown(answer).words if not any(quoted in one for quoted in QUOTED)]
    return sorted({found for one in words for found in english(one)})


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for German is answered in the language that nobody speaks."""
    monkeypatch.setattr(tongues, "speech", lambda *_: FOREIGN)


def on(asker: Asker, *addresses: str) -> dict[str, list[str]]:
    """English that is left, by the page."""
    found = {address: left(asker.get(address, **{"accept-language": "de"}).text) for address in addresses}
    return {address: words for address, words in found.items() if words}


@pytest.mark.usefixtures("foreign")
def test_no_english_is_left_on_a_page_in_another_language(asker: Asker) -> None:
    assert on(asker, *(one for one in PAGES if one not in A_GUESTS), *MORE, *map(report, FREQUENT)) == {}


@long_form
@pytest.mark.usefixtures("foreign")
def test_no_english_is_left_in_any_report_in_another_language(asker: Asker) -> None:
    assert on(asker, *map(report, KINDS)) == {}


def report(kind: str) -> str:
    """The address of a report on the evening."""
    return f"/reports/{kind}?from=2026-11-19&to=2026-11-20"
