"""The person a page is made for, and the last touch on a page before it leaves: what is only for some is taken out.

Pages that are the same for all who look are made once for them (`live.Shared`), so they know no person. They carry marks
instead, which are resolved here for whoever asked: a piece between `<!--if RIGHT-->` and `<!--/if-->` stays for those who have
the right (or `typed-who`: where nobody signs in and a deed needs a typed name; `signed-in`: the other way round;
`masked`: who may not see full numbers), the mark
`<!--person-->` becomes the name and the way out, `<!--address-->` where the page is read, and each form that is posted gets the seal of the session.
No value can look like a mark: every value of a template is escaped, and a mark begins with `<`.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from markupsafe import Markup, escape

from gateway.languages.spoken import say
from gateway.roles import RIGHTS, ROLES, Person, Right
from gateway.web.words import visible

#: The name of the field that carries the seal of a session.
SEAL_FIELD: Final = "seal"
#: The end of a piece that is only for some.
END: Final = Markup("<!--/if-->")
_PIECE: Final = re.compile(r"<!--if ([a-z_-]+)-->((?:(?!<!--if ).)*?)<!--/if-->", re.DOTALL)  # an innermost one
_FORM: Final = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')
_CORNER: Final = "<!--person-->"
_ADDRESS: Final = "<!--address-->"


def person_of(request: Any) -> Person:
    """Who asks: the Door has written it on the request before any page is asked."""
    return cast(Person, request.person)


def dressed(html: str, person: Person, seal: str, address: str = "") -> str:
    """A page for this person, as it is read at an address. Pure."""
    found = 1
    while found:
        html, found = _PIECE.subn(lambda piece: piece[2] if _is_for(piece[1], person) else "", html)
    html = html.replace(_CORNER, _corner(person)).replace(_ADDRESS, escape(address))
    if not seal:
        return html
    return _FORM.sub(lambda form: f'{form[0]}<input type="hidden" name="{SEAL_FIELD}" value="{seal}">', html)


def only_for(right: str | None) -> Markup:
    """The beginning of a piece that is only for those who have a right; nothing where it is for all."""
    return Markup(f"<!--if {right}-->") if right in RIGHTS else Markup("")


def _is_for(condition: str, person: Person) -> bool:
    match condition:
        case "typed-who":
            return person.open_house
        case "signed-in":
            return person.signed_in
        case "masked":
            return not person.may("see_full_numbers")
    return person.may(cast(Right, condition))


def _corner(person: Person) -> str:
    """Name, role and the way out, at the top right of a page."""
    if person.role is None:
        return ""
    name, role = escape(visible(person.name)), escape(say(ROLES[person.role]))
    users = f'<a href="/users">{escape(say("Users"))}</a>' if person.may("manage_users") else ""
    own, out = escape(say("Password and sessions")), escape(say("Sign out"))
    return (
        f'<div class="person">{users}<a href="/me" title="{own}"><bdi>{name}</bdi> · {role}</a>'
        f'<form method="post" action="/sign-out"><button class="quiet">{out}</button></form></div>'
    )
