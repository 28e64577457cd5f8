"""The pages of alarms and the emergency screen: what they show of a stored alarm, and how a person takes one.

Seen and solved are two things: an acknowledgement puts a name to an alarm, the fact itself ends it. The emergency screen
is for a wall behind the desk: few words, large, the newest call on top, and a sign that the screen itself is alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gateway.alarms.emergencies import EmergencyCall, taken_up
from gateway.alarms.evidence import Evidence
from gateway.alarms.evidence import taken_up as run_of
from gateway.alarms.kinds import EMERGENCY, FRAUD, KINDS, Kind, Tone
from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.spoken import later, plural, say
from gateway.store import alarms as store
from gateway.store import notices
from gateway.store.alarms import AlarmRow
from gateway.web.deeds import Form
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.pages import Entered, Page, Pages
from gateway.web.reads import Reads
from gateway.web.security import Tokens
from gateway.web.templates import environment
from gateway.web.words import Clock, amount, grouped, minutes

#: Alarms on one page of the list.
ROWS: Final = 50
#: Emergency calls looked through for the screen, and hours for which one that was taken stays on it.
EMERGENCIES: Final = 20
STAYS_HOURS: Final = 12

#: Days that the report of an old alarm of fraud shows.
SHOWN_DAYS: Final = timedelta(days=31)

#: A kind of a release to come, read by an older one.
_UNKNOWN: Final = Kind(name="", title=later("Alarm"), tone="amber", what_to_do=later("Look at the log."))
_PLACES: Final = {
    "refused": "/postings?state=refused",
    "in_doubt": "/postings?state=in_doubt",
    "unconfirmable": "/postings?state=unconfirmable",
    "waiting": "/postings?state=due",
    "no_charge": "/postings",
    "quiet": "/links#pbx",
    "pbx_down": "/links#pbx",
    "pbx_clock": "/links#pbx",
    "pms_down": "/links#pms",
    "pms_clock": "/links#pms",
    "store": "/links#store",
    "disk": "/links#store",
    "gap": "/records",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """One alarm as a card or a line."""

    id: int
    title: str
    tone: Tone
    sentence: str
    state: str
    open: bool
    taken: bool
    raised: str
    what_to_do: str
    where: str
    by_person: bool
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyView:
    """One emergency call on the screen."""

    alarm: AlarmView
    place_kind: str
    place: str
    facts: Sequence[tuple[str, str]]
    began: str
    exact: str
    news: str
    late: bool
    escalated: str
    taken_by: str
    note: str
    call_id: int


def alarm_view(row: AlarmRow, clock: Clock, token: str = "") -> AlarmView:
    """What a page shows of an alarm."""
    kind = KINDS.get(row.kind, _UNKNOWN)
    is_open = row.cleared_at is None
    return AlarmView(
        id=row.id,
        title=say(kind.title),
        tone=kind.tone,
        sentence=row.sentence,
        state=_state(row, clock),
        open=is_open,
        taken=row.acknowledged_at is not None,
        raised=clock.moment(row.raised_at),
        what_to_do=say(kind.what_to_do),
        where=_where(row, clock),
        by_person=kind.by_person,
        token=token,
    )


def _where(row: AlarmRow, clock: Clock) -> str:
    """The page on which more is to be seen."""
    if row.kind == FRAUD:
        first, last = clock.at(row.raised_at).date(), clock.today.date()
        return f"/reports/fraud?from={max(first, last - SHOWN_DAYS)}&to={last}"
    return f"/calls/{row.call_id}" if row.call_id is not None else _PLACES.get(row.kind, "")


def _state(row: AlarmRow, clock: Clock) -> str:
    said = [say("since {moment}", moment=clock.moment(row.raised_at))]
    if row.cleared_at is not None:
        said = [say("{first} to {last}", first=clock.moment(row.raised_at), last=clock.moment(row.cleared_at))]
    if row.escalated_at is not None:
        said.append(say("told again at {moment}", moment=clock.moment(row.escalated_at)))
    if row.acknowledged_at is None:
        said.append(say("nobody has acknowledged it"))
    else:
        said.append(
            say(
                "acknowledged by {name} at {moment}",
                name=row.acknowledged_by,
                moment=clock.moment(row.acknowledged_at),
            )
        )
    return ", ".join(said)


def emergency_view(row: AlarmRow, call: EmergencyCall, clock: Clock, token: str) -> EmergencyView:
    """What the screen shows of an emergency call."""
    told = [
        (say("Guest"), call.guest),
        (say("Language"), call.language),
        (say("Floor"), call.floor),
        (say("Extension"), call.extension),
        (say("Dialled"), call.dialled),
        (say("Trunk"), call.trunk),
        (say("Call back"), call.call_back or say("not set: [watch] call_back")),
    ]
    return EmergencyView(
        alarm=alarm_view(row, clock, token),
        place_kind=say("Room") if call.room else "",
        place=call.room
        or call.department
        or (say("Extension {extension}", extension=call.extension) if call.extension else say("Unknown place")),
        facts=[(name, value) for name, value in told if value],
        began=clock.moment(call.started_at),
        exact=clock.exact(call.started_at),
        news=_news(call),
        late=bool(call.late_seconds),
        escalated=clock.moment(row.escalated_at) if row.escalated_at is not None else "",
        taken_by=say(
            "{name} at {moment}",
            name=row.acknowledged_by,
            moment=clock.moment(row.acknowledged_at),
        )
        if row.acknowledged_at
        else "",
        note=row.note,
        call_id=row.call_id or 0,
    )


def run_view(run: Evidence, clock: Clock, country: str) -> list[dict[str, Any]]:
    """The newest calls of a run that looks like fraud, the last one first."""
    return [
        {
            "id": one.id,
            "began": clock.full(one.began),
            "who": kept(one.who),
            "number": grouped(one.number, country),
            "place": said_place(one.place),
            "held": minutes(one.seconds),
            "cost": amount(one.cost, run.decimals, run.currency),
        }
        for one in sorted(run.newest, key=lambda one: -one.began)
    ]


def _news(call: EmergencyCall) -> str:
    if call.live:
        return say("Told by the exchange as the call began.")
    if call.late_seconds:
        return plural(
            "LATE: heard {number} minute after the call ended.",
            "LATE: heard {number} minutes after the call ended.",
            call.late_seconds // 60,
        )
    return say("Told by the exchange when the call ended.")


class AlarmPages:
    """The list, one alarm, and the emergency screen."""

    def __init__(self, house: House, reads: Reads, live: Live, pages: Pages, tokens: Tokens) -> None:
        self._house, self._reads, self._live, self._pages, self._tokens = house, reads, live, pages, tokens

    async def all(self, before: int | None) -> Page:
        """What is open as cards, and the list of what was."""
        owner, config = self._house.database.property, self._house.config
        present = await self._live.present.get()
        rows = await self._reads.read(lambda connection: store.newest(connection, owner, ROWS + 1, before))
        clock = self._live.clock()
        still = [self._view(one, clock) for one in reversed(present.alarms) if one.cleared_at is None]
        past = [alarm_view(one, clock) for one in rows[:ROWS] if one.cleared_at is not None]
        return await self._pages.page(
            "alarms.html",
            here="alarms",
            title=say("Alarms"),
            still=sorted(still, key=_claim) if before is None else [],
            past=past,
            told=bool(config.mail or any("alarms" in one.events for one in config.hook)),
            paged=before is not None,
            older=rows[ROWS - 1].id if len(rows) > ROWS else None,
        )

    async def one(self, number: int, *, entered: Entered | None = None) -> Page:
        """One alarm: what is so, what to do, who was told."""
        owner = self._house.database.property

        def work(connection: Any) -> tuple[AlarmRow | None, list[dict[str, Any]]]:
            return store.one(connection, owner, number), notices.of_alarm(connection, owner, number)

        row, told = await self._reads.read(work)
        if row is None:
            return await self._pages.missing(say("There is no alarm {number}.", number=number))
        clock, call = self._live.clock(), taken_up(row.details)
        view, run = self._view(row, clock), run_of(row.details)
        page = await self._pages.page(
            "alarm.html",
            here="alarms",
            title=say("Alarm {number}: {title}", number=number, title=view.title),
            alarm=view,
            note=row.note,
            call=emergency_view(row, call, clock, view.token) if call is not None else None,
            run=run_view(run, clock, self._house.config.property.country) if run is not None else [],
            calls=run.calls if run is not None else 0,
            notices=[_told(one, clock) for one in told],
            entered=entered or Entered(),
        )
        return Page(page.html, 422) if entered is not None and entered.problem else page

    async def screen(self, *, problem: str = "") -> Page:
        """The emergency screen."""
        owner, clock = self._house.database.property, self._live.clock()
        rows = await self._reads.read(lambda connection: store.emergencies(connection, owner, EMERGENCIES))
        views = [
            emergency_view(row, call, clock, self._tokens.sign("alarm", row.id))
            for row in rows
            if (call := taken_up(row.details)) is not None and self._on_screen(row)
        ]
        html = (
            environment()
            .get_template("emergency.html")
            .render(
                hotel=self._house.config.property.name,
                now=f"{clock.today:%H:%M}",
                waiting=sorted((one for one in views if not one.alarm.taken), key=lambda one: not one.escalated),
                taken=[one for one in views if one.alarm.taken],
                patience=self._house.config.watch.escalate_seconds,
                problem=problem,
                deaf=self._deaf(),
            )
        )
        return Page(html, 422 if problem else 200)

    def _deaf(self) -> str:
        """Why emergency calls would not be heard now; empty if they would."""
        status = self._house.status
        self._house.troubles()  # brings the status up to date with the writer
        away = [say("PBX {name} is not connected", name=one.name) for one in status.sources.values() if not one.up]
        return "; ".join([*away, *([say("the store cannot be written")] if status.store_trouble else [])])

    def _on_screen(self, row: AlarmRow) -> bool:
        """What nobody has taken stays; the rest for some hours."""
        stays = self._house.micros() - row.raised_at < STAYS_HOURS * 3600 * 1_000_000
        return row.acknowledged_at is None or stays

    def _view(self, row: AlarmRow, clock: Clock) -> AlarmView:
        return alarm_view(row, clock, self._tokens.sign("alarm", row.id))


def _claim(alarm: AlarmView) -> tuple[bool, bool, bool, bool]:
    """What claims attention first: an emergency that nobody has taken."""
    return alarm.taken, not alarm.by_person, alarm.tone != "red", alarm.title != say(KINDS[EMERGENCY].title)


def _told(notice: dict[str, Any], clock: Clock) -> str:
    """What became of one notice."""
    way = (
        say("mail to {recipients}", recipients=notice["recipients"])
        if notice["channel"] == "mail"
        else say("web hook {channel}", channel=notice["channel"])
    )
    if notice["delivered"]:
        fate = say("taken at {hour}", hour=clock.second(notice["done_at"]))
    elif notice["done_at"] is not None:
        fate = say("given up at {hour}: {problem}", hour=clock.second(notice["done_at"]), problem=notice["problem"])
    else:
        fate = say("waits")
        if notice["tries"]:
            fate = plural(
                "waits, tried {number} time: {problem}",
                "waits, tried {number} times: {problem}",
                notice["tries"],
                problem=notice["problem"],
            )
    return f"{notice['event']}: {way}, {fate}"


def way_back(form: Form, number: int) -> str:
    """Where a person lands after taking an alarm: the screen, if that is where it was done."""
    return "/emergency" if form.deed == "take" else f"/alarms/{number}"
