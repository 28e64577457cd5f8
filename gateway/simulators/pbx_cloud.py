"""Exchanges over the web: a service that is asked for calls, and one that posts each.

`CloudSite` answers as a Grandstream UCM does (`/cdrapi` with Digest, and the newer `/api` with challenge and cookie), or a Yeastar of
the P-series (`/openapi/v1.0/`). What real ones do to whoever asks is done here too: calls are listed by when they began and appear
when they have ended, every seventh some seconds later; the newest stand first, so that pages shift while they are asked for; a UCM
puts some calls into a summary with parts; a token holds for so many questions only. `PostOutlet` posts one record at a time and
repeats it until it is answered with 200.

Nothing here knows the gateway; the list is made from what the writer wrote.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred
from twisted.web.guard import DigestCredentialFactory, HTTPAuthSessionWrapper
from twisted.web.resource import IResource, Resource
from twisted.web.server import Site
from zope.interface import implementer

from gateway.simulators.exchange import Exchange
from pms_adapters.web.exchange import NoAnswer, NotReached, Web

LATE_EVERY: Final = 7
LATE_SECONDS: Final = 3.0
PARTED_EVERY: Final = 5
"""Every so many calls of a UCM come as a summary with one part."""
QUESTIONS_PER_TOKEN: Final = 20
"""Questions after which a token is stale: the real ones count minutes."""
PAUSE: Final = 1.0
"""Seconds until a record is posted again that was not answered with 200."""
REALM: Final = "Asterisk"


class _Listed(NamedTuple):
    """A call of the list: its number in it, when it began, and from when on it is told."""

    number: int
    began: float
    told_from: float
    said: dict[str, Any]


class Calls:
    """The list of calls of a service, which is an outlet too."""

    def __init__(self, zone: tzinfo, seconds: Callable[[], float]) -> None:
        self._zone, self._seconds = zone, seconds
        self._calls: list[_Listed] = []

    def write(self, data: bytes) -> None:
        """A call has ended."""
        said = json.loads(data)
        began = said.get("timestamp") or datetime.fromisoformat(said["start"]).replace(tzinfo=self._zone).timestamp()
        number = len(self._calls) + 1
        late = LATE_SECONDS if number % LATE_EVERY == 0 else 0.0
        self._calls.append(_Listed(number, float(began), self._seconds() + late, said))

    def drop(self) -> None:
        """A service has no link to break."""

    def between(self, begin: float, end: float) -> list[_Listed]:
        """The calls that began in a span, the newest first."""
        now = self._seconds()
        found = [one for one in self._calls if begin <= one.began <= end and one.told_from <= now]
        return sorted(found, key=lambda one: (-one.began, -one.number))


class _Service(Resource):
    """What the addresses of a service share."""

    isLeaf = True

    def __init__(self, calls: Calls, login: tuple[str, str] | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._calls, self._login = calls, login
        self._tokens: dict[str, int] = {}

    def _give(self) -> str:
        token = secrets.token_hex(12)
        self._tokens = {token: QUESTIONS_PER_TOKEN}
        return token

    def _takes(self, token: str) -> bool:
        self._tokens[token] = self._tokens.get(token, 0) - 1
        return self._tokens[token] >= 0


class UcmList(_Service):
    """`/cdrapi` of a UCM: format, startTime, endTime, numRecords, offset."""

    def render_GET(self, request: Any) -> bytes:
        """The list as JSON."""
        asked = {name.decode(): values[0].decode() for name, values in request.args.items()}
        return _json(request, ucm_list(self._calls, asked))


class UcmApi(_Service):
    """`/api` of a UCM: challenge, login, and `cdrapi` with the cookie that was given."""

    _challenge = ""

    def render_POST(self, request: Any) -> bytes:
        """Do what the action says."""
        asked = json.loads(request.content.read())["request"]
        match asked["action"]:
            case "challenge":
                self._challenge = secrets.token_hex(8)
                return _json(request, {"response": {"challenge": self._challenge}, "status": 0})
            case "login" if self._knows(asked):
                return _json(request, {"response": {"cookie": self._give()}, "status": 0})
            case "cdrapi" if self._takes(asked.get("cookie", "")):
                return _json(request, ucm_list(self._calls, asked))
            case _:
                return _json(request, {"response": {"error_msg": "Cookie error"}, "status": -6})

    def _knows(self, asked: dict[str, str]) -> bool:
        user, password = self._login or (asked["user"], "")
        proof = hashlib.md5((self._challenge + password).encode(), usedforsecurity=False).hexdigest()
        return self._login is None or (asked["user"], asked["token"]) == (user, proof)


def ucm_list(calls: Calls, asked: dict[str, str]) -> object:
    """A page of a UCM's list."""
    begin, end = (datetime.fromisoformat(asked[name]).timestamp() for name in ("startTime", "endTime"))
    first, most = int(asked.get("offset", 0)), min(int(asked.get("numRecords", 1000)), 1000)
    return {"cdr_root": [_ucm_entry(one) for one in calls.between(begin, end)[first : first + most]]}


def _ucm_entry(call: _Listed) -> object:
    if call.number % PARTED_EVERY:
        return call.said
    summary = {**call.said, "AcctId": f"9{call.said['AcctId']:0>9}"}
    return {"cdr": f"group-{call.number}", "main_cdr": summary, "sub_cdr_1": call.said}


class YeastarApi(_Service):
    """`/openapi/v1.0/` of a P-series: `get_token`, then `cdr/search` with start_time, end_time, page and page_size."""

    def render(self, request: Any) -> bytes:
        """Do what the address says; errors are told with the status 200, as the real ones do."""
        path = request.path.decode()
        if request.method == b"POST" and path.endswith("/get_token"):
            said = json.loads(request.content.read())
            if self._login not in (None, (said["username"], said["password"])):
                return _json(request, {"errcode": 10002, "errmsg": "USERNAME OR PASSWORD ERROR"})
            given = {"access_token_expire_time": 1800, "access_token": self._give()}
            return _json(request, {"errcode": 0, "errmsg": "SUCCESS", **given})
        asked = {name.decode(): values[0].decode() for name, values in request.args.items()}
        if not path.endswith("/cdr/search"):
            return _json(request, {"errcode": 10001, "errmsg": "INTERFACE NOT EXISTED"})
        if not self._takes(asked.get("access_token", "")):
            return _json(request, {"errcode": 10004, "errmsg": "ACCESS TOKEN ERROR"})
        found = self._calls.between(float(asked["start_time"]), float(asked["end_time"]))
        size = int(asked.get("page_size", 10_000))
        first = (int(asked.get("page", 1)) - 1) * size
        page = [one.said for one in found[first : first + size]]
        return _json(request, {"errcode": 0, "errmsg": "SUCCESS", "total_number": len(found), "data": page})


def _json(request: Any, value: object) -> bytes:
    request.setHeader("content-type", "application/json")
    return json.dumps(value, indent=1).encode()


@implementer(IRealm)
class _Realm:
    """Gives whoever is known the list."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    def requestAvatar(self, avatarId: object, mind: object, *interfaces: object) -> Any:  # noqa: N802, N803
        """The list, and nothing to do when they go."""
        return IResource, self._resource, lambda: None


def cloud_site(dialect: str, calls: Calls, login: tuple[str, str] | None) -> Site:
    """The web service of a dialect; `login` is the only user it knows, None where any will do."""
    root = Resource()  # type: ignore[no-untyped-call]
    if dialect == "yeastar":
        root.putChild(b"openapi", YeastarApi(calls, login))
    else:
        listed: Any = UcmList(calls, login)
        if login is not None:
            checker = InMemoryUsernamePasswordDatabaseDontUse(**{login[0]: login[1].encode()})
            portal = Portal(_Realm(listed), [checker])
            digest = DigestCredentialFactory("md5", REALM.encode())  # type: ignore[no-untyped-call]
            listed = HTTPAuthSessionWrapper(portal, [digest])  # type: ignore[no-untyped-call]
        root.putChild(b"cdrapi", listed)
        root.putChild(b"api", UcmApi(calls, login))
    site = Site(root)  # type: ignore[no-untyped-call]
    site.noisy = False
    site.log = lambda request: None  # type: ignore[method-assign]
    return site


SERVED: Final = {"grandstream": "json", "yeastar": "list"}
"""Dialects whose web service is played, and the option `output` of their writer."""
POSTED: Final = ("freeswitch", "yeastar")
"""Dialects that post."""


class PostOutlet:
    """Posts a record and waits: with 200 it is acknowledged, with anything else, or nothing, it is posted again."""

    def __init__(self, exchange: Exchange, url: str, token: str, reactor: Any, dialect: str) -> None:
        self._exchange, self._reactor = exchange, reactor
        self._web = Web(reactor, connect_timeout=5.0, trust=None, whose="the collector")
        password = b64encode(f"freeswitch:{token}".encode()).decode()
        self._headers = {"content-type": "application/json"}
        if dialect == "freeswitch":
            self._headers["authorization"] = f"Basic {password}"
        self._url = f"{url}?token={quote(token, safe='')}" if token and dialect != "freeswitch" else url
        self._gone = False
        self.repeated = 0

    def write(self, data: bytes) -> None:
        """Post it, now and until it is taken."""
        Deferred.fromCoroutine(self._post(data))

    def drop(self) -> None:
        """Post nothing more."""
        self._gone = True
        self._web.close()

    async def _post(self, data: bytes) -> None:
        try:
            taken = (await self._web.post(self._url, data, self._headers, 10.0)).status == 200
        except (NotReached, NoAnswer):
            taken = False
        if self._gone:
            return
        if taken:
            self._exchange.acknowledge(self)
        else:
            self.repeated += 1
            self._reactor.callLater(PAUSE, self._again, data)

    def _again(self, data: bytes) -> None:
        if not self._gone:
            self.write(data)
