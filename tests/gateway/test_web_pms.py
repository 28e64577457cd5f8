"""Protects the pages of docs/pms: what they tell a hotel to write is good, makes the adapter, and shows no secret."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.testing import MemoryReactorClock

from gateway.app import pms as makers
from gateway.app.mapping import described
from gateway.config import Config
from pms_adapters.catalog import ADAPTERS
from pms_adapters.posting import PmsAdapter
from tests.gateway.configurations import SMALLEST, good, with_tariff, wrong

PAGES = Path(__file__).parents[2] / "docs" / "pms"
BLOCK = re.compile(r"```toml\n(\[\[pms\]\]\n.*?)```", re.DOTALL)
WRITTEN = [block for page in sorted(PAGES.glob("*.md")) for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
NAMES = {re.findall('adapter = "(.*?)"', block)[0]: block for block in WRITTEN}
SECRET = "never-to-be-shown"


def config_with(block: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The smallest house with this PMS, every secret of it in the environment."""
    for name in re.findall(r"env:(\w+)", block):
        monkeypatch.setenv(name, SECRET)
    return good(with_tariff(folder), SMALLEST.replace("[tariff]", f"{block}[tariff]"))


def made(config: Config) -> PmsAdapter:
    """The adapter that the configuration names."""
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    return makers.adapter(
        makers.Making(
            config=config,
            pms=config.pms[0],
            reactor=reactor,
            now=lambda: datetime(2026, 11, 20, tzinfo=UTC),
            version="1",
            crowded=lambda: False,
        )
    )


def test_every_adapter_of_the_catalog_has_its_maker() -> None:
    assert set(makers.MAKERS) == set(ADAPTERS)


@pytest.mark.parametrize("name", ["guestline", "innroad", "ohip", "ows", "sihot"])
def test_what_the_page_says_to_write_is_good_and_makes_the_adapter(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_with(NAMES[name], tmp_path, monkeypatch)
    adapter = made(config)
    assert not adapter.tells_rooms
    assert not adapter.state.ready
    lines = described(config, config.pms[0], "1")
    assert ADAPTERS[name].title in lines[0]
    assert len(lines) > 2
    assert SECRET not in f"{lines} {config!r} {config.pms[0].options!r}"


def test_the_page_of_opera_has_every_option_and_no_other() -> None:
    table = (PAGES / "ows.md").read_text(encoding="utf-8").partition("| option |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
    assert named == set(ADAPTERS["ows"].options().model_fields)


def test_options_that_cannot_work_are_told_in_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNROAD_PASSWORD", SECRET)
    block = NAMES["innroad"].replace("yes = [1]", 'yes = [], duration = "weeks", logim = "x"')
    told = [str(problem) for problem in wrong(with_tariff(tmp_path), SMALLEST.replace("[tariff]", f"{block}[tariff]"))]
    assert len(told) == 3
    assert "must be 'seconds', 'minutes' or 'hh:mm:ss', not \"weeks\"; write for example" in told[0] + told[1]
    assert any("must have at least 1 item" in one for one in told)
    assert 'there is no key "logim" here; did you mean "login"' in told[2]
    assert SECRET not in "".join(told)
