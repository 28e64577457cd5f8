"""A provider of OpenID Connect that vouches for people: the code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

Everything here blocks and runs in a thread. The provider describes itself (discovery), and must call itself what the
configuration calls it. What the browser brings back is worth nothing before the state is that of this browser, the code was
exchanged with our secret, and the ID token is signed by a key of the provider, for us, with the nonce of this attempt.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from gateway.config import OidcSettings
from gateway.people.vouching import Asked, NotVouched, Vouched, role_of

#: Seconds until a provider that does not answer is given up.
PATIENCE: Final = 5
#: Seconds for which what a provider says of itself is believed.
BELIEVED: Final = 3600
#: Seconds that two clocks may differ.
_LEEWAY: Final = 120
#: Signatures by a key that the provider keeps for itself; never "none", nor one made with our own secret.
_SIGNATURES: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_WAY: Final = "/.well-known/openid-configuration"


class Provider:
    """One provider. `now`: the time by UTC, in seconds."""

    def __init__(self, settings: OidcSettings, now: Callable[[], int]) -> None:
        self._settings, self._now = settings, now
        self._described: tuple[int, dict[str, Any]] | None = None

    def begin(self, back: str) -> Asked | NotVouched:
        """Where to send the browser, which is to come back to the address `back`."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            with self._session(back) as session:
                place = self._said(session)["authorization_endpoint"]
                url, _ = session.create_authorization_url(place, state=state, nonce=nonce, code_verifier=verifier)
        except _TROUBLES as error:
            return _trouble(error)
        return Asked(url, state, nonce, verifier)

    def finish(self, back: str, asked: Asked, answer: Mapping[str, str]) -> Vouched | NotVouched:
        """What the browser brought back; never raises for what a provider or a network does."""
        if not asked.state or not hmac.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
            return NotVouched("This answer does not belong to an attempt of this browser. Begin again.")
        if answer.get("error"):
            return NotVouched(f"The provider refuses it: {answer.get('error_description') or answer['error']}.")
        try:
            return self._person(back, asked, answer.get("code", ""))
        except _TROUBLES as error:
            return _trouble(error)

    def _person(self, back: str, asked: Asked, code: str) -> Vouched | NotVouched:
        said = self._settings
        with self._session(back) as session:
            about = self._said(session)
            place = about["token_endpoint"]
            token = session.fetch_token(place, code=code, code_verifier=asked.verifier, timeout=PATIENCE)
            claims = self._claims(session, about, token["id_token"], asked.nonce)
            if said.groups_claim not in claims and "userinfo_endpoint" in about:
                more = _json(session.get(about["userinfo_endpoint"], timeout=PATIENCE, allow_redirects=False))
                claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        groups = claims.get(said.groups_claim) or []
        role = role_of([groups] if isinstance(groups, str) else map(str, groups), said.roles)
        if role is None:
            return NotVouched("The provider knows you, but none of your groups has a role here.")
        shown = str(claims.get(said.name_claim) or claims.get("email") or claims["sub"])
        return Vouched(source="oidc", subject=str(claims["sub"]), name=shown, role=role)

    def _claims(self, session: OAuth2Session, about: dict[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
        """What an ID token says, once it is proven that the provider said it, to us, for this attempt, just now."""
        told: Any = _json(session.get(about["jwks_uri"], timeout=PATIENCE, withhold_token=True))
        keys = KeySet.import_key_set(told)
        read = jwt.decode(id_token, keys, algorithms=list(_SIGNATURES))
        client = self._settings.client_id
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": about["issuer"]},
            "aud": {"essential": True, "value": client},
            "nonce": {"essential": True, "value": nonce},
            "sub": {"essential": True},
        }
        proven = CodeIDToken(read.claims, read.header, wanted, {"nonce": nonce, "client_id": client})
        proven.validate(self._now(), leeway=_LEEWAY)
        return dict(read.claims)

    def _said(self, session: OAuth2Session) -> dict[str, Any]:
        """What the provider says of itself."""
        if self._described is not None and 0 <= self._now() - self._described[0] < BELIEVED:
            return self._described[1]
        issuer = self._settings.issuer
        about = _json(session.get(f"{issuer}{_WAY}", timeout=PATIENCE, withhold_token=True, allow_redirects=False))
        if str(about.get("issuer", "")).rstrip("/") != issuer:
            raise Unfit(f"it calls itself {about.get('issuer')}, not {issuer}")
        self._described = self._now(), about
        return about

    def _session(self, back: str) -> OAuth2Session:
        said = self._settings
        session = OAuth2Session(
            said.client_id,
            said.client_secret,
            scope=" ".join(said.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
        )
        if said.ca_file is not None:
            session.verify = str(said.ca_file)
        return session


class Unfit(Exception):
    """What the provider says of itself does not fit the configuration."""


_TROUBLES: Final = (AuthlibBaseError, JoseError, RequestException, Unfit, KeyError, ValueError, TypeError)


def _trouble(error: Exception) -> NotVouched:
    words = f"{type(error).__name__}: {error}".strip(": ")[:200]
    return NotVouched(f"The provider cannot vouch for you now ({words}).", trouble=True)


def _json(response: Any) -> dict[str, Any]:
    response.raise_for_status()
    said = response.json()
    if not isinstance(said, dict):
        raise Unfit("it answers with something else than an object")
    return said
