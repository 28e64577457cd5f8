"""The settings of the pages and of signing in: where they are served, how long a session lasts, and who else may vouch for people.

`[web]`, `[sign_in]`, `[sign_in.oidc]` and `[sign_in.ldap]`. What they must be together is in `findings`, on the document as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gateway.config.base import Settings
from gateway.config.endpoints import Address, listen_address
from gateway.config.fields import FilePath, Secret, Text, Texts, one_of
from gateway.config.problems import did_you_mean
from gateway.roles import ROLES

#: Whether people sign in: always, or (on this machine alone) not at all.
SIGN_IN: Final = ("required", "none")


def web_listen(text: str) -> str:
    """Accept where the pages are served; TLS has keys of its own."""
    if text.startswith(("ssl:", "tls:")):
        raise ValueError('write "tcp:8443:interface=…" here, and certificate and key beside it: then it is TLS')
    listen_address(text)
    return text


def secure_url(url: str) -> str:
    """Accept the address of a provider: https, or http on this machine."""
    parts = urlsplit(url)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and local)):
        return url.rstrip("/")
    raise ValueError(f'"{url}" is not an address that can be trusted; write for example "https://id.example.org/realm"')


def directory_url(url: str) -> str:
    """Accept the address of a directory."""
    parts = urlsplit(url)
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f'"{url}" is not a directory; write for example "ldaps://dc.example.org"')
    return url


def roles(mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Accept groups with the roles they give."""
    for role in mapping.values():
        if role not in ROLES:
            raise ValueError(f'"{role}" is not a role; {did_you_mean(role, tuple(ROLES))}')
    return mapping


def named_filter(text: str) -> str:
    """Accept a filter of LDAP with the place for the name."""
    if "{name}" not in text or not (text.startswith("(") and text.endswith(")")):
        raise ValueError(f'"{text}" is not a filter with a place for the name; write for example "(uid={{name}})"')
    return text


Roles = Annotated[Mapping[Text, str], AfterValidator(roles), Field(min_length=1)]


class WebSettings(Settings):
    """The pages. With `certificate` and `key` (PEM files) they are served over TLS, which they must be beyond this machine."""

    listen: Annotated[str, AfterValidator(web_listen)] = Field(
        "tcp:8080:interface=127.0.0.1", examples=["tcp:8080:interface=127.0.0.1"]
    )
    sign_in: Annotated[str, AfterValidator(one_of(SIGN_IN, 'sign_in = "required"'))] = Field(
        "required", examples=["required"]
    )
    certificate: FilePath | None = Field(None, examples=["fullchain.pem"])
    key: FilePath | None = Field(None, examples=["privkey.pem"])

    @property
    def address(self) -> Address:
        """Where the pages are served."""
        return listen_address(self.listen)

    @property
    def host(self) -> str:
        """The interface's address."""
        return self.address.host

    @property
    def port(self) -> int:
        """The port; 0 where the system may choose."""
        return self.address.port

    @property
    def secure(self) -> bool:
        """Whether they are served over TLS."""
        return self.certificate is not None

    def url(self, port: int | None = None) -> str:
        """Where a browser on this machine finds them."""
        host = self.host or "localhost"
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self.secure else 'http'}://{shown}:{self.port if port is None else port}"

    @property
    def required(self) -> bool:
        """Whether people sign in."""
        return self.sign_in == "required"


class OidcSettings(Settings):
    """A provider of OpenID Connect that vouches for people. `roles` gives a role to each of its groups, the first that fits counts."""

    issuer: Annotated[Text, AfterValidator(secure_url)] = Field(examples=["https://id.example.org/realms/hotel"])
    client_id: Text = Field(examples=["foliogate"])
    client_secret: Secret = Field(examples=["env:OIDC_SECRET"], repr=False)
    label: Text = Field("the house account", examples=["Entra ID"])
    scopes: Texts = Field(("openid", "profile", "email"), examples=[["openid", "profile", "groups"]])
    name_claim: Text = Field("preferred_username", examples=["email"])
    groups_claim: Text = Field("groups", examples=["roles"])
    roles: Roles = Field(examples=[{"hotel-desk": "desk"}])
    ca_file: FilePath | None = Field(None, examples=["our-ca.pem"])


class LdapSettings(Settings):
    """A directory that vouches for people: the person is searched below `base`, then bound as with the password that was typed.

    `roles` gives a role to each group, by its whole name or its cn; the first that fits counts. `bind_dn` searches where the
    directory tells nothing to strangers.
    """

    url: Annotated[Text, AfterValidator(directory_url)] = Field(examples=["ldaps://dc.example.org"])
    starttls: bool = Field(False, examples=[True])
    ca_file: FilePath | None = Field(None, examples=["our-ca.pem"])
    base: Text = Field(examples=["ou=people,dc=example,dc=org"])
    user_filter: Annotated[Text, AfterValidator(named_filter)] = Field("(uid={name})", examples=["(uid={name})"])
    name_attribute: Text = Field("uid", examples=["sAMAccountName"])
    bind_dn: Text | None = Field(None, examples=["cn=foliogate,dc=example,dc=org"])
    bind_password: Secret | None = Field(None, examples=["env:LDAP_PASSWORD"], repr=False)
    group_base: Text | None = Field(None, examples=["ou=groups,dc=example,dc=org"])
    roles: Roles = Field(examples=[{"hotel-desk": "desk"}])


class SignInSettings(Settings):
    """How long a session lasts, and who vouches for people beside our own passwords; every key may be left out."""

    idle_minutes: Annotated[int, Field(ge=5, le=1_440)] = Field(60, examples=[60])
    hours: Annotated[int, Field(ge=1, le=168)] = Field(12, examples=[12])
    oidc: OidcSettings | None = None
    ldap: LdapSettings | None = None


def findings(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong between the keys of these tables."""
    web, said = document.get("web"), document.get("sign_in")
    if isinstance(web, dict):
        yield from _served(web)
    ldap = said.get("ldap") if isinstance(said, dict) else None
    if isinstance(ldap, dict):
        yield from _bound(ldap)


def _served(web: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    there = [name for name in ("certificate", "key") if name in web]
    if len(there) == 1:
        missing = "key" if there[0] == "certificate" else "certificate"
        yield ("web", there[0]), f"TLS needs {missing} too; write the path of its PEM file, or leave both out"
    listen = web.get("listen", "tcp:8080:interface=127.0.0.1")
    try:
        beyond = isinstance(listen, str) and not listen_address(web_listen(listen)).loopback
    except ValueError:
        return  # the check of the value says so
    if beyond and web.get("sign_in") == "none":
        yield ("web", "sign_in"), 'others can reach these pages, so people must sign in; write sign_in = "required"'
    if beyond and not there:
        yield (
            ("web", "listen"),
            "listening beyond loopback needs TLS: write certificate and key beside it, with the paths of PEM files, "
            'or listen = "tcp:8080:interface=127.0.0.1"',
        )


def _bound(ldap: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """A password goes over TLS or stays on this machine; a log-in needs both halves."""
    if ("bind_dn" in ldap) != ("bind_password" in ldap):
        here = "bind_dn" if "bind_dn" in ldap else "bind_password"
        yield ("sign_in", "ldap", here), "a log-in needs bind_dn and bind_password; write both, or leave both out"
    url = ldap.get("url")
    if isinstance(url, str) and url.startswith("ldap://") and not ldap.get("starttls"):
        host = urlsplit(url).hostname
        if host not in {"localhost", "127.0.0.1", "::1"}:
            words = 'passwords would go over the network in the clear; write starttls = true, or "ldaps://…"'
            yield ("sign_in", "ldap", "url"), words
