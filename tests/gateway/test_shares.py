"""A call that an exchange splits without a key is charged once through the real pipeline, whatever comes between its rows."""

from __future__ import annotations

import pytest

from gateway.store.verify import broken_rules
from tests.gateway.rig import Rig


def row(time: str, extension: str, lasted: str, condition: str = "", trunk: str = "05") -> bytes:
    """A Panasonic row of pattern A which ended at a time of the 20th of November."""
    return (
        f"11/20/26 {time} {extension:<5} {trunk} {'90048221234567':<25}      {lasted}            {condition}".encode()
    )


@pytest.mark.parametrize("between", ["nothing", "a restart", "the other came first"])
def test_whoever_takes_a_call_over_adds_only_the_difference_and_dialling_again_is_a_call(
    store_url: str, between: str
) -> None:
    """One connection fee; the guest who began it pays, as the house's rule is; nobody's next call is mixed in."""
    rig = Rig(store_url, dialect="panasonic")
    rig.check_in()
    rig.send(rig.connect(), row("11:40AM", "201", "00:05'30", trunk="07"))
    shares = [row("11:51AM", "201", "00:00'30"), row("11:56AM", "102", "00:05'00", "TR")]
    for share in reversed(shares) if between == "the other came first" else shares:
        rig.send(rig.connect(), share)
        if between == "a restart":
            rig.use(rig.book)
    rig.send(rig.connect(), row("11:57AM", "102", "00:01'00"), row("11:58AM", "201", "00:01'00"))
    (in_one, *_), (shared, legs, talk, holders, reservation), *others = rig.rows(
        "SELECT amount, legs, talk_seconds, holders, reservation FROM calls ORDER BY id"
    )
    assert (legs, talk, holders, reservation) == (2, 330, "201 102", "77001")
    assert shared == in_one
    assert [one[1:4] for one in others] == [(1, 60, "102"), (1, 60, "201")]
    parts = [one for one in rig.postings() if one["call_id"] == 2]
    if between != "the other came first":
        assert [(one["part"], one["state"]) for one in parts] == [(0, "due"), (1, "due")]
        assert sum(one["amount"] for one in parts) == shared
    assert rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite)) == []
    rig.close()
