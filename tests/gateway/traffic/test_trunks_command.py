"""Protects whoever asks how the trunks are used: the command says it in words and as JSON, from a real store."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from tests.gateway.configurations import EXAMPLE, with_tariff
from tests.gateway.rig import NOON, Rig, line

TRUNKS = '[[trunks]]\ngroup = "city"\nname = "City lines"\nfirst = "T9001"\nlast = "T9003"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A house whose trunks T9001 and T9009 were used at noon of a day in November."""
    folder = with_tariff(tmp_path)
    rig = Rig(f"sqlite:///{folder / 'foliogate.db'}")
    noon = NOON - timedelta(minutes=5)
    rig.send(
        rig.connect(),
        line(1, seconds=1196, start=noon),
        line(2, seconds=600, start=noon + timedelta(minutes=30)).replace(b"T9001", b"T9009"),
    )
    rig.close()
    path = folder / "foliogate.toml"
    path.write_text(EXAMPLE + TRUNKS)
    return path


def said(config: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["trunks", "--config", str(config), *words])
    return done.exit_code, done.output


def test_it_is_told_in_words(config: Path) -> None:
    code, output = said(config, "--from", "2026-11-20", "--to", "2026-11-20")
    assert code == 0, output
    assert "City lines: 3 trunks" in output
    assert "1 calls, 1 answered, 0.3 hours" in output
    assert "peak          1 at once, first 2026-11-20 11:55, 1200 s in all" in output
    assert "T9001 out only, T9002 unused, T9003 unused" in output
    assert "In no table [[trunks]]: T9009" in output
    assert "ringing included." in output


def test_and_as_json(config: Path) -> None:
    code, output = said(config, "--from", "2026-11-20", "--to", "2026-11-20", "--json")
    assert code == 0
    found = json.loads(output)
    city = next(group for group in found["groups"] if group["group"] == "city")
    assert city["peak"] == {"trunks": 1, "first": "2026-11-20T11:55:00+01:00", "seconds": 1200.0}
    assert city["out"]["busy_seconds"] == 1200.0
    assert city["busy_hours"]["time_consistent"]["erlangs"] == pytest.approx(1 / 3)
    assert city["grade"]["trunks_needed"].keys() == {"0.01", "0.02", "0.05"}
    assert found["unknown_trunks"] == [{"group": "", "trunk": "T9009"}]


def test_days_the_wrong_way_round_are_refused(config: Path) -> None:
    code, output = said(config, "--from", "2026-11-20", "--to", "2026-11-19")
    assert (code, "is before" in output) == (2, True)


def test_days_without_a_call_say_so(config: Path) -> None:
    config.write_text(EXAMPLE)
    code, output = said(config, "--from", "2026-10-01", "--to", "2026-10-02")
    assert (code, "No trunk was used" in output) == (0, True)
