"""One life of the gateway in a simulated day: the real composition on a machine that may die at any step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred, maybeDeferred

from gateway.app.configured import CannotStart
from gateway.app.gateway import Gateway, Pace
from gateway.config import Config
from tests.simulation.disk import ClockDrive, Disk
from tests.simulation.network import Network
from tests.simulation.world import CrashPoint, Died, Machine, World

T = TypeVar("T")

#: A day has 86,400 seconds, and nothing happens in most of them: what is looked at every second is looked at seldom.
PACE = Pace(look=45.0, commands=600.0, overdue=900.0, watch=10800.0, folios=300.0)
#: What the service manager of a machine waits for an orderly stop before it kills.
STOP_SECONDS = 60.0


def _at_once(work: Callable[[], T]) -> Deferred[T]:
    """Read the store here and now; there are no threads in a simulated day."""
    return maybeDeferred(work)


class Handed(Protocol):
    """Something that was handed to a living gateway, and must survive once a commit came after it."""

    def secure(self) -> None:
        """A commit that began after it has succeeded."""


class Life:
    """A gateway from its start to its end. `over` is called once, when the process is gone."""

    def __init__(
        self, world: World, network: Network, disk: Disk, config: Config, over: Callable[[Life], None]
    ) -> None:
        self._world, self._over = world, over
        self.machine = Machine(world, network, "gateway")
        self.machine.on_death = self._died
        self._waiting: list[Handed] = []
        self._taken: list[Handed] = []
        self.stopping = False
        self._gone = False
        self.gateway = Gateway(
            config,
            self.machine,
            self.machine.now,
            "simulated",
            elsewhere=_at_once,
            drive=lambda _reactor: ClockDrive(self.machine, disk, self._step_begins, self._step_ended),
            pace=PACE,
        )
        disk.attach(self.gateway.database, self.machine)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.machine.alive

    def start(self) -> None:
        """Start; a process that cannot says so and ends."""
        try:
            self.gateway.start()
        except Died:
            pass
        except CannotStart as error:
            self._world.fault("start refused", str(error))
            self._leave()

    def handed(self, item: Handed) -> None:
        """Something was handed to this process."""
        if self.alive:
            self._waiting.append(item)

    def stop(self) -> None:
        """SIGTERM; and SIGKILL, if that takes too long."""
        if self.stopping or not self.alive:
            return
        self.stopping = True
        self._world.fault("orderly stop")
        stopped = self.gateway.stop()
        stopped.addCallback(lambda _: self._world.later(0, self._exit))
        self._world.later(STOP_SECONDS, self._kill_if_alive)

    def _kill_if_alive(self) -> None:
        if self.alive:
            self._world.fault("killed while stopping")
            self.machine.die("between")

    def _exit(self) -> None:
        if self.alive:
            self._world.say("gateway has stopped")
            self._leave()

    def _leave(self) -> None:
        """The process ends by itself."""
        self.machine.on_death = lambda _point: None
        self.machine.die("between")
        self._end()

    def _died(self, point: CrashPoint) -> None:
        self._world.fault(f"crash {point}")
        self._world.later(0, self._end)  # once the event that died has run out

    def _end(self) -> None:
        if self._gone:
            return
        self._gone = True
        self._close_files()
        self._over(self)

    def _close_files(self) -> None:
        """What the system does with a process that has died: its files are closed, and nothing else happens."""
        self.gateway.database.close()
        doors = getattr(self.gateway, "_doors", None)  # there are none where the start ended early
        for followed in doors._files if doors is not None else ():
            followed.close()

    def _step_begins(self) -> None:
        self._taken, self._waiting = self._taken + self._waiting, []

    def _step_ended(self, whole: bool) -> None:
        if whole:
            for item in self._taken:
                item.secure()
            self._taken = []
