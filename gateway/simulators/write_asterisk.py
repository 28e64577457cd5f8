"""What an Asterisk (13 to 22) writes for a call: rows of Master.csv, or `Cdr` events of the manager interface.

The columns are those of cdr_csv with `newcdrcolumns`, `loguniqueid` and `loguserfield` on, the event keys those of
cdr_manager. Oddities that are real and kept, each as a run of the real program wrote it: a busy trunk leaves a second
row of nought seconds (`unanswered=yes`); a forked Dial leaves a row per attempt under one uniqueid; a call through a
Local channel is two answered rows with one linkedid, of which only one is on the trunk; a redirect overwrites the
dialled number of the trunk's row, so that the digits survive only in lastdata, and leaves a row for what came after.
The times are local; a call that was never answered has an empty answer time without quotes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Final

from gateway.simulators.calls import SimulatedCall, later

FORKED_BELOW: Final = 40
"""Of a thousand calls, those that are dialled on two trunks at once."""
LOCAL_BELOW: Final = 80
"""Of a thousand calls, those up to here that are not forked go through a Local channel."""
CHANNELS_PER_TRUNK: Final = 15
"""One SIP trunk carries so many calls; the trunk numbers of a hotel spread over two."""
_NUMBERS_PER_CALL: Final = 8
"""Channel and row numbers a call may use, so that no two calls share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, its columns in the order of Master.csv."""

    accountcode: str = "HOTEL"
    src: str
    dst: str
    dcontext: str = "rooms"
    clid: str
    channel: str
    dstchannel: str = ""
    lastapp: str = "Dial"
    lastdata: str = ""
    start: datetime
    answer: datetime | None
    end: datetime
    disposition: str
    amaflags: str = "DOCUMENTATION"
    uniqueid: str
    userfield: str = ""
    peeraccount: str = "HOTEL"
    linkedid: str
    sequence: int

    @property
    def duration(self) -> int:
        """Whole seconds from start to end, ringing included."""
        return _elapsed(self.start, self.end)

    @property
    def billsec(self) -> int:
        """Whole seconds from the answer to the end."""
        return _elapsed(self.answer, self.end) if self.answer else 0


def _elapsed(begin: datetime, end: datetime) -> int:
    """Whole seconds between two instants; the difference of two times of one zone would be that of its clock's face."""
    return int((end.astimezone(UTC) - begin.astimezone(UTC)).total_seconds())


def linked_id(call: SimulatedCall) -> str:
    """The linkedid that joins the rows of a call."""
    return f"{int(call.start.timestamp())}.{call.seq * _NUMBERS_PER_CALL}"


def csv_rows(call: SimulatedCall) -> tuple[bytes, ...]:
    """Writes a call as rows of Master.csv, each with its line feed."""
    return tuple(_csv(row) for row in rows(call))


def ami_events(call: SimulatedCall) -> tuple[bytes, ...]:
    """Writes a call as `Cdr` events, each with its empty line."""
    return tuple(_event(row) for row in rows(call))


def rows(call: SimulatedCall) -> tuple[Row, ...]:
    """Writes a call as rows, in the order in which Asterisk writes them."""
    row = _row(call)
    if call.direction != "out":
        return (row,)
    if call.outcome == "busy":
        return row, _hangup(row)
    if call.outcome != "answered":
        return (row,)
    if call.transferred_to:
        return _redirected(call, row)
    if call.quirk < FORKED_BELOW:
        return _forked(call, row)
    return _through_local(call, row) if call.quirk < LOCAL_BELOW else (row,)


_DISPOSITIONS: Final = {"answered": "ANSWERED", "no_answer": "NO ANSWER", "busy": "BUSY"}


def _row(call: SimulatedCall) -> Row:
    caller = call.caller if call.direction == "in" else call.extension
    shown = call.caller if call.direction == "in" else f"Room {call.extension}"
    station = f"PJSIP/{call.extension}"
    trunk = f"PJSIP/{_trunk(call)}"
    near, far = (
        (trunk, station) if call.direction == "in" else (station, trunk if call.trunk else f"PJSIP/{call.dialled}")
    )
    target = f"{call.sent}@{_trunk(call)}" if call.direction == "out" else call.dialled
    return Row(
        src=caller,
        dst=call.dialled,
        dcontext="from-trunk" if call.direction == "in" else "rooms",
        clid=f'"{shown}" <{caller}>',
        channel=_channel(near, call, 0),
        dstchannel=_channel(far, call, 1),
        lastdata=f"PJSIP/{target},30",
        start=call.start,
        answer=call.connected if call.outcome == "answered" else None,
        end=call.end,
        disposition=_DISPOSITIONS[call.outcome],
        uniqueid=linked_id(call),
        linkedid=linked_id(call),
        sequence=call.seq * _NUMBERS_PER_CALL,
    )


def _trunk(call: SimulatedCall) -> str:
    return f"trunk{(call.trunk - 1) // CHANNELS_PER_TRUNK + 1}"


def _channel(name: str, call: SimulatedCall, ordinal: int) -> str:
    return f"{name}-{call.seq * _NUMBERS_PER_CALL + ordinal:08x}"


def _hangup(row: Row) -> Row:
    """The row of nought seconds that `unanswered=yes` leaves after a busy Dial."""
    return replace(
        row,
        dstchannel="",
        lastapp="Hangup",
        lastdata="",
        start=row.end,
        peeraccount="",
        sequence=row.sequence + 2,
    )


def _forked(call: SimulatedCall, row: Row) -> tuple[Row, ...]:
    """Two trunks tried at once: one was busy, the other answered; one row for each."""
    both = f"PJSIP/{call.sent}@trunkspare&{row.lastdata}"
    busy = replace(
        row,
        dstchannel=_channel("PJSIP/trunkspare", call, 2),
        lastdata=both,
        answer=None,
        end=call.connected,
        disposition="BUSY",
    )
    return busy, replace(row, lastdata=both, sequence=row.sequence + 3)


def _through_local(call: SimulatedCall, row: Row) -> tuple[Row, ...]:
    """One call, two answered rows: the room to the Local channel, the Local channel to the trunk."""
    local = f"Local/{call.dialled}@rooms"
    near = replace(row, dstchannel=f"{local}-{call.seq:08x};1", lastdata=f"{local}/n,30")
    stamp = int(call.start.timestamp())
    far = replace(
        row,
        channel=f"{local}-{call.seq:08x};2",
        uniqueid=f"{stamp}.{call.seq * _NUMBERS_PER_CALL + 2}",
        userfield=f"room{call.extension}",
        sequence=row.sequence + 2,
    )
    return near, far


def _redirected(call: SimulatedCall, row: Row) -> tuple[Row, ...]:
    """The room was sent on after the trunk call: the trunk's row keeps its seconds but loses the dialled number."""
    target = call.transferred_to or ""
    after = replace(
        row,
        dst=target,
        dstchannel="",
        lastapp="Hangup",
        lastdata="",
        start=row.end,
        answer=row.end,
        end=later(row.end, 1),
        peeraccount="",
        sequence=row.sequence + 2,
    )
    return replace(row, dst=target), after


def _stamp(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


_COLUMNS: Final = tuple(field.name for field in fields(Row))
_SECONDS_FOLLOW: Final = "end"
"""The column after which duration and billsec stand."""


def _csv(row: Row) -> bytes:
    cells: list[str] = []
    for column in _COLUMNS:
        cells.append(_cell(getattr(row, column)))
        if column == _SECONDS_FOLLOW:
            cells += [str(row.duration), str(row.billsec)]
    return ",".join(cells).encode("utf-8") + b"\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = _stamp(value) if isinstance(value, datetime) else str(value).replace('"', '""')
    return f'"{text}"'


def _event(row: Row) -> bytes:
    keys = {
        "Event": "Cdr",
        "Privilege": "cdr,all",
        "AccountCode": row.accountcode,
        "Source": row.src,
        "Destination": row.dst,
        "DestinationContext": row.dcontext,
        "CallerID": row.clid,
        "Channel": row.channel,
        "DestinationChannel": row.dstchannel,
        "LastApplication": row.lastapp,
        "LastData": row.lastdata,
        "StartTime": _stamp(row.start),
        "AnswerTime": _stamp(row.answer),
        "EndTime": _stamp(row.end),
        "Duration": str(row.duration),
        "BillableSeconds": str(row.billsec),
        "Disposition": row.disposition,
        "AMAFlags": row.amaflags,
        "UniqueID": row.uniqueid,
        "UserField": row.userfield,
        "LinkedID": row.linkedid,
        "PeerAccount": row.peeraccount,
    }
    return "".join(f"{key}: {value}\r\n" for key, value in keys.items()).encode("utf-8") + b"\r\n"
