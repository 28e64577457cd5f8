"""The page of targets lets a person with a name say what a desk is to reach, and shows what it was before."""

from __future__ import annotations

from gateway.web.rights import access_to
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.test_schedules import token_of


def test_a_target_is_set_changed_and_refused_in_words(empty: StandingHouse) -> None:
    asker = Asker(as_house(empty))
    page = asker.get("/targets").text
    assert "No desk has a target yet." in page
    assert access_to("POST", "/targets") == "budgets"
    form = {"desk": "Night <i>desk</i>", "extensions": "600, 601", "within": "20", "percent": "80", "missed": "10",
            "cost": "12,50", "cost_per": "day", "who": "Ines", "why": "the spring", "token": token_of(page)}  # fmt: skip
    assert "is set." in asker.post("/targets", form).text
    assert "is set." in asker.post("/targets", form | {"within": "30", "cost": ""}).text
    page = asker.get("/targets?desk=Night+%3Ci%3Edesk%3C%2Fi%3E").text
    for words in ("80 % within 30 s", "80 % within 20 s; at most 10 % missed; at most 12.50 PLN a day", "600 601",
                  "Night &lt;i&gt;desk&lt;/i&gt;", 'name="within" inputmode="numeric" maxlength="4" autocomplete="off" value="30"'):  # fmt: skip
        assert words in page, words
    assert "<i>desk" not in page
    for wrong, words in (
        ({"within": "soon"}, "Seconds are a whole number"),
        ({"percent": ""}, "Seconds and share go together"),
        ({"cost": "-1"}, "The cost is no amount"),
        ({"missed": "101"}, "A share is a whole number"),
        ({"desk": ""}, "Name the desk"),
        ({"who": ""}, "Write your name"),
        ({"token": "0"}, "older than the running gateway"),
    ):
        answer = asker.post("/targets", form | wrong)
        assert (answer.status, words in answer.text) == (422, True), words
    gone = {"desk": form["desk"], "who": "Ines", "token": form["token"]}
    assert "has no target any more" in asker.post("/targets", gone).text
