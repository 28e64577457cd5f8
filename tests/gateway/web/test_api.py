"""Protects programs that read the API: every answer is what its description says, no field more and none less."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from gateway.ledger import STATES
from gateway.reports.catalog import KINDS
from gateway.web.rest.api import MOST_ROWS
from pms_adapters.posting import InDoubt
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house


def misfits(value: Any, page: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Where a value is not what a schema of the description says."""
    judge = jsonschema_rs.Draft202012Validator({**schema, "components": page["components"]}, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in judge.iter_errors(value)]


@pytest.mark.parametrize(
    ("address", "described", "status"),
    [
        ("/api/v1/status", "/api/v1/status", 200),
        ("/api/v1/calls", "/api/v1/calls", 200),
        ("/api/v1/calls?limit=2", "/api/v1/calls", 200),
        ("/api/v1/calls?limit=x", "/api/v1/calls", 400),
        ("/api/v1/calls?room=201&talk_min=60&sort=talk&limit=1", "/api/v1/calls", 200),
        ("/api/v1/calls?direction=up", "/api/v1/calls", 400),
        ("/api/v1/calls/sums?state=posted", "/api/v1/calls/sums", 200),
        ("/api/v1/postings", "/api/v1/postings", 200),
        ("/api/v1/postings?state=in_doubt&limit=1", "/api/v1/postings", 200),
        ("/api/v1/postings?state=lost", "/api/v1/postings", 400),
        ("/api/v1/postings/1", "/api/v1/postings/{id}", 200),
        ("/api/v1/postings/3", "/api/v1/postings/{id}", 200),
        ("/api/v1/postings/7", "/api/v1/postings/{id}", 200),
        ("/api/v1/postings/999", "/api/v1/postings/{id}", 404),
        ("/api/v1/reports", "/api/v1/reports", 200),
        *((f"/api/v1/reports/{kind}?from=2026-11-18&to=2026-11-20", "/api/v1/reports/{kind}", 200) for kind in KINDS),
        ("/api/v1/reports/trunks", "/api/v1/reports/{kind}", 200),
        ("/api/v1/reports/nothing", "/api/v1/reports/{kind}", 404),
        ("/api/v1/reports/calls?from=2026-11-20&to=2026-11-19", "/api/v1/reports/{kind}", 400),
        ("/api/v1/reports/calls?from=0001-01-01", "/api/v1/reports/{kind}", 400),
        ("/api/v1/reports/calls?rows=0", "/api/v1/reports/{kind}", 400),
        ("/api/v1/reports/calls?masked=yes", "/api/v1/reports/{kind}", 400),
        ("/api/v1/trunks?from=2026-11-18&to=2026-11-20", "/api/v1/trunks", 200),
        ("/api/v1/trunks?from=yesterday", "/api/v1/trunks", 400),
        ("/healthz", "/healthz", 200),
        ("/livez", "/livez", 200),
    ],
)
def test_every_answer_is_as_described(asker: Asker, address: str, described: str, status: int) -> None:
    page = asker.get("/api/v1/openapi.json").json()
    ((kind, content),) = page["paths"][described]["get"]["responses"][str(status)]["content"].items()
    answer = asker.get(address)
    assert answer.status == status
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert misfits(answer.json(), page, content["schema"]) == []


def test_an_object_of_the_description_has_all_its_fields_and_no_other(asker: Asker) -> None:
    """What a program reads is there; what it may write can be left out."""
    schemas = asker.get("/api/v1/openapi.json").json()["components"]["schemas"]
    written = {"CheckIn", "CheckOut", "MoveRoom", "Take", "Acknowledge", "Said"}
    for name, one in schemas.items():
        assert one["additionalProperties"] is False, name
        assert name in written or set(one["required"]) == set(one["properties"]), name
    wrong = {"type": "about:blank", "title": "Not Found", "status": "404", "detail": "x"}
    page = {"components": {"schemas": schemas}}
    assert misfits(wrong, page, {"$ref": "#/components/schemas/Problem"}) == [
        '[\'status\']: "404" is not of type "integer"'
    ]


def test_every_address_of_the_description_exists_and_every_reference_leads_somewhere(asker: Asker) -> None:
    answer = asker.get("/api/v1/openapi.json")
    page = answer.json()
    assert page["openapi"].startswith("3.1")
    for address, methods in page["paths"].items():
        answer = asker.get(address.replace("{id}", "1").replace("{room}", "201").replace("{kind}", "trunks"))
        assert answer.status == (200 if "get" in methods else 405), address
    for name in re.findall(r'"#/components/schemas/(\w+)"', answer.text):
        assert name in page["components"]["schemas"]


def test_a_call_has_the_names_of_its_record_and_exact_amounts(asker: Asker) -> None:
    calls = {one["id"]: one for one in asker.get("/api/v1/calls").json()["calls"]}
    mobile = calls[2]
    assert (mobile["direction"], mobile["answered"], mobile["talk_seconds"]) == ("out", True, 185)
    assert (mobile["extension"], mobile["dialled"], mobile["number"]) == ("201", "90048601234567", "+48601234567")
    assert (mobile["amount"], mobile["currency"]) == ("4.00", "PLN")
    assert mobile["start"] == "2026-11-19T20:00:00+00:00"
    assert mobile["postings"] == [{"id": 1, "part": 0, "state": "posted"}]
    emergency = next(one for one in calls.values() if one["number_class"] == "emergency")
    assert (emergency["amount"], emergency["postings"]) == (None, [])


def test_a_posting_has_the_fields_that_the_command_line_prints(asker: Asker) -> None:
    (doubt,) = asker.get("/api/v1/postings?state=in_doubt").json()["postings"]
    said = {name: doubt[name] for name in ("state", "room", "amount", "currency", "attempts", "reason", "call_key")}
    assert said == {
        "state": "in_doubt",
        "room": "202",
        "amount": "0.80",
        "currency": "PLN",
        "attempts": 1,
        "reason": "no answer within 30 s",
        "call_key": "1006",
    }


def test_a_posting_tells_its_whole_story(asker: Asker) -> None:
    story = asker.get("/api/v1/postings/3").json()
    assert story["why"][-1] == "To pay: 0.80 PLN."
    assert [(one["attempt"], one["event"]) for one in story["attempts_made"]] == [(1, "no_answer")]
    assert story["records"][0]["raw"].endswith("618,0.01,,,")
    assert story["call"]["id"] == story["call_id"]


def test_the_status_counts_what_waits_and_what_was_done_today(house: StandingHouse) -> None:
    status = Asker(as_house(house)).get("/api/v1/status").json()
    assert status["postings"] == {"held": 2, "due": 1, "sent": 0, "refused": 1, "in_doubt": 1, "unconfirmable": 0}
    assert status["today"] == {"posted": 3, "written_off": 0}
    assert (status["ok"], status["troubles"], status["queued"], status["in_flight"]) == (True, [], 1, None)
    assert [one["dialled"] for one in status["emergencies"]] == ["9112"]
    assert status["oldest_waiting"] == "2026-11-20T11:00:00+00:00"


def test_a_list_read_in_parts_is_the_whole_list(asker: Asker) -> None:
    for name in ("calls", "postings"):
        whole = [one["id"] for one in asker.get(f"/api/v1/{name}?limit={MOST_ROWS}").json()[name]]
        parts: list[int] = []
        before: int | None = None
        while True:
            part = asker.get(f"/api/v1/{name}?limit=3" + (f"&before={before}" if before else "")).json()
            parts += [one["id"] for one in part[name]]
            before = part["next_before"]
            if before is None:
                break
        assert parts == whole == sorted(whole, reverse=True)


def test_every_state_can_be_asked_for(asker: Asker) -> None:
    every = {one["id"] for one in asker.get("/api/v1/postings").json()["postings"]}
    by_state = [
        {one["id"] for one in asker.get(f"/api/v1/postings?state={state}").json()["postings"]} for state in STATES
    ]
    assert set().union(*by_state) == every
    assert sum(map(len, by_state)) == len(every)


@pytest.mark.parametrize(
    "question",
    ["limit=0", f"limit={MOST_ROWS + 1}", "limit=-1", "limit=1e3", "limit=%D9%A3", "before=0", "before=" + "9" * 30],
)
def test_a_question_that_is_not_understood_says_what_is(asker: Asker, question: str) -> None:
    answer = asker.get(f"/api/v1/calls?{question}")
    assert answer.status == 400
    assert "must be a whole number from 1 to" in answer.json()["detail"]


def test_what_is_not_there_is_json_too(asker: Asker) -> None:
    assert asker.get("/api/v1/nothing").status == 404
    assert asker.get("/api/v1/nothing").json()["title"] == "Not Found"
    assert asker.post("/api/v1/calls", {"x": "y"}).status == 405


def test_a_difference_that_is_smaller_than_nothing_keeps_its_sign(house: StandingHouse) -> None:
    house.rig.database.transact(
        lambda c: c.exec_driver_sql(
            "UPDATE postings SET amount = -5, state = 'held', hold = 'amount_fell' WHERE id = 5"
        )
    )
    posting = Asker(as_house(house)).get("/api/v1/postings/5").json()
    assert posting["amount"] == "-0.05"


def test_records_with_any_bytes_are_json(house: StandingHouse) -> None:
    house.pms.answers.append(InDoubt("\x00\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")))
    house.call("202", "90048601234567", 30)
    story = Asker(as_house(house)).get("/api/v1/postings?limit=1").json()["postings"][0]
    assert story["state"] in STATES


def test_a_report_has_as_many_rows_as_are_asked_for_and_says_how_many_there_are(asker: Asker) -> None:
    days = "from=2026-11-18&to=2026-11-20"
    whole = asker.get(f"/api/v1/reports/calls?{days}").json()["sections"][-1]
    assert len(whole["rows"]) == whole["count"] > 3
    part = asker.get(f"/api/v1/reports/calls?{days}&rows=3&masked=1").json()["sections"][-1]
    assert (len(part["rows"]), part["count"]) == (3, whole["count"])
    numbers = [row["number"] for row in whole["rows"][:3]]
    assert [row["number"] for row in part["rows"]] != numbers, "masked"
    assert asker.get(f"/api/v1/reports/calls?{days}", authorization="Bearer fg_1_no").status == 401


def test_the_trunks_over_the_api_are_those_of_the_command(asker: Asker) -> None:
    found = asker.get("/api/v1/trunks?from=2026-11-18&to=2026-11-20").json()
    report = asker.get("/api/v1/reports/trunks?from=2026-11-18&to=2026-11-20").json()
    groups = next(one for one in report["sections"] if one.get("table") == "groups")
    seized = [row["seizures"] for row in groups["rows"] if row["way"] == "all"]
    assert [sum(one[way]["seizures"] for way in ("out", "in", "unknown")) for one in found["groups"]] == seized
    assert all(one["sentence"].endswith(".") for one in found["groups"])
