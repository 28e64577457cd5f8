"""The pages on which a carrier's bill is held against our calls.

Bills lie in a folder that the configuration names: whoever may write there may have them read, and nothing is sent up through
a browser. A file is chosen from the list of that folder, never by a path. A short bill is checked for the page in a
thread; a long one, and every file, by the command in a process of its own.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from gateway.bill_files import BillUnreadable
from gateway.carrier_bills.layout import WrongLayout
from gateway.config.carrier_bills import BillLayoutSettings
from gateway.config.meanings import layout_of
from gateway.languages.spoken import say
from gateway.reports.as_html import values
from gateway.reports.asking import asked_of
from gateway.reports.bill_check import check_bill
from gateway.reports.bill_report import bill_report
from gateway.reports.writing import FORMS
from gateway.web.house import House
from gateway.web.pages import Page, Pages
from gateway.web.reads import Reads
from gateway.web.report_pages import Workshop
from gateway.web.rest.answers import Fields, field_text

#: The largest bill that is checked while somebody waits for the page: some thirty thousand lines, a second or two.
MOST_BYTES: Final = 2_000_000
#: Files of the folder that are listed, the newest first.
MOST_FILES: Final = 200
#: Characters of a field that are looked at.
LONGEST: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a form or an address asks for, as text."""

    file: str = ""
    layout: str = ""
    table: str = ""
    masked: bool = False

    @property
    def address(self) -> str:
        """The same for an address."""
        said = {"file": self.file, "layout": self.layout, **({"masked": "1"} if self.masked else {})}
        return urlencode(said)


def read_question(fields: Fields) -> Question:
    """The fields of a question, each bounded; a missing one is empty."""

    def text(name: bytes) -> str:
        return field_text(fields, name).strip()[:LONGEST]

    return Question(file=text(b"file"), layout=text(b"layout"), table=text(b"table"), masked=text(b"masked") == "1")


def _is_bill(path: Path) -> bool:
    """A file that lies here itself: a link might lead to what nobody is to see."""
    return not path.name.startswith(".") and path.is_file() and not path.is_symlink()


class NotChosen(Exception):
    """What was asked for is not there; the sentence says what to choose."""


class BillCheckPages:
    """The form, and the check of one bill."""

    def __init__(self, house: House, reads: Reads, pages: Pages, workshop: Workshop) -> None:
        self._house, self._reads, self._pages, self._workshop = house, reads, pages, workshop
        self._layouts = {one.name: one for one in house.config.carrier_bills.layout}

    async def form(self, asked: Question | None = None, problem: str = "") -> Page:
        """Which bills there are, and by which layout one is to be read."""
        page = await self._pages.page(
            "bill_check.html",
            here="reports",
            title=say("Bill check"),
            folder=self._house.config.carrier_bills.folder,
            files=list(self._files()),
            layouts=list(self._layouts),
            asked=asked or Question(),
            problem=problem,
        )
        return Page(page.html, 422 if problem else page.status)

    async def check(self, asked: Question) -> Page:
        """A bill on a page; a long one is for files."""
        try:
            path, said = self._chosen(asked)
            long = path.stat().st_size > MOST_BYTES
            shown = {} if long else await self._reads.read(lambda _: self._checked(path, said, asked))
        except (NotChosen, BillUnreadable, WrongLayout, OSError) as error:
            return await self.form(asked, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return await self._pages.page(
            "bill_checked.html",
            here="reports",
            title=say("Bill check: {name}", name=said.name),
            file=path.name,
            address=asked.address,
            forms={name: form.title for name, form in FORMS.items() if name != "csv"},
            long=long,
            **{"tables": [], **shown},
        )

    def _checked(self, path: Path, said: BillLayoutSettings, asked: Question) -> dict[str, Any]:
        """Runs in a thread, and leaves nothing on the disk."""
        house = self._house
        today = house.now().astimezone(house.config.property.timezone).date()
        question = asked_of(house.config, house.database, today, today, house.now(), masked=asked.masked)
        with tempfile.TemporaryDirectory(prefix="foliogate-bill-") as folder:
            layout = layout_of(house.config, said)
            report = bill_report(
                question, check_bill(question, layout, path, Path(folder), lambda _words, _share: None)
            )
            return {**values(report), "tables": [(one.name, say(one.title)) for one in report.tables]}

    async def file(self, asked: Question, form: str) -> tuple[Path, str] | Page:
        """A check as a file and what a browser is to call it, or the page that says why there is none."""
        if form not in FORMS:
            return await self._pages.missing(say("There is no such form."))
        try:
            path, said = self._chosen(asked)
        except NotChosen as error:
            return await self.form(asked, f"{error}.")
        words = [f"--layout={said.name}", f"--config={self._house.config.file}", f"--format={form}"]
        words += [f"--table={asked.table}"] if asked.table and form == "csv" else []
        words += ["--masked"] if asked.masked else []
        name = f"bill-check-{said.name}.{form}"
        made = await self._workshop.make(["bill-check", str(path), *words], name)
        if isinstance(made, str):
            return await self._pages.problem(503, say("No report"), made)
        return made, name

    def forget(self, path: Path) -> None:
        """A file was sent, or its reader went away."""
        self._workshop.forget(path)

    def _files(self) -> list[str]:
        """The files of the folder by name, the newest first; none where it cannot be read."""
        folder = self._house.config.carrier_bills.folder
        if folder is None:
            return []
        try:
            found = [path for path in folder.iterdir() if _is_bill(path)]
            found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        except OSError:
            return []
        return [path.name for path in found[:MOST_FILES]]

    def _chosen(self, asked: Question) -> tuple[Path, BillLayoutSettings]:
        folder = self._house.config.carrier_bills.folder
        if folder is None or asked.file not in self._files():
            raise NotChosen(say("Choose one of the files that lie in the folder of bills"))
        if asked.layout not in self._layouts:
            raise NotChosen(say("Choose the layout by which the bill is to be read"))
        return folder / asked.file, self._layouts[asked.layout]
