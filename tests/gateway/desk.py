"""A configuration on the disk, its store, and somebody who types commands."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from gateway.cli.main import main
from tests.gateway.configurations import EXAMPLE
from tests.gateway.prices import flat
from tests.gateway.rig import Rig, line
from tests.gateway.web.house import LaidOut

FLAT = 'code = "T"\ncurrency = "PLN"\nvalid_from = 2000-01-01\n[class.mobile]\nprice_per_minute = "{}"\nincrements = "60/60"\n'


class Desk:
    """A configuration on the disk, its store, and somebody who types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "foliogate.toml"
        self.config.write_text(EXAMPLE)
        self.tariff("tariffs", "1.50")
        self.tariff("dearer", "2.00")
        self.rig = Rig(f"sqlite:///{folder / 'foliogate.db'}", book=flat("1.50", classes="mobile"))
        self.rig.employ(LaidOut())

    def tariff(self, name: str, price: str) -> None:
        """Write a folder with one price for mobiles."""
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / "tariff.toml").write_text(FLAT.format(price))

    def type(self, *words: str) -> Result:
        """Type a command."""
        return CliRunner().invoke(main, [*words, "--config", str(self.config)])

    def calls(self, *seconds: int) -> None:
        """Calls to a mobile, charged and posted."""
        self.rig.check_in()
        feed = self.rig.connect()
        for number, length in enumerate(seconds, 1):
            self.rig.send(feed, line(number, dialled="9600123456", seconds=length))
        self.rig.advance(1)
