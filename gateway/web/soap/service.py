"""The SOAP service on twisted.web: shows the contract, admits whoever asks, and answers with an envelope, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from gateway.web.reads import StoreBusy, StoreUnreadable
from gateway.web.rest.answers import answer
from gateway.web.rest.api import ROWS, Api, Window
from gateway.web.rest.callers import Callers
from gateway.web.rest.events import EVENTS
from gateway.web.rest.problems import Problem
from gateway.web.rest.programs import Programs
from gateway.web.soap import envelope, words
from gateway.web.soap.envelope import TYPES, Element, Fault, Request
from gateway.wishes import Acknowledge, AnyWish, CheckIn, CheckOut, Instant, MoveRoom, Take, problems_of

#: The wish that each operation brings.
_WISHES: Final[Mapping[str, type[AnyWish]]] = {
    "TakePostings": Take,
    "Acknowledge": Acknowledge,
    "CheckIn": CheckIn,
    "CheckOut": CheckOut,
    "MoveRoom": MoveRoom,
}
_ADDRESS: Final = b"http://localhost:8080/soap/v1"
#: A host as a client may have written it, with its port: it goes into the contract as the address of the service.
_HOST: Final = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,120}")
_INSTANT: Final[TypeAdapter[Any]] = TypeAdapter(Instant)


class SoapService(Resource):
    """Everything below /soap/."""

    isLeaf = True
    _log = Logger()

    def __init__(self, api: Api, programs: Programs, callers: Callers) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._api, self._programs, self._callers = api, programs, callers
        self._judge = envelope.schema()

    def render_GET(self, request: Any) -> Any:
        """The contract: /soap/v1?wsdl and /soap/foliogate.xsd."""
        if request.path == b"/soap/foliogate.xsd":
            return answer(request, 200, "text/xml; charset=utf-8", envelope.XSD)
        if request.path == b"/soap/v1" and b"wsdl" in request.uri.lower():
            host = request.getHeader("host") or ""
            here = (
                f"http{'s' if request.isSecure() else ''}://{host}/soap/v1".encode()
                if _HOST.fullmatch(host)
                else _ADDRESS
            )
            return answer(request, 200, "text/xml; charset=utf-8", envelope.WSDL.replace(_ADDRESS, here))
        return answer(request, 404, "text/plain; charset=utf-8", b"The contract is at /soap/v1?wsdl.\n")

    def render_POST(self, request: Any) -> Any:
        """A request."""
        if request.path != b"/soap/v1":
            return answer(request, 404, "text/plain; charset=utf-8", b"Requests go to /soap/v1.\n")
        gone: list[Any] = []
        request.notifyFinish().addErrback(gone.append)
        answered: Deferred[bytes] = Deferred.fromCoroutine(self._answered(request))

        def send(data: bytes) -> None:
            if not gone:
                request.write(data)
                request.finish()

        answered.addCallback(send)
        answered.addErrback(lambda failure: self._log.failure("a SOAP answer could not be sent", failure))
        return NOT_DONE_YET

    async def _answered(self, request: Any) -> bytes:
        version = envelope.version_of(request.getHeader("content-type") or "")
        try:
            asked = envelope.read(request.content.read(), version, self._judge)
            told = await self._done(asked, request.getHeader("authorization"))
        except Exception as error:  # noqa: BLE001 (whatever it is, a SOAP client is answered by a fault)
            return self._fault(request, version, error)
        return answer(request, 200, TYPES[version], envelope.answer(version, words.response(asked.operation, told)))

    async def _done(self, asked: Request, authorization: str | None) -> Element:
        said, kind = words.asked(asked.element), _WISHES.get(asked.operation)
        if kind is not None:
            token = await self._callers.admit(authorization, kind.right)
            assert token is not None  # nobody changes anything without one
            return words.changed(asked.operation, await self._programs.change(token, kind.model_validate(said)))
        await self._callers.admit(authorization, "read")
        match asked.operation:
            case "GuestCharges":
                since = _INSTANT.validate_python(said["since"]) if "since" in said else None
                return words.charges(await self._programs.charges(said["room"], since, said.get("reservation")))
            case "Postings":
                part = Window(limit=said.get("limit", ROWS), before=said.get("before") or None)
                return words.postings(await self._api.postings(said.get("state"), part))
            case "Events":
                return words.events(await self._programs.events(said.get("after", 0), said.get("limit", EVENTS)))
        raise Fault("sender", 400, f"{asked.operation} is nothing that can be asked; see /soap/v1?wsdl.")

    def _fault(self, request: Any, version: str, error: Exception) -> bytes:
        wrong = _as_fault(error)
        if wrong is None:
            self._log.failure("a SOAP request failed")
            wrong = Fault("receiver", 500, "A mistake of the program; its log says more.")
        if wrong.status == 401:
            request.setHeader("www-authenticate", 'Basic realm="foliogate", charset="UTF-8"')
        # SOAP 1.1 over HTTP knows 500 alone for a fault; 1.2 tells whose fault it is. A missing token is HTTP's own matter.
        ours = version == envelope.SOAP_11 or wrong.code == "receiver"
        status = 401 if wrong.status == 401 else 500 if ours else 400
        return answer(request, status, TYPES[version], envelope.fault(version, wrong))


def _as_fault(error: Exception) -> Fault | None:
    """The fault for what went wrong; None for a mistake of ours."""
    match error:
        case Fault():
            return error
        case Problem():
            return Fault("receiver" if error.status >= 500 else "sender", error.status, error.detail)
        case ValidationError():
            return Fault("sender", 422, f"Not understood: {problems_of(error)}.")
        case StoreBusy() | StoreUnreadable() | DBAPIError():
            return Fault("receiver", 503, "The store cannot be used now. Nothing is lost; ask again in a few seconds.")
    return None
