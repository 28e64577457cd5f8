"""The folios of the simulated SOAP PMS as a page for people: every charge, or one guest's bills with what they come to."""

from __future__ import annotations

from importlib import resources
from itertools import groupby
from typing import Final

from jinja2 import Environment

from gateway.simulators.soap.folios import SoapLine, decimal
from gateway.simulators.soap.pms import SoapPms

LINES: Final = 60
"""Charges on the page, the newest first."""
HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_TEMPLATE: Final = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    (resources.files("gateway.simulators.soap") / "templates" / "folio.html").read_text(encoding="utf-8")
)


def drawn(pms: SoapPms, room: str) -> str:
    """The page as it stands; of one room if it is named."""
    office, at = pms.office, pms.local_now()
    guests = office.in_house(room, at) if room else []
    return _TEMPLATE.render(
        dialect=pms.settings.dialect,
        at=f"{at:%H:%M:%S}",
        state=pms.state(),
        total=decimal(sum(line.amount or 0 for line in office.folio if line.booked)),
        room=room,
        rooms=[(one, office.occupants(one)) for one in office.rooms],
        lines=[_row(line) for line in reversed(office.folio) if not room or room == line.room][:LINES],
        bills=[(one, _bills(office.lines_on(one.guest.reservation))) for one in guests],
    )


def _row(line: SoapLine) -> dict[str, object]:
    return {"line": line, "amount": decimal(line.amount), "at": line.at[11:19]}


def _bills(lines: list[SoapLine]) -> list[tuple[int, list[dict[str, object]], str]]:
    """A folio's windows, each with its lines and its total."""
    ordered = sorted(lines, key=lambda line: line.window)
    windows = [(window, list(group)) for window, group in groupby(ordered, key=lambda line: line.window)]
    return [
        (window, [_row(line) for line in group], decimal(sum(line.amount or 0 for line in group)))
        for window, group in windows
    ]
