"""What a hotel must and may say about its OPERA Web Services: whose name we act under, and how a charge is to look.

The codes are the hotel's own and agreed with its accountant: a wrong one is no error to OPERA, and money on the wrong
account all the same. `lines` says them in words, to be confirmed before the first charge.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from pms_adapters.options import ANY_CLASS, AdapterOptions, ByClass, Text, Texts, of_class
from pms_adapters.web.options import WebOptions

IdType = Literal["EXTERNAL", "INTERNAL"]
TextField = Literal["ShortInfo", "LongInfo"]


def _codes(value: ByClass) -> ByClass:
    if not value:
        raise ValueError(f'no transaction code is named; write for example {{ {ANY_CLASS} = "8100" }}')
    return value


class OwsOptions(WebOptions):
    """The options of the adapter `ows`.

    `hotel_code` and `chain_code` are OPERA's own names for the house. `suffix` ends the names of the services in their
    addresses (`.asmx` on the hotel's own server, empty in the cloud). `transaction_code` and `article` by class of
    number. `id_type` and `id_source` name the kind of reservation number that a charge is posted by, `number_from` the
    sources of the numbers in a look-up that are of this kind, the best first; as a rule the same. `mark_in` is the
    text field that bears our mark. `posting_date` also sends the call's own date; else OPERA books on its business date.
    `nobody` are codes with which OPERA says that nobody is in a room, where it does not answer with an empty list.
    `later` are codes of a refusal after which the same charge may be offered again by itself, `audit` those that say
    that the end of day runs.
    """

    hotel_code: Text = Field(examples=["SEASIDE"])
    chain_code: str = Field("", examples=["CHA"])
    username: Text = Field(examples=["FOLIOGATE"])
    password: Text = Field(examples=["env:OWS_PASSWORD"], repr=False)
    domain: str = Field("", examples=["SEASIDE"])
    licence_key: str = Field("", examples=["env:OWS_LICENCE"], repr=False)
    origin_type: Text = Field("WEB", examples=["WEB"])
    origin_id: str = Field("", examples=["FOLIOGATE"])
    destination_type: Text = Field("PMS", examples=["PMS"])
    destination_id: str = Field("", examples=["TI"])
    suffix: str = Field(".asmx", examples=[".asmx"])
    transaction_code: Annotated[ByClass, AfterValidator(_codes)] = Field(examples=[{ANY_CLASS: "8100"}])
    article: ByClass = Field({}, validate_default=True, examples=[{"international": "INTL"}])
    id_type: IdType = Field("EXTERNAL", examples=["EXTERNAL"])
    id_source: Text = Field("RESV_NAME_ID", examples=["RESV_NAME_ID"])
    number_from: Texts = Field((), examples=[["RESV_NAME_ID"]])
    folio_window: Annotated[int, Field(ge=1, le=8)] | None = Field(None, examples=[1])
    station_id: str = Field("", examples=["PBX1"])
    user_id: str = Field("", examples=["FOLIOGATE"])
    mark_in: TextField = Field("LongInfo", examples=["LongInfo"])
    posting_date: bool = Field(False, examples=[False])
    nobody: Texts = Field((), examples=[["NO_BOOKINGS"]])
    audit: Texts = Field((), examples=[["NIGHT_AUDIT"]])
    later: Texts = Field((), examples=[["SYS-81"]])

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of the number that a charge is posted by, as look-ups name them, the best first."""
        other = ("RESVID",) if self.id_source == "RESV_NAME_ID" else ()
        return self.number_from or (self.id_source, *other)

    @model_validator(mode="after")
    def _every_class_has_a_code(self) -> OwsOptions:
        if missing := [name for name in self.article if not of_class(self.transaction_code, name)]:
            raise ValueError(f"{missing[0]} has an article and no transaction code; write one, or {ANY_CLASS}")
        return self

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        chain = f" of chain {self.chain_code}" if self.chain_code else ""
        window = f"window {self.folio_window}" if self.folio_window else "the window that OPERA routes it to"
        date = "the call's own date" if self.posting_date else "OPERA's business date"
        named = [name for name in self.transaction_code if name != ANY_CLASS]
        classes = [*named, *([ANY_CLASS] if ANY_CLASS in self.transaction_code else [])]
        return [
            f"hotel {self.hotel_code}{chain}, as user {self.username}",
            f"by reservation number {self.id_type} {self.id_source}, on {window}, booked on {date}",
            f"our mark stands in {self.mark_in}",
            *(f"{self._named(name)}: {self._code(name)}" for name in classes),
            *super().lines(),
        ]

    def _named(self, name: str) -> str:
        return "any other class" if name == ANY_CLASS else name

    def _code(self, name: str) -> str:
        article = of_class(self.article, name)
        return f"transaction code {of_class(self.transaction_code, name)}" + (f", article {article}" if article else "")


_options: type[AdapterOptions] = OwsOptions
