"""Who may what: the roles of a house as a table of rights, and the person that a page or a deed is for.

A right is a word that a page asks for (`person.may("decide_postings")`); what it means is written beside it, in the words the
page of users shows. A role is a set of rights and nothing else: no code anywhere asks for a role by its name.
Where the house has no sign-in (`[web] sign_in = "none"`, on this machine alone), everybody is `ANYONE`, who may everything
and types a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Right = Literal[
    "see_calls",
    "see_full_numbers",
    "earlier_stays",
    "print_bills",
    "tag_calls",
    "take_alarms",
    "decide_postings",
    "change_charges",
    "void",
    "void_above_limit",
    "ask_resync",
    "force_resync",
    "see_audit",
    "close_day",
    "reports",
    "budgets",
    "rehearse_prices",
    "approve_prices",
    "see_links",
    "settings",
    "erase_guests",
    "see_trail",
    "manage_users",
]
RoleName = Literal["desk", "supervisor", "auditor", "it", "read-only"]

#: Every right, and what it lets a person do.
RIGHTS: Final[dict[Right, str]] = {
    "see_calls": "see rooms, calls, charges and postings",
    "see_full_numbers": "see every digit of the numbers that were dialled",
    "earlier_stays": "see calls of guests who have left, with a reason",
    "print_bills": "print bills and say what a call would cost",
    "tag_calls": "write notes and tags, and mark a dispute",
    "take_alarms": "acknowledge alarms",
    "decide_postings": "settle doubts, retry, release and write off postings",
    "change_charges": "add a charge by hand, and move one to another room",
    "void": "take a charge back, up to the limit of the house",
    "void_above_limit": "take back any charge, and be the second person for others",
    "ask_resync": "ask the PMS for the state of all rooms, once a day",
    "force_resync": "ask the PMS for it again on the same day",
    "see_audit": "see the night audit",
    "close_day": "close the day",
    "reports": "see reports and take them as files",
    "budgets": "set budgets, targets and limits",
    "rehearse_prices": "try other prices in the laboratory",
    "approve_prices": "approve tariffs and corrections of prices",
    "see_links": "see the links, the records that could not be read, and the store",
    "settings": "change settings, and let programs in by tokens",
    "erase_guests": "export and erase what is kept of a guest",
    "see_trail": "see who did what",
    "manage_users": "add, change and disable users",
}
#: What each role is called, and whom it is for.
ROLES: Final[dict[RoleName, str]] = {
    "desk": "front desk",
    "supervisor": "supervisor",
    "auditor": "night auditor",
    "it": "IT",
    "read-only": "read only",
}

_LOOK: Final[frozenset[Right]] = frozenset(("see_calls",))
_DESK: Final[frozenset[Right]] = _LOOK | frozenset[Right](
    ("print_bills", "tag_calls", "take_alarms", "decide_postings", "change_charges", "void", "ask_resync")
)
_AUDITOR: Final[frozenset[Right]] = _DESK | frozenset[Right](
    ("see_full_numbers", "see_audit", "close_day", "reports", "see_links", "see_trail")
)
_BOSS: Final[frozenset[Right]] = frozenset(
    ("earlier_stays", "void_above_limit", "force_resync", "budgets", "rehearse_prices", "approve_prices")
)
#: What each role may. IT sees calls and links, but no full number, and decides nothing about money.
MAY: Final[dict[RoleName, frozenset[Right]]] = {
    "desk": _DESK,
    "auditor": _AUDITOR,
    "supervisor": _AUDITOR | _BOSS | frozenset[Right](("erase_guests", "manage_users")),
    "it": _LOOK
    | frozenset[Right](
        ("take_alarms", "reports", "rehearse_prices", "see_links", "settings", "see_trail", "manage_users")
    ),
    "read-only": _LOOK | frozenset[Right](("see_audit", "reports")),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a page or a deed is for. In an open house (no sign-in) it is anyone, who may everything and types a name.

    `language` is the one that the person chose; empty where none was.
    """

    name: str
    role: RoleName | None = None
    open_house: bool = False
    language: str = ""

    @property
    def signed_in(self) -> bool:
        """Whether the name is known; else whoever decides has to type one."""
        return self.role is not None

    def may(self, right: Right) -> bool:
        """Whether this person has a right."""
        if right not in RIGHTS:
            raise KeyError(right)
        return self.open_house or (self.role is not None and right in MAY[self.role])


#: Everybody, in a house without sign-in.
ANYONE: Final = Person("", None, open_house=True)
#: Whoever has not signed in, in a house that asks for it.
NOBODY: Final = Person("")


def role_named(words: str) -> RoleName | None:
    """The role of this name, if there is one."""
    return next((one for one in get_args(RoleName) if one == words), None)


def who_may(right: Right) -> list[str]:
    """What the roles are called that have a right, for the sentence to somebody who has not."""
    return [called for role, called in ROLES.items() if right in MAY[role]]
