"""Fixtures of the acceptance tests: a foreign PMS, and a house whose exchange dials in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.peers import ForeignPms, House, free_port


@pytest.fixture
def pms() -> Iterator[ForeignPms]:
    """A foreign PMS with a guest in room 201."""
    peer = ForeignPms()
    peer.guests = ["RN201|G#77001|GSN|GNAdler|GFInes|GA260101|GD271231|CS2|NPN|"]
    yield peer
    peer.close()


@pytest.fixture
def house(tmp_path: Path, pms: ForeignPms) -> House:
    """A house with an IP Office that dials in."""
    port = free_port()
    return House(
        tmp_path,
        pms.port,
        '[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\n'
        f'listen = "tcp:{port}:interface=127.0.0.1"\ntrunk_access = ["9"]\n',
        pbx_port=port,
    )
