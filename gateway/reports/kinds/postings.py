"""How the charges stand: by state, and by name those that wait for a person."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.ledger import STATES
from gateway.reports.asking import Asked, report
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Bars, Column, Money, Report, Row, Section, Table, table
from gateway.reports.wording import entry, kept_words, whole
from gateway.store.pages import guest_names
from gateway.store.reporting import Chosen, named_postings, posting_sums
from gateway.web.marks import FOR_PEOPLE, HOLDS, MEANINGS, NAMES

#: Charges of one state that a report names; the page of postings has them all.
MOST_NAMED: Final = 1_000
NAMED: Final = (
    Column("posting", "posting", "text"),
    Column("began", "call began", "instant"),
    Column("room", "room"),
    Column("guest", "guest"),
    Column("number", "number"),
    Column("talk_seconds", "talk", "seconds", detail=True),
    Column("amount", "amount", "money"),
    Column("reason", "why"),
    Column("changed", "since", "instant", detail=True),
    Column("attempts", "attempts", "count", detail=True),
    Column("hold", "held for", "text", detail=True),
)
#: What each of the tables is called where nothing is in it.
_NOTHING: Final = {
    "in_doubt": "No charge is in doubt.",
    "refused": "No charge was refused.",
    "held": "No charge is held.",
}
#: The titles of these tables.
_TITLES: Final = {
    "in_doubt": ours("In doubt"),
    "refused": ours("Refused"),
    "held": ours("Held"),
    "unconfirmable": ours("Unconfirmable"),
}
#: The order in which states are told; one that is not here comes behind.
_ORDER: Final = ("posted", "due", "sent", "held", "refused", "in_doubt", "unconfirmable", "written_off")


def state_words(state: str) -> str:
    """A state in a word."""
    return entry(NAMES, state)


def postings(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    sums = posting_sums(connection, chosen, ())
    amounts, numbers = _by_state(sums)
    named = [named_table(asked, connection, chosen, state) for state in FOR_PEOPLE]
    waiting = sum(numbers.get(state, 0) for state in FOR_PEOPLE)
    home = asked.money(0)
    told = [
        later("{number} {state}", number=whole(numbers[state]), state=state_words(state)) for state in _states(numbers)
    ]
    finding = (
        later(
            "{charges}: {list}.",
            charges=later_plural("{number} charge", "{number} charges", sum(numbers.values())),
            list=joined(", ", told),
        )
        if told
        else "No call of these days was charged."
    )
    if waiting:
        people = later_plural("{number} waits for a person.", "{number} wait for a person.", waiting)
        finding = joined(" ", (finding, people))
    return report(
        asked,
        connection,
        chosen,
        kind="postings",
        title="Charges and how they stand",
        finding=finding,
        sections=(
            *_picture(asked, amounts, numbers),
            _states_table(amounts, numbers, home),
            _kinds(sums, home),
            *named,
        ),
        assumptions=("A call may have several charges: one for itself, others for later legs and corrections.",),
    )


def _by_state(sums: list[dict[str, Any]]) -> tuple[dict[str, Purse], dict[str, int]]:
    amounts: dict[str, Purse] = {}
    numbers: dict[str, int] = {}
    for one in sums:
        numbers[one["state"]] = numbers.get(one["state"], 0) + one["postings"]
        purse = amounts.setdefault(one["state"], Purse())
        if one["priced"]:
            purse.put(one["amount"], one["currency"], one["decimals"])
    return amounts, numbers


def _states(numbers: dict[str, int]) -> list[str]:
    known = [*_ORDER, *(state for state in STATES if state not in _ORDER)]
    return [state for state in known if state in numbers]


def _states_table(amounts: dict[str, Purse], numbers: dict[str, int], home: Money) -> Table:
    columns = (
        Column("state", "state"),
        Column("meaning", "what it means"),
        Column("charges", "charges", "count"),
        Column("amount", "amount", "money"),
    )
    rows: list[Row] = []
    whole = Purse()
    for state in _states(numbers):
        meaning = entry(MEANINGS, state) if state in MEANINGS else ""
        rows += money_rows((state_words(state), meaning, numbers[state]), [amounts[state]], home)
        whole.pour(amounts[state])
    totals = money_rows((ours("together"), "", sum(numbers.values())), [whole], home)
    return table("states", "By state", columns, rows, totals=tuple(totals), nothing="No call was charged.")


def _kinds(sums: list[dict[str, Any]], home: Money) -> Table:
    """Charges, corrections and reversals apart."""
    names = {"charge": ours("charges of calls"), "correction": ours("corrections"), "reversal": ours("reversals")}
    columns = (Column("kind", "kind"), Column("charges", "charges", "count"), Column("amount", "amount", "money"))
    rows: list[Row] = []
    for kind, words in names.items():
        here = [one for one in sums if one["kind"] == kind]
        purse = Purse()
        for one in here:
            if one["priced"]:
                purse.put(one["amount"], one["currency"], one["decimals"])
        rows += money_rows((words, sum(one["postings"] for one in here)), [purse], home) if here else []
    return table("kinds", "By kind", columns, rows, nothing="No call was charged.")


def named_table(asked: Asked, connection: Connection, chosen: Chosen, state: str) -> Table:
    """The charges of one state by name, oldest first."""
    found, number = named_postings(connection, chosen, (state,), MOST_NAMED)
    guests = sorted({one["reservation"] for one in found if one["reservation"]})
    names = guest_names(connection, asked.database.property, guests)
    beyond = (
        later("The oldest {shown} of {number} are named.", shown=MOST_NAMED, number=number)
        if number > MOST_NAMED
        else ""
    )
    rows = [_named(asked, one, names) for one in found]
    title = _TITLES.get(state) or state_words(state)
    return table(state, title, NAMED, rows, nothing=_NOTHING.get(state, "None."), note=beyond)


def _named(asked: Asked, one: dict[str, Any], names: dict[str, str]) -> Row:
    guest = names.get(one["reservation"], one["reservation"]) if one["reservation"] else None
    money = Money(one["amount"], one["currency"], one["decimals"]) if one["amount"] is not None else None
    who = (str(one["id"]), one["started_at"], one["room"] or one["extension"], guest, asked.number(one))
    hold = entry(HOLDS, one["hold"])
    return (
        *who,
        one["talk_seconds"],
        money,
        kept_words(one["reason"]) or hold,
        one["changed_at"],
        one["attempts"],
        hold or None,
    )


def _picture(asked: Asked, amounts: dict[str, Purse], numbers: dict[str, int]) -> list[Section]:
    states = _states(numbers)
    if not states:
        return []
    most = max(states, key=lambda state: numbers[state])
    return [
        Bars(
            name="standing",
            title="Amounts by state",
            sentence=later(
                "Most charges stand as “{state}”; amounts in {currency}.",
                state=state_words(most),
                currency=asked.currency,
            ),
            measure=Column("amount", "amount", "money"),
            series=("amount",),
            labels=tuple(map(state_words, states)),
            heading="state",
            values=tuple((amounts[state].of(asked.currency, asked.decimals),) for state in states),
            lying=True,
        )
    ]
