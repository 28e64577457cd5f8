"""The options that every adapter over HTTP shares: time-outs, TLS, the hours in which nothing is posted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, model_validator

from pms_adapters.options import AdapterOptions, FilePath, Text

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class HoldSpan:
    """Hours of the hotel's day in which nothing is posted, from the first to before the second, over midnight too."""

    first: time
    last: time

    def covers(self, at: time) -> bool:
        """True if nothing is posted at this time of day."""
        if self.first < self.last:
            return self.first <= at < self.last
        return at >= self.first or at < self.last

    def __str__(self) -> str:
        return f"{self.first:%H:%M}-{self.last:%H:%M}"


def _span(text: object) -> object:
    """Read "23:30-04:00"."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found[1]) > 23 or int(found[3]) > 23 or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError(f'{text!r} is not a span of the day; write for example "23:30-04:00"')
    span = HoldSpan(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))
    if span.first == span.last:
        raise ValueError(f'"{text}" would hold charges all day; write where it ends')
    return span


def _spans(value: object) -> object:
    return tuple(_span(one) for one in value) if isinstance(value, list) else value


Spans = Annotated[tuple[InstanceOf[HoldSpan], ...], BeforeValidator(_spans)]
Seconds = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]


def _no_colon(name: str) -> str:
    if ":" in name:
        raise ValueError("a user name must hold no colon")
    return name


UserName = Annotated[Text, AfterValidator(_no_colon)]


class WebOptions(AdapterOptions):
    """What every adapter over HTTP takes.

    `hold` are hours of the hotel's day in which nothing is posted, because the PMS closes its day then. `probe_room` is
    a room of the house that is looked up as a sign of life; without it the service's address must merely answer.
    `ca_file` holds the authority of the PMS's certificate where it is a private one, `client_certificate` and
    `client_key` what we show of ourselves, all in PEM. `settle_delay` is how many seconds after a charge fell in doubt
    its folio tells anything: a PMS may book late.
    """

    hold: Spans = Field((), examples=[["23:30-04:00"]])
    probe_room: str = Field("", examples=["101"])
    connect_timeout: Seconds = Field(10.0, examples=[10])
    settle_delay: Seconds = Field(30.0, examples=[30])
    ca_file: FilePath | None = Field(None, examples=["opera-ca.pem"])
    client_certificate: FilePath | None = Field(None, examples=["foliogate.pem"])
    client_key: FilePath | None = Field(None, examples=["foliogate.key"])

    @model_validator(mode="after")
    def _both_halves(self) -> WebOptions:
        if (self.client_certificate is None) != (self.client_key is None):
            raise ValueError("a client certificate and its key belong together; write both or neither")
        return self

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        held = ", ".join(map(str, self.hold)) or "none"
        return [f"hours in which nothing is posted, hotel time: {held}"]
