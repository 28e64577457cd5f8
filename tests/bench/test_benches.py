"""Measures the promises of speed, each against a limit of the same run; run with `make bench`, see docs/benchmarks.md.

A bench fails when a record or a charge is lost or doubled, never because it was slow: speed is printed and judged by
the reader, for a machine that others use would make a red test of nothing.
"""

from __future__ import annotations

import pytest

from tests.bench.benches import BENCHES, heading, report

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]


def test_where_it_runs() -> None:
    """The machine is told before its figures."""
    print(f"\n\n{heading()}")


@pytest.mark.parametrize("name", BENCHES)
def test_bench(name: str) -> None:
    """Every record and charge of a bench is there once; its figures are printed."""
    print(f"\n{report(name)}")
