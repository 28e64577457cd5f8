"""What a directory or a provider says of a person whom it has recognised, and how its groups become a role. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Somebody whom another program has recognised. `subject` is the name that never changes there; `name` is shown."""

    source: str
    subject: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class NotVouched:
    """Why nobody was recognised, in a sentence. `trouble` where it was no fault of the person's."""

    sentence: str
    trouble: bool = False


class Asked(NamedTuple):
    """An attempt under way: where the browser is sent, and the three secrets that tie the answer to it."""

    url: str
    state: str
    nonce: str
    verifier: str


def role_of(groups: Iterable[str], roles: Mapping[str, str]) -> str | None:
    """The role of somebody in these groups: the first line of the configuration that names one of them counts.

    A group of a directory may be named whole or by its first part alone (`cn=desk,ou=groups,…` or `desk`).
    """
    known = {name for group in groups for name in (group.casefold(), _short(group))}
    return next((role for group, role in roles.items() if group.casefold() in known), None)


def _short(group: str) -> str:
    first = group.partition(",")[0]
    kind, equals, name = first.partition("=")
    return name.strip().casefold() if equals and kind.strip().casefold() == "cn" else group.casefold()
