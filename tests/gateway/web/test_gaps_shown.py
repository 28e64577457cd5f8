"""What is missing is seen wherever somebody looks: page, API, metrics."""

from __future__ import annotations

from sqlalchemy import text

from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house

SENTENCE = "main: 3 records missing between 1041 and 1045"


def test_a_gap_is_on_the_page_in_the_api_and_in_the_metrics(house: StandingHouse) -> None:
    """The same sentence, and the count for an alarm."""
    house.database.transact(
        lambda c: c.execute(text("UPDATE records SET mark = 'gap', reason = :words WHERE id = 3"), {"words": SENTENCE})
    )
    house.status.sources["main"].missing = 3
    house.status.sources["main"].gaps.append(SENTENCE)
    asker = Asker(as_house(house))
    assert SENTENCE in asker.get("/records?kind=gap").text
    assert SENTENCE in asker.get("/records").text
    assert SENTENCE not in asker.get("/records?kind=repeat").text
    assert '<a href="/records?kind=gap">3</a>' in asker.get("/links").text
    (source,) = asker.get("/api/v1/status").json()["sources"]
    assert (source["missing"], source["gaps"]) == (3, [SENTENCE])
    assert 'foliogate_missing_records{source="main"} 3.0' in asker.get("/metrics").text
