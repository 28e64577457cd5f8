"""All rooms are asked for once a day; again only by somebody who may, with a reason; and never where there is nothing to ask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.cli.store import NOT_YET
from gateway.status import LinkStatus
from gateway.store.commands import Command
from gateway.store.resyncs import A_DAY, FORCE, RESYNC, LastAsked, refuse
from tests.gateway.rig import NOON, WARSAW
from tests.gateway.web.guarded import Guarded
from tests.gateway.web.house import StandingHouse


def link(**said: object) -> LinkStatus:
    """A link of a PMS that tells of rooms, unless said otherwise."""
    values = {"name": "opera", "since": NOON, "up_since": NOON, "up": True, "tells_rooms": True, **said}
    return LinkStatus(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subject", "why", "there", "ago", "words"),
    [
        (None, "", link(), None, ""),
        (None, "", link(), A_DAY, ""),
        (None, "", link(), A_DAY - 1, "not asked: it was asked on Fri 20 Nov 12:00 by Ines, and once a day is enough"),
        (FORCE, "restored", link(), 5, ""),
        (FORCE, "  ", link(), 5, "not asked: whoever asks again within a day says why"),
        (None, "", None, None, "not asked: no PMS is configured"),
        (FORCE, "x", link(tells_rooms=False), None, "not asked: PMS opera tells of no rooms"),
    ],
)
def test_when_the_pms_is_asked(subject: str | None, why: str, there: LinkStatus, ago: int | None, words: str) -> None:
    now = int(NOON.timestamp() * 1_000_000) + (ago or 0)
    last = None if ago is None else LastAsked(now - ago, "Ines")
    said = refuse(Command(1, "Ines", RESYNC, None, None, why, None, subject), there, last, now, WARSAW)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_the_desk_asks_once_a_day_and_a_supervisor_again_with_a_reason(tmp_path: Path) -> None:
    there = Guarded(tmp_path)
    desk, boss = there.visitor("Ines"), there.visitor("Anna", "supervisor")
    assert "Ask the PMS for all of them" in desk.go("/rooms").text
    assert "takes the PMS minutes" in desk.go("/resync").text
    assert "The PMS is asked for the state of all rooms." in desk.fill("/resync", deed="resync").text
    old = dict(re.findall('name="(token|seal)" value="([^"]*)"', boss.go("/resync").text))
    assert "Ask again all the same" not in desk.go("/resync").text
    known = {**old, "seal": re.findall('name="seal" value="([^"]*)"', desk.page.text)[0]}
    assert "a supervisor may ask again" in desk.post("/resync", {**known, "deed": "force", "why": "me"}).text
    assert "once a day is enough" in desk.post("/resync", {**known, "deed": "resync"}).text
    assert there.house.asked_for_rooms == 1
    boss.go("/resync")
    assert "Write why it must be again" in boss.fill("/resync", deed="force").text
    there.house.rig.advance(60)
    assert boss.fill("/resync", deed="force", why="the PMS was restored").status == 200
    assert there.house.asked_for_rooms == 2
    assert "asked since this page was made" in desk.post("/resync", {**known, "deed": "resync"}).text
    notes = there.house.rig.rows("SELECT who, what FROM audit_trail WHERE what LIKE '%all rooms%' ORDER BY id")
    asked = "asked the PMS for the state of all rooms"
    assert notes == [("Ines", asked), ("Anna", f"{asked} again: the PMS was restored")]
    assert there.visitor("Otto", "read-only").go("/resync").status == 403
    there.house.close()


def test_without_a_gateway_the_command_waits_for_one_and_asks_nobody(tmp_path: Path) -> None:
    """Other commands are carried out where they are given; only a gateway has a PMS to ask."""
    house = StandingHouse(tmp_path)  # its store is not locked, as that of a gateway is
    said = ["resync", "--config", str(house.config.file), "--by", "Ines"]
    asked = CliRunner().invoke(main, said)
    assert (asked.exit_code, asked.output) == (0, f"{NOT_YET}\n")
    again = CliRunner().invoke(main, [*said, "--again"])
    assert again.exit_code == 2
    assert "--again needs --why" in again.output
    house.read_commands_soon()
    assert house.asked_for_rooms == 1
    house.close()
