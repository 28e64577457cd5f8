"""A provider of OpenID Connect on a socket: discovery, code flow with PKCE, signed ID tokens, and lies on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "foliogate", "a secret of ours"


@cache
def _keys() -> tuple[RSAKey, RSAKey]:
    """Its own key and somebody else's; making one takes a while."""
    return RSAKey.generate_key(2048), RSAKey.generate_key(2048)


class Provider:
    """What it knows. `claims` go into the ID token over the right ones; `userinfo` is told beside it."""

    def __init__(self) -> None:
        self.key, self.other = _keys()
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.forge = False
        self.asked: dict[str, dict[str, str]] = {}
        self.issuer = ""
        self.calls_itself = ""
        self.now: Callable[[], int] = lambda: 0

    def describe(self) -> dict[str, Any]:
        """The discovery document."""
        here = self.issuer
        places = {name: f"{here}/{name}" for name in ("authorize", "token", "jwks", "userinfo")}
        return {
            "issuer": self.calls_itself or here,
            "authorization_endpoint": places["authorize"],
            "token_endpoint": places["token"],
            "jwks_uri": places["jwks"],
            "userinfo_endpoint": places["userinfo"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Somebody signed in: where the browser goes back to."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "groups"} <= set(asked["scope"].split())
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Tokens for a code, once, to whoever began; None for anybody else."""
        asked = self.asked.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        same = asked is not None and (asked["code_challenge"], asked["redirect_uri"]) == (
            challenge,
            sent["redirect_uri"],
        )
        if asked is None or not same or authorization.replace("+", "%20") != right.replace("+", "%20"):
            return None
        now = self.now()
        said = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        said |= {"preferred_username": "Ines", **self.claims}
        signing = self.other if self.forge else self.key
        signed = jwt.encode({"alg": "RS256", "kid": self.key.thumbprint()}, said, signing)
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": signed}


def _hand(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Hand(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._answer(provider.describe())
                case "/jwks":
                    key = {**provider.key.as_dict(private=False), "kid": provider.key.thumbprint()}
                    self._answer({"keys": [key]})
                case "/userinfo" if self.headers["authorization"] == "Bearer at":
                    self._answer({"sub": "u-1", **provider.userinfo})
                case "/authorize":
                    asked = {name: one[0] for name, one in parse_qs(parts.query).items()}
                    self.send_response(302)
                    self.send_header("location", provider.authorize(asked))
                    self.end_headers()
                case _:
                    self._answer({}, 401)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            sent = {name: one[0] for name, one in parse_qs(body).items()}
            told = provider.token(sent, self.headers["authorization"] or "")
            self._answer(told or {"error": "invalid_grant"}, 200 if told else 400)

        def _answer(self, value: dict[str, Any], status: int = 200) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Hand


@contextmanager
def running_provider() -> Iterator[Provider]:
    """One, on a free port."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _hand(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
