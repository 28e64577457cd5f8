"""The promise, on real sockets and a real process: a call record comes in, the charge is on the folio; killed, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.acceptance.peers import ForeignPms, House, eventually, free_port, ipoffice_line, running

pytestmark = pytest.mark.acceptance


def test_one_record_becomes_one_charge_on_the_folio(house: House, pms: ForeignPms) -> None:
    """One IP Office line, one PS, one PA: `posted`, with the amount the PMS got."""
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(b"\0\0" + ipoffice_line(1_000_001))
            eventually("the charge is at the PMS", lambda: pms.postings)
            eventually("it is posted", lambda: house.states() == {"posted": 1})
        posted = house.postings()
        assert house.stop() == 0
    assert len(pms.postings) == 1
    assert pms.postings[0]["RN"] == "201"
    assert pms.postings[0]["PT"] == "C"
    assert pms.postings[0]["TA"] == posted[0]["amount"].replace(".", "").lstrip("0")
    assert posted[0]["room"] == "201"
    assert posted[0]["call_key"] == "1000001"
    assert "LE" in {record[:2] for record in pms.heard}


def test_killed_while_the_answer_is_out_the_posting_is_in_doubt_and_never_sent_again(
    house: House, pms: ForeignPms
) -> None:
    """kill -9 between PS and PA: the next start shows the doubt and posts only what was not sent."""
    pms.answer = lambda fields: None
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(b"".join(ipoffice_line(1_000_000 + n) for n in range(5)))
            eventually("one charge is at the PMS", lambda: pms.postings)
            house.eventually_kept(5)
        house.kill()
    assert len(pms.postings) == 1
    pms.answer = lambda fields: "ASOK|"
    with running(house):
        eventually("the rest are posted", lambda: house.states() == {"posted": 4, "in_doubt": 1})
        house.command(
            "postings", "settle", "1", "--on-folio", "--by", "Ines", "--why", "seen", "--config", str(house.config)
        )
        assert house.states() == {"posted": 5}
        house.stop()
    assert len(pms.postings) == 5
    assert len({fields["P#"] for fields in pms.postings}) == 5


def test_killed_again_and_again_no_record_is_lost_and_no_charge_doubled(house: House, pms: ForeignPms) -> None:
    """Whatever moment the process dies at, each committed record is charged once, or is one doubt for each death."""
    sent = 0
    for round_number in range(4):
        with running(house):
            with house.dial() as pbx:
                for _ in range(40):
                    sent += 1
                    pbx.sendall(ipoffice_line(1_000_000 + sent, seconds=30 + sent % 50))
                house.eventually_kept(sent - 20)
                time.sleep(0.01 * round_number)
            house.kill()
    with running(house):
        eventually("nothing is due any more", lambda: set(house.states()) <= {"posted", "in_doubt"})
        states = house.states()
        house.stop()
    kept = house.postings()
    assert states.get("in_doubt", 0) <= 4
    tokens = [fields["P#"] for fields in pms.postings]
    assert len(tokens) == len(set(tokens))
    assert len(pms.postings) <= len(kept)
    assert states["posted"] <= len(pms.postings)
    assert len({one["call_key"] for one in kept}) == len(kept)
    house.command("db", "verify", "--config", str(house.config))


@pytest.mark.postgres
def test_the_same_thread_runs_on_postgresql(tmp_path: Path, pms: ForeignPms, postgres_database: str) -> None:
    """The other store: posted, killed, in doubt, settled; and one gateway a store."""
    port = free_port()
    pbx = f'[[pbx]]\nname = "main"\ndialect = "avaya-ipoffice"\nlisten = "tcp:{port}:interface=127.0.0.1"\n'
    house = House(tmp_path, pms.port, pbx + 'trunk_access = ["9"]\n', pbx_port=port, store=postgres_database)
    with running(house):
        with house.dial() as exchange:
            exchange.sendall(b"".join(ipoffice_line(1_000_000 + number) for number in range(20)))
            eventually("all are posted", lambda: house.states() == {"posted": 20})
            pms.answer = lambda fields: None
            exchange.sendall(ipoffice_line(1_000_020))
            pms.eventually_heard(21)
        second = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", "run", "--config", str(house.config)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert (second.returncode, "another foliogate" in second.stderr) == (1, True)
        house.kill()
    with running(house):
        eventually("it is in doubt", lambda: house.states() == {"posted": 20, "in_doubt": 1})
        house.command(
            "postings", "settle", "21", "--on-folio", "--by", "Ines", "--why", "seen", "--config", str(house.config)
        )
        assert house.states() == {"posted": 21}
        house.stop()
    house.command("db", "verify", "--config", str(house.config))
