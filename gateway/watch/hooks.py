"""Web hooks: one attempt to POST a notice or an event as JSON, signed, with a name that stays the same however often it is tried.

    Foliogate-Delivery: SEASIDE-17                    the same in every try: whoever has seen it drops the second
    Foliogate-Signature: t=1795301234,v1=<hex>        HMAC-SHA256 by the secret over "<t>.<body>"

Redirects are not followed: what was signed for one address is not for another.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectingCancelledError
from twisted.web.client import Agent, ResponseNeverReceived

from gateway.config import HookSettings
from gateway.store.notices import Waiting

#: Seconds that the other side may take for its answer.
TIMEOUT: Final = 15
#: Bytes of an answer that are read; what it says beyond its status concerns nobody.
MOST_ANSWER: Final = 65_536


class HookRefused(Exception):
    """The other side answered, but not with yes."""


def signature(secret: str, at: int, body: bytes) -> str:
    """What the header Foliogate-Signature says. Pure."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class Hook:
    """Hands one notice after the other to one web hook."""

    def __init__(self, settings: HookSettings, reactor: Any, now: Callable[[], datetime]) -> None:
        self._settings, self._reactor, self._now = settings, reactor, now
        self._client = HTTPClient(Agent(reactor, connectTimeout=TIMEOUT))  # type: ignore[no-untyped-call]

    def deliver(self, notice: Waiting, name: str) -> Deferred[Any]:
        """One attempt; fires when the other side answered with 2xx, or fails with why not."""
        return self.send({"id": name, **json.loads(notice.body)}, name)

    def send(self, value: dict[str, Any], name: str) -> Deferred[Any]:
        """One attempt to hand over a value under a name; fires or fails as `deliver` does."""
        return Deferred.fromCoroutine(self._send(value, name)).addTimeout(TIMEOUT, self._reactor)

    async def _send(self, value: dict[str, Any], name: str) -> None:
        body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        headers: dict[bytes | str, bytes | str] = {
            "content-type": "application/json",
            "user-agent": "Foliogate",
            "foliogate-delivery": name,
            "foliogate-signature": signature(self._settings.secret, int(self._now().timestamp()), body),
        }
        try:
            answer = await self._client.post(self._settings.url, data=body, headers=headers, allow_redirects=False)
        except ConnectingCancelledError as error:
            raise HookRefused(f"it did not answer within {TIMEOUT} s") from error
        except ResponseNeverReceived as error:
            late = any(failure.check(CancelledError) for failure in error.reasons)
            raise HookRefused(f"it did not answer within {TIMEOUT} s" if late else "it hung up on us") from error
        read = 0

        def count(piece: bytes) -> None:
            nonlocal read
            read += len(piece)
            if read > MOST_ANSWER:
                raise HookRefused("it answers without end")

        await answer.collect(count)
        if not 200 <= answer.code < 300:
            raise HookRefused(f"it answered with status {answer.code}")
