"""Protects the log: each field is described once and holds everywhere; list, sums and file agree with a filter made by hand."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, insert, text, update

from gateway.call_log.asking import PERIODS, Misread, Question, Term, in_words, read, written
from gateway.call_log.fields import BY_NAME, FIELDS, HELD, PARAMETERS, POSTED, SORTS, result_of
from gateway.helplines import PERSONAL
from gateway.ledger import STATES
from gateway.reports.asking import Asked
from gateway.reports.kinds import calls as report
from gateway.reports.office import Office
from gateway.store import call_log, schema
from gateway.store.call_log import Wanted
from gateway.store.database import Database
from gateway.store.inbound import contact_row
from gateway.store.reporting import Span
from gateway.working_hours import Shift, WorkingHours
from rating.callers import Home
from tests.gateway.reports.books import FIRST, HOUSE, LAST, Book, blank, filled
from tests.gateway.reports.samples import WARSAW

TODAY = date(2026, 11, 26)
#: What may be written into each field of an address, by how it filters.
VALUES = {
    "direction": ["in", "out", "in,tandem"],
    "result": ["answered", "missed", "abandoned", "unanswered", "untold,missed"],
    "waited_min": ["0", "5"],
    "waited_max": ["9"],
    "room": ["101", "10*", "999"],
    "department": ["Kitchen", "K*"],
    "extension": ["600", "1*"],
    "number": ["+48600000001", "600 000 002", "+4860*", "0049*", "12*"],
    "did": ["5500"],
    "class": ["mobile,premium", "local"],
    "place": ["Poland", "Pol*"],
    "trunk": ["T1", "T*"],
    "group": ["city"],
    "source": ["main", "desk"],
    "talk_min": ["1", "60"],
    "talk_max": ["65"],
    "amount_min": ["0.01", "40.005"],
    "amount_max": ["60.00"],
    "state": ["posted", "none", "held,refused", "written_off", "due"],
    "disputed": ["yes", "no"],
    "tag": ["agency", "AG*", "ag*"],
    "hours": ["inside", "outside", "none,inside"],
    "code": ["815", "banq*", "BANQUET", "**99"],
    "authorization": ["**42", "**4*"],
    "q": ["101", "0001", "kitch"],
}


#: The kitchen works by day, everybody else by night, also over the night on which the clocks go back.
HOURS = WorkingHours(
    zone=WARSAW,
    shifts={
        "Kitchen": (Shift(days=frozenset(range(7)), begin=time(8), end=time(18)),),
        "": (Shift(days=frozenset(range(7)), begin=time(18), end=time(2, 30)),),
    },
)


# -- the fields and the address. Pure ---------------------------------------------------------------------------------


def test_every_field_is_described_whole() -> None:
    assert len(BY_NAME) == len(FIELDS)
    assert set(POSTED) == {*STATES, "none"}
    assert set(VALUES) == set(PARAMETERS)
    for one in FIELDS:
        table, _, column = one.column.partition(".")
        assert not one.column or column in {"calls": schema.calls, "arrivals": schema.arrivals}[table].c, one.name
        assert one.label or not one.filters, one.name
        assert one.column or not one.sorts, one.name
        assert bool(one.choices) == (one.kind in ("choice", "yes")), one.name
        if one.sorts and table == "calls":
            assert column in HELD, f"{one.name} is sorted by reading the index alone"


@pytest.mark.parametrize(
    ("address", "terms"),
    [
        ("", []),
        ("room=412", [Term("room", "is", ("412",))]),
        ("room=+41*+&direction=", [Term("room", "begins", ("41",))]),
        ("direction=out,in", [Term("direction", "is", ("in", "out"))]),
        ("number=%2B48+(22)+12-34*", [Term("number", "begins", ("+48221234",))]),
        ("talk_min=060&talk_max=90", [Term("talk", "min", ("60",)), Term("talk", "max", ("90",))]),
        ("amount_min=2.50", [Term("amount", "min", ("2.50",))]),
    ],
)
def test_an_address_says_what_it_means(address: str, terms: list[Term]) -> None:
    assert list(read(dict(parse_qsl(address, keep_blank_values=True))).terms) == terms


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("direction=up", "Direction: choose one of: in, out"),
        ("talk_min=a", "whole number of seconds"),
        ("talk_min=-1", "whole number of seconds"),
        ("talk_min=9&talk_max=8", "the least is more than the most"),
        ("amount_min=2,50", "with a point, such as 2.50"),
        ("amount_max=1e9", "with a point"),
        ("number=abc", "write a telephone number"),
        ("number=%D9%A1%D9%A2", "write a telephone number"),
        ("room=*", "at least one letter or digit"),
        ("sort=nothing", "The log can be sorted by one of: began"),
        ("order=sideways", "order=up"),
        ("period=ever", "The period is one of"),
        ("from=2026-11-02&to=2026-11-01", "is before the first"),
        ("from=2026-11-02", "Write both days"),
        ("from=2024-01-01&to=2026-01-01", "At most 366 days"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(Misread) as told:
        read(dict(parse_qsl(address)))
    assert sentence in str(told.value)


def test_who_may_not_see_whole_numbers_cannot_feel_for_them_digit_by_digit() -> None:
    assert read({"number": "+48221234567"}, masked=True).terms
    with pytest.raises(Misread):
        read({"number": "+4822*"}, masked=True)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("31days", (date(2026, 10, 27), TODAY)),
        ("today", (TODAY, TODAY)),
        ("yesterday", (date(2026, 11, 25), date(2026, 11, 25))),
        ("week", (date(2026, 11, 23), TODAY)),
    ],
)
def test_ready_periods_end_today(period: Any, days: tuple[date, date]) -> None:
    assert period in PERIODS
    assert Question(period=period).days(TODAY) == days


@st.composite
def asked(draw: st.DrawFn) -> Question:
    """A question as an address asks it."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True))
    said = {name: draw(st.sampled_from(VALUES[name])) for name in names}
    said |= {"sort": draw(st.sampled_from(SORTS)), "order": draw(st.sampled_from(["up", "down"]))}
    said |= draw(st.sampled_from([{}, {"period": "week"}, {"from": "2026-10-24", "to": "2026-10-26"}]))
    return read(said)


@given(asked())
@settings(max_examples=60)
def test_an_address_that_was_written_is_read_as_the_same_question(question: Question) -> None:
    assert read(dict(parse_qsl(urlencode(written(question))))) == question
    assert len(list(in_words(question))) == len(question.terms)


# -- the store --------------------------------------------------------------------------------------------------------


class Log:
    """A small house by chance, and the same rows by hand."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, HOUSE)
        self.database.open()
        self.book: Book = filled(self.database, 11, 120)
        chance = random.Random(11)
        self.arrivals: dict[int, dict[str, Any]] = {}
        self.numbers: dict[int, str] = {}
        self.tags = {"+48600000001": "Agency", "+48600000004": "agile"}
        self.own_tags: dict[int, str] = {}
        self.disputed: set[int] = set()
        self.codes: dict[int, dict[str, str]] = {}
        self.database.transact(lambda connection: self._more(connection, chance))

    def _more(self, connection: Any, chance: random.Random) -> None:
        """What the books of reports have not: answers, arrivals, contacts, tags, disputes, groups of trunks."""
        c = schema.calls.c
        for one in self.book.calls:
            one |= {"answered": chance.choice([0, 1, None]), "trunk_group": chance.choice(["city", None])}
            one |= {"caller": f"+4860{chance.randrange(12):07d}" if one["direction"] == "in" else None}
            changed = {name: one[name] for name in ("answered", "trunk_group", "caller")}
            connection.execute(update(schema.calls).where(c.property == HOUSE, c.id == one["id"]).values(**changed))
            number = one["caller"] or one["number"]
            if number and one["direction"] != "internal":
                self.numbers[one["id"]] = number
                row = contact_row(HOUSE, number, one["id"], inward=one["direction"] == "in")
                connection.execute(insert(schema.contacts).values(**row._asdict()))
            if one["direction"] == "in" and chance.random() < 0.8:
                arrival = blank(schema.arrivals) | {
                    "property": HOUSE,
                    "id": one["id"],
                    "did": chance.choice(["5500", ""]),
                }
                arrival |= {"waited": chance.choice([None, 0, 5, 20])}
                arrival |= {"outcome": chance.choice(["answered", "rang", "voicemail", "queue", "untold", "handed_on"])}
                self.arrivals[one["id"]] = arrival
                connection.execute(insert(schema.arrivals).values(**arrival))
            for place, kind in enumerate(chance.choice([(), (), ("dispute",), ("dispute", "settled")])):
                remark = blank(schema.remarks) | {"property": HOUSE, "id": one["id"] * 2 + place, "kind": kind}
                connection.execute(insert(schema.remarks).values(**remark | {"call_id": one["id"], "words": "x"}))
                self.disputed = self.disputed | {one["id"]} if kind == "dispute" else self.disputed - {one["id"]}
            if (
                code := chance.choice([None, ("815", "Banquet", ""), ("**99", "PIN", "Ines"), ("", "", "")])
            ) is not None:
                codes = {"account_code": code[0], "name": code[1], "person": code[2], "authorization_code": "**42"}
                self.codes[one["id"]] = codes
                row_ = blank(schema.call_codes) | {"property": HOUSE, "call_id": one["id"], **codes}
                connection.execute(insert(schema.call_codes).values(**row_))
            if (own := chance.choice([None, None, "agency", "Straße", "agenda"])) is not None:
                self.own_tags[one["id"]] = own
                row_ = blank(schema.call_tags) | {"property": HOUSE, "id": one["id"], "call_id": one["id"], "tag": own}
                connection.execute(insert(schema.call_tags).values(**row_ | {"folded": own.casefold()}))
            if chance.random() < 0.1:
                one["place"] = PERSONAL
                hide = update(schema.calls).where(c.property == HOUSE, c.id == one["id"])
                connection.execute(hide.values(place=PERSONAL))
        for place, (number, tag) in enumerate(self.tags.items()):
            tagged = blank(schema.number_tags) | {"property": HOUSE, "id": place + 1, "number": number, "tag": tag}
            connection.execute(insert(schema.number_tags).values(**tagged))

    def asked(self, question: Question) -> Asked:
        """The question as a report gets it, about the three days."""
        base = self.book.asked()
        return Asked(
            **{name: getattr(base, name) for name in base.__slots__}
            | {"question": question, "home": Home("PL", "22"), "office": Office(hours=HOURS)}
        )

    # -- by hand ------------------------------------------------------------------------------------------------------

    def meant(self, question: Question) -> list[dict[str, Any]]:
        """The calls that a question means, one by one, in its order."""
        found = [one for one in self.book.chosen if all(self._holds(one, term) for term in question.terms)]

        def order(one: dict[str, Any]) -> tuple[Any, int]:
            if question.sort == "began":
                return one["started_at"], one["id"]
            value = self._value(one, question.sort)
            least: Any = -1 if BY_NAME[question.sort].kind in ("seconds", "money") else ""
            return (least if value is None else value), one["id"]

        return sorted(found, key=order, reverse=not question.up)

    def _value(self, one: dict[str, Any], name: str) -> Any:
        table, _, column = BY_NAME[name].column.partition(".")
        return (one if table == "calls" else self.arrivals.get(one["id"], {})).get(column)

    def _holds(self, one: dict[str, Any], term: Term) -> bool:
        (first, *_), states = term.values, {p["state"] for p in self.book.postings if p["call_id"] == one["id"]}
        match term.field:
            case "result":
                outcome = self.arrivals.get(one["id"], {}).get("outcome")
                result = result_of(one, outcome)
                return result in term.values or (result == "abandoned" and "missed" in term.values)
            case "number":
                known = self.numbers.get(one["id"], "none")
                said = {"600000002": "+48600000002", "0049": "+49"}.get(first, first)
                return known == said if term.compares == "is" else known.startswith(said)
            case "tag":
                tags = (self.tags.get(self.numbers.get(one["id"], ""), ""), self.own_tags.get(one["id"], ""))
                known_, asked_ = [tag.casefold() for tag in tags], first.casefold()
                return asked_ in known_ if term.compares == "is" else any(tag.startswith(asked_) for tag in known_)
            case "disputed":
                return (one["id"] in self.disputed) == (first == "yes")
            case "state":
                return bool(states & set(term.values)) or ("none" in term.values and not states)
            case "amount":
                size = float(first) * 100
                known, home = one["amount"], one["currency"] == "PLN"
                return known is not None and home and (known >= size if term.compares == "min" else known <= size)
            case "hours":
                inside = HOURS.inside(one["department"], one["started_at"])
                return ("none" if inside is None else "inside" if inside else "outside") in term.values
            case "code" | "authorization":
                return self._coded(one, term)
            case "q":
                return self._searched(one, first)
        value = self._value(one, term.field)
        match term.compares:
            case "is":
                return value in term.values
            case "begins":
                return value is not None and value.startswith(first)
            case "min":
                return value is not None and value >= int(first)
        return value is not None and value <= int(first)

    def _coded(self, one: dict[str, Any], term: Term) -> bool:
        codes = self.codes.get(one["id"])
        if codes is None or codes["person"]:
            return False
        names = ("account_code", "name") if term.field == "code" else ("authorization_code",)
        if term.compares == "begins":
            return any(codes[name].startswith(term.values[0]) for name in names)
        return any(codes[name].lower() == term.values[0].lower() for name in names)

    def _searched(self, one: dict[str, Any], words: str) -> bool:
        if words == "kitch":
            return "kitch" in (one["department"] or "").lower() or "kitch" in (one["place"] or "").lower()
        ends = [one[name] or "" for name in ("dialled", "number", "caller")]
        return words in (one["room"], one["extension"]) or any(end.endswith(words) for end in ends)


def _is_paid(one: dict[str, Any]) -> bool:
    return one["status"] in ("charge", "allocated")


@pytest.fixture
def log(store_url: str) -> Any:
    """The house on each database."""
    made = Log(store_url)
    yield made
    made.database.close()


def test_list_sums_and_file_agree_with_a_filter_made_by_hand(log: Log) -> None:
    seen = Counter[str]()

    @given(asked())
    @settings(
        max_examples=30 if log.database.is_sqlite else 10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def agree(question: Question) -> None:
        wanted_calls, on = log.meant(question), log.asked(question)
        wanted: Wanted = report.wanted_of(on)
        assert wanted.span == Span(on.period.since, on.period.until)
        paged: list[int] = []
        while part := log.database.read(lambda c: call_log.numbers(c, wanted, 7, paged[-1] if paged else None)):  # noqa: B023
            paged += part
        expected = [one["id"] for one in wanted_calls if one["place"] != PERSONAL]
        by_words = BY_NAME[question.sort].kind not in ("instant", "seconds", "money")
        loosely = by_words and not log.database.is_sqlite  # PostgreSQL orders words by the language of its cluster
        if loosely:
            paged, expected = sorted(paged), sorted(expected)
        assert paged == expected
        sums = log.database.read(lambda c: call_log.sums(c, wanted))
        assert (sums.calls, sums.more) == (len(wanted_calls), False)
        assert sums.talk == sum(one["talk_seconds"] or 0 for one in wanted_calls)
        private = [one for one in wanted_calls if one["place"] == PERSONAL]
        paid = sum(one["amount"] or 0 for one in private if _is_paid(one) and one["currency"] == "PLN")
        assert (sums.hidden, sums.hidden_amount) == (len(private), paid)
        results = [result_of(one, log.arrivals.get(one["id"], {}).get("outcome")) for one in wanted_calls]
        assert sums.missed == sum(one in ("missed", "abandoned") for one in results)
        waits = [log.arrivals[one["id"]]["waited"] for one in wanted_calls if one["id"] in log.arrivals]
        assert (sums.waited, sums.told) == (sum(filter(None, waits)), sum(one is not None for one in waits))
        money = Counter[str]()
        for one in wanted_calls:
            money[one["currency"] or ""] += one["amount"] or 0 if _is_paid(one) else 0
        assert {currency: minor for currency, _, minor in sums.amounts if minor} == {
            k: v for k, v in money.items() if v
        }
        made = log.database.read(lambda c: report.calls(on, c))
        listed = next(one for one in made.tables if one.name == "calls")
        rows = [int(str(row[0])) for row in listed.rows]
        assert (sorted(rows) if loosely else rows) == paged
        assert listed.count == len(rows)
        names = [column.name for column in listed.columns]
        for row in listed.rows:
            cells, number = dict(zip(names, row, strict=True)), int(str(row[0]))
            assert cells["tags"] == log.own_tags.get(number)
            assert cells["number_tags"] == log.tags.get(log.numbers.get(number, ""))
        seen.update(["some" if rows else "none", *(term.field for term in question.terms)])

    agree()
    assert seen["some"] > 2, seen


def test_sums_of_more_calls_than_are_counted_say_so(log: Log) -> None:
    wanted = report.wanted_of(log.asked(Question()))
    found = log.database.read(lambda c: call_log.sums(c, wanted, most=5))
    assert found.more
    assert 0 < found.calls <= 5


def test_sqlite_reads_the_log_by_an_index_and_in_its_order(tmp_path: Path) -> None:
    """No filter reads the wide rows of other calls than those it finds, and the usual order needs no sorting."""
    database = Database(f"sqlite:///{tmp_path / 'store.db'}", HOUSE)
    database.open()
    database.transact(_tagged_calls)
    for name, values in VALUES.items():
        question = read(
            {name: ",".join(values[:2]) if name == "state" else values[0], "from": str(FIRST), "to": str(LAST)}
        )
        wanted = Wanted(owner=HOUSE, span=Span(1, 2), asked=question, home=Home("PL", "22"), currency="PLN", decimals=2)
        plan = "\n".join(database.read(lambda connection: _plan(connection, wanted)))  # noqa: B023
        assert "SCAN calls" not in plan, f"{name}: {plan}"
        assert "(property=?)\n" not in f"{plan}\n".replace("SEARCH number_tags", ""), (
            f"a table is walked whole, {name}: {plan}"
        )
        if name not in ("number", "tag", "state", "disputed"):  # these find the numbers of calls first
            assert "calls_by_time" in plan or "calls_of_room" in plan, f"{name}: {plan}"
            assert "ORDER BY" not in plan, f"{name}: {plan}"
    database.close()


def test_calls_that_no_list_shows_are_counted_by_an_index_of_their_own(tmp_path: Path) -> None:
    """It holds nothing but them, so a house without any pays nothing."""
    database = Database(f"sqlite:///{tmp_path / 'store.db'}", HOUSE)
    database.open()

    def listen(connection: Connection) -> list[str]:
        plans: list[str] = []

        def explain(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            if "a personal call" in statement:
                plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

        event.listen(connection, "after_cursor_execute", explain)
        wanted = Wanted(
            owner=HOUSE, span=Span(1, 2), asked=Question(), home=Home("PL", "22"), currency="PLN", decimals=2
        )
        call_log.sums(connection, wanted)
        return plans

    plans = database.read(listen)
    assert plans == [
        "SEARCH calls USING COVERING INDEX calls_unlisted (property=? AND place=? AND started_at>? AND started_at<?)"
    ]
    database.close()


def _tagged_calls(connection: Connection) -> None:
    """Some calls with a tag of their own, beside a number with that tag: then both are looked for."""
    for place in (1, 2, 3):
        own = {"property": HOUSE, "id": place, "call_id": place, "tag": "Agency", "folded": "agency"}
        connection.execute(insert(schema.call_tags).values(**blank(schema.call_tags) | own))
    of_number = {"property": HOUSE, "id": 1, "number": "+48600000001", "tag": "Agency"}
    connection.execute(insert(schema.number_tags).values(**blank(schema.number_tags) | of_number))


def _plan(connection: Connection, wanted: Wanted) -> list[str]:
    question = call_log._numbers(connection, wanted, None)
    assert question is not None
    compiled = question.limit(51).compile(connection.engine, compile_kwargs={"literal_binds": True})
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
