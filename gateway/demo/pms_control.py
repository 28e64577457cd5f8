"""The way to the simulated PMS's control port: one JSON command at a time, over HTTP on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import Agent, FileBodyProducer, ResponseFailed, readBody
from twisted.web.http_headers import Headers

#: Seconds for the connection; on loopback it stands at once or not at all.
CONNECT: Final = 3.0


class PmsUnwilling(Exception):
    """The PMS did not do what was asked; the sentence is its own. It may be asked again."""


class PmsControl:
    """Commands to the control port."""

    def __init__(self, reactor: Any, port: int) -> None:
        self._agent = Agent(reactor, connectTimeout=CONNECT)  # type: ignore[no-untyped-call]
        self._base = f"http://127.0.0.1:{port}"

    async def post(self, path: str, command: Mapping[str, object]) -> Mapping[str, Any]:
        """Send one command; raises PmsUnwilling with a sentence."""
        body: Any = FileBodyProducer(BytesIO(json.dumps(command).encode()))  # type: ignore[no-untyped-call]
        headers = Headers({b"content-type": [b"application/json"]})
        try:
            response: Any = await self._agent.request(b"POST", f"{self._base}{path}".encode(), headers, body)
            answer = _object(await readBody(response))
        except (ConnectError, ConnectionClosed, ResponseFailed) as error:
            raise PmsUnwilling(f"the PMS's control port does not answer: {error}") from error
        if response.code != 200:
            raise PmsUnwilling(str(answer.get("error", f"the PMS answered {response.code}")))
        return answer


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
