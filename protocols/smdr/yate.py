"""Yate: a line for each leg of a call, or one for the whole call (`layouts/yate.toml`).

Yate is told of no trunks: it knows the address at the other end of each leg. So the settings list under `trunks` the
addresses of the carriers, with a port or without; a leg from one is an incoming call, a leg to one an outgoing call, and
without any in the list nobody knows what went out. `billid` joins the legs, which come in either order. The time is the
start, in seconds since 1970; `billtime` is the time talked, with thousandths that are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from protocols.records import CallRecord, Direction, Parsed, Unparsed
from protocols.smdr.dialect import Dialect
from protocols.smdr.fields import Wrong, is_number, number_sent, quoted, text_or_none
from protocols.smdr.layout import Fields, load
from protocols.smdr.legs import join_sided
from protocols.smdr.moments import after, epoch
from protocols.smdr.settings import Parser, SourceSettings

_NAMES = (
    "time billid chan address caller called billtime ringtime duration direction status reason out_chan out_address "
    "out_billtime out_ringtime out_reason"
).split()
_NO_TRUNKS = "no addresses of carriers are listed under trunks, so whether this went out is not known"


def make_parser(settings: SourceSettings) -> Parser:
    """Compile the parser of one Yate, for commas and for tabs."""
    reader = _Reader(settings)
    commas = load("yate")
    tabs = replace(commas, separator="\t", quote="")
    with_commas, with_tabs = (layout.parser(_NAMES, reader.read, _no_line) for layout in (commas, tabs))

    def parse(data: bytes, now: datetime) -> Parsed:
        return (with_tabs if b"\t" in data else with_commas)(data, now)

    return parse


def _no_line(text: str) -> Parsed:
    return Unparsed(
        "not a line of Yate's cdrfile, which has 12 columns for a leg and 17 for a whole call; "
        f"it begins with {quoted(text[:30])}"
    )


class _Reader:
    """Makes call records of the lines of one Yate."""

    __slots__ = ("_trunks", "_zone")

    def __init__(self, settings: SourceSettings) -> None:
        self._trunks, self._zone = settings.trunks, settings.timezone

    def read(self, fields: Fields, _now: datetime) -> Parsed:
        """Make a record of a line."""
        said = dict(zip(_NAMES, fields.values, strict=True))
        start = epoch("time", said["time"], self._zone)
        if start is None:
            raise Wrong("time", said["time"], "seconds since 1970")
        combined = fields.form.name == "combined"
        if not combined and said["direction"] not in ("incoming", "outgoing"):
            raise Wrong("direction", said["direction"], "incoming or outgoing")
        warnings = [] if self._trunks else [_NO_TRUNKS]
        came = said["address"] if combined or said["direction"] == "incoming" else ""
        went = said["out_address"] if combined else said["address"] if said["direction"] == "outgoing" else ""
        trunk_in, trunk_out = self._trunk(came), self._trunk(went)
        direction = _direction(trunk_in, trunk_out, known=bool(self._trunks))
        talk = _seconds("out_billtime" if combined and trunk_out else "billtime", said)
        sent = number_sent(said["called"], warnings if trunk_out else [])
        return CallRecord(
            direction=direction,
            answered=talk > 0,
            start=start,
            time_basis="utc",
            end=after(start, _seconds("duration", said)),
            ring_seconds=_seconds("ringtime", said),
            talk_seconds=talk,
            extension=_extension(direction, said, made=bool(went) and not combined),
            dialled=None if direction == "in" else sent,
            caller=text_or_none(said["caller"]) if trunk_in else None,
            did=sent if direction == "in" else None,
            trunk=trunk_out or trunk_in,
            trunk_in=trunk_in,
            trunk_out=trunk_out,
            call_key=text_or_none(said["billid"]),
            leg_key=text_or_none(said["out_chan"] if combined and said["out_chan"] else said["chan"]),
            condition=text_or_none(said["reason"] or said["out_reason"] or said["status"]),
            warnings=tuple(warnings),
        )

    def _trunk(self, address: str) -> str | None:
        """Give an address if it is a carrier's, as the settings list it: with its port or without."""
        host = address.rpartition(":")[0] or address
        return address if address in self._trunks else host if host in self._trunks else None


def _direction(trunk_in: str | None, trunk_out: str | None, *, known: bool) -> Direction:
    if trunk_out:
        return "tandem" if trunk_in else "out"
    if trunk_in:
        return "in"
    return "internal" if known else "unknown"


def _extension(direction: Direction, said: Mapping[str, str], *, made: bool) -> str | None:
    """Who in the house had a leg. Of one that Yate made to a carrier, the leg that came to Yate tells it."""
    if direction == "tandem" or (made and direction != "internal"):
        return None
    return text_or_none(said["called" if made or direction == "in" else "caller"])


def _seconds(column: str, said: Mapping[str, str]) -> int:
    """Read seconds with thousandths as whole ones; what lasted less than one second lasted one."""
    text = said[column]
    whole, _, fraction = text.partition(".")
    if not is_number(whole) or len(whole) > 7 or (fraction and not is_number(fraction)):
        raise Wrong(column, text, "seconds")
    return int(whole) or (1 if fraction.strip("0") else 0)


DIALECT = Dialect(
    name="yate",
    title="Yate call records (cdrfile)",
    transports=frozenset({"file"}),
    make_parser=make_parser,
    join_legs=join_sided,
)
