"""A house whose reports go out by themselves, in one hand: real store, writer, planning, making and deliveries; time is the test's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed

from gateway.delivery.by_folder import put_into
from gateway.delivery.house import DeliveryHouse
from gateway.delivery.making import Making
from gateway.delivery.packs import Pack
from gateway.delivery.planning import Planning
from gateway.delivery.ways import ByFolder, Unpacking, Way
from gateway.store import runs
from gateway.store.runs import REPORTS_TO, RunRow
from gateway.watch.deliveries import Deliveries
from tests.gateway.web.asking import at_once
from tests.gateway.web.commands import here
from tests.gateway.web.house import StandingHouse

MAIL = '\n[mail]\nhost = "localhost"\nsecurity = "none"\nsender = "f@example.org"\nto = ["desk@example.org"]\n'
RECIPIENTS = MAIL + (
    '[[recipients]]\nname = "gm"\nmail = ["gm@example.org"]\n'
    '[[recipients]]\nname = "audit"\nrole = "auditor"\nfolder = "drop"\n'
)
ACCOUNTS = (
    '[accounting]\nguests = "1400"\nrevenue = { international = "4410", default = "4400" }\n'
    'taxes = { default = "3806" }\nlines = "charges"\n'
)


def schedule(name: str = "calls", every: str = "daily", **more: str) -> str:
    """A schedule as the configuration has it; values are TOML."""
    said = {"report": f'"{name}"', "every": f'"{every}"', "forms": '["csv"]', "to": '["gm", "audit"]', **more}
    return f'[[schedules]]\nname = "{name}"\n' + "".join(f"{key} = {value}\n" for key, value in said.items())


class Told:
    """A way that keeps what it was given; `answers` are laid out for it, "" is yes, then everything is taken."""

    def __init__(self) -> None:
        self.packs: list[tuple[str, Pack]] = []
        self.answers: deque[str] = deque()
        self.tries = 0

    def send(self, pack: Pack, name: str) -> Deferred[Any]:
        """One attempt."""
        self.tries += 1
        answer = self.answers.popleft() if self.answers else ""
        if answer:
            return fail(ConnectionError(answer))
        self.packs.append((name, pack))
        return succeed(None)


class Office:
    """The house. Nothing moves but by `pass_time`; `off` and `on` are a gateway that is stopped and started."""

    def __init__(self, folder: Path, schedules: str, run: Callable[..., Any] = here) -> None:
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.house = StandingHouse(folder, more=RECIPIENTS + schedules)
        self.rig, self.config = self.house.rig, self.house.config
        self.gm, self.run = Told(), run
        self.on()

    def on(self) -> None:
        """Start."""
        rig, config = self.rig, self.config
        rig.database.transact(rig.memory.reload)
        shared: dict[str, Any] = {
            "database": rig.database,
            "memory": rig.memory,
            "submit": rig.writer.submit,
            "clock": rig.clock,
            "now": lambda: rig.now,
            "elsewhere": at_once,
        }
        ways: dict[str, Way] = {"gm": self.gm, "audit": ByFolder(lambda pack: put_into(self.drop, pack), at_once)}
        channels = {
            f"{REPORTS_TO}{one.name}": Unpacking(
                ways[one.name],
                database=rig.database,
                elsewhere=at_once,
                hotel="Seaside Hotel",
                folder=config.delivery.folder,
                page="https://foliogate.example",
                masked=one.masked,
            )
            for one in config.recipients
        }
        self.deliveries = Deliveries(**shared, channels=channels)
        house = DeliveryHouse(
            **shared, config=config, status=self.house.status, run=self.run, wake=self.deliveries.call_soon
        )
        self.making = Making(house)
        self.planning = Planning(house, self.making.call_soon)
        for service in (self.deliveries, self.making, self.planning):
            service.startService()
        self.pass_time(1)

    def off(self) -> None:
        """Stop."""
        for service in (self.planning, self.making, self.deliveries):
            service.stopService()

    def pass_time(self, seconds: float, step: float = 1800) -> None:
        """Let time pass in steps, and a little more, until all is told."""
        while seconds > 0:
            self.rig.advance(min(step, seconds))
            seconds -= step
        for _ in range(12):
            self.rig.advance(5)

    def until(self, moment: datetime) -> None:
        """Let time pass until then."""
        self.pass_time((moment - self.rig.now).total_seconds() - 60)

    def made(self, name: str) -> list[RunRow]:
        """The runs of a schedule, oldest first."""
        return self.rig.database.read(lambda c: runs.newest(c, "SEASIDE", name, 100))[::-1]

    def dropped(self) -> list[str]:
        """What is in the folder of the auditor."""
        return sorted(one.name for one in self.drop.iterdir())

    def close(self) -> None:
        """Let go."""
        self.off()
        self.house.close()
