"""OPERA Web Services 5.1: charges posted by reservation, and looked for on the bill.

OPERA knows no room in a charge, so each one is two questions. Who is in the room: `FutureBookingSummary`, once for those
in house and once for those due out today, because one filter names one status. Then `PostCharge` for the reservation
that pays. It carries no number of ours that OPERA would know again, so our mark stands in its text, and what became of
a charge whose answer was lost is told by `Invoice`: mark, amount and code together.

What OPERA refuses it says in a result with FAIL, never with a fault; a fault, and every answer that says neither SUCCESS
nor FAIL, leaves a doubt. A FAIL to the question who is in a room charged nothing, so it is asked again later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from lxml import etree

from pms_adapters.amounts import amount_of
from pms_adapters.marks import bears, mark_of
from pms_adapters.options import of_class
from pms_adapters.posting import Found, NotFound, Posted, Posting, ReadBack, Refused, Retry, Unreadable
from pms_adapters.soap import ows_reading as reading
from pms_adapters.soap.kit import Kit, call_text, marked_text
from pms_adapters.soap.ows_options import OwsOptions
from pms_adapters.soap.ows_reading import BillLine, Resident, Verdict
from pms_adapters.soap.transport import Form, gap
from pms_adapters.web.exchange import NoAnswer
from pms_adapters.web.link import Dialect, Unwell
from pms_adapters.web.stays import no_code, payer

MOST_FOLIOS: Final = 20
"""Folios that are read for one doubt: sharers and routing targets of a room; a group's master has one."""


@dataclass(slots=True)
class _Search:
    """A posting looked for on one folio after the other, each once."""

    posting: Posting
    code: str
    lines: list[BillLine] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    gaps: list[str] = field(default_factory=list)

    def outcome(self) -> ReadBack:
        """What was found, and whether all was read."""
        marked = [line for line in self.lines if bears(line.texts, self.posting.token)]
        ours = [line for line in marked if line.amount == amount_of(self.posting) and line.code == self.code]
        if ours:
            twice = f", and {len(ours) - 1} more" if len(ours) > 1 else ""
            return Found(f"transaction {ours[0].number} on window {ours[0].window}{twice}")
        if marked:
            other = marked[0]
            return Unreadable(f"transaction {other.number} bears its mark with {other.amount} on code {other.code}")
        if self.gaps:
            return Unreadable("; ".join(self.gaps))
        windows = len({(line.window) for line in self.lines})
        return NotFound(f"{len(self.lines)} lines on {windows} windows of {len(self.seen)} reservations")


class Ows:
    """The dialect; `str` is the number of the reservation that a charge goes to."""

    def __init__(self, kit: Kit[OwsOptions]) -> None:
        self._kit, self._options = kit, kit.options
        self._timeout = kit.settings.answer_timeout
        self._forms: dict[str, Form] = {}
        self._asked = 0

    async def prepare(self) -> None:
        """Load both contracts, and write what is said again and again."""
        if self._forms:
            return
        reservation = await self._kit.port("ows-reservation", self._address("Reservation"))
        advanced = await self._kit.port("ows-resvadvanced", self._address("ResvAdvanced"))
        header = self._header()
        filters = {"HotelReference": self._hotel(), "RoomNumber": gap("room"), "ReservationStatus": gap("status")}
        self._forms = {
            "FutureBookingSummary": reservation.form("FutureBookingSummary", header, AdditionalFilters=filters),
            "PostCharge": advanced.form("PostCharge", header, Account=gap("code"), Posting=self._posting()),
            "PostCharge with an article": advanced.form(
                "PostCharge", header, Account=gap("code"), Article=gap("article"), Posting=self._posting()
            ),
            **{
                name: advanced.form(name, header, ReservationRequest=self._request())
                for name in ("Invoice", "PayRouting")
            },
        }

    async def look(self, room: str) -> None:
        """Who is in a room; without one, whether there is a web server at the address."""
        if not room:
            answer = await self._kit.web.get(self._address("ResvAdvanced"), {"accept": "*/*"}, self._timeout)
            if answer.status >= 500:
                raise NoAnswer(f"the PMS answered with status {answer.status}")
            if answer.status == 404:
                raise Unwell(f"there is no service at {self._address('ResvAdvanced')}: look at url and suffix")
            return
        said, _ = await self._who(room, "INHOUSE")
        if said.said != "SUCCESS" and room == self._options.probe_room and said.code not in self._options.nobody:
            raise Unwell(f"OPERA answers our look-up of room {room} with {said.code} {said.text}".rstrip())

    async def find(self, posting: Posting) -> str | Refused:
        """The reservation that pays, or why nobody does."""
        found = await self._residents(posting.room)
        if isinstance(found, Refused):
            return found
        numbered = [one.stay for one in found if one.number]
        if found and not numbered:
            named = ", ".join(sorted({source or "none" for one in found for source in one.sources})) or "nothing"
            words = f"OPERA names the reservation in room {posting.room} by {named}: look at number_from"
            return Refused("NONUMBER", words)
        here = replace(posting, started_at=self._kit.local(posting.started_at))
        paying = payer(numbered, here, self._kit.now())
        return paying if isinstance(paying, Refused) else paying.key

    async def charge(self, posting: Posting, account: str, timeout: float) -> Posted | Refused:
        """PostCharge."""
        code = of_class(self._options.transaction_code, posting.number_class)
        if not code:
            return no_code(posting)
        article, began = of_class(self._options.article, posting.number_class), self._kit.local(posting.started_at)
        form = self._forms["PostCharge with an article" if article else "PostCharge"]
        answer = await form.order(
            timeout,
            transaction=mark_of(posting.token),
            code=code,
            article=article,
            number=account,
            charge=f"{amount_of(posting):f}",
            marked=marked_text(posting, self._kit),
            plainly=call_text(posting),
            date=f"{began:%Y-%m-%d}",
            time=f"{began:%H:%M:%S}",
        )
        said = reading.verdict(answer)
        if said.said == "SUCCESS":
            return Posted(said.reference)
        if said.said != "FAIL":
            raise NoAnswer("OPERA's answer says neither SUCCESS nor FAIL")
        return Refused(said.code, said.text, self._retry(said.code))

    async def read(self, posting: Posting, account: str | None) -> ReadBack:
        """Read the bill it went to, those of who shares the room, and those that charges are routed to from there."""
        search = _Search(posting, of_class(self._options.transaction_code, posting.number_class))
        numbers = [] if account is None else [account]
        sharers = await self._residents(posting.room)
        if isinstance(sharers, Refused):
            search.gaps.append(f"who is in room {posting.room} now is not told: {sharers.code} {sharers.text}".rstrip())
        else:
            numbers += [one.number for one in sharers if one.number]
        if account is None:
            search.gaps.append("it is not known any more on which reservation it was posted")
        for number in numbers:
            await self._read_bill(search, number)
        for number in numbers:
            for target in await self._routed_to(search, number):
                await self._read_bill(search, target)
        return search.outcome()

    def close(self) -> None:
        """Close every connection."""
        self._kit.web.close()

    def _retry(self, code: str) -> Retry:
        """Whether a charge refused with this code may be offered again."""
        if code in self._options.audit:
            return "after_audit"
        return "later" if code in self._options.later else "never"

    # -- questions ---------------------------------------------------------------------------------------------------

    async def _residents(self, room: str) -> list[Resident] | Refused:
        """Everybody in the room: in house, and due out today."""
        found: dict[str, Resident] = {}
        for status in reading.IN_HOUSE:
            said, here = await self._who(room, status)
            if said.said == "FAIL" and said.code not in self._options.nobody:
                return Refused(said.code, f"who is in room {room}: {said.text}".rstrip(), "later")
            if said.said not in ("SUCCESS", "FAIL"):
                raise NoAnswer("OPERA's answer says neither SUCCESS nor FAIL")
            # An OPERA that passes over our filter must not have somebody else's guest charged.
            found.update((one.number, one) for one in here if room in one.rooms or not one.rooms)
            if len(found) == 1 and not next(iter(found.values())).shared:
                break  # nobody else can be due out of it
        return list(found.values())

    async def _who(self, room: str, status: str) -> tuple[Verdict, list[Resident]]:
        self._asked += 1
        form, transaction = self._forms["FutureBookingSummary"], f"LOOK-{self._asked}"
        answer = await form.ask(self._timeout, transaction=transaction, room=room, status=status)
        return reading.verdict(answer), reading.residents(answer, self._options.sources, self._kit.settings.timezone)

    async def _read_bill(self, search: _Search, number: str) -> None:
        """Every window of one reservation's bill."""
        if number in search.seen:
            return
        if len(search.seen) >= MOST_FOLIOS:
            search.gaps.append(f"more than {MOST_FOLIOS} folios would have to be read")
            return
        search.seen.add(number)
        answer = await self._of_reservation("Invoice", number)
        said = reading.verdict(answer)
        if said.said != "SUCCESS":
            search.gaps.append(f"the bill of reservation {number} is not told: {said.code} {said.text}".rstrip())
        search.lines += reading.bill_lines(answer)

    async def _routed_to(self, search: _Search, number: str) -> list[str]:
        """The reservations that charges of this one may be routed to."""
        answer = await self._of_reservation("PayRouting", number)
        said, numbers = reading.verdict(answer), []
        if said.said != "SUCCESS":
            search.gaps.append(f"the routing of reservation {number} is not told: {said.code} {said.text}".rstrip())
        for target in reading.targets(answer):
            if target.number:
                numbers.append(target.number)
            elif target.room != search.posting.room:
                there = await self._residents(target.room)
                if isinstance(there, Refused):
                    search.gaps.append(f"who is in room {target.room} is not told")
                else:
                    numbers += [one.number for one in there if one.number]
        return numbers

    async def _of_reservation(self, operation: str, number: str) -> etree._Element:
        self._asked += 1
        return await self._forms[operation].ask(self._timeout, transaction=f"READ-{self._asked}", number=number)

    # -- what is said ------------------------------------------------------------------------------------------------

    def _address(self, service: str) -> str:
        return f"{self._kit.settings.url}/{service}{self._options.suffix}"

    def _hotel(self) -> dict[str, str]:
        chain = {"chainCode": self._options.chain_code} if self._options.chain_code else {}
        return {"hotelCode": self._options.hotel_code, **chain}

    def _request(self) -> dict[str, Any]:
        unique = {"_value_1": gap("number"), "type": self._options.id_type, "source": self._options.id_source}
        return {"HotelReference": self._hotel(), "ReservationID": {"UniqueID": [unique]}}

    def _header(self) -> dict[str, Any]:
        own = self._options
        who = {"UserName": own.username, "UserPassword": own.password, **({"Domain": own.domain} if own.domain else {})}
        licence = {"Licence": {"Key": own.licence_key}} if own.licence_key else {}
        return {
            "OGHeader": {
                "transactionID": gap("transaction"),
                "Origin": _end(own.origin_id, own.origin_type),
                "Destination": _end(own.destination_id, own.destination_type),
                "Authentication": {"UserCredentials": who, **licence},
            }
        }

    def _posting(self) -> dict[str, Any]:
        own = self._options
        marked, plainly = own.mark_in, "ShortInfo" if own.mark_in == "LongInfo" else "LongInfo"
        said: dict[str, Any] = {
            "Charge": gap("charge"),
            marked: gap("marked"),
            plainly: gap("plainly"),
            "ReservationRequestBase": self._request(),
        }
        if own.posting_date:
            said |= {"PostDate": gap("date"), "PostTime": gap("time")}
        if own.folio_window is not None:
            said["FolioViewNo"] = own.folio_window
        optional = {"StationID": own.station_id, "UserID": own.user_id}
        return said | {name: value for name, value in optional.items() if value}


def _end(entity: str, kind: str) -> dict[str, str]:
    return {"systemType": kind, **({"entityID": entity} if entity else {})}


_dialect: type[Dialect[str]] = Ows
