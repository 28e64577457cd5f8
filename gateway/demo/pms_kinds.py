"""The PMS that a demo can have: how each is configured, started, and how its ledger is read.

The three are played by the simulators, on the same ports, with the same buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.demo.books import FolioEntry, Row, fias_line
from pms_adapters.marks import token_of

_BY_A_PERSON: Final = "somebody looks at the folio and settles it on the gateway's page"
_BY_READING: Final = "after half a minute the gateway reads the guest's bill, finds the charge there and settles it"


@dataclass(frozen=True, slots=True, kw_only=True)
class PmsKind:
    """One PMS. `table` is its `[[pms]]` table but for the time-out, with the port as `{port}`; `words` start it.

    `has_page`: on that port is a page with its folios. `settled` says what becomes of a charge booked without an answer.
    """

    name: str
    table: str
    words: tuple[str, ...]
    read_line: Callable[[Row, float], FolioEntry]
    settled: str
    has_page: bool


def soap_line(line: Row, seen: float) -> FolioEntry:
    """A line of the ledger of a PMS that is asked over SOAP; our mark in its text says which attempt it is of."""
    texts = f"{line['short']} {line['long']}".split()
    delivery = str(line["delivery"])
    return FolioEntry(
        token=next(filter(None, map(token_of, texts)), 0),
        room=str(line["room"]),
        guest=str(line["guest"]),
        reservation=str(line["on"]),
        amount=int(line["amount"] or 0),
        text=" ".join(word for word in str(line["short"]).split() if token_of(word) is None),
        at=str(line["at"]),
        answer=str(line["answer"]),
        clear_text=str(line["clear_text"]),
        booked=bool(line["booked"]),
        delivery=delivery if delivery in ("now", "late") else "never",
        seen=seen,
    )


_FIAS: Final = PmsKind(
    name="fias",
    table='adapter = "fias"\nconnect = "tcp:127.0.0.1:{port}"\nencoding = "cp852"',
    words=("fias-pms", "--encoding", "cp852"),
    read_line=fias_line,
    settled=_BY_A_PERSON,
    has_page=False,
)
_OWS: Final = PmsKind(
    name="ows",
    table="""\
adapter = "ows"
url = "http://127.0.0.1:{port}/OWS_WS_51/"
[pms.options]
hotel_code = "SEASIDE"
username = "FOLIOGATE"
password = "rehearsal"
transaction_code = {{ default = "8100", international = "8110" }}
settle_delay = 5""",
    words=("soap-pms", "--dialect", "ows", "--login", "FOLIOGATE:rehearsal"),
    read_line=soap_line,
    settled=_BY_READING,
    has_page=True,
)
_GUESTLINE: Final = PmsKind(
    name="guestline",
    table="""\
adapter = "guestline"
url = "http://127.0.0.1:{port}/rlxsoap.asmx"
[pms.options]
site = "SEASIDE"
interface = 7
operator = "FOLIOGATE"
password = "rehearsal"
analysis_code = {{ default = "TEL" }}
settle_delay = 5""",
    words=("soap-pms", "--dialect", "guestline", "--login", "FOLIOGATE:rehearsal"),
    read_line=soap_line,
    settled=_BY_READING,
    has_page=True,
)
PMS_KINDS: Final[Mapping[str, PmsKind]] = MappingProxyType({one.name: one for one in (_FIAS, _OWS, _GUESTLINE)})
