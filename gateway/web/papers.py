"""Papers for guests: which language and which paper somebody chose, and a sheet as a page to print or as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gateway.bills.as_pages import pieces
from gateway.bills.as_pdf import pdf
from gateway.bills.sheet import PAPERS, House, Paper, Sheet
from gateway.config import Config
from gateway.languages.catalogues import GUEST
from gateway.languages.names import LANGUAGES
from gateway.languages.speech import Speech, languages, speech
from gateway.languages.spoken import say
from gateway.store.elsewhere import Elsewhere
from gateway.web.earlier import NO_LOOK, Look
from gateway.web.house import House as WebHouse
from gateway.web.pages import Page
from gateway.web.rest.answers import Fields, one_line
from gateway.web.rest.api import BadQuestion
from gateway.web.templates import environment

#: Characters of a field that are looked at.
LONGEST_FIELD = 80


def field(fields: Fields, name: str, most: int = LONGEST_FIELD) -> str:
    """One field of a question as text, on one line and bounded; empty where it is missing."""
    return one_line(fields, name.encode(), most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The language that was chosen, empty for the guest's own, the paper, and whether a bill is of telephone calls alone.

    `look` is what opens the bill of a guest who has left.
    """

    language: str = ""
    paper: Paper = "a4"
    calls_alone: bool = False
    look: Look = NO_LOOK

    def address(self, path: str, **more: str) -> str:
        """An address that keeps the choice."""
        said = {"language": self.language, "paper": "" if self.paper == "a4" else self.paper, **more}
        question = urlencode({name: value for name, value in said.items() if value})
        return f"{path}?{question}" if question else path


def read_choice(fields: Mapping[bytes, list[bytes]]) -> Choice:
    """What a form or an address chose; raises BadQuestion."""
    language, paper = field(fields, "language"), field(fields, "paper") or "a4"
    if language and language not in LANGUAGES:
        raise BadQuestion(say("language must be one of {choices}", choices=", ".join(LANGUAGES)))
    for known in PAPERS:
        if paper == known:
            look = Look(field(fields, "look"), field(fields, "key"))
            return Choice(language=language, paper=known, calls_alone=field(fields, "only") == "phone", look=look)
    raise BadQuestion(say("paper must be one of {choices}", choices=", ".join(PAPERS)))


class Papers:
    """Sets sheets as pages and as PDF, for one hotel."""

    def __init__(self, house: WebHouse, elsewhere: Elsewhere) -> None:
        self._house, self._elsewhere = house, elsewhere

    def speech(self, tag: str) -> Speech:
        """A language, as it is written in the hotel's country."""
        return speech(tag, GUEST, self._house.config.property.country)

    @property
    def hotel(self) -> House:
        """What papers say of the hotel."""
        return paper_house(self._house.config)

    def page(self, sheet: Sheet, paper: Paper, back: str) -> Page:
        """A sheet as a page of its own, to be printed."""
        return Page(environment().get_template("paper.html").render(paper=paper, back=back, **values(sheet, paper)))

    async def pdf(self, sheet: Sheet, paper: Paper) -> bytes:
        """A sheet as PDF, made beside the reactor."""
        at = self._house.now()
        made: bytes = await self._elsewhere(lambda: pdf(sheet, paper, at))
        return made


def paper_house(config: Config) -> House:
    """What papers say of the hotel of a configuration."""
    own, home = config.bills, config.property
    return House(home.name, home.country, own.address, own.hidden_digits)


def values(sheet: Sheet, paper: Paper = "a4") -> dict[str, Any]:
    """What the templates of a sheet get."""
    return {"sheet": sheet, "parts": [pieces(one, whole=paper == "roll") for one in sheet.spread]}


def choices(chosen: Choice, guest: str) -> dict[str, Any]:
    """What the fields of a choice show: every language with the guest's own marked, and every paper."""
    return {
        "tongues": [(tag, name, tag == (chosen.language or guest), tag == guest) for tag, name in languages()],
        "papers": [(name, words, name == chosen.paper) for name, words in PAPERS.items()],
        "chosen": chosen,
    }
