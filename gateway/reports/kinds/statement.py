"""A time statement: every call for one account code, or with one outside number, in both directions, each with its duration."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.allocation import last_two
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.month import MOST_CALLS, Account, call_list
from gateway.reports.values import Note, Report, Section
from gateway.store.itemising import with_code, with_number
from gateway.web.words import count, minutes
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
    sections: list[Section] = [call_list(asked, "calls", f"Calls: {words}", account)] if asked.about else [_HOW]
    cut = f" Only the first {MOST_CALLS} are here." if len(calls) == MOST_CALLS else ""
    told = f"{words[:1].upper()}{words[1:]}: {count(len(calls), 'call')}, {minutes(account.talk)} of talk.{cut}"
    return report(
        asked,
        connection,
        chosen,
        kind="statement",
        title="Time statement",
        finding=told if asked.about else "A time statement is about one account code or one outside number.",
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
                return f"PIN {last_two(code)} (not shown: there is no agreement with the staff)", []
            words = f"PIN {last_two(code)}"
        else:
            words = f"account code {code}"
        reader = asked.code_of or (lambda _source, _raw, _at: None)
        return words, with_code(connection, chosen, code, reader, MOST_CALLS) if code else []
    shown = mask_number(digits) if asked.masked else about
    return f"outside number {shown}", with_number(connection, chosen, digits, MOST_CALLS)
