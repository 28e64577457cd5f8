"""What a simulated PMS can do wrong, as short words a user, a script or a test writes down.

  refuse:AS:CHANCE   a posting is refused with that answer status, by chance (refuse:UR:0.1)
  ry:N               the next N postings are answered RY (try again), and not booked
  silence:N          the next N postings are booked and never answered
  deaf:N             the next N postings are neither booked nor answered
  late:SECONDS[:N]   answers come so much later; with N, only the next N of them
  cut-after-ps:N     the next N postings are booked, and then the link breaks
  na                 the night audit is running (NS); ends with na:off (NE)
  no-la              the PMS never says LA
  no-resync          a request for a resync is silently ignored, as newer PMSs do
  no-echo            P# is not repeated in the answer
  lrc-after-etx      a checksum follows each record although TCP wants none
  empty-fields       every declared field is sent, empty where there is nothing to say
  duplicate-pa       every answer is sent twice

`WORD:off` takes one back, `none` all of them. Field reports of real systems that do these things are why they are
here: the list follows what the FIAS specification allows and what installed PMSs have been seen to do.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal, NamedTuple

from gateway.simulators.fault_words import FaultWords
from protocols.fias.codec import encode, lrc
from protocols.fias.records import Record

Delivery = Literal["now", "late", "never", "cut"]


class Treatment(NamedTuple):
    """What becomes of one posting: an AS in place of the judgement, whether it is booked, how it is answered."""

    refuse: str | None = None
    book: bool = True
    delivery: Delivery = "now"
    seconds: float = 0.0


AS_IT_SHOULD_BE: Final = Treatment()
"""A posting that no fault touches."""


class PmsFaults(FaultWords):
    """The faults that are on now."""

    switches: ClassVar = frozenset(
        {"na", "no-la", "no-resync", "no-echo", "lrc-after-etx", "empty-fields", "duplicate-pa"}
    )
    counted: ClassVar = frozenset({"ry", "silence", "deaf", "cut-after-ps"})
    code: ClassVar = re.compile("[A-Za-z]{2}")
    code_example: ClassVar = "an answer status of two letters, as in refuse:UR:0.1"

    def treatment(self) -> Treatment:
        """Decides what becomes of the next posting, and counts it off."""
        if self.take("deaf"):
            return Treatment(book=False, delivery="never")
        if self.take("silence"):
            return Treatment(delivery="never")
        if self.take("cut-after-ps"):
            return Treatment(delivery="cut")
        refuse = "RY" if self.take("ry") else self.refusal()
        seconds = self.lateness()
        return Treatment(refuse=refuse, delivery="late" if seconds else "now", seconds=seconds)

    def wire(self, record: Record, encoding: str) -> bytes:
        """Writes a record with what the faults add to it."""
        frame = encode(record, encoding)
        return frame + bytes((lrc(frame[1:-1]),)) if self.on("lrc-after-etx") else frame
