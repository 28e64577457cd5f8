"""`foliogate connect`: the first meeting with an exchange, step by step."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from gateway.cli.records import pairs_of, read_rows, sentence_of, table_row
from gateway.cli.words import config_option, fail
from gateway.config.endpoints import connect_address, listen_address
from gateway.config.load import load as load_config
from gateway.config.load import load_store
from gateway.connecting.block import pbx_block
from gateway.connecting.capture import TRIALS, Capture, folder_of, listen
from gateway.connecting.wire import Wire, awaited, dialled, plugged
from pms_adapters.serial_port import serial_place
from protocols.framing import LineFramer
from protocols.smdr.as_json import as_json
from protocols.smdr.catalog import DIALECTS, Dialect, SourceSettings
from protocols.smdr.identify import Verdict, identify
from protocols.smdr.sessions import PlainSession

#: Calls shown as they were read.
_SHOWN: Final = 10
#: The share of rows below which no dialect is proposed.
_SURE: Final = 0.5


@click.command("connect")
@click.argument("name", default="main")
@config_option
@click.option("--dial", metavar="tcp:HOST:PORT", help="Dial the exchange.")
@click.option("--listen", "door", metavar="tcp:PORT", help="Wait until the exchange dials us.")
@click.option("--serial", "cable", metavar="DEVICE@SPEED,8N1", help="Read a serial port.")
@click.option(
    "--dialect", type=click.Choice(sorted(DIALECTS)), help="Speak this dialect, for exchanges that want a log-in."
)
@click.option("--option", "options", metavar="KEY=VALUE", multiple=True, help="An option of the dialect; repeatable.")
@click.option("--seconds", type=click.FloatRange(1, 86_400), default=120.0, show_default=True, help="Listen so long.")
@click.option(
    "--test", "trial", is_flag=True, help="These calls are made for trying: keep them apart, never import or post them."
)
@click.option("--yes", is_flag=True, help="Ask nothing; write the table if a dialect is found.")
def connect_command(
    name: str,
    config_path: Path,
    dial: str | None,
    door: str | None,
    cable: str | None,
    dialect: str | None,
    options: tuple[str, ...],
    seconds: float,
    trial: bool,
    yes: bool,
) -> None:
    """Meet an exchange: see what arrives, learn its dialect, write its table [[pbx]].

    Listens to the exchange NAME for a while, shows the bytes, keeps every one of them on the disk before anything is
    acknowledged, says which dialect they are and why, shows the calls as they read, and offers to write the table into the
    configuration. 'foliogate run' imports what was kept, so that no call of a guest is lost by looking.

    \b
    Examples:
      foliogate connect main --dial tcp:10.0.0.7:1752
      foliogate connect main --listen tcp:5100
      foliogate connect main --serial /dev/ttyS0@9600,8N1
      foliogate connect main --dial tcp:10.0.0.7:2300 --dialect panasonic --option password=file:pcc.txt
    """
    way = _way(dial, door, cable)
    said, written = pairs_of(options), _written(options)
    if dialect is None and said:
        raise click.UsageError("--option says something of a dialect; name it with --dialect.")
    known = DIALECTS[dialect] if dialect is not None else None
    _refuse_name_in_use(config_path, name)
    _warn(yes)
    folder = folder_of(config_path, name)
    kept = _captured(way, known, said, folder / TRIALS if trial else folder, seconds)
    if kept is None:
        fail(f"Nothing came. {_hint(way, known)}")
    data = kept.read_bytes()
    click.echo(f"\n{len(data)} bytes are kept in {kept}.")
    chosen = (known.name, said) if known is not None else _identified(data)
    if chosen is None:
        sys.exit(1)
    _show_calls(kept, *chosen, transport=way[0])
    _offer(config_path, pbx_block(name, chosen[0], way, written or chosen[1]), yes=yes)
    if not trial:
        click.echo(f"'foliogate run' imports {kept.name} as records of {name} when it starts.")


def _way(dial: str | None, door: str | None, cable: str | None) -> tuple[str, str]:
    """How the records come, as the configuration says it."""
    said = [(key, value) for key, value in (("connect", dial), ("listen", door), ("serial", cable)) if value]
    if len(said) != 1:
        raise click.UsageError("Say exactly one of --dial, --listen and --serial.")
    checks = {"connect": connect_address, "listen": listen_address, "serial": serial_place}
    try:
        checks[said[0][0]](said[0][1])
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    return said[0]


def _written(said: tuple[str, ...]) -> dict[str, str]:
    """Options for the configuration: one that names a file goes on naming it, so that no secret is copied."""
    pairs = (one.partition("=") for one in said)
    return {key: value for key, _, value in pairs}


def _refuse_name_in_use(config_path: Path, name: str) -> None:
    """A name that the configuration has already would make two exchanges of one."""
    config = load_config(config_path)
    if not isinstance(config, list) and any(pbx.name == name for pbx in config.pbx):
        fail(
            f"{config_path} has an exchange {name} already; stop 'foliogate run' and look at its table, or choose another name."
        )


def _warn(yes: bool) -> None:
    click.echo(
        "Most exchanges give each record away once: what is read here is taken out of their buffer. Every byte is kept\n"
        "on this machine before it is acknowledged. Another program that reads these records now will miss them.\n"
    )
    if not yes:
        click.confirm("Go on?", abort=True)


# -- listening ---------------------------------------------------------------------------------------------------------


def _captured(
    way: tuple[str, str], dialect: Dialect | None, options: Mapping[str, str], folder: Path, seconds: float
) -> Path | None:
    """Listen, and keep what comes; None where nothing came."""
    try:
        session = dialect.session(options, transport=way[0]) if dialect is not None else PlainSession()
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    framer = dialect.framer(transport=way[0], options=options) if dialect is not None else LineFramer()
    capture = Capture(folder, datetime.now(UTC))
    problem: str | None = None
    try:
        with _wire(way, seconds) as wire:
            click.echo(f"Listening for {seconds:g} s; Ctrl-C ends it earlier.\n")
            with contextlib.suppress(KeyboardInterrupt):
                problem = listen(wire, session, framer, capture, seconds=seconds, clock=time.monotonic, show=click.echo)
    except TimeoutError:
        problem = "nobody connected in time"
    except OSError as error:
        problem = f"{way[1]} cannot be used: {error.strerror or error}"
    kept = capture.close()
    if problem is not None:
        click.echo(f"{problem[:1].upper()}{problem[1:]}.", err=True)
    return kept


@contextlib.contextmanager
def _wire(way: tuple[str, str], seconds: float) -> Iterator[Wire]:
    match way[0]:
        case "connect":
            with dialled(connect_address(way[1])) as wire:
                click.echo(f"Connected to {way[1]}.")
                yield wire
        case "listen":
            click.echo(f"Waiting at {way[1]} until the exchange connects.")
            with awaited(listen_address(way[1]), seconds) as (wire, peer):
                click.echo(f"{peer} connected.")
                yield wire
        case _:
            with plugged(serial_place(way[1])) as wire:
                yield wire


def _hint(way: tuple[str, str], known: Dialect | None) -> str:
    """What to look at, where nothing came."""
    if known is None and way[0] == "connect":
        port = connect_address(way[1]).port
        usual = [one.name for one in DIALECTS.values() if one.default_port == port]
        if usual:
            return (
                f"Port {port} is where {' or '.join(usual)} listens, which may want a log-in: try --dialect {usual[0]}."
            )
    return "Make a call to an outside number, hang up, and see that the exchange is set to send its call records here."


# -- what it is --------------------------------------------------------------------------------------------------------


def _identified(data: bytes) -> tuple[str, Mapping[str, str]] | None:
    verdicts = identify(data)
    for verdict in verdicts[:3]:
        for line in sentence_of(verdict):
            click.echo(line)
    if verdicts and verdicts[0].confidence > _SURE and not _tied(verdicts):
        return verdicts[0].dialect, verdicts[0].options
    if _tied(verdicts):
        click.echo("Two dialects read it equally well; name the one it is with --dialect.")
    else:
        click.echo(
            "No dialect reads it. What was kept can be sent to whoever keeps this program, or read with a layout of your own."
        )
    return None


def _tied(verdicts: list[Verdict]) -> bool:
    return len(verdicts) > 1 and verdicts[0].confidence == verdicts[1].confidence


def _show_calls(kept: Path, name: str, options: Mapping[str, str], *, transport: str) -> None:
    """The first calls as they read, and how many rows of each kind there are."""
    settings = SourceSettings(timezone=ZoneInfo("UTC"), options=options)
    counts: Counter[str] = Counter()
    with kept.open("rb") as source:
        rows = [row for batch in read_rows(source, DIALECTS[name], settings, datetime.now(UTC)) for row in batch]
    for row in rows:
        shown = as_json(*row)
        if shown["kind"] == "call" and counts["call"] < _SHOWN:
            click.echo(table_row(shown))
        counts[str(shown["kind"])] += 1
    click.echo(
        ", ".join(f"{counts[kind]} {kind}" for kind in ("call", "event", "furniture", "unparsed") if counts[kind])
    )


def _offer(config_path: Path, block: str, *, yes: bool) -> None:
    """The table, written to the end of the configuration where that is wanted."""
    click.echo(f"\n{block}")
    if not yes and not click.confirm(f"Write this table to the end of {config_path}?", default=True):
        return
    before = config_path.read_text(encoding="utf-8") if config_path.exists() else ""
    with config_path.open("a", encoding="utf-8") as file:
        file.write(("" if before.endswith("\n") or not before else "\n") + "\n" + block)
    problems = load_store(config_path)
    click.echo(
        f"Written. 'foliogate check' says what else {config_path.name} needs."
        if not isinstance(problems, list)
        else "Written."
    )
