"""The hotel that is shown: its folder, its configuration, its starter tariff.

The configuration is written as a hotel would write it and read back through the product's own loader, so that the
folder is a working example: what is in it runs with `foliogate run` by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.config import Config, load
from gateway.demo.pms_kinds import PmsKind
from gateway.demo.ports import Ports
from gateway.simulators.calls import TRUNKS
from gateway.simulators.hotel import parse_rooms
from gateway.simulators.seasons import Even, Year
from rating.starter import starter_files

ROOMS: Final = "101-120,201-220"
ZONE: Final = "Europe/Warsaw"
COUNTRY: Final = "PL"
CURRENCY: Final = "PLN"
#: The one exchange: its dialect in the configuration and for the simulator.
DIALECT: Final = "avaya-ipoffice"
TRUNK_ACCESS: Final = "9"
#: What the exchange calls the first of its trunks.
FIRST_TRUNK: Final = 9001
#: Seconds the gateway waits for the PMS's answer: a real hotel waits 30, people who watch wait less.
ANSWER_TIMEOUT: Final = 6

_TEXT: Final = """\
# The hotel of `foliogate demo`. It is a whole configuration: foliogate check --config {name}
[property]
id = "SEASIDE"
name = "Seaside Hotel"
timezone = "{zone}"
country = "{country}"
area_code = "22"
currency = "{currency}"

[store]
url = "sqlite:///foliogate.db"

[web]
listen = "tcp:{web}:interface=127.0.0.1"
sign_in = "none"                            # for this machine alone: whoever sits at it may everything

[[pbx]]                                     # the exchange dials us, as an IP Office does
name = "main"
dialect = "{dialect}"
listen = "tcp:{exchange}:interface=127.0.0.1"
trunk_access = ["{access}"]

[[pms]]
name = "opera"
answer_timeout = {timeout}
{pms}

[[trunks]]                                  # one E1, so that the reports know how many there are
group = "city"
name = "City lines"
first = "T9001"
last = "T{last_trunk}"
monthly_rent = "19.50"

[rooms]
extensions = [{ranges}]
departments = {{ "600" = "Kitchen", "601" = "Front desk", "602" = "Housekeeping" }}

[tariff]
folder = "tariffs"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotel:
    """The hotel's folder and what its processes need to know of each other. The same seed is the same hotel.

    `year` says what its days behind it were like.
    """

    folder: Path
    ports: Ports
    seed: int
    pms: PmsKind
    room_list: str = ROOMS
    trunks: int = TRUNKS
    year: Year = field(default_factory=Even)

    @property
    def config_file(self) -> Path:
        """The gateway's configuration."""
        return self.folder / "foliogate.toml"

    @property
    def exchange_ledger(self) -> Path:
        """What the exchange says it has told."""
        return self.folder / "exchange.jsonl"

    @property
    def pms_ledger(self) -> Path:
        """What the PMS has on its folios."""
        return self.folder / "pms.jsonl"

    @property
    def rooms(self) -> tuple[str, ...]:
        """Every room, in order."""
        return parse_rooms(self.room_list)

    def log(self, name: str) -> Path:
        """Where a process's own words go."""
        return self.folder / f"{name}.log"


def furnish(hotel: Hotel) -> Config:
    """Write the configuration and the tariff into the hotel's folder, and return them read back."""
    for name, data in starter_files(COUNTRY, CURRENCY).items():
        (hotel.folder / "tariffs").mkdir(exist_ok=True)
        (hotel.folder / "tariffs" / name).write_bytes(data)
    hotel.config_file.write_text(_configuration(hotel), encoding="utf-8")
    loaded = load(hotel.config_file)
    if isinstance(loaded, list):
        raise ValueError(f"the demo's own configuration is wrong: {'; '.join(map(str, loaded))}")
    return loaded


def _configuration(hotel: Hotel) -> str:
    return _TEXT.format(
        name=hotel.config_file.name,
        zone=ZONE,
        country=COUNTRY,
        currency=CURRENCY,
        dialect=DIALECT,
        access=TRUNK_ACCESS,
        timeout=ANSWER_TIMEOUT,
        web=hotel.ports.gateway_page,
        exchange=hotel.ports.exchange,
        pms=hotel.pms.table.format(port=hotel.ports.pms),
        last_trunk=FIRST_TRUNK + hotel.trunks - 1,
        ranges=", ".join(_ranges(hotel.room_list)),
    )


def _ranges(rooms: str) -> Iterator[str]:
    """The rooms as the configuration has them."""
    for words in rooms.split(","):
        first, _, last = words.strip().partition("-")
        yield f'{{ from = "{first}", to = "{last or first}" }}'
