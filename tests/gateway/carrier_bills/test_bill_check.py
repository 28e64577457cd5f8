"""A carrier's bill held against a store: every line in one sum to the last decimal, on the command line and on the page."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from twisted.internet.defer import Deferred, succeed

from gateway.helplines import helplines
from gateway.instants import SECOND, from_micros, to_micros
from gateway.intake.settling import Settling
from gateway.store import schema
from gateway.web.report_pages import Workshop
from tests.gateway.configurations import good
from tests.gateway.desk import Desk
from tests.gateway.reports.books import HOUSE, Row, blank
from tests.gateway.rig import line
from tests.gateway.web.asking import Asker
from tests.gateway.web.commands import here
from tests.gateway.web.house import StandingHouse, as_house

BEGIN = to_micros(datetime(2026, 11, 1, 6, tzinfo=UTC))
AHEAD = -75
LAYOUT = """
[carrier_bills]
folder = "bills"

[[carrier_bills.layout]]
name = "telco"
number = "Number"
began = "Date"
duration = "Length"
amount = "Net"
caller = "Line"
written = "%d.%m.%Y %H:%M:%S"
durations = "clock"
decimal = ","
separator = ";"
vat = "excluded"
our_costs = "included"
vat_percent = "23"
"""


class Planted:
    """Calls in a store and the bill of them, with what was made wrong in it."""

    def __init__(self, seed: int = 1, calls: int = 150) -> None:
        chance = random.Random(seed)
        self.calls: list[Row] = []
        self.lines: list[list[str]] = []
        self.wanted: Counter[str] = Counter()
        self.net = self.cost = 0
        for number in range(1, calls + 1):
            self._call(number, chance)
        self.lines += [
            ["01.11.2026 12:00:00", "monthly fee", "", "19,00", ""],
            ["soon", "600000000", "0:10", "1,00", ""],
        ]
        self.wanted["bad"] += 2
        self.lines.append(["01.11.2026 12:00:00", "690000001", "2:00", "0,50", "T9"])
        self.wanted["theirs"] += 1
        self.net += 5_000

    def _call(self, number: int, chance: random.Random) -> None:
        talk, net = chance.randrange(5, 4000), 100 * chance.randrange(1, 900)
        gross = net * 123 // 100
        call: Row = {"started_at": BEGIN + number * 700 * SECOND, "ring_seconds": 6, "talk_seconds": talk,
                "number": f"+48600{chance.randrange(60):06}", "cost": gross, "cost_currency": "PLN", "cost_decimals": 4}  # fmt: skip
        fate = chance.choice(["same"] * 6 + ["price", "double", "ours", "unknown", "rounding"])
        if fate == "unknown":
            call |= {"cost": None, "cost_currency": None, "cost_decimals": None}
        self.calls.append(call)
        self.wanted["same" if fate == "double" else fate] += 1
        self.cost += call["cost"] or 0
        if fate == "ours":
            return
        billed = net + {"price": 800, "rounding": 40}.get(fate, 0)
        began = from_micros(call["started_at"] + (6 + AHEAD) * SECOND).astimezone(ZoneInfo("Europe/Warsaw"))
        line = [
            f"{began:%d.%m.%Y %H:%M:%S}",
            call["number"][3:],
            f"{talk // 60}:{talk % 60:02}",
            f"{billed // 10_000},{billed % 10_000:04}",
            "T1",
        ]
        for _ in range(2 if fate == "double" else 1):
            self.lines.append(line)
            self.net += billed
        self.wanted["double"] += fate == "double"

    def store(self, database: Any) -> None:
        """The calls, as they were settled."""
        usual = {"property": HOUSE, "source": "main", "legs": 1, "direction": "out", "status": "charge", "answered": 1,
                 "number_class": "mobile", "extension": "201", "room": "201"}  # fmt: skip
        calls = [blank(schema.calls) | usual | {"id": 1000 + n} | one for n, one in enumerate(self.calls)]
        records = [
            blank(schema.records) | {"property": HOUSE, "id": one["id"], "segment": 9, "position": one["id"], "source": "main",
                                     "kind": "call", "raw": b"x", "received_at": one["started_at"]} for one in calls
        ]  # fmt: skip
        database.transact(
            lambda c: (c.execute(insert(schema.records), records), c.execute(insert(schema.calls), calls))
        )

    def write(self, path: Path) -> None:
        """The bill."""
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows([["Date", "Number", "Length", "Net", "Line"], *self.lines])
        path.write_text(out.getvalue(), encoding="utf-8")


WORDS = {
    "same": "matched, same price", "rounding": "matched, price differs by rounding", "price": "matched, another price",
    "unknown": "matched, our cost is not known", "double": "in the bill twice", "theirs": "in the bill alone",
    "bad": "not read", "ours": "ours alone",
}  # fmt: skip


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Desk, Planted]:
    desk, made = Desk(tmp_path), Planted()
    desk.config.write_text(desk.config.read_text() + LAYOUT)
    made.store(desk.rig.database)
    made.write(tmp_path / "telco.csv")
    return desk, made


def test_every_line_is_in_one_sum_and_the_sums_are_exact(planted: tuple[Desk, Planted]) -> None:
    desk, made = planted
    done = desk.type("bill-check", str(desk.folder / "telco.csv"), "--layout", "telco", "--format", "json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    tables = {one["table"]: one for one in said["sections"]}
    sums = {row["fate"]: row for row in tables["sums"]["rows"]}
    assert {name: (sums[words]["lines"] or sums[words]["calls"]) for name, words in WORDS.items()} == dict(made.wanted)
    (whole,) = tables["sums"]["totals"]
    assert whole["lines"] == len(made.lines)
    assert _exact(whole["as_billed"]) == made.net
    assert _exact(whole["ours"]) == made.cost
    assert "The bill's clock is 1:15 behind ours" in str(said)
    assert tables["bad"]["rows"], "bad lines are named"
    for name, fate in {
        "differences": "price",
        "doubles": "double",
        "theirs": "theirs",
        "ours": "ours",
        "bad": "bad",
    }.items():
        assert len(tables[name]["rows"]) == made.wanted[fate], name


def test_a_call_whose_number_nobody_is_shown_is_matched_and_not_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.config.write_text(desk.config.read_text() + LAYOUT + '[privacy]\nhelplines = ["22 555 01 02"]\n')
    rig = desk.rig
    rules = replace(rig.rules, helplines=helplines(["22 555 01 02"], "PL", rig.sources["main"].plan.classify))
    rig.settling = Settling(rig.memory, rules, rig.sources, rig.book)
    rig.database.transact(rig.memory.reload)
    rig.send(rig.connect(), line(1, dialled="9225550102", seconds=125))
    lines = [
        ["20.11.2026 11:55:04", "225550102", "2:05", "1,00", "T1"],
        ["20.11.2026 10:00:00", "116123", "9:00", "0,00", "T1"],
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([["Date", "Number", "Length", "Net", "Line"], *lines])
    (tmp_path / "telco.csv").write_text(out.getvalue(), encoding="utf-8")
    done = desk.type("bill-check", str(tmp_path / "telco.csv"), "--layout", "telco", "--format", "json", "--masked")
    assert done.exit_code == 0, done.output
    tables = {one["table"]: one for one in json.loads(done.stdout)["sections"]}
    assert [row["number"] for name in ("unknown", "theirs") for row in tables[name]["rows"]] == ["a helpline"] * 2
    assert "5550102" not in done.stdout
    assert "116123" not in done.stdout
    rig.close()


def _exact(cell: dict[str, str]) -> int:
    """An amount in ten-thousandths; it must have no more decimals that matter."""
    whole, _, fraction = cell["amount"].partition(".")
    assert not fraction[4:].strip("0")
    return int(whole) * 10_000 + int(fraction[:4].ljust(4, "0"))


def test_on_a_terminal_the_sums_are_printed(planted: tuple[Desk, Planted]) -> None:
    desk, made = planted
    bill = str(desk.folder / "telco.csv")
    done = desk.type("bill-check", bill, "--layout", "telco", "--masked")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"The bill has {len(made.lines) - 2} lines for ")
    assert f"{made.wanted['ours']} calls of ours are not in it." in done.stdout
    assert "matched, same price" in done.stdout
    table = desk.type("bill-check", bill, "--layout", "telco", "--format", "csv", "--table", "ours", "--masked")
    assert len(list(csv.DictReader(io.StringIO(table.stdout)))) == made.wanted["ours"]
    assert "+48600000" not in table.stdout
    days = ("--from", "2027-01-01", "--to", "2027-01-02")
    other = desk.type("bill-check", bill, "--layout", "telco", *days)
    assert "not in it" not in other.stdout, "calls of other days are nobody's loss"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("telco.csv", "--layout", "telko"), 2, 'did you mean "telco"'),
        (("nowhere.csv", "--layout", "telco"), 1, "cannot be read"),
        (("other.csv", "--layout", "telco"), 1, 'has no column "Number"'),
        (("bad.csv", "--layout", "telco"), 1, "not one of the first 500 lines"),
        (("empty.csv", "--layout", "telco"), 1, "has no line that can be read"),
        (("telco.csv", "--layout", "telco", "--from", "2026-11-01"), 2, "go together"),
        (("telco.csv", "--layout", "telco", "--output", "x.pdf"), 2, "a file has a form"),
    ],
)
def test_what_cannot_be_done_is_said(
    planted: tuple[Desk, Planted], words: tuple[str, ...], code: int, said: str
) -> None:
    desk, _ = planted
    head = "Date;Number;Length;Net;Line\n"
    (desk.folder / "other.csv").write_text("When;Whom\n1;2\n")
    (desk.folder / "bad.csv").write_text(head + "x;y;z;a;b\n" * 600)
    (desk.folder / "empty.csv").write_text(head)
    done = desk.type("bill-check", str(desk.folder / words[0]), *words[1:])
    assert done.exit_code == code
    assert said in done.stderr


class _AtOnce:
    def beginFileTransfer(self, file: IO[bytes], request: Any) -> Deferred[None]:  # noqa: N802 (as Twisted has it)
        request.write(file.read())
        return succeed(None)


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asker:
    """Somebody at the pages of a house with a folder of bills."""
    monkeypatch.setattr("gateway.web.routing.FileSender", _AtOnce)
    house = StandingHouse(tmp_path)
    text = house.config.file.read_text() + LAYOUT
    house.config = good(house.config.file.parent, text)
    folder = house.config.carrier_bills.folder
    assert folder is not None
    folder.mkdir()
    made = Planted()
    made.store(house.database)
    made.write(folder / "telco <b>.csv")
    (folder / "secret.csv").symlink_to(house.config.file)
    (folder / "long.csv").write_text("Date;Number;Length;Net;Line\n" + "x" * 2_000_001)
    return Asker(as_house(house), workshop=Workshop(here))


def test_the_page_checks_a_file_of_its_folder_and_no_other(asking: Asker) -> None:
    form = asking.get("/bill-check")
    assert form.status == 200
    assert "telco &lt;b&gt;.csv" in form.text
    assert "secret.csv" not in form.text, "a link may lead anywhere"
    page = asking.get("/bill-check/show?file=telco+%3Cb%3E.csv&layout=telco&masked=1")
    assert page.status == 200, page.text
    assert "The bill has " in page.text
    assert "In the bill twice" in page.text
    assert "monthly fee" in page.text
    assert "+48600000" not in page.text
    for file in ("..%2Ffoliogate.toml", "%2Fetc%2Fpasswd", "secret.csv", ""):
        refused = asking.get(f"/bill-check/show?file={file}&layout=telco")
        assert (refused.status, "Choose one of the files" in refused.text) == (422, True)
    assert "Choose the layout" in asking.get("/bill-check/show?file=long.csv&layout=x").text
    assert "is too long for a page" in asking.get("/bill-check/show?file=long.csv&layout=telco").text


def test_a_check_is_taken_away_as_a_file(asking: Asker) -> None:
    for form, sign in (("csv", b"fate,lines"), ("json", b'{"report":"bill-check"'), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = asking.get(f"/bill-check/file.{form}?file=telco+%3Cb%3E.csv&layout=telco")
        assert answer.status == 200, answer.text
        assert answer.body.startswith(sign)
    assert asking.get("/bill-check/file.doc?file=telco+%3Cb%3E.csv&layout=telco").status == 404
