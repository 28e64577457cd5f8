"""The files of a run: made from one reading of the store in each version, in a folder that is there once it is whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from gateway.config import Config, ScheduleSettings
from gateway.config.delivery import ACCOUNTING
from gateway.delivery.packs import head_of, mask_name
from gateway.languages.spoken import speaking
from gateway.reports.as_accounts import write_accounts
from gateway.reports.asking import Asked, ExportStamp, asked_of
from gateway.reports.bookings import Booking, digest
from gateway.reports.catalog import KINDS
from gateway.reports.kinds.accounting import lines_of
from gateway.reports.values import Report
from gateway.reports.writing import own_tongue, write
from gateway.store.database import Database

#: The file beside the others that tells what the report says of itself.
HEAD: Final = "head.json"
#: What stands in the name of a file whose numbers are masked.
MASKED: Final = "-masked"


def make_files(
    config: Config,
    database: Database,
    schedule: ScheduleSettings,
    *,
    first: date,
    last: date,
    run_at: datetime,
    masks: Sequence[bool],
    export: ExportStamp | None,
    stem: str,
    into: Path,
    told: Callable[[int], None],
) -> None:
    """Write every form in each version, and the head; `told` hears how far it is in hundredths."""
    heads: dict[str, Any] = {}
    steps = len(masks) * (len(schedule.forms) + 2)
    done = 0

    def step(number: int = 1) -> None:
        nonlocal done
        done += number
        told(100 * done // steps)

    for masked in masks:
        asked = asked_of(config, database, first, last, run_at, masked=masked, export=export)
        report, lines = database.read(lambda c: _read(asked, schedule.report, c))  # noqa: B023
        step(2)
        with speaking(own_tongue(config)):  # it is read in mails
            heads[mask_name(masked)] = {**head_of(report), "bookings": len(lines), "digest": digest(lines)}
        for form in schedule.forms:
            path = into / f"{stem}{MASKED if masked else ''}.{form}"
            if schedule.report == ACCOUNTING and form == "csv":
                write_accounts(lines, asked, path)
            else:
                write(report, form, path, schedule.table if form == "csv" else "", own_tongue(config))
            step()
    (into / HEAD).write_text(json.dumps(heads, ensure_ascii=False), encoding="utf-8")


def _read(asked: Asked, kind: str, connection: Connection) -> tuple[Report, list[Booking]]:
    """The report, and the bookings of an accounting export, from one snapshot."""
    return KINDS[kind].make(asked, connection), lines_of(asked, connection) if kind == ACCOUNTING else []
