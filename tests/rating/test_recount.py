"""A stored charge follows from its trace: what rating says of any call is what its trace is recounted to."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from rating.recount import recounted
from rating.taxes import Tax, layers, levied

AMOUNTS = st.integers(0, 10**9)
SHARES = st.integers(0, 500_000)


@given(
    st.integers(0, 3_600), st.integers(0, 5_000_000), SHARES, st.sampled_from(("half-up", "half-even", "up", "down"))
)
def test_a_layered_charge_is_recounted(seconds: int, price: int, share: int, rounding: str) -> None:
    """Time, a tax inside and one on top: net, tax and gross come out as they were levied, also through JSON."""
    spent = price * seconds
    taxes = layers([Tax(name="VAT", share=share, included=True), Tax(name="city", fixed=20_000)], 2)
    scale = 60 * 1_000_000
    whole = {
        "half-up": (2 * 100 * spent + scale) // (2 * scale),
        "half-even": None,
        "up": -(-100 * spent // scale),
        "down": 100 * spent // scale,
    }[rounding]
    if whole is None:
        low, rest = divmod(100 * spent, scale)
        whole = low + (2 * rest > scale or (2 * rest == scale and low % 2 == 1))
    net, each, gross = levied(whole, taxes, rounding)  # type: ignore[arg-type]
    head = (2, "price", "T", "v", "", "mobile", "48", "Poland", seconds, seconds, 0, 1, 1, "steps", seconds, 2)
    lines = ("time", "", seconds, price, "round", rounding, 1, 0)
    told = tuple(entry for tax, due in zip(taxes, each, strict=True) for entry in (tax.kind, tax.name, tax.shown, due))
    trace = json.loads(json.dumps((*head, net, gross - net, gross, *lines, *told)))
    assert recounted(trace) == (net, gross - net, gross)


def test_what_is_no_trace_is_not_recounted() -> None:
    """A later release's layout is believed, not judged."""
    assert recounted((99, "price")) is None
    assert recounted(()) is None
