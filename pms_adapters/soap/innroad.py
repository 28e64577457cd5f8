"""innRoad: one call, one charge, to whoever has the station number.

`PostCallCharge` is all there is: nobody can be asked who is in a room, no text of ours comes back, and no folio can be
read. So a call that waited until its room may have another guest is left to a person, and a doubt is settled by one.

The answer is a number whose meaning innRoad does not publish. The hotel says which numbers mean yes and which no, as
its own trial showed; any other is a doubt.

Specification: the public pages of PBXWebService.asmx; the messages are in `wsdl/innroad.xsd`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from lxml import etree
from pydantic import AfterValidator, Field, model_validator

from pms_adapters.amounts import amount_of
from pms_adapters.options import ByClass, Numbers, Text, of_class
from pms_adapters.posting import Posted, Posting, ReadBack, Refused, Unreadable
from pms_adapters.soap.kit import Kit
from pms_adapters.soap.transport import Port
from pms_adapters.web.exchange import NoAnswer
from pms_adapters.web.link import Dialect
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import CAME_LATER, is_prompt

_ANSWER: Final = "{http://localhost/innCenterWebService/innPBXWebService/}PostCallChargeResult"
_SOME_DAY: Final = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)


def _moment(form: str) -> str:
    if not (written := _SOME_DAY.strftime(form)).isprintable() or written == form:
        raise ValueError('this names no part of a date or a time; write for example "%m/%d/%Y" or "%H:%M:%S"')
    return form


Form = Annotated[Text, AfterValidator(_moment)]
"""How a date or a time is written, in the letters of strftime."""


class InnRoadOptions(WebOptions):
    """The options of the adapter `innroad`.

    `client_code`, `login`, `password` and `property_id` come from innRoad. `yes` and `no` are the numbers with which it
    answers; `call_type` what it calls the classes of number. `date_form`, `time_form` and `duration` say how it wants a
    moment and a length written, `dmm` what stands in the field of that name.
    """

    client_code: Text = Field(examples=["SEASIDE"])
    login: Text = Field(examples=["FOLIOGATE"])
    password: Text = Field(examples=["env:INNROAD_PASSWORD"], repr=False)
    property_id: Text = Field(examples=["1"])
    yes: Numbers = Field(min_length=1, examples=[[1]])
    no: Numbers = Field((), examples=[[0, -1]])
    call_type: ByClass = Field({}, validate_default=True, examples=[{"default": "LD", "local": "L"}])
    date_form: Form = Field("%m/%d/%Y", examples=["%m/%d/%Y"])
    time_form: Form = Field("%H:%M:%S", examples=["%H:%M:%S"])
    duration: Literal["seconds", "minutes", "hh:mm:ss"] = Field("hh:mm:ss", examples=["minutes"])
    dmm: str = Field("", examples=[""])

    @model_validator(mode="after")
    def _one_meaning(self) -> InnRoadOptions:
        if both := set(self.yes) & set(self.no):
            raise ValueError(f"the answer {min(both)} cannot mean both yes and no")
        return self

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        yes, no = ", ".join(map(str, self.yes)), ", ".join(map(str, self.no)) or "none"
        return [
            f"property {self.property_id} of client {self.client_code}, as {self.login}",
            f"answers that mean yes: {yes}; that mean no: {no}; any other leaves a doubt",
            "a folio cannot be read back: a person settles each doubt",
            *super().lines(),
        ]


class InnRoad:
    """The dialect; `str` is the station that is charged."""

    def __init__(self, kit: Kit[InnRoadOptions]) -> None:
        self._kit, self._options = kit, kit.options
        self._port: Port | None = None

    async def prepare(self) -> None:
        """Load the contract."""
        if self._port is None:
            self._port = await self._kit.port("innroad", self._kit.settings.url)

    async def look(self, room: str) -> None:
        """Whether a web server is at the address: there is no question that charges nothing."""
        await self._kit.sign_of_life()

    async def find(self, posting: Posting) -> str | Refused:
        """The room's station, as long as its guest cannot have changed since the call."""
        if is_prompt(posting, self._kit.now()):
            return posting.room
        return Refused(CAME_LATER, f"the call waited too long: room {posting.room} may have another guest by now")

    async def charge(self, posting: Posting, account: str, timeout: float) -> Posted | Refused:
        """PostCallCharge."""
        assert self._port is not None
        header = header_values(self._options)
        answer = await self._port.order("PostCallCharge", header, timeout, **charge_values(self._options, posting))
        return outcome_of(self._options, answer)

    async def read(self, posting: Posting, account: str | None) -> ReadBack:
        """Not possible."""
        return Unreadable("innRoad has no question about a folio")

    def close(self) -> None:
        """Close every connection."""
        self._kit.web.close()


def header_values(options: InnRoadOptions) -> dict[str, Any]:
    """What stands in the header of each request."""
    own = options
    return {"userAuthentication": {"clientCode": own.client_code, "loginID": own.login, "Pwd": own.password}}


def charge_values(options: InnRoadOptions, posting: Posting) -> dict[str, Any]:
    """What PostCallCharge takes. Its amount is a double, which is written as the exact decimal number."""
    return {
        "pDMM": options.dmm,
        "pPhoneNumber": posting.dialled,
        "pChargeAmount": amount_of(posting),
        "pStationNumber": posting.room,
        "pDateTime": posting.started_at.strftime(options.date_form),
        "pTime": posting.started_at.strftime(options.time_form),
        "pDuration": _length(posting.talk_seconds, options.duration),
        "pCallType": of_class(options.call_type, posting.number_class),
        "pPropertyID": options.property_id,
    }


def outcome_of(options: InnRoadOptions, answer: etree._Element) -> Posted | Refused:
    """What the number means; raises NoAnswer where nobody said what it does."""
    said = (answer.findtext(_ANSWER) or "").strip()
    number = int(said) if said.isascii() and said.removeprefix("-").isdigit() and len(said) < 12 else None
    if number in options.yes:
        return Posted(said)
    if number in options.no:
        return Refused(said, f"innRoad answered {said}")
    raise NoAnswer(f"innRoad answered {said!r}, and options do not say whether that is yes or no")


def _length(seconds: int, form: str) -> str:
    if form == "seconds":
        return str(seconds)
    if form == "minutes":
        return str(-(-seconds // 60))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_dialect: type[Dialect[str]] = InnRoad
