"""Protects the promise that a bench is honest: its arithmetic is right, and what is below its target is told as below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bench.kit import Figure, middle, paired, percentile, probe, short, table
from tests.bench.lab import NoShim, measure, syncs
from tests.bench.neighbours import share


def probed(folder: Path) -> dict[str, Any]:
    """Twenty syncs in a process of its own: how long each took, and how many were counted."""
    return {"F": probe(folder, 20), "counted": syncs(folder)}


def test_the_ratio_is_the_figure_over_its_limit() -> None:
    assert Figure(name="a", figure=30, unit="/s", limit=40).ratio == 0.75
    assert Figure(name="a", figure=30, unit="/s").ratio is None


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure(name="met", figure=70, unit="/s", limit=100, target=0.7), "ok"),
        (Figure(name="missed", figure=69.9, unit="/s", limit=100, target=0.7), "BELOW"),
        (Figure(name="no target", figure=1, unit="/s", limit=100), "-"),
        (Figure(name="low enough", figure=1.25, unit="", ceiling=1.25), "ok"),
        (Figure(name="too high", figure=1.26, unit="", ceiling=1.25), "BELOW"),
    ],
)
def test_a_target_is_met_or_the_figure_is_below(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


def test_what_is_below_its_target_is_printed_as_below() -> None:
    told = table("Title", [Figure(name="slow", figure=1, unit="/s", limit=10, target=0.5)], ["a note"])
    row = told.splitlines()[3]
    assert row.split() == ["slow", "1.00", "/s", "10.0", "0.10", ">=", "0.50", "BELOW"]
    assert "a note" in told


def test_a_figure_just_under_its_target_is_not_rounded_up_to_it() -> None:
    told = table("Title", [Figure(name="near", figure=0.6996, unit="/s", limit=1, target=0.7)])
    assert "BELOW" in told


def test_pairs_are_compared_each_with_its_own_limit() -> None:
    """A slow minute that met both sides of one pair does not change the ratio."""
    one = paired("a", [50, 5, 60], [100, 10, 80], against="b", target=0.5)
    assert one.limit == 80
    assert one.ratio == 0.5
    assert one.verdict == "ok"


def test_percentiles_are_of_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    assert middle([3.0, 1.0, 2.0]) == 2


@pytest.mark.parametrize(
    ("value", "told"), [(None, "-"), (0.456, "0.46"), (12.34, "12.3"), (345.6, "346"), (12345.6, "12,346")]
)
def test_numbers_have_three_digits(value: float | None, told: str) -> None:
    assert short(value) == told


def test_other_work_is_what_was_busy_and_not_ours() -> None:
    """Two processors for ten seconds, twelve of twenty seconds busy, seven of them ours: a quarter was others' work."""
    assert share((100.0, 400.0), (112.0, 420.0), 7.0) == 0.25
    assert share((100.0, 400.0), (112.0, 420.0), 13.0) == 0.0
    assert share((1.0, 1.0), (1.0, 1.0), 0.0) == 0.0


def test_the_shim_takes_the_time_it_is_told_and_counts_every_sync() -> None:
    try:
        found = measure("guards.test_kit.probed", fsync_us=2000)
    except NoShim as sentence:
        pytest.skip(str(sentence))
    assert found["counted"] == 20
    assert 0.002 <= found["F"] < 0.1
