"""Asterisk's channel event log (CEL): what happened to each channel, from which a call's stretches of trunk are reckoned.

A call detail record is rewritten by a transfer; an event is not. So where calls are handed on a lot, the events tell more:
the trunk's channel is answered and hangs up, and what lies between costs money, whoever talked. `linkedid` joins all events
of a call; it is the unique id of the first channel, which begins with the seconds since 1970 at which the call began.

Each event of use is a record of its call: the first channel's beginning (who called), an answer and a hang-up of it or of a
trunk, the answer of a telephone (who took it), a transfer (who has it now), and the end of the linked id, after which nothing more comes. Anything else is left out.
Nothing is charged before the hang-up. An exchange is read by its records *or* by its events, never by both.

Needed in cel.conf: `events=CHAN_START,ANSWER,HANGUP,BLINDTRANSFER,ATTENDEDTRANSFER,LINKEDID_END`, `dateformat=%F %T`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from protocols.records import CallRecord, Direction, Furniture, JoinedCall, Parsed, Share, Unparsed
from protocols.smdr.asterisk import created
from protocols.smdr.channels import endpoint, technology
from protocols.smdr.dialect import Dialect
from protocols.smdr.documents import json_object, text_of
from protocols.smdr.fields import WallClock, Wrong, is_number, number_sent, quoted, text_or_none
from protocols.smdr.layout import Fields, load
from protocols.smdr.moments import between, stamp
from protocols.smdr.settings import Parser, SourceSettings

_NAMES = "event time cid_num exten channel app accountcode uniqueid linkedid extra".split()
_BEGAN, _ANSWERED, _HUNG_UP, _OVER = "CHAN_START", "ANSWER", "HANGUP", "LINKEDID_END"
_TRANSFERS = frozenset(("BLINDTRANSFER", "ATTENDEDTRANSFER"))
#: The application of a channel that was called, and did not call.
_CALLED = "AppDial"


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Asterisk's events."""
    reader = _Reader(settings)
    return load("asterisk-cel").parser(_NAMES, reader.read, _no_event)


def _no_event(text: str) -> Parsed:
    if text.lstrip('"').lower().startswith("eventtype"):
        return Furniture("a line of column titles")
    return Unparsed(f"not a row of cel_custom, which has 20 columns; it begins with {quoted(text[:30])}")


class _Reader:
    """Makes records of the events of one Asterisk."""

    __slots__ = ("_clock", "_trunks", "_zone")

    def __init__(self, settings: SourceSettings) -> None:
        zone = UTC if settings.options.get("utc") == "yes" else settings.timezone
        self._clock, self._zone, self._trunks = WallClock(zone), settings.timezone, settings.trunks

    def read(self, fields: Fields, _now: datetime) -> Parsed:
        """Make a record of an event, if it says anything of a call."""
        event, time, number, exten, channel, app, account, unique, linked, extra = fields.values
        first = unique == linked
        trunk = self._trunk(channel, called=app == _CALLED)
        phone = endpoint(channel) if not first and trunk is None else ""
        if not _is_of_use(event, first=first, trunk=trunk, phone=phone):
            return Furniture(f"an event of a channel: {quoted(event)}")
        began = created(linked)
        if began is None:
            raise Wrong("linkedid", linked, "seconds since 1970, a point and a number")
        warnings: list[str] = []
        at = stamp(self._clock, "time", time, warnings, near=began).astimezone(self._zone)
        direction = _direction(trunk, first=first)
        moved = event in _TRANSFERS
        whose = text_or_none(text_of((json_object(extra.encode()) or {}).get("extension"))) if moved else None
        return CallRecord(
            direction=direction,
            answered=None,
            start=began.astimezone(self._zone),
            end=at,
            extension=whose if moved else text_or_none(number if first and direction != "in" else phone),
            dialled=number_sent(exten if is_number(exten.lstrip("+")) else number, []) if direction == "out" else None,
            caller=text_or_none(number) if direction == "in" else None,
            trunk=trunk,
            trunk_in=trunk if direction == "in" else None,
            trunk_out=trunk if direction == "out" else None,
            account_code=text_or_none(account),
            call_key=linked,
            leg_key=unique,
            more_follows=event != _OVER,
            condition=event,
            warnings=tuple(warnings),
            stages=("transfer",) if moved else (),
        )

    def _trunk(self, channel: str, *, called: bool) -> str | None:
        """Give the endpoint of a channel if it is a trunk: listed, or called and not named by digits alone."""
        name = endpoint(channel)
        listed = name in self._trunks or f"{technology(channel)}/{name}" in self._trunks
        return name if name and (listed or (called and not is_number(name))) else None


def _is_of_use(event: str, *, first: bool, trunk: str | None, phone: str) -> bool:
    if event in _TRANSFERS or event == _OVER:
        return True
    if event == _BEGAN:
        return first
    if event == _ANSWERED and phone:
        return True  # a telephone that was called took the call
    return event in (_ANSWERED, _HUNG_UP) and (first or trunk is not None)


def _direction(trunk: str | None, *, first: bool) -> Direction:
    if trunk is None:
        return "internal"
    return "in" if first else "out"


# -- joining -----------------------------------------------------------------------------------------------------------


def join(legs: Sequence[CallRecord]) -> JoinedCall:
    """Reckon a call from its events so far, in whatever order they came. Raises ValueError for none."""
    if not legs:
        raise ValueError("a call has at least one record")
    over = [leg for leg in legs if leg.condition == _OVER]
    end = max((leg.end or leg.start for leg in legs), key=_utc)
    warnings: list[str] = []
    came = next((leg for leg in legs if leg.trunk_in), None)
    known_end = end if over else None
    stretches = [
        one for channel in _channels(legs) if (one := _stretch(legs, channel, known_end, warnings)) is not None
    ]
    charged = [_through(one, came) for one in stretches]
    first = _first_channel(legs, known_end)
    holders = () if came is not None and charged else tuple(dict.fromkeys(_holders(legs)))
    principal = charged[0] if charged else came or _tried(legs) or legs[0]
    talk = sum(one.talk_seconds or 0 for one in charged) if charged else first
    call = principal._replace(
        extension=next(iter(holders), None),
        answered=True if talk else False if over else None,
        start=min((leg.start for leg in legs), key=_utc),
        end=end,
        talk_seconds=talk,
        more_follows=not over,
        account_code=next((leg.account_code for leg in legs if leg.account_code), None),
        condition=None,
        stages=tuple(dict.fromkeys(stage for leg in legs for stage in leg.stages)),
    )
    told = (*(words for leg in legs for words in leg.warnings), *warnings)
    return JoinedCall(
        call=call,
        charged=tuple(charged),
        holders=holders,
        complete=bool(over),
        warnings=tuple(dict.fromkeys(told)),
        shares=tuple(_shares(one, _turns(legs)) for one in charged) if len(holders) > 1 else (),
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _channels(legs: Sequence[CallRecord]) -> list[str]:
    """The channels of trunks that were called, in the order in which they came to be."""
    found = {leg.leg_key for leg in legs if leg.trunk_out and leg.leg_key}
    return sorted(found, key=lambda unique: (created(unique) or datetime.min.replace(tzinfo=UTC), unique))


def _at(legs: Sequence[CallRecord], channel: str | None, event: str) -> CallRecord | None:
    return next((leg for leg in legs if leg.leg_key == channel and leg.condition == event), None)


def _stretch(
    legs: Sequence[CallRecord], channel: str, known_end: datetime | None, warnings: list[str]
) -> CallRecord | None:
    """What was talked on a trunk's channel: from its answer to its hang-up; none while either is missing."""
    answer, hung_up = _at(legs, channel, _ANSWERED), _at(legs, channel, _HUNG_UP)
    if answer is None or answer.end is None:
        return None
    end = hung_up.end if hung_up is not None else known_end
    if end is None:
        return None
    if hung_up is None:
        warnings.append("no hang-up of the trunk was told; its time is taken up to the end of the call")
    began = created(channel)
    start = began.astimezone(answer.start.tzinfo) if began is not None else answer.start
    talk = between(answer.end, end)
    ring = between(start, answer.end)
    return answer._replace(
        start=start, end=end, answered=True, talk_seconds=talk, ring_seconds=ring, more_follows=False
    )


def _through(stretch: CallRecord, came: CallRecord | None) -> CallRecord:
    """A call that came over a trunk and went out over another is no room's."""
    if came is None:
        return stretch
    return stretch._replace(direction="tandem", trunk_in=came.trunk_in, extension=None)


def _first_channel(legs: Sequence[CallRecord], known_end: datetime | None) -> int:
    """How long the first channel was talked on: what an incoming or internal call lasted."""
    first = next((leg.leg_key for leg in legs if leg.leg_key == leg.call_key), None)
    answer, hung_up = _at(legs, first, _ANSWERED), _at(legs, first, _HUNG_UP)
    end = hung_up.end if hung_up is not None else known_end
    return 0 if answer is None or answer.end is None or end is None else between(answer.end, end)


def _tried(legs: Sequence[CallRecord]) -> CallRecord | None:
    """An attempt to get out that nobody answered."""
    return next((leg for leg in legs if leg.trunk_out), None)


def _holders(legs: Sequence[CallRecord]) -> list[str]:
    """Who called, then those to whom the call was handed on, by time."""
    return [leg.extension for leg in sorted(legs, key=lambda leg: _utc(leg.end or leg.start)) if leg.extension]


def _turns(legs: Sequence[CallRecord]) -> list[tuple[datetime, str]]:
    """Who has the line from when on: whoever called, then at each transfer the telephone that it names.

    A consultation transfer names none: it goes to the telephone that answered last, else stays with who had the line.
    """
    found: list[tuple[datetime, str]] = []
    answered = ""
    for leg in sorted(legs, key=lambda leg: _utc(leg.end or leg.start)):
        at, named = _utc(leg.end or leg.start), leg.extension or ""
        if leg.condition in _TRANSFERS:
            found.append((at, named or answered or (found[-1][1] if found else "")))
        elif leg.condition == _ANSWERED and leg.trunk is None:
            answered = named
        if named and not found:
            found.append((at, named))
    return found


def _shares(stretch: CallRecord, turns: Sequence[tuple[datetime, str]]) -> tuple[Share, ...]:
    """Cut what was talked on a trunk's channel where the line went to another telephone."""
    end, talk = stretch.end or stretch.start, stretch.talk_seconds or 0
    began = _utc(end) - timedelta(seconds=talk)
    cuts = [min(between(began, at), talk) if at > began else 0 for at, _ in turns[1:]]
    found: dict[str, int] = {}
    for (_, extension), since, until in zip(turns, (0, *cuts), (*cuts, talk), strict=True):
        if until > since:
            found[extension] = found.get(extension, 0) + until - since
    if not found:  # nothing was talked, and yet it may have its price
        return (Share(next((who for at, who in reversed(turns) if at <= began), turns[0][1]), 0),)
    return tuple(Share(*each) for each in found.items())


DIALECT = Dialect(
    name="asterisk-cel",
    title="Asterisk CEL (cel_custom)",
    transports=frozenset({"file", "folder"}),
    make_parser=make_parser,
    join_legs=join,
    options={"utc": "yes if the times are in GMT (usegmtime in cel_custom.conf; default no)"},
    choices={"utc": ("yes", "no")},
)
