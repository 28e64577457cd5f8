"""How long the proofs take: short in every run, long with PROVE_FULL=1 (`make prove-processes`)."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")


def full() -> bool:
    """Whether the long forms were asked for."""
    return os.environ.get("PROVE_FULL", "") not in ("", "0")


def sized(short: T, long: T) -> T:
    """The size of this run."""
    return long if full() else short


#: A test of its own that only the long forms have; what it tries is tried in short by others.
long_form = pytest.mark.skipif(not full(), reason="a long form: PROVE_FULL=1 make test")


def seed() -> int:
    """What random moments are drawn from: PROVE_SEED, else always the same."""
    return int(os.environ.get("PROVE_SEED", "20261125"))
