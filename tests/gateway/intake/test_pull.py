"""Protects what is promised of exchanges that are asked: over the wire, against services that answer as real ones do and worse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import deferLater

from gateway.asking import Cursor, Kept, Manner, call_name, places_in
from gateway.config.pulling import LoginSettings
from gateway.intake.enquiry import Enquiry, Question
from gateway.intake.feed import Also, Feed, Segment, Told
from gateway.intake.logging_in import LogIn
from gateway.intake.pull import FORGET_EVERY, Puller
from gateway.simulators.hotel import CallSource, parse_rooms
from gateway.simulators.pbx_cloud import Calls, cloud_site
from gateway.simulators.writers import writer_of
from gateway.store import pulled, records
from pms_adapters.web.exchange import Web
from protocols.smdr.answers import AnswerShape
from protocols.smdr.catalog import DIALECTS
from protocols.smdr.settings import SourceSettings
from tests.gateway.rig import WARSAW, Rig
from tests.in_reactor import in_reactor, reactor
from tests.pms_adapters.web.peers import Peer, answer, listening

SPAN = "startTime={since}&endTime={until}"
COOKIE = '{"request":{"action":"cdrapi","cookie":"{token}","format":"json","numRecords":"4","offset":"{offset}",'
COOKIE += '"startTime":"{since}","endTime":"{until}"}}'
USER = {"user": "cdrapi", "password": "geheim"}


class Asked:
    """A house whose exchange is asked; `again` is the same house after its process died."""

    def __init__(self, folder: Path, dialect: str, url: str, **said: Any) -> None:
        self.folder, self.dialect, self.url, self.said = folder, dialect, url, said
        self.up, self.problem, self.seconds = False, "", 0.0
        self._open()

    def _open(self) -> None:
        self.rig = Rig(f"sqlite:///{self.folder / 'store.db'}", dialect=self.dialect)
        self.rig.sources["main"] = replace(self.rig.sources["main"], asked=True)
        login, dialect = self.said.get("login"), DIALECTS[self.dialect]
        body = self.said.get("body", "")
        known = self.rig.database.read(lambda c: records.known_files(c, "SEASIDE", "main"))
        begun = self.rig.now - timedelta(hours=3)
        cursor = Cursor.parse(known[-1].identity) if known else Cursor(since=begun, after="0", begun=begun)
        assert cursor is not None
        parse = dialect.parser(SourceSettings(timezone=WARSAW))
        segment = Segment("main", "file", str(cursor))
        if known:
            segment = Segment("main", "file", known[-1].identity, known[-1].id, known[-1].position)
        number = segment.number
        marks = self.rig.database.read(lambda c: pulled.marks(c, "SEASIDE", number)) if number is not None else []
        web = Web(reactor, connect_timeout=2.0, trust=None, whose="the exchange", most=100_000)
        manner = Manner(
            places=places_in(self.url, body),
            times=self.said.get("times", "iso"),
            zone=WARSAW,
            overlap=timedelta(hours=1),
        )
        question = Question(
            address=self.url,
            body=body,
            headers={},
            manner=manner,
            shape=self.said.get("shape", dialect.answer),
            page_size=self.said.get("page_size", 0),
            next=self.said.get("next", ""),
            every=60.0,
            timeout=5.0,
        )
        settings = LoginSettings.model_validate(login) if login else None
        enquiry = Enquiry(
            question,
            web=web,
            login=LogIn(settings, web, self.url, 5.0, lambda: "ours"),
            framer=lambda last: dialect.framer(transport="pull", last=last),
            named=lambda data: call_name(parse(data, self.rig.now)),
            now=lambda: self.rig.now,
        )
        self.puller = Puller(
            enquiry,
            open_feed=self._feed,
            segments=self.rig.segments,
            segment=segment,
            cursor=cursor,
            kept=Kept(marks),
            now=lambda: self.rig.now,
            seconds=lambda: self.seconds,
            draw=lambda: 0.5,
            crowded=lambda: False,
            state=self._state,
            submit=self.rig.writer.submit,
        )

    def _feed(self, segment: Segment, told: Told, also: Also) -> Feed:
        return Feed(
            settling=self.rig.settling,
            segments=self.rig.segments,
            segment=segment,
            submit=self.rig.writer.submit,
            now=lambda: self.rig.now,
            told=told,
            also=also,
        )

    def _state(self, up: bool, problem: str) -> None:
        self.up, self.problem = up, problem

    async def ask(self, *, commit: bool = True, wait: float = 60.0) -> None:
        """Let a minute pass, and whatever is asked then be answered."""
        self.seconds += wait
        self.rig.now += timedelta(seconds=wait)
        for _ in range(2):  # where nothing is known yet, the begin is written down first
            asked = self.puller.look()
            if asked is not None:
                await asked
                break
            self.rig.pump()
        if commit:
            self.rig.pump()

    def again(self) -> None:
        """The process died: what waits for its commit is gone, and it starts anew."""
        now = self.rig.now
        self.puller.close()
        self.rig.close()
        self._open()
        self.rig.now = now
        self.rig.database.transact(self.rig.memory.reload)

    def keys(self) -> list[str]:
        """The calls that are kept, by the exchange's own names for them."""
        return [row[0] for row in self.rig.rows("SELECT call_key FROM calls ORDER BY call_key")]

    def marks(self) -> list[str]:
        """What records are marked with."""
        return [row[0] for row in self.rig.rows("SELECT mark FROM records WHERE kind <> 'furniture'")]


@asynccontextmanager
async def asked(folder: Path, dialect: str, url: str, **said: Any) -> AsyncIterator[Asked]:
    """A house, closed at the end."""
    house = Asked(folder, dialect, url, **said)
    try:
        yield house
    finally:
        house.puller.close()
        house.rig.close()
        await deferLater(reactor, 0.02)


class Cloud:
    """A simulated exchange of the web on a free port, whose calls end at the house's time."""

    def __init__(self, dialect: str, output: str, seconds: Callable[[], float]) -> None:
        self._writer = writer_of(dialect, {"output": output})
        self._source = CallSource(5, parse_rooms("201-220"))
        self.calls = Calls(WARSAW, seconds)
        self.port = reactor.listenTCP(
            0, cloud_site(dialect, self.calls, (USER["user"], USER["password"])), interface="127.0.0.1"
        )
        self.url = f"http://127.0.0.1:{self.port.getHost().port}"
        self.keys: list[str] = []

    def ring(self, house: Asked, count: int) -> None:
        """Calls end; every seventh is told some seconds later."""
        for _ in range(count):
            call = self._source.call_ending(house.rig.now.astimezone(WARSAW))
            self.calls.write(self._writer.records(call)[0])
            self.keys.append(str(self._writer.key(call)))


WAYS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a UCM, with Digest": (
        "grandstream",
        "json",
        f"/cdrapi?format=json&numRecords=4&offset={{offset}}&{SPAN}",
        {"page_size": 4, "login": {"kind": "digest", **USER}},
    ),
    "a UCM, with a cookie": (
        "grandstream",
        "json",
        "/api",
        {"body": COOKIE, "page_size": 4, "login": {"kind": "grandstream", **USER}},
    ),
    "a Yeastar of the P-series": (
        "yeastar",
        "list",
        "/openapi/v1.0/cdr/search?access_token={token}&start_time={since}&end_time={until}&page={page}&page_size=4",
        {"times": "unix", "login": {"kind": "yeastar", **USER}},
    ),
}


@pytest.mark.parametrize("way", WAYS)
@in_reactor
async def test_all_calls_come_once_with_pages_late_ones_stale_tokens_and_a_process_that_dies(
    way: str, tmp_path: Path
) -> None:
    dialect, output, path, said = WAYS[way]
    clock = [0.0]
    cloud = Cloud(dialect, output, lambda: clock[0])
    try:
        async with asked(tmp_path, dialect, cloud.url + path, **said) as house:
            for minute in range(10):
                cloud.ring(house, 3)
                await house.ask(commit=minute % 4 != 2)
                assert house.problem == ""
                if minute % 4 == 2:
                    house.again()
                clock[0] += 60
            await house.ask()
            await house.ask()
            assert house.up
            assert house.keys() == sorted(cloud.keys)
            assert set(house.marks()) == {""}
            assert (
                house.rig.rows("SELECT count(*) FROM records")[0][0]
                == house.rig.rows("SELECT count(*) FROM pulled")[0][0]
            )
    finally:
        await cloud.port.stopListening()


ROWS = [f"A;{number};205;0048221234567" for number in range(6)]


class Whole:
    """A service whose answer is what the test says; it hangs up where that is no whole one."""

    url = ""

    def __init__(self) -> None:
        self.say: Callable[[bytes], bytes] = lambda request: answer(b"", media="text/plain")
        self.requests: list[bytes] = []

    def deed(self, peer: Peer) -> None:
        """Answer and hang up."""
        request = peer._house.requests[-1]
        self.requests.append(request)
        said = self.say(request)
        peer.say(said)
        if said.endswith(b"half"):
            peer.close()


@asynccontextmanager
async def served() -> AsyncIterator[Whole]:
    """A service on a free port, gone at the end."""
    service = Whole()
    with listening(service.deed) as peer:
        service.url = peer.url
        yield service
    await deferLater(reactor, 0.02)


def lines(*rows: str) -> bytes:
    """An answer of lines."""
    return answer("".join(f"{row}\r\n" for row in rows).encode(), media="text/csv")


@in_reactor
async def test_of_a_list_that_is_told_whole_each_time_equal_lines_are_counted(tmp_path: Path) -> None:
    """A file fetched over the web: it grows, has twins, is emptied and filled anew."""
    async with served() as service, asked(tmp_path, "unify", service.url) as house:
        for rows in (ROWS[:2], [*ROWS[:2], ROWS[1]], [*ROWS[:2], ROWS[1], ROWS[1]], ROWS[:2], [], [*ROWS, ROWS[0]]):
            service.say = lambda request, rows=rows: lines(*rows)  # type: ignore[misc]
            await house.ask()
        kept = [bytes(row[0]).decode() for row in house.rig.rows("SELECT raw FROM records ORDER BY position")]
    assert sorted(kept) == sorted([*ROWS, ROWS[0], ROWS[1], ROWS[1]])


@in_reactor
async def test_a_column_that_an_update_adds_makes_no_call_new(tmp_path: Path) -> None:
    """Lines of an exchange that gives its calls a key are known by it, with whatever else stands in them."""
    names = "AcctId,src,dst,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,uniqueid,accountcode"
    row = "7,205,9022,PJSIP/205-1,PJSIP/t1-2,Dial,PJSIP/t1/022,2026-11-21 10:00:00,2026-11-21 10:00:08,2026-11-21 10:02:20,140,132,ANSWERED,{key},"
    old, added = (
        [row.format(key=key) for key in ("17.1", "17.2")],
        [row.format(key=key) + ",new" for key in ("17.1", "17.2", "17.3")],
    )
    async with served() as service, asked(tmp_path, "grandstream", service.url) as house:
        for rows in ((names, *old), (names, *old), (names + ",service", *added)):
            service.say = lambda request, rows=rows: lines(*rows)  # type: ignore[misc]
            await house.ask()
        assert house.keys() == ["17.1", "17.2", "17.3"]
        assert house.rig.rows("SELECT count(*) FROM records WHERE kind = 'call'") == [(3,)]


@in_reactor
async def test_a_list_that_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    async with served() as service, asked(tmp_path, "unify", service.url) as house:
        body = f"{ROWS[0]}\r\n".encode()
        service.say = lambda request: answer(body, media="text/csv", more='etag: "v1"\r\n')
        await house.ask()
        service.say = lambda request: answer(b"", status="304 Not Modified")
        await house.ask()
        assert (house.up, house.problem) == (True, "")
        assert b'if-none-match: "v1"' in service.requests[1].lower()
        service.say = lambda request: answer(body + body, media="text/csv", more='etag: "v2"\r\n')
        await house.ask()
        assert house.rig.rows("SELECT count(*) FROM records")[0][0] == 2


@in_reactor
async def test_behind_a_place_each_page_is_committed_with_its_own_cursor(tmp_path: Path) -> None:
    """`{after}` goes on where the last record stands, and a page whose commit never came is asked for again."""
    shape = AnswerShape(records="data", identity="id")

    def page(request: bytes) -> bytes:
        after = int(request.split(b"after=")[1].split(b" ")[0])
        rows = ",".join(f'{{"id":{number},"src":"205"}}' for number in range(after + 1, min(after + 3, 8)))
        return answer(f'{{"data":[{rows}]}}'.encode(), media="application/json")

    async with (
        served() as service,
        asked(tmp_path, "grandstream", service.url + "?after={after}", shape=shape, page_size=2) as house,
    ):
        service.say = page
        await house.ask()
        await house.ask(wait=0)
        await house.ask(wait=0, commit=False)
        house.again()
        await house.ask(wait=0)
        await house.ask(wait=0)
        assert house.puller.look() is None  # the last page was short: no more until a minute has passed
        raws = [row[0] for row in house.rig.rows("SELECT raw FROM records ORDER BY position")]
    assert [bytes(raw).split(b",")[0] for raw in raws] == [b'{"id":%d' % number for number in range(1, 8)]
    asked_for = [int(one.split(b"after=")[1].split(b" ")[0]) for one in service.requests]
    assert asked_for == [0, 2, 4, 4, 6]


@in_reactor
async def test_what_a_service_refuses_is_a_sentence_and_a_longer_pause_and_nothing_is_kept(tmp_path: Path) -> None:
    refusals = [
        (answer(b"", status="401 Unauthorized"), "does not accept the log-in", 60.0),
        (answer(b"", status="429 Too Many", more="retry-after: 300\r\n"), "asked too often", 300.0),
        (answer(b"", status="302 Found", more="location: https://elsewhere.example/\r\n"), "another address", 240.0),
        (answer(b"<html>Sign in</html>", media="text/html"), "a web page and not with records", 480.0),
        (answer(b"\x1f\x8b", more="content-encoding: gzip\r\n"), "packed", 900.0),
        (answer(b'{"errcode":7,"errmsg":"NO RIGHT"}', media="application/json"), "NO RIGHT", 900.0),
        (answer(b"x" * 100_001, media="text/csv"), "longer than", 900.0),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf", "broke", 900.0),
    ]
    async with served() as service, asked(tmp_path, "grandstream", service.url) as house:
        for said, words, pause in refusals:
            service.say = lambda request, said=said: said  # type: ignore[misc]
            await house.ask(wait=1_000.0)
            assert (house.up, words in house.problem) == (False, True), house.problem
            house.seconds += pause - 1
            assert house.puller.look() is None
            house.seconds += 1
        service.say = lambda request: answer(b'{"cdr_root":[]}', media="application/json")
        await house.ask(wait=1_000.0)
        assert (house.up, house.problem) == (True, "")
        assert house.rig.rows("SELECT count(*) FROM records")[0][0] == 0
    assert len(service.requests) == len(refusals) + 1


@in_reactor
async def test_marks_are_let_go_when_they_are_old_and_no_answer_holds_them(tmp_path: Path) -> None:
    shape = AnswerShape(records="", identity="id")
    async with served() as service, asked(tmp_path, "grandstream", f"{service.url}?{SPAN}", shape=shape) as house:
        service.say = lambda request: answer(b'[{"id":1},{"id":2}]', media="application/json")
        await house.ask()
        service.say = lambda request: answer(b'[{"id":2}]', media="application/json")
        await house.ask(wait=61 * FORGET_EVERY)
        for _ in range(60):  # a day at a time, until it has caught up
            await house.ask(wait=0)
        await house.ask(wait=FORGET_EVERY)
        assert house.rig.rows("SELECT position FROM pulled") == [(1,)]
        house.again()  # a house that is closed for the winter: the cursor is not left behind what was forgotten
        await house.ask()
        assert b"startTime=2027-01" in service.requests[-1]
        assert house.rig.rows("SELECT count(*) FROM records")[0][0] == 2
