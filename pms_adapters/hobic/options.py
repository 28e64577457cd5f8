"""What a hotel must and may say about its HOBIC line: how it is framed, who answers, and what each line looks like.

Nothing of it is agreed between vendors: both ends are set up by people. `lines` prints one example line, which can be held
against what the PMS expects before the first charge.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from pms_adapters.options import ANY_CLASS, AdapterOptions, ByClass, Text
from protocols.hobic.lines import GENERIC, PricedCall, Template, Unfit, Whole, template, write
from protocols.hobic.wire import Answers, Covers, Framing, Wire

CLASSES: Final = {"local": "L", "international": "I", ANY_CLASS: "D"}
"""The letter of a call's class, where a hotel says nothing: local, international, and any other as long distance."""

Seconds = Annotated[float, Field(gt=0, le=3600)]


class HobicOptions(AdapterOptions):
    """The options of the adapter `hobic`.

    `framing` is "hb" (LF line CR LF) or "hx" (ENQ, STX line ETX BCC); `answers` is what the receiver says to a record:
    "ack" (ACK, NAK), "yn" (y, n) or "none". `bcc_covers` is what the checksum is made of. `line` is the template; `hotel`
    stands in its column, `decimals` and `point` are those of the charge, `minutes` says how seconds become whole ones,
    `classes` gives the letter by class of number. `enquiry_timeout` is for the answer to ENQ; `late_answer` is how long one
    to a record is hoped for; `stands` how long a connection must stand after a record that nobody acknowledges.
    """

    framing: Framing = Field("hb", examples=["hx"])
    answers: Answers = Field("ack", examples=["none"])
    form_feed: bool = Field(False, examples=[False])
    bcc_covers: Covers = Field("line+etx", examples=["line+etx"])
    line: Text = Field(GENERIC, examples=[GENERIC])
    hotel: Text = Field("HTL", examples=["HTL"])
    decimals: Annotated[int, Field(ge=0, le=4)] = Field(2, examples=[2])
    point: Literal[".", ",", ""] = Field(".", examples=["."])
    minutes: Whole = Field("up", examples=["up"])
    classes: ByClass = Field(CLASSES, validate_default=True, examples=[CLASSES])
    enquiry_timeout: Seconds = Field(3.0, examples=[3.0])
    late_answer: Seconds = Field(60.0, examples=[60.0])
    stands: Annotated[float, Field(ge=0.1, le=30)] = Field(2.0, examples=[2.0])

    @model_validator(mode="after")
    def _works(self) -> HobicOptions:
        """One line can be printed: what cannot be is found here and not at the first charge."""
        self.wire()
        line = self._example()
        if isinstance(line, Unfit):
            raise ValueError(f"not even an example can be printed by this line: {line.why}")
        return self

    def wire(self) -> Wire:
        """How a line travels."""
        return Wire(framing=self.framing, answers=self.answers, form_feed=self.form_feed, bcc_covers=self.bcc_covers)

    def template(self) -> Template:
        """How a line looks."""
        return template(self.line, decimals=self.decimals, point=self.point, whole=self.minutes)

    @property
    def token_width(self) -> int:
        """How many digits the sequence number has; eight where the line has none, which then nobody sees."""
        column = self.template().column("sequence")
        return column.width if column is not None else 8

    def lines(self) -> list[str]:
        """What the hotel must confirm before the first charge."""
        answers = {"ack": "ACK or NAK", "yn": "y or n", "none": "nothing: no charge can be confirmed over this line"}
        frame = "ENQ, then STX line ETX BCC" if self.framing == "hx" else "LF line CR LF" + " FF" * self.form_feed
        return [
            f"framed as {frame}; the PMS answers {answers[self.answers]}",
            f"a line looks like this: {self._example()}",
        ]

    def _example(self) -> str | Unfit:
        letters = sorted(self.classes.values(), key=len)
        call = PricedCall(
            sequence=42,
            hotel=self.hotel,
            room="412",
            at=datetime(2026, 11, 20, 8, 15, 30),  # noqa: DTZ001 - a hotel's clock on a line has no zone
            talk_seconds=252,
            charge=1375,
            number="0043123456789",
            call_class=letters[-1] if letters else "",
            place="Austria",
            reservation="77001",
        )
        return write(self.template(), call)


_options: type[AdapterOptions] = HobicOptions
