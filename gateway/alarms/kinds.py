"""The kinds of alarm, as data: what each is called, how patient it is, what clears it and what to do about it.

An alarm is raised once for a subject (an exchange, a link, a call), acknowledged by a person with a name, and cleared by
the fact itself: seen and solved are two things. Two patiences keep a fact that comes and goes from becoming a storm
of mails: it must stand for `raise_after` seconds before it is an alarm, and be gone for `clear_after` seconds before the
alarm is over. A kind that is `by_person` tells of something that happened (an emergency call, a jump of the clock): no
later fact undoes it, so the acknowledgement clears it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

Tone: TypeAlias = Literal["amber", "red"]

MINUTE: Final = 60
HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of alarm. `ails` kinds make /healthz unwell; `mailed` is false where mail itself is what fails."""

    name: str
    title: str
    tone: Tone
    what_to_do: str
    raise_after: int = 0
    clear_after: int = 5 * MINUTE
    by_person: bool = False
    ails: bool = False
    mailed: bool = True


class Fact(NamedTuple):
    """Something that is so, in a sentence; `subject` tells one from another of its kind."""

    kind: str
    subject: str
    sentence: str

    @property
    def key(self) -> tuple[str, str]:
        """What an alarm is known by while it is open."""
        return self.kind, self.subject


EMERGENCY: Final = "emergency"
FRAUD: Final = "fraud"
LIMIT: Final = "limit"
BUDGET_NEAR: Final = "budget_near"
BUDGET_PASSED: Final = "budget_passed"

_KINDS: Final = (
    Kind(
        name=EMERGENCY,
        title="Emergency call",
        tone="red",
        by_person=True,
        what_to_do="Go to the room or call it, meet the emergency service at the door, and say here that you have taken it.",
    ),
    Kind(
        name="old_emergency",
        title="Old emergency call",
        tone="amber",
        by_person=True,
        what_to_do="A record of an emergency call came days after the call. If old records were read in, all is well; if not, the "
        "exchange's clock is wrong and the call may be of today: look at the page of calls.",
    ),
    Kind(
        name=FRAUD,
        title="Possible toll fraud",
        tone="red",
        by_person=True,
        what_to_do="Ask whoever is at that telephone. If nobody made these calls: bar calls abroad for it in the exchange now, "
        "take out forwarding and remote access that nobody needs, change its PIN, and tell the carrier. More calls may be under "
        "way: their records come when they end. Then say here that you have taken it; calls that begin later raise it anew.",
    ),
    Kind(
        name="quiet",
        title="Exchange silent",
        tone="red",
        ails=True,
        what_to_do="See that the exchange still sends its call records: its output, its cable or network, its clock. Make a "
        "call and watch the page of calls. Calls that the exchange does not keep are lost for good.",
    ),
    Kind(
        name="pbx_down",
        title="Exchange not connected",
        tone="red",
        raise_after=2 * MINUTE,
        what_to_do="See that the exchange runs and reaches this machine. What it keeps meanwhile is read when it is back.",
    ),
    Kind(
        name="pms_down",
        title="PMS not connected",
        tone="red",
        raise_after=2 * MINUTE,
        what_to_do="See that the PMS and its interface run. Charges wait here and go out in order when it is back.",
    ),
    Kind(
        name="no_charge",
        title="Calls, but no charges",
        tone="red",
        ails=True,
        what_to_do="Calls come in and the PMS has acknowledged no charge for longer than usual. Look at the postings: do they "
        "wait, are they refused or held, or has a tariff or the list of rooms changed so that nothing is charged any more?",
    ),
    Kind(
        name="waiting",
        title="Charges wait",
        tone="amber",
        ails=True,
        what_to_do="Look at the PMS link: is it up, is the night audit still running? Charges go out in order when it is ready.",
    ),
    Kind(
        name="refused",
        title="Charges refused",
        tone="red",
        what_to_do="Open the postings that the PMS refused, read its reason, and send them again or write them off.",
    ),
    Kind(
        name="in_doubt",
        title="Charges in doubt",
        tone="amber",
        what_to_do="Look at the guest's folio in the PMS for each of them and say whether the charge is on it.",
    ),
    Kind(
        name="unconfirmable",
        title="Charges never confirmed",
        tone="amber",
        what_to_do="This PMS acknowledges no charge. Compare its own total of telephone charges with the sum of these postings: "
        "'foliogate postings total' settles them when both agree. Or settle them one by one from the folios.",
    ),
    Kind(
        name="gap",
        title="Records missing",
        tone="amber",
        by_person=True,
        what_to_do="The exchange's own numbers have a gap: see in the exchange whether it has records that never came. "
        "Or a file of its records could not be read: the sentence says which, and what helps.",
    ),
    Kind(
        name=LIMIT,
        title="Limit for calls",
        tone="amber",
        by_person=True,
        what_to_do="Nothing is barred. Speak to the guest or the department before the bill is a surprise; a supervisor can set "
        "another limit on the room's page. Charges that wait because of it stand under Postings.",
    ),
    Kind(
        name="pbx_clock",
        title="Exchange's clock is off",
        tone="amber",
        raise_after=10 * MINUTE,
        clear_after=30 * MINUTE,
        what_to_do="Set the exchange's clock and its summer time, or its timezone under [[pbx]]. A wrong hour is a wrong tariff.",
    ),
    Kind(
        name="pms_clock",
        title="PMS's clock is off",
        tone="amber",
        raise_after=10 * MINUTE,
        clear_after=30 * MINUTE,
        what_to_do="Compare the clocks of the PMS and of this machine with a watch. Whose guest it was depends on both.",
    ),
    Kind(
        name="clock",
        title="This machine's clock jumped",
        tone="amber",
        by_person=True,
        what_to_do="See that the machine keeps its time by NTP, and whether it was asleep. Calls keep the exchange's own time.",
    ),
    Kind(
        name="disk",
        title="Disk nearly full",
        tone="red",
        raise_after=MINUTE,
        ails=True,
        what_to_do="Free space on the disk that holds the store. When it is full, nothing can be written and calls wait outside.",
    ),
    Kind(
        name="store",
        title="Store cannot be written",
        tone="red",
        raise_after=MINUTE,
        what_to_do="Free space on the disk, or see what locks the database. Records wait in memory and in the exchange meanwhile.",
    ),
    Kind(
        name=BUDGET_NEAR,
        title="Budget nearly spent",
        tone="amber",
        clear_after=0,
        what_to_do="Tell whoever answers for the budget. Nothing is barred by it. It is over with the month, or with another "
        "amount under [[budgets]].",
    ),
    Kind(
        name=BUDGET_PASSED,
        title="Budget spent",
        tone="amber",
        clear_after=0,
        what_to_do="Tell whoever answers for the budget, and look at the report on budgets. Nothing is barred by it; if calls "
        "are to be, the exchange does that. It is over with the month, or with another amount under [[budgets]].",
    ),
    Kind(
        name="notices",
        title="Notices or reports do not arrive",
        tone="amber",
        mailed=False,
        what_to_do="See [mail], [[hook]] and [[recipients]] in the configuration, and whether the server answers. Alarms by a way "
        "that fails reach nobody; reports stand on the page of schedules.",
    ),
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _KINDS}
