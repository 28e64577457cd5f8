"""What a house does not keep: nothing of an erased guest is found anywhere, and every sum is what it was.

The search goes through every column of text and bytes of every table, so a new table is searched on the day it is made.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, Text, insert, select, text, update

from gateway.acts import ASK, Act
from gateway.app.forgetting import privacy_of
from gateway.app.parts import deciding
from gateway.audit.sheet import sheet
from gateway.audit.snapshot import frozen, thawed
from gateway.bills import issuing, keeping
from gateway.cli.main import main
from gateway.config import Config
from gateway.covered import Covered
from gateway.cutting import SIGN, Cutting, masked_for_good
from gateway.instants import to_micros
from gateway.posting.deeds import ReadCommands
from gateway.privacy.erasing import ERASE
from gateway.privacy.rounds import Privacy, Slice, terms
from gateway.scrubbing import Scrub
from gateway.store import commands, personal, schema
from gateway.store.audit_sums import snapshot
from gateway.store.verify import broken_rules
from pms_adapters.events import CheckedIn, CheckedOut, Guest
from protocols.records import CallRecord
from protocols.smdr.catalog import DIALECTS, SourceSettings
from tests.gateway.audit import nights
from tests.gateway.configurations import EXAMPLE, good, only, with_tariff
from tests.gateway.rig import NOON, WARSAW, Rig, line
from tests.gateway.web.house import LaidOut

NAME = "Zyzniewska, Bogumila"
NEEDLES = ("zyzniewska", "bogumila", "229876543", "22 987 65 43", "601987654")
PRIVACY = """
[privacy]
schedule = true
keep_raw_days = 30
mask_after_days = 60
keep_guest_days = 100
keep_feed_days = 20
"""


class Told:
    """A house in which one guest left traces wherever a guest can leave them."""

    def __init__(self, store_url: str, folder: Path) -> None:
        self.folder = folder
        self.config: Config = good(with_tariff(folder), EXAMPLE + PRIVACY)
        self.rig = Rig(store_url)
        self.rig.read_feed()
        nights.begin(self.rig)
        self.rig.employ(LaidOut())
        self._deciding = deciding(self.config, self.rig.memory, self.rig.rules, self.rig.book, lambda: False)
        self.privacy = self.anew()
        self.buffer = [
            line(number, dialled=dialled)
            for number, dialled in enumerate(
                ("90048229876543", "90048601987654", "90048229876543", "90048229876543"), 1
            )
        ]

    def anew(self) -> Privacy:
        """Privacy as it is after a start: it remembers nothing."""
        return privacy_of(self.config, self.rig.memory, lambda: to_micros(self.rig.now))

    def ask(self, deed: str, why: str, subject: str = "") -> str:
        """A person asks, and the gateway answers."""
        now = to_micros(self.rig.now)

        def write(connection: Any) -> int:
            return commands.give(
                connection, "SEASIDE", now=now, who="Ines", deed=deed, posting_id=None, why=why, subject=subject
            )

        number = self.rig.database.transact(write)
        self.rig.writer.submit(
            ReadCommands(
                self.rig.memory,
                None,
                now=now,
                done=lambda freed, _: self.rig.clerk.take(freed) if self.rig.clerk else None,
                decide=self._deciding,
            )
        )
        self.rig.pump()
        return self.rig.database.read(lambda c: commands.result(c, "SEASIDE", number)) or ""

    def evening(self) -> None:
        """A guest calls, complains, pays and leaves; another stays in the house."""
        rig = self.rig
        guest = Guest(reservation="88001", name="Zyzniewska", first_name="Bogumila", vip="V1", group="CONGRESS")
        rig.news(CheckedIn(room="201", guest=guest, at=rig.now - timedelta(hours=2)))
        rig.check_in("202", "77002")
        rig.send(rig.connect(), *self.buffer, line(9, extension="202", dialled="90048225550000"))
        rig.send(rig.connect(), *self.buffer, b"no record at all, but 0048 22 987 65 43 in it")
        self.ask("note", f"{NAME} wants a receipt", "88001")
        self.ask("dispute", "did not call 229876543", "2")
        self.ask("tag", "asked for", "+48229876543 office of zyzniewska")
        for subject in ("2 angry", "2 to pay", f"{self.other_call()} for Zyzniewska", f"{self.other_call()} fax"):
            assert self.ask("tag-call", "", subject).startswith("the call is tagged")
        assert self.ask("untag-call", "", "2 To Pay") == "the tag to pay is taken off"
        self.ask(ASK, "fax for Mrs Zyzniewska to 22 987 65 43", Act(kind="charge", room="201", amount=450).subject())
        rig.pump()
        self._others_write()
        self.ask(issuing.FINAL, "", f"{self.stay()} en all")
        rig.advance(3600)
        nights.night(rig, running=True)
        nights.night(rig, running=False)
        rig.database.transact(self._close_the_day)

    def _close_the_day(self, connection: Any) -> None:
        """The day is frozen as it stood, with a room's guest in the person's words."""
        day = nights.days(self.rig)[0]
        kept = frozen(snapshot(connection, "SEASIDE", day.begin, day.end))
        b = schema.business_days.c
        said = {"closed_at": 1, "closed_by": "Ines", "closed_why": f"all but {NAME}", "sheet": kept}
        connection.execute(update(schema.business_days).where(b.id == day.id).values(said))

    def _others_write(self) -> None:
        """Alarms, mails, answers and differences in which the guest is named."""
        now, words = to_micros(self.rig.now), "room 201 (Bogumila Zyzniewska) called +48 22 987 65 43"
        details = json.dumps({"guest": NAME, "dialled": "90229876543", "heard_at": now})
        rows: list[tuple[Any, dict[str, Any]]] = [
            (schema.alarms, {"kind": "emergency", "subject": "main:1", "sentence": words, "details": details, "call_id": 2,
                             "raised_at": now, "acknowledged_by": "", "note": "", "cleared_at": now, "settled": 1}),
            (schema.notices, {"event": "raised", "channel": "mail", "recipients": "a@b.example", "subject": words,
                              "body": f"Guest: {NAME}\n", "created_at": now, "due_at": now, "tries": 1, "problem": "",
                              "done_at": now, "delivered": 1}),
            (schema.requests, {"token_id": 1, "client_id": "a", "digest": "d", "at": now,
                               "answer": json.dumps({"sentence": words})}),
            (schema.requests, {"id": 2, "token_id": 1, "client_id": "b", "digest": "d", "at": now, "answer": "{}"}),
            (schema.audit_entries, {"day_id": 1, "kind": "name", "item": "x", "currency": "PLN", "decimals": 2,
                                    "words": words, "at": now, "who": "Ines"}),
            (schema.report_runs, {"schedule": "s", "label": "l", "report": "calls", "first_day": "2026-11-20",
                                  "last_day": "2026-11-20", "due_at": now, "made_up": 0, "asked_by": "", "why": "",
                                  "planned_at": now, "state": "made", "tries": 0, "again_at": 0, "problem": "",
                                  "made_at": now, "head": json.dumps({"finding": words})}),
            (schema.report_files, {"run_id": 1, "name": "calls.csv", "form": "csv", "masked": 0, "bytes": 9, "digest": ""}),
        ]  # fmt: skip

        def write(connection: Any) -> None:
            for table, said in rows:
                connection.execute(insert(table).values({"property": "SEASIDE", "id": 1, **said}))
            connection.execute(text("UPDATE attempts SET words = :w WHERE posting_id = 2"), {"w": f"ok for {NAME}"})
            self.rig.memory.reload(connection)

        self.rig.database.transact(write)
        place = self.config.delivery.folder / "1"
        place.mkdir(parents=True)
        (place / "calls.csv").write_text(words, encoding="utf-8")

    def other_call(self) -> int:
        """The call of the other guest."""
        return int(self.rig.rows("SELECT id FROM calls WHERE room = '202'")[0][0])

    def stay(self) -> int:
        """The number of the guest's stay."""
        return int(self.rig.rows("SELECT max(id) FROM stays WHERE reservation = '88001'")[0][0])

    def leave(self) -> None:
        """The guest leaves, and the dispute is settled."""
        self.ask("undispute", "shown to the guest", "2")
        self.rig.news(CheckedOut(room="201", at=self.rig.now, reservation="88001"))

    def work(self) -> None:
        """Slices until nothing is left to do."""
        more = [True]
        while more[-1]:
            self.rig.writer.submit(Slice(self.privacy, more.append))
            self.rig.pump()

    def erase(self) -> None:
        """The same for what was asked for, and before each slice the gateway is started anew: nothing rests on its memory."""
        while self.rig.rows("SELECT 1 FROM erasures WHERE state = 'begun'"):
            self.rig.writer.submit(Slice(self.anew(), lambda _more: None))
            self.rig.pump()

    def found(self, *needles: str) -> list[str]:
        """Where any of these stands, in any column of any table, and in any kept file."""
        return sorted({*self._in_tables(needles), *self._in_files(needles)})

    def _in_tables(self, needles: tuple[str, ...]) -> Iterator[str]:
        for table in schema.metadata.sorted_tables:
            held = [one for one in table.columns if isinstance(one.type, Text | LargeBinary)]
            for row in self.rig.database.read(lambda c, held=held: c.execute(select(*held)).all()) if held else ():  # type: ignore[misc]
                for column, value in zip(held, row, strict=True):
                    said = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    if any(one in said.casefold() for one in needles):
                        yield f"{table.name}.{column.name}"

    def _in_files(self, needles: tuple[str, ...]) -> Iterator[str]:
        for path in self.config.delivery.folder.rglob("*"):
            if path.is_file() and any(one in path.read_text().casefold() for one in needles):
                yield path.name

    def _closed(self) -> list[dict[str, Any]]:
        """The frozen days, each drawn from what was kept when it was closed."""
        return [_sums_of(row[0]) for row in self.rig.rows("SELECT sheet FROM business_days WHERE sheet <> ''")]

    def figures(self) -> dict[str, Any]:
        """Everything that is added up: sheets, sums by class and tax, the guest's bill, states; and what `verify` says."""
        rig = self.rig
        sums = "SELECT number_class, status, count(*), sum(amount), sum(net), sum(tax) FROM calls GROUP BY 1, 2 ORDER BY 1, 2"
        sheets = [nights.sheet_of(rig, day) for day in nights.days(rig)]
        bills = rig.rows("SELECT stay_id, amount FROM bills")
        rows = rig.database.read(lambda c: [dict(row._mapping) for row in c.execute(select(schema.bills))])
        totals = [
            None if (bill := rig.database.read(lambda c, row=row: keeping.bill_then(c, "SEASIDE", row))) is None  # type: ignore[misc]
            else sorted((one.call, one.gross, one.began, one.number_class) for one in bill.lines)
            for row in rows
        ]  # fmt: skip
        verified = rig.database.read(lambda c: broken_rules(c, "SEASIDE", rig.database.is_sqlite))
        return {
            "sums": rig.rows(sums),
            "sheets": [{name: value for name, value in asdict(one).items() if name != "snapshot"} for one in sheets],
            "closed": self._closed(),
            "bills": (bills, totals),
            "postings": rig.rows("SELECT id, call_id, part, state, amount, currency, token FROM postings ORDER BY id"),
            "verify": verified,
        }


def _sums_of(kept: str) -> dict[str, Any]:
    """What a frozen day adds up to."""
    return {name: value for name, value in asdict(sheet(thawed(kept))).items() if name != "snapshot"}


@pytest.fixture
def told(store_url: str, tmp_path: Path) -> Iterator[Told]:
    """The house, after its evening."""
    house = Told(store_url, tmp_path)
    house.evening()
    yield house
    if house.rig.clerk is not None:
        house.rig.clerk.stop()
    house.rig.close()


def test_nothing_of_an_erased_guest_is_found_and_every_sum_stands(told: Told) -> None:
    """A guest in the house, and one who disputes, is not erased; then all goes but what the books need."""
    assert "still in room 201" in told.ask(ERASE, "asked for", "88001")
    told.rig.news(CheckedOut(room="201", at=told.rig.now, reservation="88001"))
    assert "call 2 is in dispute" in told.ask(ERASE, "asked for", "88001")
    told.leave()
    assert told.ask(ERASE, " ", "88001").startswith("not erased: it needs a reason")
    before, spread = told.figures(), told.found(*NEEDLES)
    assert before["verify"] == []
    assert {
        "stays.name",
        "records.raw",
        "calls.number",
        "remarks.words",
        "call_tags.folded",
        "alarms.details",
        "notices.body",
        "calls.csv",
    } < set(spread)
    others = told.rig.rows("SELECT dialled, number, reason FROM calls WHERE room = '202'")
    assert told.ask(ERASE, f"letter of Mrs {NAME} of today", "88001").startswith(
        "erased: name, numbers and words of the guest (erasure 1, calls: 7)"
    )
    told.erase()
    assert told.found(*NEEDLES) == []
    assert told.figures() == before
    assert told.rig.rows("SELECT dialled, number, reason FROM calls WHERE room = '202'") == others
    assert told.rig.rows("SELECT call_id, tag FROM call_tags") == [(told.other_call(), "fax")]
    assert told.rig.rows("SELECT state, calls, needles FROM erasures") == [("done", 7, "")]
    (said,) = told.rig.rows("SELECT who, what FROM audit_trail WHERE what LIKE 'a guest was erased%'")
    assert said == ("Ines", "a guest was erased on request (erasure 1, calls: 7): amounts, taxes and days stay; reason: "
                    "letter of Mrs (erased) of today")  # fmt: skip
    told.rig.database.transact(told.rig.memory.reload)
    told.rig.send(told.rig.connect(), *told.buffer)  # the exchange sends its buffer once more
    assert [one[0] for one in told.rig.rows("SELECT mark FROM records ORDER BY id DESC LIMIT 4")] == ["repeat"] * 4


def test_what_is_too_old_goes_by_itself_and_what_something_rests_on_stays(told: Told) -> None:
    """Bytes, then numbers, then names; a charge that nobody settled keeps its call whole; after the law's term nothing ties."""
    told.rig.send(told.rig.connect(), line(21, extension="203", dialled="90048228880000"))  # no guest: it is held
    held = told.rig.rows("SELECT call_id FROM postings WHERE state = 'held'")[0][0]
    assert told.ask("tag-call", "", f"{held} whose").startswith("the call is tagged")
    told.leave()
    before = told.figures()
    assert told.rig.states().count("held") == 1
    told.rig.now += timedelta(days=40)
    told.work()
    assert told.rig.rows("SELECT count(*) FROM records WHERE length(raw) > 0") == [(1,)]
    assert {"calls.number", "call_tags.tag"} < set(told.found(*NEEDLES))
    told.rig.now += timedelta(days=100)
    told.privacy = told.anew()
    told.work()
    assert told.found(*NEEDLES) == []
    assert told.figures() == before
    assert told.found("228880000") == ["calls.dialled", "calls.number", "contacts.number", "records.raw"]
    assert told.rig.rows("SELECT tag FROM call_tags") == [("whose",)]  # something rests on its call
    assert told.rig.rows("SELECT count(*) FROM requests") == [(1,)]  # the newest stays: numbers go on from it
    told.rig.now += timedelta(days=3_700)
    told.work()
    assert told.found("88001") == []
    assert told.figures() | {"bills": None} == before | {"bills": None}  # a bill of nobody is not printed again


def test_where_there_is_nothing_to_do_nobody_looks_until_a_new_day_or_a_new_wish(told: Told) -> None:
    """An idle house writes nothing: each look would be a commit."""
    assert not told.privacy.resting()
    told.work()
    assert told.privacy.resting()
    told.leave()
    told.ask(ERASE, "she asked for it", "88001")
    assert not told.privacy.resting()
    told.work()
    assert told.privacy.resting()
    told.rig.now += timedelta(days=1)
    assert not told.privacy.resting()


def test_every_column_is_in_the_register() -> None:
    """So that no table is forgotten when guests are."""
    assert list(personal.unlisted()) == []


ACCESS = Cutting(("0800123456", "2255501"), ("9", "0"), 20)


@given(digits=st.text("0123456789*#", min_size=1, max_size=20), lead=st.sampled_from(["", "9", "0"]))
def test_what_is_typed_behind_an_access_number_is_cut_and_columns_stay(digits: str, lead: str) -> None:
    """The record still parses, is as long as before, and twice the same is cut alike."""
    whole = line(7, dialled=f"{lead}0800123456{digits}")
    cut = ACCESS.behind_access(whole)
    assert len(cut) == len(whole)
    assert cut == ACCESS.behind_access(whole) == ACCESS.behind_access(cut)
    assert f"{lead}0800123456{SIGN * len(digits)},".encode() in cut


@pytest.mark.parametrize("dialled", ["90221234567", "90800123456", "90048080012345"])
def test_other_records_are_the_very_same_object(dialled: str) -> None:
    """Nothing is copied where nothing is to be cut; the access number alone is a call to it."""
    whole = line(7, dialled=dialled)
    assert ACCESS.behind_access(whole) is whole


def test_the_intake_cuts_before_it_stores(store_url: str) -> None:
    """Neither bytes nor call hold what was typed, nor a number longer than a number can be; and it is counted."""
    rig = Rig(store_url)
    rig.sources["main"] = replace(rig.sources["main"], cutting=Cutting(("0800123456",), ("9",), 20))
    rig.use(rig.book)
    rig.send(rig.connect(), line(1, dialled="908001234564111222233334444"), line(2, dialled="9" + "0123456789" * 3))
    held = rig.rows("SELECT raw FROM records ORDER BY id")
    assert b"90800123456xxxxxxxxxxxxxxxx," in bytes(held[0][0])
    assert b",90123456789012345678xxxxxxxxxxx," in bytes(held[1][0])
    assert rig.rows("SELECT dialled FROM calls ORDER BY id") == [("90800123456",), ("90123456789012345678",)]
    assert sum(one.told_cut for one in rig.batches) == 2
    rig.close()


@pytest.mark.parametrize(
    ("text_before", "after"),
    [
        ("Bogumila ZYZNIEWSKA rang", "(erased) rang"),
        ("zyzniewskaja stays", "zyzniewskaja stays"),
        ("to +48 (22) 987-65-43, twice", "to +48 (2x) xxx-xx-xx, twice"),
        ("on 2026-11-20 12:30:00 for 12,345,678", "on 2026-11-20 12:30:00 for 12,345,678"),
        ('{"at": 1229876543, "dialled": "90229876543"}', '{"at":1229876543,"dialled":"902xxxxxxxx"}'),
    ],
)
def test_names_and_numbers_go_and_figures_stay(text_before: str, after: str) -> None:
    """Whatever order and whatever blanks; never a figure of JSON, a date or an amount."""
    assert Scrub([NAME, "Zyzniewska"], ["+48229876543"])(text_before) == after


def test_a_masked_number_names_nobody_and_services_stay() -> None:
    """The country and the area stay, for the class of number; masking twice is masking once."""
    assert [masked_for_good(one) for one in ("+48221234567", "1234567", "112", None)] == [
        "+4822xxxxxxx",
        "123xxxx",
        "112",
        None,
    ]
    assert masked_for_good("+4822xxxxxxx") == "+4822xxxxxxx"


def test_a_guest_is_exported_erased_and_erased_again_after_a_copy_is_put_back(tmp_path: Path) -> None:
    """From the command line, where no gateway runs; the copy was made before, and the store it replaces knows better."""
    house = Told(f"sqlite:///{tmp_path / 'foliogate.db'}", tmp_path)
    house.evening()
    house.leave()
    assert house.rig.clerk is not None
    house.rig.clerk.stop()
    house.rig.close()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--config", str(tmp_path / "foliogate.toml")])

    copy, packed = str(tmp_path / "copy.db"), tmp_path / "guest.zip"
    assert run("db", "backup", copy).exit_code == 0
    assert "7 calls" in run("guest", "export", "--name", "zyzniewska", "--output", str(packed)).output
    with zipfile.ZipFile(packed) as found:
        assert found.namelist() == ["guest.json", "guest.html"]
        assert all(NAME in found.read(name).decode() for name in found.namelist())
        assert b"no record at all" not in found.read("guest.json")
        assert b'"angry"' in found.read("guest.json")
    assert "bytes (records: 7)" in run("guest", "erase", "88001", "--preview").output
    assert "there is no guest called Nobody" in run("guest", "erase", "--name", "Nobody", "--why", "x").output
    assert run("guest", "erase", "88001").exit_code == 2
    assert "erased: name" in run("guest", "erase", "88001", "--why", "a letter", "--by", "Maria").output
    assert "0 stays" in run("guest", "find", "--name", "Zyzniewska").stderr
    assert run("db", "restore", copy, "--by", "Ines").exit_code == 0
    house.rig = Rig(f"sqlite:///{tmp_path / 'foliogate.db'}")
    house.rig.database.transact(house.rig.memory.reload)
    assert "stays.name" in house.found(*NEEDLES)
    house.erase()
    assert house.found(*NEEDLES) == []
    assert house.rig.rows("SELECT who, why, state FROM erasures") == [("Maria", "a letter", "done")]
    house.rig.close()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('access_numbers = ["12"]', '"12" is not an access number'),
        ("keep_raw_days = 200", "the bytes of a record hold its number"),
        ("keep_calls_days = 300", "keep_calls_days is to be at least 365"),
        ("schedule = 1", "schedule"),
    ],
)
def test_terms_that_cannot_be_kept_are_said(tmp_path: Path, said: str, words: str) -> None:
    """In a sentence that names the key; a file without the table erases nothing and cuts nothing."""
    assert words in str(only(with_tariff(tmp_path), f"{EXAMPLE}\n[privacy]\n{said}\n"))
    silent = good(tmp_path, EXAMPLE).privacy
    assert (silent.schedule, silent.cuts, terms(silent)) == (False, False, {})


def test_codes_are_covered_in_raw_records(tmp_path: Path) -> None:
    """Of an authorisation code its last two signs are seen, wherever the record has it; the rest is as it came."""
    fields = line(7).split(b",")
    fields[18] = b"471199"
    whole = b",".join(fields)
    covered = Covered(good(with_tariff(tmp_path), EXAMPLE))
    row = {"source": "main", "kind": "call", "received_at": to_micros(NOON), "raw": whole}
    leg = DIALECTS["avaya-ipoffice"].parser(SourceSettings(timezone=WARSAW))(whole, NOON)
    assert isinstance(leg, CallRecord)
    assert leg.authorization_code == "471199"
    assert covered(row)["raw"] == whole.replace(b"471199", b"****99")
    assert covered({**row, "kind": "unparsed"})["raw"] == whole
