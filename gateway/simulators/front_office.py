"""The simulated PMS without its wires: rooms, guests, folios, and the judgement on each posting.

The judgement follows the FIAS specification 2.20.25 ("Simple posting", "Answer status"): a posting names a room, not
a guest; a room that does not exist or is vacant is NG; night audit is NA; a guest to whom nothing may be posted is
NP; subtotals that do not add up to the total are DM; what cannot be read is UR. The specification leaves open whether
a vacant room is NG or UR, so that is a choice. Whatever the judgement, the posting is a line of the folio with its
answer; `booked` says whether money was charged. A posting that comes twice is booked twice, as in a real PMS: finding
out is the reader's business, and what this simulator is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from gateway.simulators.occupancy import Occupancy
from gateway.simulators.pms_faults import AS_IT_SHOULD_BE, Delivery, Treatment
from gateway.simulators.stays import SimulatedGuest
from protocols.fias.records import Record

FIRST_TRANSACTION: Final = 900_001
"""The first number in "Interface transaction number/s - n"."""
MOST_DIGITS: Final = 15
"""The width of a money field in the FIAS field list."""
FOLIO_AT_MOST: Final = 1_000_000
"""Postings kept in memory, some hundreds of megabytes: a simulator left running for weeks refuses the next one."""
_MONEY: Final = re.compile(rf"-?[0-9]{{1,{MOST_DIGITS}}}")
_PART: Final = re.compile(r"S[1-9]|T[1-9]|D[1-9]|SC|TP|\+0")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioLine:
    """One posting and the answer to it. `amount` counts minor units; `started` is the posting's own DA and TI."""

    number: int
    at: str
    room: str
    guest: str
    reservation: str
    amount: int | None
    text: str
    dialled: str
    duration: str
    started: str
    token: str
    answer: str
    clear_text: str
    booked: bool
    transaction: int | None = None
    delivery: Delivery = "now"


class FrontOffice(Occupancy):
    """Who is in which room, and what stands on their folios."""

    def __init__(
        self,
        rooms: Sequence[str],
        guests: dict[str, SimulatedGuest],
        vacant_answer: Literal["NG", "UR"] = "NG",
    ) -> None:
        super().__init__(rooms, guests)
        self._vacant_answer = vacant_answer
        self.folio: list[FolioLine] = []
        self._transaction = FIRST_TRANSACTION
        self._tokens: set[str] = set()
        self.repeated_tokens = 0

    def post(self, posting: Record, at: datetime, treatment: Treatment = AS_IT_SHOULD_BE) -> FolioLine:
        """Judges a PS, or treats it as a fault wants it, and writes it on the folio, booked or not."""
        refuse = treatment.refuse
        answer, clear_text = (refuse, f"REFUSED BY SCRIPT ({refuse})") if refuse else self._judge(posting)
        room = posting.first("RN") or ""
        guests = self.occupants(room)
        amount = posting.first("TA") or ""
        line = FolioLine(
            number=len(self.folio) + 1,
            at=at.isoformat(timespec="milliseconds"),
            room=room,
            guest=guests[0].name if guests else "",
            reservation=guests[0].reservation if guests else "",
            amount=int(amount) if _MONEY.fullmatch(amount) else None,
            text=posting.first("CT") or "",
            dialled=posting.first("DD") or "",
            duration=posting.first("DU") or "",
            started=f"{posting.first('DA') or ''} {posting.first('TI') or ''}".strip(),
            token=posting.first("P#") or "",
            answer=answer,
            clear_text=clear_text,
            booked=treatment.book and answer == "OK",
            delivery=treatment.delivery,
        )
        return self._written(line)

    def restore(self, lines: Sequence[FolioLine]) -> None:
        """Takes over the folio of an earlier run."""
        for line in lines:
            self.folio.append(line)
            self._count_token(line.token)
            self._transaction = max(self._transaction, (line.transaction or 0) + 1)

    def _written(self, line: FolioLine) -> FolioLine:
        if line.booked:
            text = f"Posting successful. Interface transaction number/s - {self._transaction}"
            line = replace(line, transaction=self._transaction, clear_text=text)
            self._transaction += 1
        self._count_token(line.token)
        if len(self.folio) < FOLIO_AT_MOST:
            self.folio.append(line)
        return line

    def _count_token(self, token: str) -> None:
        self.repeated_tokens += bool(token) and token in self._tokens
        self._tokens.add(token)

    def _judge(self, posting: Record) -> tuple[str, str]:
        if len(self.folio) >= FOLIO_AT_MOST:
            return "UR", "FOLIO FULL"
        room = posting.first("RN")
        missing = [name for name in ("RN", "PT", "DA", "TI") if posting.first(name) is None]
        if missing:
            return "UR", f"FIELD {missing[0]} MISSING"
        if self.audit:
            return "NA", "NIGHT AUDIT"
        if room not in self.rooms:
            return "NG", "INVALID ROOM"
        guests = self.occupants(room)
        if not guests:
            return self._vacant_answer, "ROOM IS VACANT"
        if guests[0].no_post:
            return "NP", "NO POST"
        return _judge_amount(posting)


def _judge_amount(posting: Record) -> tuple[str, str]:
    """Judges what is to be paid: a costed call needs a whole number, and parts that add up to it."""
    kind, total = posting.first("PT"), posting.first("TA") or ""
    dialled = posting.first("DD") or ""
    if dialled and not (dialled.isascii() and dialled.isdigit()):
        return "UR", "DIALLED DIGITS NOT NUMERIC"
    if kind == "T":
        return "OK", ""
    if kind != "C" or not _MONEY.fullmatch(total):
        return "UR", "INVALID AMOUNT" if kind == "C" else "INVALID POSTING TYPE"
    parts = [value for name, value in posting.fields if _PART.fullmatch(name) and value]
    if any(not _MONEY.fullmatch(part) for part in parts):
        return "UR", "INVALID SUBTOTAL"
    if parts and sum(map(int, parts)) != int(total):
        return "DM", "SUBTOTALS DO NOT MATCH TOTAL"
    return "OK", ""
