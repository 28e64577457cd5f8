"""The daily mail says that all goes on, in hotel time; the weekly one says what to put right; each goes out once."""

from __future__ import annotations

from datetime import timedelta

from gateway.alarms.kinds import Fact
from tests.gateway.rig import line
from tests.gateway.watch.house import WatchedHouse

HOUR = timedelta(hours=1)


def letters(house: WatchedHouse, event: str) -> list[str]:
    """Subject and text of the mails of one kind."""
    return [f"{notice.subject}\n{notice.body}" for _, notice in house.mail.taken if notice.event == event]


def afternoon(house: WatchedHouse) -> None:
    """Three calls of Friday: one to be charged, one of the kitchen, one of an extension that nobody has listed; and noise."""
    house.rig.check_in()
    feed = house.rig.connect()
    start = house.rig.now - timedelta(minutes=2)
    records = [
        line(1, start=start),
        line(2, extension="600", start=start),
        line(3, extension="900", start=start),
        line(4, extension="900", start=start),
        line(5, extension="600", start=start).replace(b",,0,5,", b",4711,0,5,", 1),
        b"this is no record",
    ]
    house.rig.send(feed, *records)
    house.heard()


def test_yesterday_in_hotel_time(quick: WatchedHouse) -> None:
    afternoon(quick)
    quick.pass_time(18.9 * 3600, step=600)
    assert letters(quick, "daily") == []
    quick.pass_time(1200, step=300)
    (letter,) = letters(quick, "daily")
    assert letter.startswith("[Seaside Hotel] Fri 20 Nov 2026: 5 calls, 0 posted, 0.00 PLN\n")
    for said in (
        "        5  calls\n        1  not read",
        "        3  to be charged\n        2  of the house",
        "        1  waiting, 0.80 PLN",
        "        2  held, 1.60 PLN",
        "Alarms raised: 1.",
    ):
        assert said in letter, said


def test_a_call_after_midnight_belongs_to_the_next_mail(quick: WatchedHouse) -> None:
    """Warsaw is an hour ahead: 23:30 UTC is tomorrow."""
    quick.pass_time(12.5 * 3600, step=900)
    quick.rig.check_in()
    quick.rig.send(quick.rig.connect(), line(1, start=quick.rig.now - timedelta(minutes=2)))
    quick.pass_time(7 * 3600, step=900)
    quick.days(1)
    titles = [letter.partition("\n")[0] for letter in letters(quick, "daily")]
    assert titles == [
        "[Seaside Hotel] Fri 20 Nov 2026: 0 calls, 0 posted, 0.00 PLN",
        "[Seaside Hotel] Sat 21 Nov 2026: 1 call, 0 posted, 0.00 PLN",
    ]


def test_days_that_were_missed_are_made_up_in_one_mail(quick: WatchedHouse) -> None:
    quick.stop()
    quick.rig.advance(4 * 86_400)
    quick.begin()
    quick.pass_time(1200, step=300)
    (letter,) = letters(quick, "daily")
    assert letter.startswith("[Seaside Hotel] Fri 20 Nov 2026 to before Tue 24 Nov 2026: 0 calls")
    quick.days(0.5)
    assert len(letters(quick, "daily")) == 1


def test_the_weekly_mail_lists_what_to_put_right(quick: WatchedHouse) -> None:
    afternoon(quick)
    quick.watch.happened(Fact("gap", "main 17", "PBX main: records 17 to 19 never came"))
    quick.days(3)
    (letter,) = letters(quick, "weekly")
    assert "quality of the data" in letter
    for said in (
        "Extensions that are in no list:\n  900: 2 calls",
        "Held now:\n  2: the extension is in no list of rooms or departments",
        "Records that could not be read:\n  1 of main: ",
        "Gaps in the exchange's numbers:\n  PBX main: records 17 to 19 never came",
        "Calls of departments without an account code:\n  1 of 2",
    ):
        assert said in letter, said


def test_a_week_in_which_nothing_is_amiss_says_so(quick: WatchedHouse) -> None:
    quick.days(3)
    (letter,) = letters(quick, "weekly")
    assert "nothing is amiss" in letter
    assert "Nothing is amiss." in letter
