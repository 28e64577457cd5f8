"""What a recipient gets of a run, and how it is told: the words of a mail, the value of a web hook. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from gateway.languages.spoken import plural, say
from gateway.reports.showing import days_words
from gateway.reports.values import Report
from gateway.store.runs import FileRow, RunRow
from gateway.web.words import decimal, visible

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
#: Characters of a file's name without its form: what every file system takes.
LONGEST_STEM: Final = 120
#: Characters of a line of a mail: a link with the longest address and days.
LONGEST_LINE: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A file on its way."""

    name: str
    path: Path
    form: str
    bytes: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A run as one recipient gets it. `head` is what the report says of itself, `link` the page it can be looked at on."""

    run: int
    house: str
    hotel: str
    schedule: str
    report: str
    first: str
    last: str
    made_up: bool
    asked_by: str
    export: int | None
    head: Mapping[str, Any]
    link: str
    page: str
    files: tuple[Packed, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(one.bytes for one in self.files)

    @property
    def days(self) -> str:
        """Its days in words."""
        return self.first if self.first == self.last else say("{first} to {last}", first=self.first, last=self.last)


def stem_of(owner: str, run: RunRow) -> str:
    """The name of a run's files, without their form: the house, the schedule, and what makes the run one of its kind."""
    export = "" if run.export_id is None else f"export-{run.export_id}"
    days = run.first_day if run.first == run.last else f"{run.first_day}-{run.last_day}"
    which = f"run-{run.id}" if run.asked_by else run.label.partition(" ")[2]
    words = (owner, run.schedule, export, days, which)
    return _UNSAFE.sub("-", "-".join(filter(None, words)))[:LONGEST_STEM].strip("-.")


def head_of(report: Report) -> dict[str, Any]:
    """What a report says of itself, to be kept with its run: in the language that is spoken, for it is read in mails."""
    return {
        "title": say(report.title),
        "days": days_words(report),
        "zone": report.zone.key,
        "run_at": f"{report.run_at.astimezone(report.zone):%Y-%m-%d %H:%M}",
        "finding": say(report.finding),
        "complete": [say(one) for one in report.complete],
        "assumptions": [say(one) for one in report.assumptions],
    }


def pack_of(
    run: RunRow, files: Sequence[FileRow], *, owner: str, hotel: str, folder: Path, page: str, masked: bool
) -> Pack:
    """A run for somebody who may see whole numbers, or not."""
    asked = {"from": run.first_day, "to": run.last_day, **({"masked": "1"} if masked else {})}
    heads = json.loads(run.head or "{}")
    return Pack(
        run=run.id,
        house=owner,
        hotel=hotel,
        schedule=run.schedule,
        report=run.report,
        first=run.first_day,
        last=run.last_day,
        made_up=bool(run.made_up),
        asked_by=run.asked_by,
        export=run.export_id,
        head=heads.get(mask_name(masked), {}),
        link=f"{page}/reports/{run.report}?{urlencode(asked)}",
        page=f"{page}/schedules",
        files=tuple(
            Packed(
                name=one.name, path=folder / str(run.id) / one.name, form=one.form, bytes=one.bytes, digest=one.digest
            )
            for one in files
            if bool(one.masked) == masked
        ),
    )


def mask_name(masked: bool) -> str:
    """How the two versions of a report are told apart in its head."""
    return "masked" if masked else "whole"


def subject_of(pack: Pack) -> str:
    """The subject of a mail, which is worth reading alone."""
    said = {"hotel": pack.hotel, "schedule": pack.schedule, "days": pack.head.get("days", pack.days)}
    if pack.made_up:
        return say("[{hotel}] {schedule}: {days} (made up)", **said)
    return "[{hotel}] {schedule}: {days}".format(**said)


def letter_of(pack: Pack, attached: bool) -> str:
    """The text of a mail: the finding, what it is about and how whole it is, and where it can be looked at."""
    head = pack.head
    lines = [str(head.get("finding", "")), ""]
    lines += [
        say(
            "{title}, {days}, by the clock of {zone}.",
            title=head.get("title", pack.report),
            days=head.get("days", pack.days),
            zone=head.get("zone", ""),
        ),
        say("Made on {moment}.", moment=head.get("run_at", "")),
    ]
    if pack.made_up:
        lines.append(say("Foliogate was off when it was to be made; it is made up now."))
    if pack.asked_by:
        lines.append(say("{name} asked for it.", name=pack.asked_by))
    lines += ["", say("How whole the data are:"), *(f"- {one}" for one in head.get("complete", ()))]
    if head.get("assumptions"):
        lines += ["", say("What it rests on:"), *(f"- {one}" for one in head["assumptions"])]
    lines += ["", say("Attached:") if attached else say("Too large for a mail, and on the page:")]
    lines += [f"- {one.name} ({in_words(one.bytes)})" for one in pack.files]
    lines += [
        "",
        say("The report: {address}", address=pack.link),
        say("All runs and their files: {address}", address=pack.page),
        "",
        say("Foliogate at {hotel}.", hotel=pack.hotel),
    ]
    return "\n".join(visible(one, LONGEST_LINE) for one in lines) + "\n"


def told_to_hook(pack: Pack, contents: Mapping[str, bytes]) -> dict[str, Any]:
    """The value for a web hook; files that are too large have no content, and the link leads to them."""
    return {
        "event": "report.made",
        "property": pack.house,
        "hotel": pack.hotel,
        "schedule": pack.schedule,
        "report": pack.report,
        "from": pack.first,
        "to": pack.last,
        "made_up": pack.made_up,
        "export": pack.export,
        **{name: pack.head.get(name) for name in ("zone", "run_at", "finding", "complete", "assumptions")},
        "link": pack.link,
        "files": [
            {
                "name": one.name,
                "bytes": one.bytes,
                "sha256": one.digest,
                "content_base64": base64.b64encode(contents[one.name]).decode() if one.name in contents else None,
            }
            for one in pack.files
        ],
    }


def in_words(size: int) -> str:
    """How large a file is."""
    if size < 1_000:
        return plural("{number} byte", "{number} bytes", size)
    return f"{decimal(size / 1_000, 0)} kB" if size < 1_000_000 else f"{decimal(size / 1_000_000, 1)} MB"
