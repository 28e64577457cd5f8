"""The promise when the PMS misbehaves: what was not sent waits, what may be booked is a doubt, what is refused is shown."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.acceptance.peers import ForeignPms, House, eventually, free_port, ipoffice_line, running

pytestmark = pytest.mark.acceptance


@pytest.fixture
def brisk(tmp_path: Path, pms: ForeignPms) -> House:
    """A house that waits one second for an answer."""
    port = free_port()
    pbx = f'[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\nlisten = "tcp:{port}:interface=127.0.0.1"\ntrunk_access = ["9"]\n'
    return House(tmp_path, pms.port, pbx, pbx_port=port, more_pms="answer_timeout = 1\n")


def test_a_pms_that_is_away_gets_everything_when_it_is_back(house: House, pms: ForeignPms) -> None:
    """The link is pulled for a while: charges wait, in order, and none is doubled."""
    with running(house), house.dial() as pbx:
        pbx.sendall(ipoffice_line(1_000_001))
        eventually("the first is posted", lambda: house.states() == {"posted": 1})
        port = pms.port
        pms.close()
        pbx.sendall(b"".join(ipoffice_line(n) for n in range(1_000_002, 1_000_012)))
        eventually("ten wait", lambda: house.states().get("due") == 10)
        back = ForeignPms(port)
        try:
            eventually("all are posted", lambda: house.states() == {"posted": 11}, 40)
        finally:
            house.stop()
            back.close()
    assert [fields["P#"] for fields in back.postings] == sorted({f["P#"] for f in back.postings}, key=int)
    assert len(back.postings) == 10


def test_a_link_cut_after_the_posting_left_is_a_doubt_that_is_never_sent_again(house: House, pms: ForeignPms) -> None:
    """PS out, line dead: in doubt; the others are posted after the reconnect."""
    cut = iter([True])

    def answer(fields: dict[str, str]) -> str | None:
        if next(cut, False):
            pms.cut()
            return None
        return "ASOK|"

    pms.answer = answer
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(b"".join(ipoffice_line(n) for n in range(1_000_001, 1_000_005)))
            eventually("one doubt, three posted", lambda: house.states() == {"in_doubt": 1, "posted": 3}, 40)
        house.stop()
    assert len(pms.postings) == 4


def test_a_late_answer_settles_the_doubt_by_itself(brisk: House, pms: ForeignPms) -> None:
    """The PA comes after the time-out: the posting is posted, not sent twice."""
    late: list[dict[str, str]] = []

    def answer(fields: dict[str, str]) -> str | None:
        late.append(fields)
        return None

    pms.answer = answer
    with running(brisk):
        with brisk.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001))
            eventually("it is in doubt", lambda: brisk.states() == {"in_doubt": 1})
            pms.send(f"PA|RN201|ASOK|P#{late[0]['P#']}|DA260101|TI000000|")
            eventually("it is posted", lambda: brisk.states() == {"posted": 1})
        brisk.stop()
    assert len(pms.postings) == 1


def test_a_pms_that_hangs_leaves_one_doubt_and_not_a_hundred(brisk: House, pms: ForeignPms) -> None:
    """No answer to PS nor to LS: nothing more is sent on that link."""
    pms.answer = lambda fields: None
    pms.deaf_to_ls = True
    with running(brisk):
        with brisk.dial() as pbx:
            pbx.sendall(b"".join(ipoffice_line(n) for n in range(1_000_001, 1_000_021)))
            eventually("one is in doubt", lambda: brisk.states().get("in_doubt") == 1)
            time.sleep(3)
            assert brisk.states() == {"in_doubt": 1, "due": 19}
        brisk.stop()
    assert len(pms.postings) == 1


def test_each_answer_code_has_its_meaning(house: House, pms: ForeignPms) -> None:
    """OK is posted with the PMS's words, NG is refused with its reason, RY is tried again by itself."""
    said = {"1000001": "ASNG|CTINVALID ROOM|", "1000002": "ASRY|CTDATABASE BUSY|"}
    pms.answer = lambda fields: said.get(str(1_000_000 + len(pms.postings)), "ASOK|CTTransaction 900817|")
    with running(house):
        with house.dial() as pbx:
            for number in (1_000_001, 1_000_002, 1_000_003):
                pbx.sendall(ipoffice_line(number))
                pms.eventually_heard(number - 1_000_000)
            eventually("RY is tried again", lambda: house.states() == {"refused": 1, "posted": 2}, 30)
        by_key = {one["call_key"]: one for one in house.postings()}
        house.stop()
    assert "INVALID ROOM" in by_key["1000001"]["reason"]
    assert by_key["1000002"]["attempts"] == 2
    assert "900817" in by_key["1000003"]["reference"]
    assert len({fields["P#"] for fields in pms.postings}) == 4


def test_a_guest_who_moved_is_charged_where_he_is_and_one_who_left_is_not_charged_blindly(
    house: House, pms: ForeignPms
) -> None:
    """A move between call and posting re-routes the charge; a check-out holds it for a person."""
    with running(house):
        eventually("the link is up", lambda: "LA" in {one[:2] for one in pms.heard})
        time.sleep(0.3)
        pms.send(f"GC|RN305|G#77001|GSN|RO201|GSN|{pms._stamp()}")
        time.sleep(0.3)
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001, ago=30))
            eventually("it is posted", lambda: house.states() == {"posted": 1})
            assert pms.postings[0]["RN"] == "305"
            pms.send(f"GO|RN305|G#77001|GSN|{pms._stamp()}")
            time.sleep(0.3)
            pbx.sendall(ipoffice_line(1_000_002, ago=40))
            eventually("it is held", lambda: house.states() == {"posted": 1, "held": 1})
        held = next(one for one in house.postings() if one["state"] == "held")
        house.stop()
    assert held["hold"] == "guest_left"
    assert len(pms.postings) == 1


def test_nothing_is_posted_during_the_night_audit(house: House, pms: ForeignPms) -> None:
    """Between NS and NE charges wait; after NE they go out."""
    with running(house):
        eventually("the link is up", lambda: "LA" in {one[:2] for one in pms.heard})
        pms.send("NS|DA260101|TI030000|")
        time.sleep(0.3)
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001))
            eventually("it is due", lambda: house.states() == {"due": 1})
            time.sleep(0.5)
            assert not pms.postings
            pms.send("NE|DA260101|TI032000|")
            eventually("it is posted", lambda: house.states() == {"posted": 1})
        house.stop()


def test_a_transfer_in_two_records_is_one_charge(house: House, pms: ForeignPms) -> None:
    """IP Office tells a transferred call in segments: one call, one posting, the talk time of both."""
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001, extension="600", seconds=60, more=1, ago=60))
            pbx.sendall(ipoffice_line(1_000_001, extension="201", seconds=60))
            eventually("it is posted", lambda: house.states() == {"posted": 1})
        one = house.postings()[0]
        house.stop()
    assert (one["room"], one["talk_seconds"]) == ("201", 120)
    assert pms.postings[0]["DU"] == "000200"


def test_a_buffer_dumped_again_after_a_reconnect_is_not_charged_again(house: House, pms: ForeignPms) -> None:
    """A run of equal records at the start of a connection is a repeat; twins inside a connection are two calls."""
    lines = [ipoffice_line(n) for n in range(1_000_001, 1_000_009)]
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(b"".join(lines))
            eventually("all are posted", lambda: house.states() == {"posted": 8})
        with house.dial() as pbx:
            pbx.sendall(b"".join(lines[3:]) + ipoffice_line(1_000_009))
            eventually("the new one is posted", lambda: house.states().get("posted") == 9)
        eventually("repeats are settled", lambda: house.states() == {"posted": 9})
        house.stop()
    assert len(pms.postings) == 9
