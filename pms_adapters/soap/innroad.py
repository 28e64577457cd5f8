"""innRoad: one call, one charge, to whoever has the station number.

`PostCallCharge` is all there is: nobody can be asked who is in a room, no text of ours comes back, and no folio can be
read. So a call that waited until its room may have another guest is left to a person, and a doubt is settled by one.

The answer is a number whose meaning innRoad does not publish. The hotel says which numbers mean yes and which no, as
its own trial showed; any other is a doubt.

Specification: the public pages of PBXWebService.asmx; the messages are in `wsdl/innroad.xsd`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from pms_adapters.options import ByClass, Numbers, Text, of_class
from pms_adapters.posting import InDoubt, Posted, Posting, Refused
from pms_adapters.web.amounts import exact
from pms_adapters.web.options import WebOptions
from pms_adapters.web.stays import NOT_THERE, is_fresh

_SOME_DAY = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)


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


def objection(posting: Posting, now: datetime) -> Refused | None:
    """Why a charge is not offered at all: nobody can be asked who was in the room."""
    if is_fresh(posting, now):
        return None
    return Refused(NOT_THERE, f"the call waited too long: room {posting.room} may have another guest by now")


def header_values(options: InnRoadOptions) -> dict[str, Any]:
    """What stands in the header of each request."""
    return {
        "userAuthentication": {
            "clientCode": options.client_code,
            "loginID": options.login,
            "Pwd": options.password,
        }
    }


def charge_values(options: InnRoadOptions, posting: Posting) -> dict[str, Any]:
    """What PostCallCharge takes. Its amount is a double, which is written as the exact decimal number."""
    return {
        "pDMM": options.dmm,
        "pPhoneNumber": posting.dialled,
        "pChargeAmount": exact(posting),
        "pStationNumber": posting.room,
        "pDateTime": posting.started_at.strftime(options.date_form),
        "pTime": posting.started_at.strftime(options.time_form),
        "pDuration": _length(posting.talk_seconds, options.duration),
        "pCallType": of_class(options.call_type, posting.number_class),
        "pPropertyID": options.property_id,
    }


def outcome_of(options: InnRoadOptions, answer: int | None) -> Posted | Refused | InDoubt:
    """What the number means."""
    if answer in options.yes:
        return Posted(str(answer))
    if answer in options.no:
        return Refused(str(answer), f"innRoad answered {answer}")
    return InDoubt(f"innRoad answered {answer}, of which the configuration does not say what it means")


def _length(seconds: int, form: str) -> str:
    if form == "seconds":
        return str(seconds)
    if form == "minutes":
        return str(-(-seconds // 60))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
