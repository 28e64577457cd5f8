"""`foliogate trunks`: what the trunks did over a period, and whether they are enough."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.periods import period_options, span_of
from gateway.cli.store import opened
from gateway.cli.words import config_option, read_config

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from gateway.traffic.grade import Grade
    from gateway.traffic.intervals import Load
    from gateway.traffic.study import GroupStudy, Study


@click.command("trunks")
@config_option
@period_options
@click.option(
    "--allowance",
    type=click.IntRange(0, 300),
    default=12,
    show_default=True,
    help="Seconds for dialling and ringing where the exchange does not tell them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with every figure.")
def trunks_command(config_path: Path, first: date, last: date, allowance: int, as_json: bool) -> None:
    """Show what the trunks did from one day to another: busy hours, peaks, all-busy times, grade of service.

    Groups are held against the tables [[trunks]] of the configuration; without them trunks are counted and named, and nothing
    is said of how many there ought to be. docs/traffic.md tells what each figure means. Changes nothing.
    """
    from gateway.clock import utc_now
    from gateway.config.trunks import capacity_of
    from gateway.instants import to_micros
    from gateway.store import traffic
    from gateway.traffic.as_json import study_json
    from gateway.traffic.study import Asked, study

    config = read_config(config_path)
    zone = config.property.timezone
    span_of(first, last, zone)  # says so if the days are the wrong way round
    asked = Asked(first=first, last=last, zone=zone, now=to_micros(utc_now()), allowance_s=allowance)
    capacity, (since, until) = capacity_of(config), asked.span
    with opened(config_path, read_only=True, config=config) as database:
        owner = database.property
        sums, uses = database.read(
            lambda c: (
                traffic.sums(c, owner, since, until, capacity.group_of),
                traffic.uses(c, owner, since, until),
            )
        )
    found = study(asked, capacity, sums, uses)
    if as_json:
        click.echo(json.dumps(study_json(found), ensure_ascii=False))
        return
    click.echo(f"{config.property.name}, {first} to {last}, hours of {zone.key}")
    for line in _lines(found):
        click.echo(line)


def _lines(found: Study) -> Iterator[str]:
    zone = found.asked.zone
    for group in found.groups:
        yield ""
        yield from _group(group, zone)
    yield ""
    if not found.groups:
        yield "No trunk was used, and none is in the configuration."
    if found.unknown:
        named = ", ".join(
            f"{trunk or 'no name'} ({group})" if group else trunk or "no name" for group, trunk in found.unknown
        )
        yield f"In no table [[trunks]]: {named}"
    if found.provisional_from is not None:
        yield f"Provisional from {_moment(found.provisional_from, zone)}: calls of that time may not have ended."
    for words in found.assumptions:
        yield f"{words[0].upper()}{words[1:]}."


def _group(one: GroupStudy, zone: ZoneInfo) -> Iterator[str]:
    from gateway.instants import SECOND
    from gateway.traffic.as_json import clock_time
    from gateway.traffic.erlang import erlang_to_ccs
    from gateway.traffic.saying import sentence

    installed = f"{one.installed.trunks} trunks" if one.installed is not None else "not in the configuration"
    yield f"{one.name}: {installed}"
    yield f"  {sentence(one, zone)}"
    for words, load in (("out", one.out), ("in", one.incoming), ("direction not told", one.unknown)):
        if load.seizures:
            yield f"  {words:<13} {_seized(load)}"
    hour = one.busy.time_consistent
    if hour is not None and hour.minute is not None and hour.erlangs:
        days = "one day" if hour.days == 1 else f"{hour.days} days"
        ccs = erlang_to_ccs(hour.erlangs)
        yield f"  {'busy hour':<13} {clock_time(hour.minute)}, {hour.erlangs:.2f} erlangs ({ccs:.0f} CCS), mean of {days}"
    if one.peak is not None and one.peak.first is not None:
        first = _moment(one.peak.first, zone)
        yield f"  {'peak':<13} {one.peak.busy} at once, first {first}, {one.peak.time / SECOND:.0f} s in all"
    if one.beyond:
        yield "                more than there are: the times are rough, or the configuration is not up to date"
    if one.all_busy is not None:
        times = "once" if one.all_busy.episodes == 1 else f"{one.all_busy.episodes} times"
        yield f"  {'all busy':<13} {times}, {one.all_busy.time / SECOND:.0f} s in all"
    if one.grade is not None:
        yield from _grade(one.grade)
    if one.remarks:
        yield f"  {'the group':<13} {' and '.join(one.remarks)}"
    odd = [f"{trunk.trunk or 'no name'} {' and '.join(trunk.remarks)}" for trunk in one.trunks if trunk.remarks]
    if odd:
        yield f"  {'remarks':<13} {', '.join(odd)}"


def _seized(load: Load) -> str:
    from gateway.instants import SECOND

    blocked = f", {load.blocked:,} found no trunk free" if load.blocked else ""
    return f"{load.seizures:,} calls, {load.answered:,} answered{blocked}, {load.busy / SECOND / 3600:,.1f} hours"


def _grade(one: Grade) -> Iterator[str]:
    from gateway.traffic.grade import GRADES

    measured = "not told" if one.blocking_measured is None else f"{one.blocking_measured:.2%}"
    modelled = "saturated" if one.blocking_modelled is None else f"{one.blocking_modelled:.2%}"
    busy = "not known" if one.all_busy is None else f"{one.all_busy:.2%} of the time"
    yield f"  {'lost calls':<13} measured {measured}, modelled {modelled}, target {one.target:.2%}; all busy {busy}"
    if one.surplus is None:
        yield f"  {'needed':<13} not known: above 90 % of its trunks, at least {one.offered.erlangs:.1f} erlangs were offered"
        return
    needed = ", ".join(f"{count} at {gos:.0%}" for gos, count in zip(GRADES, one.needed, strict=True))
    too = f"{abs(one.surplus)} too {'few' if one.surplus < 0 else 'many'}" if one.surplus else "as many as there are"
    yield f"  {'needed':<13} {needed}; for the target {one.for_target}: {too}"


def _moment(at: int, zone: ZoneInfo) -> str:
    from gateway.instants import from_micros

    return f"{from_micros(at).astimezone(zone):%Y-%m-%d %H:%M}"
