"""The fields of the log of calls, each described once: page, files, API, sums and addresses all go by this list. Pure.

A field says what it is called in an address and to people, what kind of value it has (and so how it filters), whether the log
can be put in its order, where it is shown, and which index serves it. Its value stands in a column of `calls` or `arrivals`,
or is found by a condition of its own, which `gateway/store/call_log.py` has under the field's name.

A new field is one entry here; one that is no plain column also has its condition there and its cell in `reports/kinds/calls.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from gateway.arrivals import ABANDONED, MISSED

#: How a field filters. instant: the period alone; choice: one or several of a list; word: the whole of it, or how it begins
#: (a star at its end); number: a telephone number likewise; seconds and money: at least, at most; yes: so, or not;
#: words: what is typed into a search; none: it is shown and not asked for.
Kind: TypeAlias = Literal["instant", "choice", "word", "number", "seconds", "money", "yes", "words", "none"]
#: Where a field is shown: in the list and in files, in files alone, or nowhere (one that only filters).
Shown: TypeAlias = Literal["list", "file", ""]

#: The index of SQLite that holds the narrow columns in the order of time: a filter on one of them reads the index alone.
BY_TIME: Final = "calls_by_time"
#: Columns of `calls` that it holds, in its order.
HELD: Final = (
    "property started_at id direction status answered talk_seconds amount currency decimals extension room department "
    "number_class place trunk trunk_group source"
).split()

INWARD: Final = ("in", "tandem")
#: What became of a call, and how it is called.
RESULTS: Final[Mapping[str, str]] = {
    "answered": "answered",
    "missed": "missed",
    "abandoned": "the caller gave up",
    "unanswered": "went out, not answered",
    "untold": "not told by the exchange",
}
DIRECTIONS: Final[Mapping[str, str]] = {
    "in": "came in",
    "out": "went out",
    "internal": "inside the house",
    "tandem": "came in and went out",
    "unknown": "not told",
}
CLASSES: Final[Mapping[str, str]] = {
    "local": "local",
    "national": "national",
    "mobile": "mobile",
    "international": "international",
    "toll-free": "toll-free",
    "premium": "premium",
    "service": "service",
    "emergency": "emergency",
    "internal": "internal",
    "manual": "charged by hand",
    "unknown": "unknown",
}
#: The states of a charge, and a call that has none.
POSTED: Final[Mapping[str, str]] = {
    "posted": "posted",
    "due": "waiting",
    "sent": "on its way",
    "held": "held",
    "refused": "refused",
    "in_doubt": "in doubt",
    "unconfirmable": "unconfirmable",
    "written_off": "written off",
    "none": "no charge",
}
#: How a call stands to the working hours of its department.
HOURS: Final[Mapping[str, str]] = {
    "inside": "within working hours",
    "outside": "outside of working hours",
    "none": "no hours are set",
}
YES_NO: Final[Mapping[str, str]] = {"yes": "yes", "no": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `title` is its name in lists and files, `label` in the form of filters where that says more.

    `column` is where it stands, as `calls.room`; empty where a condition of its own finds it. `served` names the index that a
    filter on it uses. `file_name` is its name in files, where older files call it otherwise than addresses.
    """

    name: str
    title: str
    kind: Kind
    column: str = ""
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    sorts: bool = False
    shown: Shown = ""
    served: str = BY_TIME
    hint: str = ""
    file_name: str = ""

    @property
    def filters(self) -> bool:
        """Whether it can be asked for, beside the period."""
        return self.kind not in ("instant", "none")

    @property
    def parameters(self) -> tuple[str, ...]:
        """What it is called in an address: once, or by its two ends."""
        if not self.filters:
            return ()
        return (f"{self.name}_min", f"{self.name}_max") if self.kind in ("seconds", "money") else (self.name,)


FIELDS: Final[tuple[Field, ...]] = (
    Field(
        name="q",
        title="search",
        kind="words",
        label="Room, extension, number, guest or place",
        served="calls",
        hint="up to four digits also the end of a number, more digits anywhere in it",
    ),
    Field(name="call", title="call", kind="none", shown="file", served="calls"),
    Field(name="began", title="began", kind="instant", column="calls.started_at", sorts=True, shown="list"),
    Field(
        name="direction",
        title="way",
        kind="choice",
        column="calls.direction",
        label="Direction",
        choices=DIRECTIONS,
        sorts=True,
        shown="list",
        file_name="way",
    ),
    Field(
        name="result",
        title="what became of it",
        kind="choice",
        label="What became of it",
        choices=RESULTS,
        shown="list",
        served="calls_by_time, arrivals",
    ),
    Field(
        name="waited",
        title="waited",
        kind="seconds",
        column="arrivals.waited",
        label="Waited, seconds",
        sorts=True,
        shown="list",
        served="calls_by_time, arrivals",
        file_name="waited_seconds",
    ),
    Field(
        name="room",
        title="room",
        kind="word",
        column="calls.room",
        label="Room",
        sorts=True,
        shown="list",
        served="calls_of_room, calls_by_time",
    ),
    Field(
        name="department",
        title="department",
        kind="word",
        column="calls.department",
        label="Department",
        sorts=True,
        shown="list",
    ),
    Field(name="reservation", title="guest", kind="none", column="calls.reservation", shown="file", served="calls"),
    Field(
        name="hours",
        title="working hours",
        kind="choice",
        label="Working hours of the department",
        choices=HOURS,
        shown="file",
        file_name="working_hours",
    ),
    Field(
        name="extension",
        title="extension",
        kind="word",
        column="calls.extension",
        label="Extension",
        sorts=True,
        shown="list",
    ),
    Field(
        name="number",
        title="number",
        kind="number",
        label="Number dialled or caller",
        shown="list",
        served="contacts",
        hint="whole, or how it begins: +48 22*",
    ),
    Field(
        name="did",
        title="reached by",
        kind="word",
        column="arrivals.did",
        label="Number by which the house was reached",
        shown="file",
        served="calls_by_time, arrivals",
    ),
    Field(
        name="class",
        title="class",
        kind="choice",
        column="calls.number_class",
        label="Class of number",
        choices=CLASSES,
        sorts=True,
        shown="list",
    ),
    Field(
        name="place",
        title="place",
        kind="word",
        column="calls.place",
        label="Country or place",
        sorts=True,
        shown="list",
        hint="as the list writes it; a star for how it begins: Poland*",
    ),
    Field(name="trunk", title="trunk", kind="word", column="calls.trunk", label="Trunk", sorts=True, shown="file"),
    Field(
        name="group",
        title="trunk group",
        kind="word",
        column="calls.trunk_group",
        label="Trunk group",
        sorts=True,
        shown="file",
    ),
    Field(
        name="source",
        title="exchange",
        kind="word",
        column="calls.source",
        label="Exchange",
        sorts=True,
        shown="file",
        hint="desk: charges made by hand",
    ),
    Field(name="carrier", title="carrier", kind="none", column="calls.carrier", shown="file", served="calls"),
    Field(
        name="talk",
        title="talk",
        kind="seconds",
        column="calls.talk_seconds",
        label="Talk, seconds",
        sorts=True,
        shown="list",
        file_name="talk_seconds",
    ),
    Field(
        name="billed",
        title="billed",
        kind="none",
        column="calls.billed_seconds",
        shown="file",
        served="calls",
        file_name="billed_seconds",
    ),
    Field(
        name="amount",
        title="price",
        kind="money",
        column="calls.amount",
        label="Price",
        sorts=True,
        shown="list",
        file_name="price",
    ),
    Field(name="charged", title="charged", kind="none", shown="list", served="postings_once_a_part"),
    Field(name="cost", title="cost", kind="none", column="calls.cost", shown="file", served="calls"),
    Field(
        name="state",
        title="state",
        kind="choice",
        label="State of the charge",
        choices=POSTED,
        shown="list",
        served="postings_lively, postings_once_a_part",
    ),
    Field(
        name="disputed",
        title="in dispute",
        kind="yes",
        label="In dispute",
        choices=YES_NO,
        served="remarks_of_call",
    ),
    Field(
        name="tag",
        title="tags",
        kind="word",
        label="Tag of the call or of its number",
        shown="file",
        served="call_tags_once, number_tags_once, contacts",
        hint="as people gave it",
        file_name="tags",
    ),
    Field(name="number_tags", title="tags of the number", kind="none", shown="file", served="number_tags_once"),
    Field(
        name="code",
        title="account code",
        kind="word",
        label="Account code",
        shown="file",
        served="call_codes",
        hint="the code, or what the house calls it; of a PIN the last two signs: **42",
        file_name="account_code",
    ),
    Field(
        name="authorization",
        title="authorisation code",
        kind="word",
        label="Authorisation code",
        shown="file",
        served="call_codes",
        hint="its last two signs: **42",
        file_name="authorization_code",
    ),
    Field(name="reason", title="reason", kind="none", column="calls.reason", shown="file", served="calls"),
)
BY_NAME: Final[Mapping[str, Field]] = {one.name: one for one in FIELDS}
#: Fields by what they are called in an address, with the end that it stands for: is, min or max.
PARAMETERS: Final[Mapping[str, tuple[Field, str]]] = {
    parameter: (one, parameter.removeprefix(f"{one.name}_") if len(one.parameters) > 1 else "is")
    for one in FIELDS
    for parameter in one.parameters
}
SORTS: Final = tuple(one.name for one in FIELDS if one.sorts)


def result_of(call: Mapping[str, Any], outcome: str | None) -> str:
    """What became of a call, as a key of `RESULTS`: of one that came in by what is kept of its arrival, if anything is."""
    if call["direction"] in INWARD:
        if outcome is None:
            return {1: "answered", 0: "missed"}.get(call["answered"], "untold")
        if outcome in ABANDONED:
            return "abandoned"
        return "missed" if outcome in MISSED else outcome
    return {1: "answered", 0: "unanswered"}.get(call["answered"], "untold")


def hours_of(inside: bool | None) -> str:
    """How a call stands to working hours, as a key of `HOURS`."""
    return "none" if inside is None else "inside" if inside else "outside"


def results_meant(asked: str) -> tuple[str, ...]:
    """The results that a filter on one of them finds: who gave up was missed too."""
    return ("missed", "abandoned") if asked == "missed" else (asked,)
