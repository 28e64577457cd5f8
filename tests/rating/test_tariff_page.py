"""Protects whoever learns from the manual: every example of docs/tariffs.md loads, and costs what it says it costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rating.cases import failed_cases
from rating.numbering import number_plan
from rating.text import load
from tests.rating.scenes import BERLIN

PAGE = (Path(__file__).parents[2] / "docs" / "tariffs.md").read_text()
EXAMPLES: list[str] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
(CARRIER,) = [text for text in EXAMPLES if 'kind = "cost"' in text]
STANDARD = 'code = "STANDARD"\ncurrency = "EUR"\nvalid_from = 2025-01-01\ndecks = []\nprice_per_minute = "1"\n'
NAMES = [re.sub(r"[^a-z_]+", " ", text)[:60] for text in EXAMPLES]


@pytest.mark.parametrize("text", EXAMPLES, ids=NAMES)
def test_every_example_of_the_page_loads_and_its_own_tests_come_out(text: str) -> None:
    mine = text if text == CARRIER else f'code = "MINE"\ncurrency = "EUR"\nvalid_from = 2025-01-01\n{text}'
    files = {"mine.toml": mine.encode()}
    if "world.csv" in text:
        files["world.csv"] = b"prefix;price_per_minute\n33;1\n"
    files["carrier.csv"] = b"prefix;price_per_minute;increments\n33;0.0137;6/6\n34;0.02;1/1\n"
    if text != CARRIER:
        files["carrier.toml"] = CARRIER.replace('trunks = ["T1*"]', "").encode()
    if text == CARRIER or "carried = true" in text:
        files["standard.toml"] = STANDARD.encode()
    loaded = load(files, zone=BERLIN, currency="EUR", country="DE")
    assert loaded.book is not None, "\n".join(map(str, loaded.problems))
    plan = number_plan("DE", "30", ("9",), lambda _: False)
    assert [str(one) for one in failed_cases(loaded.book, plan)] == []


def test_the_page_has_an_example_for_every_key_that_it_names() -> None:
    shown = " ".join(EXAMPLES)
    keys = {key for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for key in re.findall(r"`([a-z_]+)`", row)}
    plain = {"starter", "rounding", "round_to", "post_zero", "band_policy", "country", "valid_to", "decimals", "grace_seconds",
             "free_seconds", "add_per_minute", "maximum", "attempt_fee", "connection_in_band"}  # fmt: skip
    classes = {"emergency", "internal", "premium", "service", "national", "international", "unknown"}
    assert {key for key in keys if key not in shown} <= plain | classes
