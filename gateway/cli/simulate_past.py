"""`foliogate simulate past`: a hotel with a history, to try reports on, with nothing running."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.words import fail, version

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.demo.hotel import Hotel
    from gateway.demo.past_days import PastSummary


@click.command("past")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--days", type=click.IntRange(1, 1_100), default=365, show_default=True, help="Days, the last of them yesterday."
)
@click.option(
    "--rooms", default="101-120,201-220", show_default=True, metavar="ROOMS", help="The rooms, as 101-140,201-240."
)
@click.option("--trunks", type=click.IntRange(1, 900), default=30, show_default=True, help="Trunks of its one group.")
@click.option(
    "--calls", type=click.FloatRange(0.1, 50), default=3.75, show_default=True, help="Calls a room and day, on average."
)
@click.option("--even", is_flag=True, help="Every day like the other, without seasons and congresses.")
@click.option("--seed", default=1, show_default=True, help="The same seed is the same hotel and the same year.")
def past(folder: Path, days: int, rooms: str, trunks: int, calls: float, even: bool, seed: int) -> None:
    """Write a hotel's past into a new folder: its configuration, its tariff, and a store with every call settled.

    \b
      foliogate simulate past year --rooms 1001-1050,1101-1150 --days 365
      foliogate report trunks --config year/foliogate.toml --from 2026-01-01 --to 2026-01-31 --format pdf --output t.pdf

    Each call goes through the reading, pricing, attributing and posting that a live one does; the PMS is played by the
    simulator without its sockets. 100 rooms and a year take about two minutes. The hotel has its seasons, quiet nights,
    feasts, and some weeks with a congress.
    """
    import random

    from gateway.demo.hotel import Hotel, furnish
    from gateway.demo.pms_kinds import PMS_KINDS
    from gateway.demo.ports import choose
    from gateway.simulators.hotel import parse_rooms
    from gateway.simulators.seasons import CityYear, Even

    if (folder / "foliogate.toml").exists():
        fail(f"{folder} has a hotel already; name a folder that is new")
    try:
        parse_rooms(rooms)
        folder.mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError) as error:
        fail(str(error))
    hotel = Hotel(
        folder=folder.resolve(),
        ports=choose(0, random.Random(seed)),
        seed=seed,
        pms=PMS_KINDS["fias"],
        room_list=rooms,
        trunks=trunks,
        year=Even(calls) if even else CityYear(seed, calls),
    )
    written = write_past(hotel, furnish(hotel), days)
    click.echo(f"{written.posted} charges on folios. Look at it: foliogate run --config {hotel.config_file}")


def write_past(hotel: Hotel, config: Config, days: int) -> PastSummary:
    """Write the days behind a hotel, with a progress bar on a terminal."""
    import gc

    from rich.console import Console
    from rich.progress import Progress

    from gateway.clock import utc_now
    from gateway.demo.past_days import PastDays
    from gateway.store.database import Database

    database = Database(config.store.url, config.property.id)
    today = utc_now().astimezone(config.property.timezone).date()
    console = Console()
    gc.freeze()  # many small values that all stay: looking through them again and again is a tenth of the time
    gc.set_threshold(20_000, 20, 100)
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(f"{config.property.name}: {days} days of history", total=days)
            past = PastDays(hotel, config, database, version())
            written = past.write(today, lambda done, _: bar.update(task, completed=done), days)
            past.last_night(utc_now())
    finally:
        database.close()
    click.echo(
        f"{config.property.name}: {len(hotel.rooms)} rooms, {written.days} days of history with {written.records} records"
    )
    return written
