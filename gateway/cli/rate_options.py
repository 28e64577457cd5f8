"""What `foliogate rate` may be told beside the records: the circumstances of the calls, or one call of which there is no record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from protocols.records import CallRecord, Direction
from rating.circumstances import Circumstances

_Command = TypeVar("_Command", bound=Callable[..., Any])

_TEXTS = {
    "tariff": ("CODE", "The tariff that the payer carries."),
    "guest_class": ("TEXT", "The guest's class, as the PMS writes it."),
    "vip": ("CODE", "The guest's VIP code."),
    "group": ("TEXT", "The guest's group."),
    "extension_class": ("TEXT", "What kind of telephone it is: room, booth …"),
    "extension": ("TEXT", "The extension, where the record does not name it."),
    "trunk": ("TEXT", "The trunk, where the record does not name it."),
    "trunk_group": ("TEXT", "The trunk group, where the record does not name it."),
    "carrier": ("NAME", "The carrier, where not the trunk decides."),
}


def circumstances_options(command: _Command) -> _Command:
    """Add an option for each circumstance of a call."""
    for entry, (metavar, words) in reversed(_TEXTS.items()):
        command = click.option(f"--{entry.replace('_', '-')}", metavar=metavar, default="", help=words)(command)
    command = click.option("--collect", is_flag=True, help="An incoming call whose charges were accepted.")(command)
    command = click.option("--operator", is_flag=True, help="A call that the operator set up.")(command)
    return click.option("--continued", is_flag=True, help="A later part of a call: no fee for being connected.")(
        command
    )


def circumstances_of(options: dict[str, Any]) -> Circumstances:
    """Take the circumstances out of a command's options."""
    texts = {entry: options.pop(entry) for entry in _TEXTS}
    direction = "collect" if options.pop("collect") else ""
    flags = {flag: options.pop(flag) for flag in ("operator", "continued")}
    return Circumstances(**texts, **flags, direction=direction)


def one_call_options(command: _Command) -> _Command:
    """Add the options that make up one call without a record."""
    start = click.option(
        "--start", metavar="TIME", help="When it began, on the hotel's clock: 2025-03-04T17:30. Without it, now."
    )
    seconds = click.option("--seconds", metavar="N", type=click.IntRange(min=0), default=60, help="Its talk time.")
    pulses = click.option("--pulses", metavar="N", type=click.IntRange(min=0), help="The pulses that were metered.")
    advice = click.option("--advice", metavar="AMOUNT", help="The charge that the exchange reports.")
    direction = click.option("--direction", type=click.Choice(["out", "in", "tandem"]), default="out", help="Its way.")
    unanswered = click.option("--unanswered", is_flag=True, help="It was not answered.")
    dialled = click.option("--dialled", metavar="DIGITS", help="Price one call to this number, without any record.")
    for option in (unanswered, direction, advice, pulses, start, seconds, dialled):
        command = option(command)
    return command


def one_call_of(options: dict[str, Any], zone: ZoneInfo) -> CallRecord | None:
    """Take one call out of a command's options; None where the records of a file are meant."""
    given = {
        key: options.pop(key) for key in ("dialled", "start", "seconds", "pulses", "advice", "direction", "unanswered")
    }
    if given["dialled"] is None:
        return None
    direction: Direction = given["direction"]
    return CallRecord(
        direction=direction,
        answered=not given["unanswered"],
        start=start_of("--start", given["start"], zone, datetime.now(UTC)),
        talk_seconds=given["seconds"],
        dialled=given["dialled"],
        pulses=given["pulses"],
        aoc_amount=given["advice"],
    )


def start_of(option: str, text: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant that an option names, on the hotel's clock where it has no zone of its own; now without one."""
    if text is None:
        return now.replace(microsecond=0).astimezone(zone)
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"{option} {text!r} is no day and time; write it like 2025-03-04T17:30.") from error
    return start if start.tzinfo else start.replace(tzinfo=zone)
