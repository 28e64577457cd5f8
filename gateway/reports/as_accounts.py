"""Bookings as the file that an accounting program reads: its columns, its way of writing amounts and days, its encoding."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from gateway.config import AccountingSettings
from gateway.reports.asking import Asked
from gateway.reports.bookings import Booking
from gateway.reports.kinds.accounting import accounting, lines_of
from gateway.reports.writing import write
from gateway.spreadsheets import plain_cell
from rating.money import format_amount


class NotInEncoding(ValueError):
    """Some text of the bookings cannot be written in the encoding that is configured; the sentence says which."""


def write_accounts(lines: Sequence[Booking], asked: Asked, path: Path) -> None:
    """Write the file; raises OSError and NotInEncoding."""
    said = asked.accounting
    assert said is not None, "accounts are configured where they are exported"
    with path.open("w", encoding=said.encoding, newline="") as out:
        rows = csv.writer(out, delimiter=said.separator, lineterminator="\r\n")
        try:
            if said.head:
                rows.writerow([one.title or one.value or "" for one in said.columns])
            for line in lines:
                cells = _cells(line, said, asked)
                rows.writerow([cells[one.value] if one.value is not None else one.text for one in said.columns])
            out.flush()
        except UnicodeEncodeError as error:
            wrong = error.object[error.start : error.end]
            raise NotInEncoding(
                f'{wrong!r} cannot be written in {said.encoding}; choose another name in [accounting], or encoding = "utf-8"'
            ) from None


def _cells(line: Booking, said: AccountingSettings, asked: Asked) -> dict[str, object]:
    def money(minor: int) -> str:
        return format_amount(minor, line.decimals).replace(".", said.decimal_mark)

    debit, export = line.minor >= 0, asked.export
    return {
        "account": line.account,
        "debit": money(line.minor) if debit else "",
        "credit": "" if debit else money(-line.minor),
        "amount": money(line.minor),
        "absolute": money(abs(line.minor)),
        "side": said.debit_word if debit else said.credit_word,
        "currency": line.currency,
        "date": line.day.strftime(said.date_format),
        "document": f"{export.number if export is not None else 0}-{line.document}",
        "text": line.text,
        "tax": plain_cell(line.tax),
        "class": line.number_class,
        "department": plain_cell(line.department),
        "charges": line.charges,
        "export": export.number if export is not None else "",
        "again": "A" if export is not None and export.again else "",
        "first": asked.period.first.strftime(said.date_format),
        "last": asked.period.last.strftime(said.date_format),
    }


def write_export(asked: Asked, connection: Connection, form: str, path: Path) -> list[Booking]:
    """Write an export in one of the forms, from one snapshot; returns its lines. The file is there only once it is whole."""
    lines = lines_of(asked, connection)
    if form != "csv":
        write(accounting(asked, connection), form, path)
        return lines
    made = path.with_name(f".{path.name}.part")
    try:
        write_accounts(lines, asked, made)
        made.chmod(0o640)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    return lines
