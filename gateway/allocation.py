"""Account codes, authorisation codes and PINs: to whom a code gives a call, and how much of it may be seen. Pure.

A code re-routes a call: to a department or a tenant of the house, whose call it then is wherever it was made, or to a house
account of the PMS, to which it is charged. A code of a person is a PIN: whoever reads it could call at that person's expense,
so only its last two signs are ever stored or shown (the exchange's raw record holds it as it came). A code that nobody has
listed changes nothing and is shown; where the house lists PINs it may be one mistyped, and is shown by its last two signs too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

#: Signs at the end of a PIN that may be seen.
SEEN: Final = 2


def last_two(code: str) -> str:
    """A PIN or an authorisation code as people may see it: its last two signs, and never more than half of it."""
    seen = min(SEEN, len(code) // 2)
    return "**" + code[len(code) - seen :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of the house's list. `department` is the department or tenant whose call it is; else `house_account` pays.

    `person` makes it a PIN; `personal` calls of a person are counted for him and listed nowhere.
    """

    code: str
    name: str
    department: str = ""
    tenant: bool = False
    house_account: str = ""
    person: str = ""
    personal: bool = False


class Allocation(NamedTuple):
    """What is kept of the codes of a call: as they may be seen, whose they are, and where they led.

    `known` says that the list had the code when the call was settled.
    """

    account_code: str
    authorization: str
    name: str
    person: str
    personal: bool
    known: bool
    led_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The house's list of codes."""

    listed: Mapping[str, Code] = field(default_factory=dict)

    @property
    def has_pins(self) -> bool:
        """Whether any of the codes is a person's."""
        return any(one.person for one in self.listed.values())

    def find(self, account: str | None, authorization: str | None) -> Code | None:
        """The code of a call: the account code's, else that of the authorisation code."""
        return self.listed.get(account or "") or self.listed.get(authorization or "")

    def allocation(self, account: str | None, authorization: str | None) -> Allocation | None:
        """What is kept of a call with codes; None for a call without."""
        if not account and not authorization:
            return None
        found = self.find(account, authorization)
        listed = self.listed.get(account or "")
        secret = self.has_pins if listed is None else bool(listed.person)
        shown = "" if not account else last_two(account) if secret else account
        hidden = last_two(authorization) if authorization else ""
        if found is None:
            return Allocation(shown, hidden, "", "", False, False, "")
        led_to = found.department or found.house_account
        return Allocation(shown, hidden, found.name, found.person, found.personal, True, led_to)


def codes(listed: Iterable[Code]) -> Codes:
    """The list by code."""
    return Codes(listed={one.code: one for one in listed})
