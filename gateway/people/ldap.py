"""A directory (LDAP) that vouches for people: the person is searched, then bound as with the password that was typed.

Everything here blocks and runs in a thread. An empty password is refused before the directory sees it: a bind without one
succeeds as nobody (RFC 4513, 5.1.2). Names are escaped for the filter (RFC 4515); referrals are not followed, since they would carry the
password elsewhere. Certificates are checked against the system's authorities or the house's own.
"""

from __future__ import annotations

import ssl
from typing import Any, Final
from urllib.parse import urlsplit

from ldap3 import NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from gateway.config import LdapSettings
from gateway.people.vouching import NotVouched, Vouched, role_of

#: Seconds until a directory that does not answer is given up.
PATIENCE: Final = 5
#: What stays when a person is renamed: by RFC 4530, and in Active Directory.
_LASTING: Final = ("entryUUID", "objectGUID")
_NOT_KNOWN: Final = "This name and this password do not belong together. Look at both, and at Caps Lock."
_WRONG_PASSWORD: Final = 49  # invalidCredentials, RFC 4511


def vouch(settings: LdapSettings, name: str, password: str) -> Vouched | NotVouched:
    """Ask the directory for a person. Never raises for what a directory or a network does."""
    if not name.strip() or not password:
        return NotVouched(_NOT_KNOWN)
    try:
        return _asked(settings, name.strip(), password)
    except (LDAPException, OSError, ssl.SSLError) as error:
        return NotVouched(
            f"The directory cannot be asked now ({type(error).__name__}). Who has a password of ours can sign in.",
            trouble=True,
        )


def _asked(settings: LdapSettings, name: str, password: str) -> Vouched | NotVouched:
    searching = _connection(settings, settings.bind_dn, settings.bind_password)
    try:
        if not searching.bind():
            words = f"The directory does not let us search: {searching.result['description']}."
            return NotVouched(words, trouble=True)
        entry = _entry(searching, settings, name)
    finally:
        searching.unbind()
    if entry is None:
        return NotVouched(_NOT_KNOWN)
    person = _connection(settings, entry["dn"], password)
    try:
        if not person.bind():
            trouble = person.result["result"] != _WRONG_PASSWORD
            words = f"The directory refuses it: {person.result['description']}." if trouble else _NOT_KNOWN
            return NotVouched(words, trouble=trouble)
        groups = _groups(person, settings, entry, name)
    finally:
        person.unbind()
    role = role_of(groups, settings.roles)
    if role is None:
        return NotVouched("The directory knows you, but none of your groups has a role here.")
    shown = _first(entry, settings.name_attribute) or name
    return Vouched(source="ldap", subject=_subject(entry), name=shown, role=role)


def _connection(settings: LdapSettings, who: str | None, password: str | None) -> Any:
    """A connection that is open and, where it should be, already under TLS; nobody is bound yet."""
    parts = urlsplit(settings.url)
    ca_file = str(settings.ca_file) if settings.ca_file is not None else None
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca_file, version=ssl.PROTOCOL_TLS_CLIENT)
    secure = parts.scheme == "ldaps"
    port = parts.port or (636 if secure else 389)
    server = Server(parts.hostname, port=port, use_ssl=secure, tls=tls, get_info=NONE, connect_timeout=PATIENCE)
    made = Connection(
        server,
        user=who,
        password=password,
        read_only=True,
        auto_referrals=False,
        receive_timeout=PATIENCE,
        check_names=False,
    )
    try:
        made.open()
        if settings.starttls and not secure:
            made.start_tls()
    except Exception:
        if made.socket is not None:  # ldap3 leaves it to the garbage collector
            made.socket.close()
        raise
    return made


def _entry(connection: Any, settings: LdapSettings, name: str) -> dict[str, Any] | None:
    """The one entry of this name; None where there is none, or more than one."""
    wanted = settings.user_filter.replace("{name}", escape_filter_chars(name))
    attributes = [settings.name_attribute, "memberOf", *_LASTING]
    connection.search(settings.base, wanted, SUBTREE, attributes=attributes, size_limit=2)
    found = [one for one in connection.response if one["type"] == "searchResEntry"]
    return found[0] if len(found) == 1 else None


def _groups(connection: Any, settings: LdapSettings, entry: dict[str, Any], name: str) -> list[str]:
    """The groups of somebody: as the entry tells them, or as they name their members."""
    if settings.group_base is None:
        return _texts(entry, "memberOf")
    dn, uid = escape_filter_chars(entry["dn"]), escape_filter_chars(_first(entry, settings.name_attribute) or name)
    wanted = f"(|(member={dn})(uniqueMember={dn})(memberUid={uid}))"
    connection.search(settings.group_base, wanted, SUBTREE, attributes=["cn"])
    return [one["dn"] for one in connection.response if one["type"] == "searchResEntry"]


def _subject(entry: dict[str, Any]) -> str:
    raw = entry["raw_attributes"]
    lasting = next((raw[name][0] for name in _LASTING if raw.get(name)), None)
    return str(entry["dn"]).casefold() if lasting is None else lasting.hex()


def _first(entry: dict[str, Any], name: str) -> str:
    return next(iter(_texts(entry, name)), "")


def _texts(entry: dict[str, Any], name: str) -> list[str]:
    return [one.decode("utf-8", "replace") for one in entry["raw_attributes"].get(name, [])]
