"""`foliogate user`: who may sign in to the pages, from the command line: for the first user, and for whoever is locked out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.store import opened, whoever
from gateway.cli.words import config_option, fail, read_config
from gateway.roles import ROLES

if TYPE_CHECKING:
    from gateway.store.database import Database
    from gateway.store.people import Act, User

ROLE_NAMES = tuple(ROLES)


@click.group("user")
def user_group() -> None:
    """Say who may sign in to the pages, and as what: desk, supervisor, auditor, it or read-only.

    A password is asked for on the terminal, or read from standard input as one line; it is never an argument, where
    everybody on this machine could see it. A running gateway knows of a change within a second.

    \b
    foliogate user add ines --role desk
    foliogate user invite bruno --role auditor      prints a link that works once, within 24 hours
    foliogate user disable ines                     ends every session of hers too
    """


@user_group.command("add")
@config_option
@click.argument("name")
@click.option("--role", type=click.Choice(ROLE_NAMES), required=True, help="What the person may.")
@click.option("--mail", default="", help="Where a link for a new password can be sent.")
@click.option("--by", "who", default=None, help="Who lets the person in; your login name if left out.")
def add_command(config_path: Path, name: str, role: str, mail: str, who: str | None) -> None:
    """Make a user, and ask for the password."""
    from gateway.people.signing import Refused, add_user, wrong_name

    wrong = wrong_name(name) or _wrong_mail(mail)
    if wrong is not None:
        fail(wrong)
    with opened(config_path, must_exist=False) as database:
        kept = _new_password(config_path, name)
        owner, act = database.property, _act(who)

        def work(connection: Any) -> User | Refused:
            return add_user(connection, owner, act, name=name, role=role, mail=mail, kept=kept)

        done = database.transact(work)
    if isinstance(done, Refused):
        fail(done.sentence)
    click.echo(f"{done.name} may sign in as {role}")


@user_group.command("password")
@config_option
@click.argument("name")
@click.option("--by", "who", default=None, help="Who sets it; your login name if left out.")
def password_command(config_path: Path, name: str, who: str | None) -> None:
    """Set a new password for the user NAME; every session of that user ends."""
    from gateway.people.signing import set_password

    with opened(config_path) as database:
        user = _known(database, name)
        if user.source != "here":
            fail(f"the password of {user.name} is not kept here: {user.source} vouches for that user")
        kept, act = _new_password(config_path, user.name), _act(who)
        database.transact(lambda c: set_password(c, database.property, act, user, kept))
    click.echo(f"the password of {user.name} is set, and every session has ended")


@user_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(config_path: Path, as_json: bool) -> None:
    """List every user with the role, also those that are disabled; never a password."""
    from gateway.store import people

    with opened(config_path) as database:
        found = database.read(lambda c: people.all_of(c, database.property))
    for one in found:
        click.echo(json.dumps(_told(one), ensure_ascii=False) if as_json else _line(one))
    if not found and not as_json:
        click.echo("there is no user; make one with: foliogate user add NAME --role it", err=True)


@user_group.command("disable")
@config_option
@click.argument("name")
@click.option("--by", "who", default=None, help="Who does it; your login name if left out.")
def disable_command(config_path: Path, name: str, who: str | None) -> None:
    """Let nobody sign in as NAME any more, and end every session of that user. The name stays behind what was decided."""
    from gateway.people.signing import disable

    with opened(config_path) as database:
        user, act = _known(database, name), _act(who)
        done = database.transact(lambda c: disable(c, database.property, act, user))
    if done is not None:
        fail(done.sentence)
    click.echo(f"nobody signs in as {user.name} any more")


@user_group.command("enable")
@config_option
@click.argument("name")
@click.option("--by", "who", default=None, help="Who does it; your login name if left out.")
def enable_command(config_path: Path, name: str, who: str | None) -> None:
    """Let NAME sign in again."""
    from gateway.people.signing import enable

    with opened(config_path) as database:
        user, act = _known(database, name), _act(who)
        database.transact(lambda c: enable(c, database.property, act, user))
    click.echo(f"{user.name} may sign in again")


@user_group.command("role")
@config_option
@click.argument("name")
@click.argument("role", type=click.Choice(ROLE_NAMES))
@click.option("--by", "who", default=None, help="Who does it; your login name if left out.")
def role_command(config_path: Path, name: str, role: str, who: str | None) -> None:
    """Give the user NAME another role."""
    from gateway.people.signing import set_role

    with opened(config_path) as database:
        user, act = _known(database, name), _act(who)
        done = database.transact(lambda c: set_role(c, database.property, act, user, role))
    if done is not None:
        fail(done.sentence)
    click.echo(f"{user.name} is {role} now")


@user_group.command("invite")
@config_option
@click.argument("name")
@click.option("--role", type=click.Choice(ROLE_NAMES), required=True, help="What the person may.")
@click.option("--mail", default="", help="The person's address, kept for later mails; this command sends none.")
@click.option("--by", "who", default=None, help="Who invites; your login name if left out.")
def invite_command(config_path: Path, name: str, role: str, mail: str, who: str | None) -> None:
    """Make a link by which NAME chooses a password: printed alone on standard output, good once, for 24 hours.

    The page of users sends such links by mail; this command prints them for you to hand over.
    """
    from gateway.people.signing import Refused, invite

    wrong = _wrong_mail(mail)
    if wrong is not None:
        fail(wrong)
    config = read_config(config_path)
    with opened(config_path, must_exist=False, config=config) as database:
        act = _act(who)
        made = database.transact(lambda c: invite(c, database.property, act, name, role, mail))
    if isinstance(made, Refused):
        fail(made.sentence)
    base = config.watch.page.rstrip("/") or config.web.url()
    click.echo(f"{base}/invitation/{made[1]}")
    click.echo(f"this is the only time it is shown: hand it to {name.strip()}", err=True)


def _act(who: str | None) -> Act:
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.store.people import Act

    return Act(who or whoever(), to_micros(utc_now()))


def _known(database: Database, name: str) -> User:
    from gateway.store import people

    user = database.read(lambda c: people.named(c, database.property, name))
    if user is None:
        fail(f"there is no user {name}; see 'foliogate user list'")
    return user


def _new_password(config_path: Path, name: str) -> str:
    """Ask for a password twice on a terminal, else read one line; what guessers try first is refused."""
    from gateway.cli.words import read_store_config
    from gateway.people import passwords

    if sys.stdin.isatty():
        said = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    else:
        said = sys.stdin.readline().rstrip("\r\n")
    home = read_store_config(config_path).property
    wrong = passwords.refused(said, (home.id, home.name, "foliogate", name))
    if wrong is not None:
        fail(f"{wrong[:1].lower()}{wrong[1:].rstrip('.')}")
    return passwords.hashed(said)


def _wrong_mail(mail: str) -> str | None:
    from gateway.config.checks import mail_address

    try:
        if mail:
            mail_address(mail)
    except ValueError as error:
        return str(error)
    return None


def _told(one: User) -> dict[str, Any]:
    from gateway.instants import from_micros

    def instant(micros: int | None) -> str | None:
        return None if micros is None else from_micros(micros).isoformat()

    said = {"id": one.id, "name": one.name, "role": one.role, "mail": one.mail or None, "source": one.source}
    made = {"made": instant(one.made_at), "made_by": one.made_by}
    return {**said, **made, "signed_in": instant(one.signed_in_at), "disabled": instant(one.disabled_at)}


def _line(one: User) -> str:
    told = _told(one)
    fate = f"disabled {str(told['disabled'])[:10]}" if one.disabled_at is not None else "good"
    seen = str(told["signed_in"])[:10] if one.signed_in_at is not None else "never"
    return f"{one.id:>4}  {one.name:<24} {one.role:<11} {one.source:<5} last signed in {seen:<10} {fate}"
