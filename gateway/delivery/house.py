"""What planning and making need of the gateway they are in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.config import Config
from gateway.status import Status
from gateway.store.database import Database
from gateway.store.elsewhere import Elsewhere
from gateway.store.memory import Memory
from gateway.store.writer import Job
from gateway.web.workers import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHouse:
    """The house. `run` starts a foliogate command in a process; `wake` tells the deliveries that something is to go out."""

    config: Config
    status: Status
    database: Database
    memory: Memory
    submit: Callable[[Job], None]
    clock: Any
    now: Callable[[], datetime]
    elsewhere: Elsewhere
    run: Run
    wake: Callable[[], None]
