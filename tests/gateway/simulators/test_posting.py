"""Protects the rehearsal of exchanges that post: each record until it is answered with 200, in order, against the gateway's own door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import deferLater

from gateway.clock import utc_now
from gateway.intake.feed import Segment
from gateway.intake.push import Inlet, PushSite
from gateway.simulators import pbx_cloud
from gateway.simulators.pbx import Pbx, PbxSettings
from gateway.simulators.stays import parse_rooms
from protocols.smdr.catalog import DIALECTS
from tests.gateway.rig import Rig
from tests.in_reactor import in_reactor, reactor

TOKEN = "a-token-of-some-length"


@pytest.mark.parametrize("dialect", pbx_cloud.POSTED)
@in_reactor
async def test_what_was_not_answered_with_200_is_posted_again(
    dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pbx_cloud, "PAUSE", 0.02)
    rig = Rig(f"sqlite:///{tmp_path / 'store.db'}", dialect=dialect)
    crowded = [True]
    inlet = Inlet(
        token=TOKEN,
        open_feed=lambda told: rig.feed_told(Segment("main", "connection"), told),
        framer=lambda: DIALECTS[dialect].framer(transport="push"),
        crowded=lambda: crowded[0],
    )
    port = reactor.listenTCP(0, PushSite(inlet, reactor), interface="127.0.0.1")
    settings = PbxSettings(
        dialect=dialect,
        rooms=parse_rooms("201-210"),
        post=f"http://127.0.0.1:{port.getHost().port}/cdr",
        token=TOKEN,
        calls_per_minute=60_000,
        count=5,
    )
    pbx = Pbx(settings, reactor, utc_now, lambda said: None)
    await pbx.start()
    try:
        while pbx._posts is None or pbx._posts.repeated < 2:
            await deferLater(reactor, 0.01)
        assert pbx.exchange.balance.written == 0
        crowded[0] = False
        while not pbx.finished.called:
            await deferLater(reactor, 0.01)
            rig.pump()
        balance: Any = pbx.finished.result
        assert (balance["written"], balance["waiting"]) == (5, 0)
        assert rig.rows("SELECT count(*) FROM records WHERE kind = 'call' AND mark = ''")[0][0] == 5
    finally:
        await port.stopListening()
        await deferLater(reactor, 0.05)
        rig.close()
