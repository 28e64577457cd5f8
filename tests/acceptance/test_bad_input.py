"""The promise under bad input: each piece is kept and shown with its reason, and nothing after it suffers."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.acceptance.peers import ForeignPms, House, eventually, ipoffice_line, running

pytestmark = pytest.mark.acceptance


def test_whatever_a_pbx_sends_the_good_records_around_it_are_charged(house: House, pms: ForeignPms) -> None:
    """Garbage, cuts, gluing, a line of 1 MB, NULs, an impossible date, a silly number: all kept, five good calls posted."""
    whole = ipoffice_line(1_000_003)
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(b"\0\0\0" + ipoffice_line(1_000_001))
            pbx.sendall(b"\xff\xfe garbage \x01\x02, <script>alert(1)</script>\r\n")
            pbx.sendall(b"x" * 1_000_000 + b"\r\n")
            pbx.sendall(ipoffice_line(1_000_002).replace(b"/", b"/99", 1))
            pbx.sendall(whole[:40])
            time.sleep(0.2)
            pbx.sendall(whole[40:] + b"".join(ipoffice_line(n) for n in range(1_000_004, 1_000_024)))
            pbx.sendall(ipoffice_line(1_000_030, extension="777"))
            pbx.sendall(ipoffice_line(1_000_031, extension="305"))
            pbx.sendall(ipoffice_line(1_000_032, dialled="9112"))
            pbx.sendall(ipoffice_line(1_000_033, dialled="9"))
            pbx.sendall(ipoffice_line(1_000_034, extension="600"))
            eventually("the good ones are posted", lambda: house.states().get("posted") == 22)
            pbx.sendall(ipoffice_line(1_000_035)[:50])
        eventually("the doubtful ones wait", lambda: house.states().get("held", 0) >= 2)
        records = eventually("the cut record is kept", lambda: _unread(house) if len(_unread(house)) >= 4 else None)
        house.stop()
    posted = {one["call_key"] for one in house.postings() if one["state"] == "posted"}
    assert posted == {"1000001", *(str(n) for n in range(1_000_003, 1_000_024))}
    held = {one["call_key"]: one["hold"] for one in house.postings() if one["state"] == "held"}
    assert held["1000030"] == "unknown_extension"
    assert held["1000031"] == "no_room_news"
    assert "1000032" not in {one["call_key"] for one in house.postings()}, "an emergency call is never posted"
    assert len(pms.postings) == 22
    assert all(reason for reason in records), "everything unread has its reason"


def _unread(house: House) -> list[str]:

    with sqlite3.connect(house.folder / "foliogate.db") as store:
        rows = store.execute("SELECT reason FROM records WHERE kind = 'unparsed'").fetchall()
    store.close()
    return [row[0] for row in rows]


def test_a_pms_that_talks_nonsense_is_survived(house: House, pms: ForeignPms) -> None:
    """Unknown records and fields, a PA nobody asked for, bytes outside frames: the charges go on."""
    with running(house):
        eventually("the link is up", lambda: "LA" in {one[:2] for one in pms.heard})
        pms.send("ZZ|XXwhatever|")
        pms.send("PA|RN999|ASOK|P#4711|DA260101|TI000000|")
        pms.send("GI|")
        pms.send("")
        pms.send("GC|RN201|G#77001|GNAdl\x01er|QQ1|")
        assert pms._client is not None
        pms._client.sendall(b"\x06\x06 noise \xff")
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001))
            eventually("the charge is posted", lambda: house.states() == {"posted": 1})
        house.stop()


def test_an_out_of_date_answer_of_the_pms_does_not_settle_another_posting(house: House, pms: ForeignPms) -> None:
    """A PA with another P# leaves ours waiting, and ours is settled by its own."""

    def crossed(fields: dict[str, str]) -> str | None:
        pms.send(f"PA|RN{fields['RN']}|ASNG|CTINVALID ROOM|P#{int(fields['P#']) + 5}|DA260101|TI000000|")
        return "ASOK|"

    pms.answer = crossed
    with running(house):
        with house.dial() as pbx:
            pbx.sendall(ipoffice_line(1_000_001))
            eventually("the charge is posted", lambda: house.states() == {"posted": 1})
        house.stop()


def test_a_wrong_configuration_is_told_whole(house: House) -> None:
    """All problems at once, each with file, key and what to write instead; exit code 1."""
    text = house.config.read_text().replace('timezone = "Europe/Warsaw"', 'timezone = "Europe/Warsawa"')
    text = text.replace('dialect = "avaya-ipoffice"', 'dialect = "avaya-ipofice"').replace("[web]", "[wob]")
    house.config.write_text(text)
    out = house.command("check", "--config", str(house.config), check=False)

    done = subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "check", "--config", str(house.config)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = out + done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback" not in said
    for word in ("timezone", "avaya-ipoffice", "wob", "foliogate.toml"):
        assert word in said
    assert json.dumps(said)  # printable through and through


def test_a_port_that_is_taken_is_told_in_a_sentence(house: House) -> None:
    """The start fails with what is wrong and what to do, and no traceback."""
    with socket.create_server(("127.0.0.1", house.pbx_port)):
        words = [sys.executable, "-m", "gateway.cli.main", "run", "--config", str(house.config)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert f"PBX main: cannot listen on port {house.pbx_port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_certificate_that_is_none_ends_the_start_with_a_sentence(house: House) -> None:
    """Not with a process that is alive and listens to nothing."""
    (house.config.parent / "ca.pem").write_text("no certificate")
    text = house.config.read_text()
    head, _, rest = text.partition("[[pms]]")
    after = rest[rest.index("[rooms]") :]
    block = (
        '[[pms]]\nname = "opera"\nadapter = "ows"\nurl = "https://127.0.0.1:9/OWS_WS_51"\n'
        'options = { hotel_code = "S", username = "u", password = "p", transaction_code = { default = "T" }, '
        'ca_file = "ca.pem" }\n\n'
    )
    house.config.write_text(head + block + after)
    words = [sys.executable, "-m", "gateway.cli.main", "run", "--config", str(house.config)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "PMS opera cannot be used: ca_file" in done.stderr
