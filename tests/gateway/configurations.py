"""Configurations for the tests: the manual's example, the smallest good one, and how they are loaded."""

from __future__ import annotations

from pathlib import Path

from gateway.config import Config, Problem, load

# The example of the project's own manual, whole.
EXAMPLE = """\
[property]
id = "SEASIDE"
name = "Seaside Hotel"
timezone = "Europe/Warsaw"
country = "PL"
area_code = "22"
currency = "PLN"

[store]
url = "sqlite:///foliogate.db"            # or postgresql+psycopg://...

[web]
listen = "tcp:8080:interface=127.0.0.1"

[[pbx]]
name = "main"
dialect = "avaya-ipoffice"
listen = "tcp:5100:interface=127.0.0.1"
timezone = "Europe/Warsaw"
trunk_access = ["9"]
trunks = []
options = {}

[[pms]]
name = "opera"
adapter = "fias"
connect = "tcp:127.0.0.1:5010"
encoding = "cp852"
amount_decimals = 2
answer_timeout = 30

[rooms]
extensions = [{ from = "100", to = "499" }]
map = { "2101" = "101", "2102" = "101" }
departments = { "600" = "Kitchen", "601" = "Front desk" }

[tariff]
folder = "tariffs"
"""

SMALLEST = """\
[property]
id = "SEASIDE"
name = "Seaside Hotel"
timezone = "Europe/Warsaw"
country = "PL"
currency = "PLN"
[[pbx]]
name = "main"
dialect = "avaya-ipoffice"
listen = "tcp:5100:interface=127.0.0.1"
[tariff]
folder = "tariffs"
"""


def with_tariff(folder: Path) -> Path:
    """Put something into the folder that looks like a tariff; returns the folder."""
    (folder / "tariffs").mkdir()
    (folder / "tariffs" / "tariff.toml").write_text("")
    return folder


def loaded(folder: Path, text: str | bytes) -> Config | list[Problem]:
    """Write the configuration and load it."""
    path = folder / "foliogate.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def good(folder: Path, text: str) -> Config:
    """Load what must be good."""
    config = loaded(folder, text)
    assert isinstance(config, Config), config
    return config


def wrong(folder: Path, text: str | bytes) -> list[Problem]:
    """Load what must not be good; returns its problems."""
    problems = loaded(folder, text)
    assert isinstance(problems, list), problems
    return problems


def only(folder: Path, text: str | bytes) -> Problem:
    """Load what has one problem; returns it."""
    problems = wrong(folder, text)
    assert len(problems) == 1, problems
    return problems[0]


def with_exchange(lines: str) -> str:
    """Return the example with another exchange."""
    start, end = EXAMPLE.index("[[pbx]]"), EXAMPLE.index("[[pms]]")
    return EXAMPLE[:start] + '[[pbx]]\nname = "main"\n' + lines + "\n" + EXAMPLE[end:]
