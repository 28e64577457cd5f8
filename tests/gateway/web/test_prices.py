"""Protects the pages about prices: a list is decided once and by name, a rehearsal changes nothing, a call explains itself."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

import openpyxl
import pytest

from gateway.web.laboratory import MOST_DAYS, MOST_WORKS, Form, Laboratory, NotUnderstood
from gateway.web.workers import Running
from rating.starter import starter_files
from tests.gateway.prices import flat, make_list, start_again
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.commands import Hanging, here
from tests.gateway.web.house import StandingHouse, as_house

OURS = {"sec_fetch_site": "same-origin"}


@pytest.fixture
def bench(house: StandingHouse) -> Iterator[Laboratory]:
    """A laboratory over a house with an evening behind it, and tariffs on the disk to try."""
    folder = house.config.tariff.folder
    tariffs = {folder: starter_files("PL", "PLN"), folder.parent / "dearer": dearer(starter_files("PL", "PLN"))}
    for place, files in tariffs.items():
        place.mkdir(exist_ok=True)
        for name, data in files.items():
            (place / name).write_bytes(data)
    made = Laboratory(as_house(house), here)
    yield made
    made.close()


def dearer(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same tariff with a surcharge for each call."""
    rules, changed = re.subn(r"(?m)^surcharge = .*$", 'surcharge = "2.00"', files["tariff.toml"].decode())
    assert changed == 1
    return {**files, "tariff.toml": rules.encode()}


@pytest.fixture
def asking(house: StandingHouse, bench: Laboratory) -> Asker:
    """Somebody at a page."""
    return Asker(as_house(house), laboratory=bench)


def send(asker: Asker, address: str, **fields: str) -> Answer:
    """Fill in the form of a page and send it."""
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', asker.get(address).text))
    return asker.post(address, {**hidden, **fields}, **OURS)


# -- the laboratory --------------------------------------------------------------------------------------------------


def test_a_rehearsal_shows_totals_groups_and_every_call_as_files(asking: Asker, bench: Laboratory) -> None:
    """The page, the CSV and the work book tell the same."""
    page = asking.get("/laboratory").text
    assert re.findall(r"<option>([a-z]+)", page) == ["tariffs", "dearer"]
    begun = send(asking, "/laboratory", tariff="dearer", question="price", **{"from": "2026-11-19", "to": "2026-11-20"})
    assert begun.status == 303
    text = asking.get(begun.headers["location"]).text
    assert "By class" in text
    assert "By trunk" in text
    assert "Dearer by most" in text
    work = bench.work(1)
    assert work is not None
    table, book = work.file("calls.csv"), work.file("calls.xlsx")
    assert table is not None
    assert book is not None
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    priced = [row for row in rows if row["difference"]]
    assert priced
    assert all(float(row["difference"]) >= 1 for row in priced)
    assert f"Calls that may cost money: {len(rows)};" in text
    assert openpyxl.load_workbook(book).worksheets[1].max_row == len(rows) + 1


def test_a_rehearsal_changes_nothing(asking: Asker, house: StandingHouse) -> None:
    """Neither calls nor postings nor the trail."""
    tables = ("calls", "postings", "audit_trail", "commands", "lists")
    before = [house.rig.rows(f"SELECT * FROM {name} ORDER BY id") for name in tables]
    send(asking, "/laboratory", tariff="dearer", **{"from": "2026-11-19", "to": "2026-11-20"})
    assert [house.rig.rows(f"SELECT * FROM {name} ORDER BY id") for name in tables] == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"from": "yesterday"}, "Write both days"),
        ({"from": "2026-11-21"}, "before the first"),
        ({"from": "2020-01-01"}, f"At most {MOST_DAYS} days"),
        ({"tariff": "../../etc"}, "Choose one of the tariffs"),
        ({"question": "cost"}, "carrier"),
        ({"question": "everything"}, "Choose what to compare"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_beside_the_form(asking: Asker, fields: dict[str, str], words: str) -> None:
    """With the status of a form that was not understood."""
    said = {"from": "2026-11-19", "to": "2026-11-20", "tariff": "dearer", **fields}
    answer = send(asking, "/laboratory", **said)
    assert answer.status == 422
    assert words in answer.text


def test_a_command_that_fails_says_so_on_the_page(asking: Asker) -> None:
    """In the command's own sentence."""
    said = {"tariff": "dearer", "question": "cost", "carrier": "Nobody", "from": "2026-11-19", "to": "2026-11-20"}
    begun = send(asking, "/laboratory", **said)
    assert "no carrier" in asking.get(begun.headers["location"]).text
    assert asking.get("/laboratory/1/calls.csv").status == 404


def test_one_rehearsal_at_a_time_and_it_ends_with_the_house(house: StandingHouse) -> None:
    """A second one is refused in a sentence; what hangs is stopped."""
    hanging = Hanging()
    bench = Laboratory(as_house(house), lambda _arguments, _line: hanging)
    form = Form(first="2026-11-19", last="2026-11-20", tariff=house.config.tariff.folder.name)
    work = bench.rehearse(form)
    assert work.state == "running"
    with pytest.raises(NotUnderstood, match="under way"):
        bench.rehearse(form)
    bench.close()
    assert hanging.stopped


def test_progress_is_shown_while_it_runs(house: StandingHouse) -> None:
    """The page looks again by itself, without a script."""
    heard: list[Callable[[str], None]] = []

    def run(_arguments: Sequence[str], line: Callable[[str], None]) -> Running:
        heard.append(line)
        return Hanging()

    bench = Laboratory(as_house(house), run)
    bench.rehearse(Form(first="2026-11-19", last="2026-11-20", tariff=house.config.tariff.folder.name))
    heard[0]("37")
    text = Asker(as_house(house), laboratory=bench).get("/laboratory/1").text
    assert "37 %" in text
    assert 'http-equiv="refresh"' in text
    bench.close()


def test_old_results_make_room(asking: Asker, bench: Laboratory) -> None:
    """A desk that rehearses all night fills no disk."""
    for _ in range(MOST_WORKS + 2):
        bench.rehearse(Form(first="2026-11-20", last="2026-11-20", tariff="dearer"))
    assert [one.number for one in bench.works] == list(range(MOST_WORKS + 2, 2, -1))
    assert asking.get("/laboratory/1").status == 404


def test_another_site_can_begin_nothing(asking: Asker, bench: Laboratory) -> None:
    """Neither a rehearsal nor a list nor a decision."""
    for address in ("/laboratory", "/corrections", "/corrections/1"):
        assert asking.post(address, {"x": "y"}, sec_fetch_site="cross-site").status == 403
    assert bench.works == []


# -- corrections -----------------------------------------------------------------------------------------------------


def test_a_list_is_made_in_the_background_and_waits(asking: Asker, house: StandingHouse) -> None:
    """The house's tariff on the disk was made dearer: every charged call of the evening changes."""
    (house.config.tariff.folder / "tariff.toml").write_bytes(dearer(starter_files("PL", "PLN"))["tariff.toml"])
    said = {"from": "2026-11-19", "to": "2026-11-20", "who": "Ines", "why": "the surcharge was missing"}
    assert send(asking, "/corrections", **said).status == 303
    text = asking.get("/corrections").text
    assert "waits for approval" in text
    assert "the surcharge was missing" in text
    assert house.rig.rows("SELECT kind, state, made_by FROM lists") == [("correction", "open", "Ines")]


def test_a_list_shows_its_totals_and_calls_and_is_approved_by_name(asking: Asker, house: StandingHouse) -> None:
    """Then the difference goes to the PMS, and the page says so."""
    number = make_list(house.rig, flat("9.00"))
    text = asking.get(f"/corrections/{number}").text
    assert "difference is charged" in text
    assert "Approve: do what stands here" in text
    before = len(house.rig.postings())
    assert "Write your name" in send(asking, f"/corrections/{number}", deed="approve").text
    assert "needs a reason" in send(asking, f"/corrections/{number}", deed="reject", who="Ines").text
    answer = send(asking, f"/corrections/{number}", deed="approve", who="Ines", why="looked")
    assert f"List {number} is approved" in answer.text
    assert len(house.rig.postings()) > before
    assert "approved already" in send(asking, f"/corrections/{number}", deed="approve", who="Ines").text or (
        "Approve:" not in asking.get(f"/corrections/{number}").text
    )
    assert any(who == "Ines" for (who,) in house.rig.rows("SELECT who FROM audit_trail"))


def test_a_form_of_another_list_is_refused(asking: Asker, house: StandingHouse) -> None:
    """The token is bound to the list that was looked at."""
    first, second = make_list(house.rig, flat("9.00")), make_list(house.rig, flat("8.00"))
    hidden = dict(re.findall(r'name="(token)" value="([^"]*)"', asking.get(f"/corrections/{first}").text))
    answer = asking.post(f"/corrections/{second}", {**hidden, "deed": "approve", "who": "Ines"}, **OURS)
    assert answer.status == 422
    assert house.rig.rows("SELECT DISTINCT state FROM lists") == [("open",)]


def test_a_list_that_is_not_there_is_missing(asking: Asker) -> None:
    """As any address that leads nowhere."""
    assert asking.get("/corrections/99").status == 404


def test_calls_that_wait_for_their_rate_are_shown_as_such(house: StandingHouse) -> None:
    """On the page of postings and on the list."""
    house.rig.use(flat("1.00", classes="local"))
    house.feed = house.rig.connect()
    house.call("201", "9600123456", 61)
    start_again(house.rig, flat("2.00"))
    asker = Asker(as_house(house))
    assert "approve list 1" in asker.get("/postings?state=held").text
    assert "rates that came later" in asker.get("/corrections").text


# -- why this amount -------------------------------------------------------------------------------------------------


def test_a_call_is_explained_in_a_language_of_choice_from_what_is_stored(asking: Asker) -> None:
    """The guest's by default; a language that there is not is named with those that there are."""
    found = asking.get("/api/v1/calls/2/explanation").json()
    assert (found["call"], found["language"], found["guest_language"]) == (2, "en", None)
    assert found["lines"][-1].startswith("To pay: ")
    assert asking.get("/api/v1/calls/2/explanation?language=en-GB").json()["language"] == "en"
    assert "Language must be one of en" in asking.get("/api/v1/calls/2/explanation?language=xx").json()["detail"]
    assert asking.get("/api/v1/calls/999999/explanation").status == 404


def test_the_guest_is_answered_in_his_own_language(asking: Asker, house: StandingHouse) -> None:
    """As the PMS tells it; the page offers the others."""
    house.rig.database.transact(lambda c: c.exec_driver_sql("UPDATE stays SET language = 'de' WHERE room = '201'"))
    found = asking.get("/api/v1/calls/2/explanation").json()
    assert (found["language"], found["guest_language"]) == ("de", "de")
    page = asking.get("/calls/2").text
    assert '<b lang="de">Deutsch</b>' in page
    assert "(the guest's)" in page
    assert "/calls/2?language=en" in page
    assert found["lines"] != asking.get("/api/v1/calls/2/explanation?language=en").json()["lines"]


def test_cost_and_margin_are_for_the_house(asking: Asker, house: StandingHouse) -> None:
    """On the call's page and in the API; in no line that a guest reads."""
    house.rig.database.transact(
        lambda c: c.exec_driver_sql(
            "UPDATE calls SET carrier = 'NordTel', cost = 4000, cost_currency = 'PLN', cost_decimals = 4, "
            "cost_tariff = 'C', cost_version = 'v', cost_trace = '[]' WHERE id = 2"
        )
    )
    found = asking.get("/api/v1/calls/2/explanation").json()
    assert (found["carrier"], found["cost"]) == ("NordTel", "0.4000")
    [(net,)] = house.rig.rows("SELECT net FROM calls WHERE id = 2")
    assert found["margin"] == f"{(net * 100 - 4000) / 10000:.4f}"
    assert not any("NordTel" in one for one in found["lines"])
    page = asking.get("/calls/2").text
    assert "What it costs us" in page
    assert f'margin before tax <b class="figure">{found["margin"]} PLN</b>' in page


def test_a_corrected_call_shows_what_was_put_right_beside_what_it_was(asking: Asker, house: StandingHouse) -> None:
    """Its own amount and trace stay."""
    before = asking.get("/api/v1/calls/2/explanation").json()
    number = make_list(house.rig, flat("9.00", classes="local national mobile international"))
    send(asking, f"/corrections/{number}", deed="approve", who="Ines", why="looked")
    after = asking.get("/api/v1/calls/2/explanation").json()
    assert (after["amount"], after["lines"]) == (before["amount"], before["lines"])
    [one] = after["corrections"]
    assert (one["list"], one["state"], one["before"]) == (number, "approved", before["amount"])
    assert f"List {number}" in asking.get("/calls/2").text
