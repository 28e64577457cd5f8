"""What a simulated SOAP PMS can do wrong: the words of `fault_words`, and what each does to a request.

  refuse:CODE:CHANCE   a charge is refused with that code, by chance (refuse:PROPERTY_RESTRICTED:0.1)
  close-before:N       the connection is closed, and nothing was booked
  deaf:N               no answer comes, and nothing was booked
  fault:N              a SOAP fault, and nothing was booked
  close-after:N        booked, then the connection is closed without an answer
  silence:N            booked, and no answer comes
  half:N               booked, and half of the answer comes
  wrong-namespace:N    booked, and the answer is in a namespace that nobody knows
  error-500:N          booked, and the answer is the web server's page for a crash
  html:N               booked, and the answer is a web page with the status 200
  dtd:N                booked, and the answer has a document type that grows without end
  large:N              booked, and the answer is 64 MB long
  late:SECONDS[:N]     answers come so much later
  session-expired:N    all sessions end before the next N requests (Guestline)
  na                   night hours: every charge is refused; ends with na:off

They strike charges. With `lookup-` before it a word strikes the next look-ups of a room, with `read-` the next readings
of a folio, with `login-` the next log-ins: `lookup-silence:1`.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final, Literal, NamedTuple

from gateway.simulators.fault_words import FaultWords

Kind = Literal["charge", "lookup", "read", "login"]
Delivery = Literal[
    "now", "late", "close-before", "deaf", "fault", "close-after", "silence", "half", "wrong-namespace", "error-500",
    "html", "dtd", "large",
]  # fmt: skip

NOT_DONE: Final[frozenset[Delivery]] = frozenset({"close-before", "deaf", "fault"})
"""Deliveries before which nothing is done."""
_COUNTED: Final[tuple[Delivery, ...]] = (
    "close-before", "deaf", "fault", "close-after", "silence", "half", "wrong-namespace", "error-500", "html", "dtd", "large",
)  # fmt: skip
_BEFORE: Final[dict[Kind, str]] = {"charge": "", "lookup": "lookup-", "read": "read-", "login": "login-"}
_EXPIRED: Final = "session-expired"


class Treatment(NamedTuple):
    """What becomes of one request: a code in place of the judgement, and how it is answered."""

    refuse: str | None = None
    delivery: Delivery = "now"
    seconds: float = 0.0

    @property
    def done(self) -> bool:
        """Whether what was asked is done at all."""
        return self.delivery not in NOT_DONE


class SoapFaults(FaultWords):
    """The faults that are on now."""

    switches: ClassVar = frozenset({"na"})
    counted: ClassVar = frozenset(before + word for before in _BEFORE.values() for word in _COUNTED)
    code: ClassVar = re.compile("[A-Za-z0-9_-]{1,40}")
    code_example: ClassVar = "a code, as in refuse:PROPERTY_RESTRICTED:0.1"

    def treatment(self, kind: Kind) -> Treatment:
        """Decides what becomes of the next request of a kind, and counts it off."""
        for word in _COUNTED:
            if self.take(_BEFORE[kind] + word):
                return Treatment(delivery=word)
        refuse = self.refusal() if kind == "charge" else None
        seconds = self.lateness() if kind == "charge" else 0.0
        return Treatment(refuse=refuse, delivery="late" if seconds else "now", seconds=seconds)

    def sessions_expire(self) -> bool:
        """Whether all sessions end before this request."""
        return self.take(_EXPIRED)


class SessionFaults(SoapFaults):
    """Those of a PMS with sessions, whose codes are numbers."""

    counted: ClassVar = SoapFaults.counted | {_EXPIRED}
    code: ClassVar = re.compile("[0-9]{1,9}")
    code_example: ClassVar = "a number, as in refuse:30003:0.1"
