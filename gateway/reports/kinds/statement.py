"""A time statement: every call for one account code, or with one outside number, in both directions, each with its duration."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.allocation import last_two
from gateway.languages.spoken import joined, later, later_plural
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.month import MOST_CALLS, Account, call_list
from gateway.reports.values import Note, Report, Section
from gateway.store.itemising import with_code, with_number
from gateway.web.words import minutes
from protocols.text import mask_number

#: From how many digits on a subject is an outside number; an account code that is longer is written code:NUMBER.
NUMBER_DIGITS: Final = 7
_CODE: Final = "code:"
_HOW: Final = Note(
    title="What it is about",
    sentences=(
        "Name an account code, or an outside number of seven digits and more, country code or not: the field “about” on the page "
        "of reports, --about on the command line. A code of seven digits and more is written code:1234567.",
    ),
)


def statement(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    words, calls = _found(asked, connection, chosen) if asked.about else ("", [])
    account = Account(name=words, kind="statement", calls=calls)
    sections: list[Section] = (
        [call_list(asked, "calls", later("Calls: {what}", what=words), account)] if asked.about else [_HOW]
    )
    cut = later("Only the first {shown} are here.", shown=MOST_CALLS) if len(calls) == MOST_CALLS else ""
    told = later(
        "{what}: {calls}, {minutes} of talk.",
        what=words,
        calls=later_plural("{number} call", "{number} calls", len(calls)),
        minutes=minutes(account.talk),
    )
    return report(
        asked,
        connection,
        chosen,
        kind="statement",
        title="Time statement",
        finding=joined(" ", (told, cut))
        if asked.about
        else "A time statement is about one account code or one outside number.",
        sections=sections,
        assumptions=(TALK, "Incoming and outgoing calls are both here; calls that are not finished are not."),
    )


def _found(asked: Asked, connection: Connection, chosen: Any) -> tuple[str, list[dict[str, Any]]]:
    """What it is about, in words, and its calls."""
    about = asked.about.strip()
    digits = "".join(one for one in about if one in "0123456789")
    if about.startswith(_CODE) or len(digits) < NUMBER_DIGITS:
        code = about.removeprefix(_CODE).strip()
        listed = asked.office.codes.find(code, None)
        if listed is not None and listed.person:
            if not asked.office.agreement:
                return later("PIN {signs} (not shown: there is no agreement with the staff)", signs=last_two(code)), []
            words = later("PIN {signs}", signs=last_two(code))
        else:
            words = later("Account code {code}", code=code)
        reader = asked.code_of or (lambda _source, _raw, _at: None)
        return words, with_code(connection, chosen, code, reader, MOST_CALLS) if code else []
    shown = mask_number(digits) if asked.masked else about
    return later("Outside number {number}", number=shown), with_number(connection, chosen, digits, MOST_CALLS)
