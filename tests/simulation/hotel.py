"""The house that is simulated: its configuration, as a hotel would write it, and an exchange that is acknowledged.

None of the dialects of this release acknowledges; exchanges that do exist. So the simulated house has, on every other
day, an IP Office with an invented acknowledgement (one byte a committed record): it keeps what was not acknowledged and
tells it again after a reconnect.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from gateway.config import Config, load
from gateway.config.settings import StoreSettings
from gateway.simulators.hotel import parse_rooms
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.sessions import PlainSession
from rating.starter import starter_files
from tests.simulation import hotel_pms

ZONE: Final = ZoneInfo("Europe/Warsaw")
COUNTRY: Final = "PL"
OWNER: Final = "SEASIDE"
ROOMS: Final = parse_rooms("201-214")
AVAYA_PORT: Final = 5100
MITEL_PORT: Final = 1752
PLAIN: Final = "avaya-ipoffice"
ACKNOWLEDGED: Final = "simulated-acknowledged"
FILE: Final = "Master.csv"

_TEXT: Final = f"""\
[property]
id = "{OWNER}"
name = "Seaside Hotel"
timezone = "{ZONE.key}"
country = "{COUNTRY}"
area_code = "22"
currency = "PLN"

[[pbx]]
name = "avaya"
dialect = "%(avaya)s"
listen = "tcp:{AVAYA_PORT}:interface=127.0.0.1"
trunk_access = ["9"]

[[pbx]]
name = "mitel"
dialect = "mitel-mivb"
connect = "tcp:127.0.0.1:{MITEL_PORT}"
trunk_access = ["9"]

[[pbx]]
name = "asterisk"
dialect = "asterisk"
file = "{FILE}"
trunk_access = ["9"]
trunks = ["trunk1", "trunk2"]

[[pms]]
name = "opera"
answer_timeout = 30
%(pms)s

[rooms]
extensions = [{{ from = "201", to = "214" }}]
departments = {{ "600" = "Kitchen", "601" = "Front desk", "602" = "Housekeeping" }}

[tariff]
folder = "tariffs"
"""


Speaks: TypeAlias = Literal["fias", "ows"]
"""What a simulated PMS speaks."""

_PMS: Final[Mapping[Speaks, str]] = {
    "fias": f'adapter = "fias"\nconnect = "tcp:127.0.0.1:{hotel_pms.PORT}"\nencoding = "{hotel_pms.ENCODING}"',
    "ows": f'adapter = "ows"\nurl = "http://127.0.0.1:{hotel_pms.PORT}/OWS_WS_51"\n'
    f'options = {{ hotel_code = "{OWNER}", username = "FOLIOGATE", password = "simulated", '
    'transaction_code = { default = "8100" }, audit = ["NIGHT_AUDIT"], later = ["SYS-81"] }',
}


class AcknowledgingSession(PlainSession):
    """Says one byte for each committed record."""

    def committed(self, count: int) -> bytes:
        """Acknowledge."""
        return b"\x06" * count


@contextlib.contextmanager
def acknowledging() -> Iterator[None]:
    """Let the catalogue have the acknowledged exchange for a while."""
    DIALECTS[ACKNOWLEDGED] = replace(
        DIALECTS[PLAIN],
        name=ACKNOWLEDGED,
        make_session=lambda _options, _transport: AcknowledgingSession(),
    )
    try:
        yield
    finally:
        del DIALECTS[ACKNOWLEDGED]


@dataclass(frozen=True, slots=True)
class House:
    """The configurations of one house in a folder, by its exchange (plain, acknowledged) and by what its PMS speaks."""

    folder: Path
    configs: Mapping[tuple[str, Speaks], Config]

    def config(self, folder: Path, *, acknowledged: bool, speaks: Speaks, each: bool = False) -> Config:
        """The configuration for a day whose store and file lie in `folder`; `each` holder of a call pays, or its first guest."""
        config = self.configs[ACKNOWLEDGED if acknowledged else PLAIN, speaks]
        store = StoreSettings.model_construct(url=f"sqlite:///{folder / 'store.db'}")
        pbx = tuple(
            one.model_copy(update={"file": str(folder / FILE)}) if one.file is not None else one for one in config.pbx
        )
        rooms = config.rooms.model_copy(update={"transfer_payer": "each"}) if each else config.rooms
        return replace(config, store=store, pbx=pbx, rooms=rooms)


def furnish(folder: Path) -> House:
    """Write the house into a folder. Only inside `acknowledging()`."""
    (folder / "tariffs").mkdir(parents=True, exist_ok=True)
    for name, data in starter_files(COUNTRY, "PLN").items():
        (folder / "tariffs" / name).write_bytes(data)
    ways = [(avaya, speaks) for avaya in (PLAIN, ACKNOWLEDGED) for speaks in _PMS]
    return House(folder, {way: _loaded(folder, *way) for way in ways})


def _loaded(folder: Path, avaya: str, speaks: Speaks) -> Config:
    path = folder / f"{avaya}-{speaks}.toml"
    path.write_text(_TEXT % {"avaya": avaya, "pms": _PMS[speaks]}, encoding="utf-8")
    config = load(path)
    if isinstance(config, list):
        raise ValueError(f"the simulated house's configuration is wrong: {'; '.join(map(str, config))}")
    return config
