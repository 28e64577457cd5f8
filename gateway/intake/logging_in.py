"""Who we are to an exchange that is asked over the web: what a request carries, and how it is got.

Basic, bearer and a header of its own are sent with every request. Digest answers the challenge of the exchange, and its password
never leaves. Two exchanges give a token that holds for a while: a Yeastar of the P-series for user and password (POST
`get_token`), a Grandstream UCM for the MD5 of its challenge and the password (actions `challenge` and `login` at one address). Such
a token is got when there is none, and once more when it is no longer taken.

Sources: RFC 7616; Yeastar, "P-Series developer guide", Get Access Token; Grandstream, "UCM HTTPS API".
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from gateway.asking import refusal
from gateway.config.pulling import LoginSettings
from pms_adapters.web.exchange import Answer, Web
from protocols.http_digest import answer as digest_answer
from protocols.http_digest import challenge_in
from protocols.smdr.answers import Unusable, value_at

#: What a Yeastar wants to know of the program that asks; it answers none that does not say.
_AGENT: Final = {"user-agent": "OpenAPI"}
_JSON: Final = {"content-type": "application/json"}


class Refused(Exception):
    """The exchange answered, and not with records; the words say why. `wait` are the seconds it asks to stay away."""

    def __init__(self, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.wait = wait


class LogIn:
    """One exchange's log-in. `nonce` makes a random word."""

    def __init__(
        self, said: LoginSettings | None, web: Web, address: str, timeout: float, nonce: Callable[[], str]
    ) -> None:
        self._said, self._web, self._timeout, self._nonce = said, web, timeout, nonce
        self._address = urlunsplit(urlsplit(address)._replace(query="", fragment=""))
        self._challenge: Mapping[str, str] | None = None
        self._answered = 0
        self._token = ""
        self._fresh = False

    async def token(self) -> str:
        """The token, got now if there is none; empty where this log-in gives none. Raises what `Web` does, Refused and Unusable."""
        said = self._said
        self._fresh = False
        if said is not None and not self._token and said.kind in ("yeastar", "grandstream"):
            self._token = await (self._of_yeastar(said) if said.kind == "yeastar" else self._of_grandstream(said))
            self._fresh = True
        return self._token

    def headers(self, method: str, url: str) -> dict[str, str]:
        """What a request carries to say who we are."""
        said = self._said
        if said is None:
            return {}
        match said.kind:
            case "basic":
                return {"authorization": f"Basic {b64encode(f'{said.user}:{said.password}'.encode()).decode()}"}
            case "bearer":
                return {"authorization": f"Bearer {said.token}"}
            case "header":
                return {said.header: said.token}
            case "digest" if self._challenge is not None:
                self._answered += 1
                parts = urlsplit(url)
                uri = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                proof = digest_answer(
                    self._challenge,
                    user=said.user,
                    password=said.password,
                    method=method,
                    uri=uri,
                    count=self._answered,
                    ours=self._nonce(),
                )
                return {"authorization": proof}
            case "yeastar":
                return dict(_AGENT)
            case _:
                return {}

    def may_renew(self, answer: Answer) -> bool:
        """Whether it is worth asking once more after this answer: a challenge came, or a token that was used before is stale."""
        if self._said is None:
            return False
        if self._said.kind == "digest" and answer.status == 401:
            self._challenge = challenge_in(answer.headers.getRawHeaders("www-authenticate") or [])
            self._answered = 0
            return self._challenge is not None
        stale, self._token = bool(self._token) and not self._fresh, ""
        return stale

    async def _of_yeastar(self, said: LoginSettings) -> str:
        asked = {"username": said.user, "password": said.password}
        return await self._given(urljoin(self._address, "../get_token"), asked, "access_token")

    async def _of_grandstream(self, said: LoginSettings) -> str:
        start = {"request": {"action": "challenge", "user": said.user, "version": "1.0"}}
        challenge = await self._given(self._address, start, "response.challenge")
        proof = hashlib.md5((challenge + said.password).encode(), usedforsecurity=False).hexdigest()
        asked = {"request": {"action": "login", "user": said.user, "token": proof, "url": self._address}}
        return await self._given(self._address, asked, "response.cookie")

    async def _given(self, url: str, asked: object, name: str) -> str:
        """What an answer to a post holds under a name."""
        answer = await self._web.post(url, json.dumps(asked).encode(), {**_JSON, **_AGENT}, self._timeout)
        if answer.status != 200:
            raise Refused(refusal(answer.status))
        found = value_at(answer.body, name)
        if not found:
            raise Unusable("the exchange does not accept the log-in; look at user and password under login")
        return found
