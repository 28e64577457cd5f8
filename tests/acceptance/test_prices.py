"""Prices that change, on real sockets and a real process: nothing goes to the PMS but what a named person has approved."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.peers import ForeignPms, House, eventually, ipoffice_line, running
from tests.processes.size import long_form

pytestmark = pytest.mark.acceptance

RULES = (
    'code = "T"\ncurrency = "PLN"\nvalid_from = 2000-01-01\n[class.{}]\nprice_per_minute = "{}"\nincrements = "60/60"\n'
)
MOBILE = "9600123456"


def tariff(house: House, number_class: str, price: str) -> None:
    """The house's whole tariff: one price for one class of number."""
    folder = house.folder / "tariffs"
    for one in folder.iterdir():
        one.unlink()
    (folder / "tariff.toml").write_text(RULES.format(number_class, price))


def days() -> list[str]:
    """Yesterday to tomorrow: the test may run at midnight."""
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()
    return ["--from", str(today - timedelta(days=1)), "--to", str(today + timedelta(days=1))]


@long_form
def test_a_call_without_a_rate_waits_for_a_tariff_and_then_for_a_person(house: House, pms: ForeignPms) -> None:
    """Held at first; on a list after a start with a rate; on the folio when the list is approved, with its amount."""
    config = ["--config", str(house.config)]
    tariff(house, "local", "1.00")
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001, dialled=MOBILE, seconds=61))
            eventually("it is held", lambda: house.states() == {"held": 1})
        house.stop()
    assert house.postings()[0]["hold"] == "unrated"
    tariff(house, "mobile", "1.50")
    with running(house):
        [row] = house.postings()
        assert (row["state"], row["hold"], row["amount"]) == ("held", "rate_proposed", None)
        assert "3.00" in house.command("corrections", "show", "1", *config)
        assert pms.postings == []
        said = house.command("corrections", "approve", "1", "--by", "Anna", "--why", "looked", *config)
        assert said == "list 1 is approved; 1 postings are due by it\n"
        eventually("it is posted", lambda: house.states() == {"posted": 1})
        house.stop()
    assert [fields["TA"] for fields in pms.postings] == ["300"]


def test_a_wrong_price_is_put_right_by_its_difference(house: House, pms: ForeignPms) -> None:
    """The rehearsal tells it beforehand and sends nothing; the approved list sends the difference, once."""
    config = ["--config", str(house.config)]
    tariff(house, "mobile", "1.50")
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001, dialled=MOBILE, seconds=61))
            eventually("it is posted", lambda: house.states() == {"posted": 1})
        tariff(house, "mobile", "2.00")
        assert "1.00" in house.command("replay", *days(), *config)
        house.command("corrections", "propose", *days(), "--why", "a wrong comma", "--by", "Ines", *config)
        assert len(pms.postings) == 1
        house.command("corrections", "approve", "1", "--by", "Anna", *config)
        eventually("the difference is posted", lambda: house.states() == {"posted": 2})
        assert "approved already" not in house.command("corrections", "list", *config)
        house.command("corrections", "approve", "1", "--by", "Anna", *config, check=False)
        house.stop()
    assert [fields["TA"] for fields in pms.postings] == ["300", "100"]
    house.command("db", "verify", *config)
