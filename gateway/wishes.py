"""What a program outside may ask to be changed, as values: who is in which room, and what became of postings it took over.

The same classes stand behind the JSON of the API (their JSON Schema is its description) and behind the SOAP service. Every wish
has a `client_id`, the sender's own name for it: the same name with the same words is the same wish, carried out once.
Pure: nothing here touches the store.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

#: Postings in one wish: what fits into a body of 16 KiB, whatever the words.
MOST_POSTINGS = 100
#: The largest number of a posting.
MOST_ID = 2**62
#: Text on one line, without blanks around it: as a pattern, so that the description of the API has it too.
_INSIDE = r"[^\x00-\x1f\x7f-\x9f]"
_EDGE = r"[^\x00-\x20\x7f-\xa0]"
_LINE = f"^{_EDGE}({_INSIDE}*{_EDGE})?$"
_WORDS = f"^({_EDGE}({_INSIDE}*{_EDGE})?)?$"


def _instant(value: object) -> object:
    """An instant as text with an offset; a number would be taken for seconds since 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or "T" not in value:
        raise ValueError("must be an instant such as 2026-11-20T11:00:00Z")
    return datetime.fromisoformat(value)


def _text(most: int, about: str) -> object:
    return Field(min_length=1, max_length=most, description=about)


Line: TypeAlias = Annotated[str, Field(pattern=_LINE)]
Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_instant, json_schema_input_type=AwareDatetime)]
ClientId: TypeAlias = Annotated[
    Line, _text(80, "the sender's own name for this request; the same name is never done twice")
]
RoomName: TypeAlias = Annotated[Line, _text(40, "the room as the PMS writes it; leading zeros kept")]
Reservation: TypeAlias = Annotated[Line, _text(60, "the PMS's number of the reservation")]
Words: TypeAlias = Annotated[str, Field(max_length=200, pattern=_WORDS)]
At: TypeAlias = Annotated[Instant | None, Field(description="when it happened, with an offset; now if left out")]
PostingId: TypeAlias = Annotated[int, Field(ge=1, le=MOST_ID)]


class Wish(BaseModel):
    """What all of them share: frozen, strict, no field that nobody knows. `right` is what a token must allow."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)
    right: ClassVar[str]

    client_id: ClientId


class CheckIn(Wish):
    """A guest takes a room."""

    right = "rooms"

    room: RoomName
    reservation: Reservation
    at: At = None
    name: Words | None = None
    first_name: Words | None = None
    language: Annotated[Words | None, Field(description="such as de or en")] = None
    vip: Words | None = None
    group: Words | None = None
    no_post: Annotated[bool | None, Field(description="true: nothing may be posted to this guest")] = None
    shared: Annotated[bool, Field(description="true where somebody is in the room already and stays")] = False
    departure: Annotated[Instant | None, Field(description="the planned departure")] = None


class CheckOut(Wish):
    """A guest leaves a room; without a reservation, everybody who is in it."""

    right = "rooms"

    room: RoomName
    reservation: Reservation | None = None
    at: At = None


class MoveRoom(Wish):
    """A guest moves to another room; his charges go with him."""

    right = "rooms"

    reservation: Reservation
    from_room: RoomName
    to_room: RoomName
    at: At = None


class Take(Wish):
    """Take over postings that are due, oldest first. Each is handed over once: ask again by the same client_id to see them again."""

    right = "acknowledge"

    most: Annotated[int, Field(ge=1, le=MOST_POSTINGS, description="how many at most")] = 20


class Said(BaseModel):
    """What became of one posting where it was booked."""

    model_config = Wish.model_config

    id: PostingId
    outcome: Literal["booked", "refused"] = "booked"
    reference: Annotated[Words, Field(description="the number it has where it was booked")] = ""
    reason: Annotated[Words, Field(description="why it was refused, for a person to read")] = ""


class Acknowledge(Wish):
    """Say of postings that they were booked, or refused."""

    right = "acknowledge"

    postings: Annotated[
        tuple[Said, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
    ] = Field(min_length=1, max_length=MOST_POSTINGS)


RoomWish: TypeAlias = CheckIn | CheckOut | MoveRoom
AnyWish: TypeAlias = RoomWish | Take | Acknowledge


_NO_LINE = "must be text on one line, without blanks around it"


def problems_of(error: ValidationError) -> str:
    """What is wrong with a wish, in one sentence."""
    said = []
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(str(step) for step in one["loc"]) or "the body"
        words = str(one["msg"]).removeprefix("Value error, ")
        words = _NO_LINE if one["type"] == "string_pattern_mismatch" else words
        said.append(f"{place}: {words[:1].lower()}{words[1:]}")
    return "; ".join(said[:5])
