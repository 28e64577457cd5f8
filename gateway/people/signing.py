"""Signing in and what goes with it, as transactions on the store: each counts, decides and writes its trail in one.

An attempt is counted before the password is looked at, so that many at the same moment are not one. It counts for the browser
alone where somebody of the house signed in with it before, else for the name and for the address.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection

from gateway.people import lasting
from gateway.people.vouching import Vouched
from gateway.roles import MAY, role_named
from gateway.store import invitations, people, sessions
from gateway.store.invitations import FIRST, Invitation
from gateway.store.people import Act, User
from gateway.store.tokens import digest

#: Characters of a name.
LONGEST_NAME: Final = 60


class Wait(NamedTuple):
    """An attempt that may not be made yet."""

    seconds: int


class Refused(NamedTuple):
    """Not done; the sentence says why."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that was counted: whom the name is of, and where it counts."""

    name: str
    user: User | None
    buckets: tuple[str, ...]
    browser: str | None


class SignedIn(NamedTuple):
    """A session that has begun: what the browser holds while it lasts, and what it keeps."""

    session: str
    browser: str


def attempt(connection: Connection, owner: str, act: Act, name: str, browser: str | None) -> Attempt | Wait:
    """Count an attempt, if it may be made now."""
    sessions.forget_failures(connection, owner, act.at - lasting.FORGOTTEN)
    known = browser if browser is not None and sessions.is_known(connection, owner, browser) else None
    if known is not None:
        buckets: tuple[str, ...] = (f"browser:{digest(known)}",)
    else:
        buckets = (f"name:{people.folded(name)}", f"address:{neighbourhood(act.address)}")
    failed = sessions.failures(connection, owner, buckets)
    seconds = max((lasting.wait(bucket, *failed[bucket], act.at) for bucket in failed), default=0)
    if seconds:
        return Wait(seconds)
    for bucket in buckets:
        sessions.count(connection, owner, bucket, failed.get(bucket, (0, 0))[0] + 1, act.at)
    return Attempt(name=name, user=people.named(connection, owner, name), buckets=buckets, browser=known)


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the network, since whoever has one address there has 2**64. Pure."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def failed(connection: Connection, owner: str, act: Act, made: Attempt, why: str) -> None:
    """Write down that it was not the person."""
    people.note(connection, owner, act, about=made.name, what="sign-in failed", after=why)


def succeeded(
    connection: Connection, owner: str, act: Act, user: User, agent: str, made: Attempt | None = None
) -> SignedIn | Refused:
    """Begin a session; the attempt counts for nothing. Refused where the user was disabled meanwhile."""
    now = people.numbered(connection, owner, user.id)
    if now is None or now.disabled_at is not None:
        return Refused("Nobody signs in by this name any more.")
    for bucket in made.buckets if made is not None else ():
        before = sessions.failures(connection, owner, (bucket,)).get(bucket, (0, 0))[0]
        left = before - 1 if bucket.startswith("address:") else 0
        sessions.count(connection, owner, bucket, left, act.at)
    known = made.browser if made is not None else None
    browser = sessions.know(connection, owner, act, user.id, known)
    people.signed_in(connection, owner, user.id, act.at)
    people.note(connection, owner, act._replace(who=user.name), about=user.name, what="signed in")
    return SignedIn(sessions.begin(connection, owner, act, user, agent), browser)


def vouched(connection: Connection, owner: str, act: Act, said: Vouched) -> User | Refused:
    """The user whom a directory or a provider vouches for: made at the first time, with the role that its groups give."""
    user = people.of_subject(connection, owner, said.source, said.subject)
    if user is None:
        if people.named(connection, owner, said.name) is not None:
            return Refused(f"There is another user named {said.name} here; ask whoever manages users.")
        act = act._replace(who=said.source)
        return people.add(
            connection, owner, act, name=said.name, role=said.role, source=said.source, subject=said.subject
        )
    if user.role != said.role:
        people.change(connection, owner, act._replace(who=said.source), user, "role changed", role=said.role)
    return people.numbered(connection, owner, user.id) or user


# -- users --------------------------------------------------------------------------------------------------------


def add_user(
    connection: Connection, owner: str, act: Act, *, name: str, role: str, kept: str, **said: str
) -> User | Refused:
    """Make a user with a password of ours."""
    wrong = wrong_name(name)
    if wrong is not None:
        return Refused(wrong)
    if people.named(connection, owner, name) is not None:
        return Refused(f"There is a user named {name.strip()} already.")
    return people.add(connection, owner, act, name=name, role=role, password=kept, **said)


def set_password(connection: Connection, owner: str, act: Act, user: User, kept: str, spared: int = 0) -> None:
    """A new password: every other session of the user ends."""
    people.change(connection, owner, act, user, "password set", password=kept, password_at=act.at)
    sessions.end_all(connection, owner, user.id, act.at, "password changed", spared)


def set_role(connection: Connection, owner: str, act: Act, user: User, role: str) -> Refused | None:
    """Another role; not for oneself, and not the last who may manage users."""
    if user.role == role:
        return None
    if (wrong := _kept_in_charge(connection, owner, act, user, role)) is not None:
        return wrong
    people.change(connection, owner, act, user, "role changed", role=role)
    return None


def disable(connection: Connection, owner: str, act: Act, user: User) -> Refused | None:
    """Nobody signs in by this name from now on, and whoever has is out."""
    if user.disabled_at is not None:
        return None
    if (wrong := _kept_in_charge(connection, owner, act, user, None)) is not None:
        return wrong
    people.change(connection, owner, act, user, "disabled", disabled_at=act.at)
    sessions.end_all(connection, owner, user.id, act.at, f"disabled by {act.who}")
    return None


def enable(connection: Connection, owner: str, act: Act, user: User) -> None:
    """The name is good again."""
    if user.disabled_at is not None:
        people.change(connection, owner, act, user, "enabled", disabled_at=None)


def in_charge(connection: Connection, owner: str) -> list[User]:
    """Who may manage users now."""
    return [one for one in people.all_of(connection, owner) if _manages(one) and one.disabled_at is None]


def _manages(user: User) -> bool:
    role = role_named(user.role)
    return role is not None and "manage_users" in MAY[role]


def _kept_in_charge(connection: Connection, owner: str, act: Act, user: User, role: str | None) -> Refused | None:
    """Why somebody may not lose the right to manage users."""
    if people.folded(act.who) == user.name.casefold():
        return Refused("Nobody changes his own role or disables himself; ask somebody else who manages users.")
    left = [one for one in in_charge(connection, owner) if one.id != user.id]
    known = role_named(role or "")
    stays = known is not None and "manage_users" in MAY[known]
    if _manages(user) and not stays and not left:
        return Refused(f"{user.name} is the last who may manage users; give somebody else the role first.")
    return None


def wrong_name(name: str) -> str | None:
    """Why a name cannot be one, if it cannot. Pure."""
    shown = name.strip()
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        return f"A name is text on one line, at most {LONGEST_NAME} characters."
    return None


# -- links --------------------------------------------------------------------------------------------------------


def first_link(connection: Connection, owner: str, now: int) -> str | None:
    """The secret of the link for the first user; None where there is a user already."""
    if people.all_of(connection, owner):
        return None
    act = Act("foliogate", now)
    made = invitations.make(connection, owner, act, FIRST, name="", role="it", mail="", ends_at=now + lasting.LINK)
    return made[1]


def accept(
    connection: Connection, owner: str, act: Act, secret: str, name: str, role: str, kept: str
) -> User | Refused:
    """Somebody uses a link: a user is made, or gets the new password. Once."""
    link = invitations.found(connection, owner, secret, act.at)
    if link is None or not invitations.use(connection, owner, link.id, act.at):
        return Refused(NO_LINK)
    if link.kind == FIRST and people.all_of(connection, owner):
        return Refused("This house has users already; ask one of them for an invitation.")
    who = name.strip() if link.kind == FIRST else link.name
    user = people.named(connection, owner, who)
    act = act._replace(who=who)
    if link.kind == invitations.PASSWORD and user is not None:
        set_password(connection, owner, act, user, kept)
        return user
    given = role if link.kind == FIRST else link.role
    by = who if link.kind == FIRST else link.made_by
    return add_user(connection, owner, act, name=who, role=given, kept=kept, mail=link.mail, made_by=by)


NO_LINK: Final = "This link was used, withdrawn, or is older than 24 hours. Ask for a new one."


def invite(connection: Connection, owner: str, act: Act, name: str, role: str, mail: str) -> tuple[int, str] | Refused:
    """A link for somebody new: its number and its secret."""
    wrong = wrong_name(name)
    if wrong is not None:
        return Refused(wrong)
    if people.named(connection, owner, name) is not None:
        return Refused(f"There is a user named {name.strip()} already.")
    ends = act.at + lasting.LINK
    return invitations.make(
        connection, owner, act, invitations.INVITED, name=name.strip(), role=role, mail=mail, ends_at=ends
    )


def renew(connection: Connection, owner: str, act: Act, link: Invitation) -> tuple[int, str]:
    """The same invitation with a new link; the old one leads nowhere."""
    ends = act.at + lasting.LINK
    return invitations.make(
        connection, owner, act, link.kind, name=link.name, role=link.role, mail=link.mail, ends_at=ends
    )


def password_link(connection: Connection, owner: str, act: Act, user: User) -> tuple[int, str]:
    """A link by which a user sets a new password."""
    ends, kind = act.at + lasting.LINK, invitations.PASSWORD
    return invitations.make(connection, owner, act, kind, name=user.name, role=user.role, mail=user.mail, ends_at=ends)
