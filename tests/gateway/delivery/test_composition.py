"""A gateway makes every way that its configuration names, and does not start with a report that does not exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from twisted.internet.testing import MemoryReactorClock

from gateway.app.configured import CannotStart
from gateway.app.delivering import delivering, report_channels
from gateway.app.link import Surroundings
from gateway.cli.main import main
from gateway.delivery.making import Making
from gateway.delivery.planning import Planning
from gateway.status import Status
from rating.starter import starter_files
from tests.gateway.configurations import EXAMPLE, good, with_tariff
from tests.gateway.delivery.office import MAIL, schedule
from tests.gateway.rig import NOON
from tests.gateway.web.asking import at_once

EVERY_WAY = MAIL + (
    '[[recipients]]\nname = "mail"\nmail = ["gm@example.org"]\n'
    '[[recipients]]\nname = "folder"\nfolder = "drop"\n'
    '[[recipients]]\nname = "hook"\nhook = "https://example.org/x"\nsecret = "0123456789abcdef"\n'
    f'[[recipients]]\nname = "sftp"\nsftp = "sftp://f@example.org/in"\nhost_key = "SHA256:{"A" * 43}"\npassword = "x"\n'
)


def there(folder: Path, more: str) -> Surroundings:
    """A house of this configuration."""
    nothing: Any = None
    return Surroundings(
        config=good(with_tariff(folder), EXAMPLE + more),
        reactor=MemoryReactorClock(),  # type: ignore[no-untyped-call]
        now=lambda: NOON,
        version="test",
        status=Status(started=NOON),
        database=nothing,
        memory=nothing,
        submit=lambda _: None,
        crowded=lambda: False,
        policy=nothing,
    )


def test_every_way_of_the_configuration_is_made(tmp_path: Path) -> None:
    house = there(tmp_path, EVERY_WAY + schedule(to='["mail", "folder", "hook", "sftp"]'))
    ways = {name: type(one._way).__name__ for name, one in report_channels(house, at_once).items()}  # type: ignore[attr-defined]
    assert ways == {
        "reports to mail": "ByMail",
        "reports to folder": "ByFolder",
        "reports to hook": "ByHook",
        "reports to sftp": "BySftp",
    }
    made = delivering(house, at_once, lambda: None, 5.0)
    assert [type(one) for one in made.services] == [Planning, Making]
    assert made.worrying() == {}


def test_a_house_without_schedules_plans_nothing(tmp_path: Path) -> None:
    assert list(delivering(there(tmp_path, ""), at_once, lambda: None, 5.0).services) == []


def test_a_report_that_does_not_exist_is_told_by_check_and_ends_the_start(tmp_path: Path) -> None:
    wrong = EVERY_WAY + schedule("contingensy", to='["folder"]')
    with pytest.raises(CannotStart, match='there is no report "contingensy"; did you mean "contingency"'):
        delivering(there(tmp_path, wrong), at_once, lambda: None, 5.0)
    for name, data in starter_files("PL", "PLN").items():
        (tmp_path / "tariffs" / name).write_bytes(data)
    told = CliRunner().invoke(main, ["check", "--config", str(tmp_path / "foliogate.toml")])
    assert told.exit_code == 1
    assert 'did you mean "contingency"' in told.stderr
    assert "recipients.folder: there is no folder" in told.stderr
