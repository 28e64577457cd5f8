"""The tariff laboratory's bench: one rehearsal at a time, in a process of its own, its results kept while we run.

A page asks for a period, another tariff and a question; the command `foliogate replay` does the work at low priority,
tells how far it is, and leaves the sums and every call as files in a folder that goes when the gateway ends. The lists
of a corrected tariff are made the same way, by `foliogate corrections propose`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from gateway.languages.spoken import say
from gateway.web.house import House
from gateway.web.workers import Ended, Run, Running

#: The longest period of one rehearsal, in days: a year and its month before.
MOST_DAYS: Final = 400
#: Results kept; an older one is forgotten when a new one begins.
MOST_WORKS: Final = 8
#: Characters of a name or a reason.
LONGEST: Final = 200

Kind: TypeAlias = Literal["rehearsal", "list"]
Question: TypeAlias = Literal["price", "cost", "split"]
FILES: Final = {
    "calls.csv": "text/csv; charset=utf-8",
    "calls.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class NotUnderstood(Exception):
    """A form that cannot be carried out; the sentence says what to write instead."""


@dataclass(slots=True)
class Work:
    """One rehearsal, or one list in the making."""

    number: int
    kind: Kind
    title: str
    folder: Path
    since: datetime
    percent: int = 0
    ended: Ended | None = None
    said: str = ""
    running: Running | None = field(default=None, repr=False)

    @property
    def state(self) -> str:
        """running, done or failed."""
        if self.ended is None:
            return "running"
        return "done" if self.ended.code == 0 else "failed"

    @property
    def problem(self) -> str:
        """Why it failed, in the command's own sentence."""
        if self.state != "failed" or self.ended is None:
            return ""
        return self.ended.words.removeprefix("foliogate: ") or say(
            "it ended without a word; the gateway's log may say more"
        )

    def result(self) -> dict[str, Any] | None:
        """The sums; None while there are none."""
        path = self.folder / "summary.json"
        if self.state != "done" or not path.exists():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def file(self, name: str) -> Path | None:
        """A file with every call, once it is whole."""
        path = self.folder / name
        return path if self.state == "done" and name in FILES and path.exists() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form brought, as text."""

    first: str = ""
    last: str = ""
    tariff: str = ""
    question: str = "price"
    carrier: str = ""
    who: str = ""
    why: str = ""


class Laboratory:
    """Starts works and keeps their results."""

    def __init__(self, house: House, run: Run) -> None:
        self._house, self._run = house, run
        self._root: Path | None = None
        self._last = 0
        self.works: list[Work] = []

    def folders(self) -> list[str]:
        """The tariffs that can be tried, by name: the one in force, and the folders beside it that hold rules."""
        here = self._house.config.tariff.folder
        beside = sorted(one for one in here.parent.iterdir() if one.is_dir() and one != here and _holds_rules(one))
        return [here.name, *(one.name for one in beside)]

    @property
    def busy(self) -> bool:
        """True while a work is under way."""
        return any(one.state == "running" for one in self.works)

    def work(self, number: int) -> Work | None:
        """One work by its number."""
        return next((one for one in self.works if one.number == number), None)

    def rehearse(self, form: Form) -> Work:
        """Begin a rehearsal; raises NotUnderstood."""
        first, last = asked_days(form.first, form.last)
        if form.tariff not in self.folders():
            raise NotUnderstood(say("Choose one of the tariffs: they are the folders beside the tariff in force."))
        folder = self._house.config.tariff.folder.parent / form.tariff
        asked: list[str] = []
        if form.question == "cost":
            if not form.carrier:
                raise NotUnderstood(say("Write the carrier's name, as his tariff of costs has it."))
            asked = [f"--carrier={form.carrier}"]
        elif form.question == "split":
            asked = ["--least-cost"]
        elif form.question != "price":
            raise NotUnderstood(say("Choose what to compare."))
        words = {
            "price": say("what guests pay"),
            "cost": say("what {carrier} asks", carrier=form.carrier),
            "split": say("each with the cheapest"),
        }
        title = say(
            "{tariff}: {question}, {first} to {last}",
            tariff=form.tariff,
            question=words[form.question],
            first=first,
            last=last,
        )
        return self._begin("rehearsal", title, ["replay", f"--tariff={folder}", *_days(first, last), *asked])

    def list_changes(self, form: Form) -> Work:
        """Begin to make a list of what the tariff as it is now changes; raises NotUnderstood."""
        first, last = asked_days(form.first, form.last)
        if not form.who:
            raise NotUnderstood(say("Write your name: whoever approves the list must know who made it."))
        if not form.why:
            raise NotUnderstood(say("Write what was wrong with the tariff: whoever approves the list will ask."))
        told = [f"--by={form.who}", f"--why={form.why}"]
        return self._begin(
            "list",
            say("List of changes, {first} to {last}", first=first, last=last),
            ["corrections", "propose", *_days(first, last), *told],
        )

    def _begin(self, kind: Kind, title: str, arguments: Sequence[str]) -> Work:
        if self.busy:
            raise NotUnderstood(say("Another calculation is under way; begin this one when that has ended."))
        while len(self.works) >= MOST_WORKS:
            shutil.rmtree(self.works.pop().folder, ignore_errors=True)
        self._last += 1
        self._root = self._root or Path(tempfile.mkdtemp(prefix="foliogate-laboratory-"))
        folder = self._root / str(self._last)
        work = Work(self._last, kind, title, folder, self._house.now())
        self.works.insert(0, work)
        into = [f"--into={folder}"] if kind == "rehearsal" else []
        config = f"--config={self._house.config.file}"
        work.running = self._run([*arguments, config, *into], lambda line: _heard(work, line))
        work.running.ended.addCallback(lambda ended: setattr(work, "ended", ended))
        return work

    def close(self) -> None:
        """End what runs and take the results away."""
        for one in self.works:
            if one.state == "running" and one.running is not None:
                one.running.stop()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)


def _heard(work: Work, line: str) -> None:
    """A number in a hundred tells how far it is; anything else is what the command has to say."""
    if line.strip().isdigit() and len(line) < 4:
        work.percent = min(100, int(line))
    elif line.strip():
        work.said = line.strip()


def _holds_rules(folder: Path) -> bool:
    return any(one.suffix == ".toml" for one in folder.iterdir() if one.is_file())


def asked_days(begin: str, end: str, command: str = "foliogate replay") -> tuple[date, date]:
    """The first and the last day that a form asks for; raises NotUnderstood."""
    try:
        first, last = date.fromisoformat(begin), date.fromisoformat(end)
    except ValueError:
        raise NotUnderstood(say("Write both days, the first and the last, as 2026-11-30.")) from None
    if last < first:
        raise NotUnderstood(say("The last day is before the first."))
    if (last - first).days >= MOST_DAYS:
        raise NotUnderstood(
            say(
                "At most {number} days at a time here; the command {command} takes any period.",
                number=MOST_DAYS,
                command=command,
            )
        )
    return first, last


def _days(first: date, last: date) -> list[str]:
    return [f"--from={first}", f"--to={last}"]
