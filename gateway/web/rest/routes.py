"""The addresses below /api/v1: each admits whoever asks, reads the question, and hands back JSON.

Every refusal is a problem (RFC 9457) with a sentence. What is asked to be changed comes as JSON with POST, needs a token with
the right for it, and is done once under its sender's name for it. `openapi.py` describes every answer.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from klein import Klein
from pydantic import ValidationError

from gateway.call_log.asking import Question
from gateway.web.explanation import chosen_language, explanation
from gateway.web.house import House
from gateway.web.reads import Reads
from gateway.web.rest.answers import fields_of, json_answer, text_of
from gateway.web.rest.api import Api, BadQuestion, chosen_calls, chosen_openness, chosen_state, whole, window
from gateway.web.rest.callers import Callers
from gateway.web.rest.events import EVENTS, MOST_EVENTS
from gateway.web.rest.openapi import openapi
from gateway.web.rest.problems import Problem
from gateway.web.rest.programs import Programs
from gateway.web.rest.troubles import api_troubles, header
from gateway.wishes import Acknowledge, AnyWish, CheckIn, CheckOut, MoveRoom, Take, problems_of

#: The largest number of a row that an address may name; a column holds no larger one.
MOST: Final = 2**62
#: Characters of a room's name and of a reservation in an address.
LONGEST_ROOM: Final = 40
LONGEST_RESERVATION: Final = 60
_ROW: Final = f"<int(min=1, max={MOST}):number>"


class ApiRoutes:
    """Every address of the API."""

    app = Klein()
    api_troubles(app)

    def __init__(
        self, house: House, reads: Reads, api: Api, programs: Programs, callers: Callers, version: str
    ) -> None:
        self._house, self._reads, self._api = house, reads, api
        self._programs, self._callers = programs, callers
        self._openapi = openapi(version)

    async def _reader(self, request: Any) -> None:
        await self._callers.admit(header(request, "authorization"), "read")

    # -- reading --------------------------------------------------------------------------------------------------

    @app.route("/api/v1/openapi.json", methods=["GET"])
    def description(self, request: Any) -> bytes:
        """The description of the API."""
        return json_answer(request, 200, self._openapi)

    @app.route("/api/v1/status", methods=["GET"])
    async def status(self, request: Any) -> bytes:
        """What is alive."""
        await self._reader(request)
        return json_answer(request, 200, await self._api.status())

    @app.route("/api/v1/calls", methods=["GET"])
    async def calls(self, request: Any) -> bytes:
        """Calls, newest first; or those that the filters of the log find, in their order."""
        await self._reader(request)
        fields = fields_of(request)
        return json_answer(request, 200, await self._api.calls(window(fields), chosen_calls(fields)))

    @app.route("/api/v1/calls/sums", methods=["GET"])
    async def call_sums(self, request: Any) -> bytes:
        """The calls that the filters of the log find, added up."""
        await self._reader(request)
        return json_answer(request, 200, await self._api.call_sums(chosen_calls(fields_of(request)) or Question()))

    @app.route(f"/api/v1/calls/{_ROW}/explanation", methods=["GET"])
    async def explanation(self, request: Any, number: int) -> bytes:
        """How a call's amount came about."""
        await self._reader(request)
        owner, language = self._house.database.property, chosen_language(text_of(request, b"language"))
        found = await self._reads.read(lambda connection: explanation(connection, owner, number, language))
        if found is None:
            raise Problem(404, f"There is no call {number}.")
        return json_answer(request, 200, found)

    @app.route("/api/v1/postings", methods=["GET"])
    async def postings(self, request: Any) -> bytes:
        """Postings, newest first."""
        await self._reader(request)
        fields = fields_of(request)
        return json_answer(request, 200, await self._api.postings(chosen_state(fields), window(fields)))

    @app.route(f"/api/v1/postings/{_ROW}", methods=["GET"])
    async def posting(self, request: Any, number: int) -> bytes:
        """One posting with its whole story."""
        await self._reader(request)
        found = await self._api.posting(number)
        if found is None:
            raise Problem(404, f"There is no posting {number}.")
        return json_answer(request, 200, found)

    @app.route("/api/v1/alarms", methods=["GET"])
    async def alarms(self, request: Any) -> bytes:
        """Alarms, newest first: all, or those that are open."""
        await self._reader(request)
        fields = fields_of(request)
        return json_answer(request, 200, await self._api.alarms(chosen_openness(fields), window(fields)))

    @app.route("/api/v1/events", methods=["GET"])
    async def events(self, request: Any) -> bytes:
        """Events behind a number, oldest first."""
        await self._reader(request)
        fields = fields_of(request)
        after, limit = whole(fields, "after", 0, MOST), whole(fields, "limit", 1, MOST_EVENTS)
        return json_answer(request, 200, await self._programs.events(after or 0, limit or EVENTS))

    @app.route("/api/v1/rooms/<room>/charges", methods=["GET"])
    async def charges(self, request: Any, room: str) -> bytes:
        """What the telephone of a room costs its guest."""
        await self._reader(request)
        since = _since(text_of(request, b"since")) if b"since" in fields_of(request) else None
        reservation = _short(text_of(request, b"reservation"), "reservation", LONGEST_RESERVATION) or None
        told = await self._programs.charges(_short(room, "room", LONGEST_ROOM), since, reservation)
        return json_answer(request, 200, told)

    # -- changing -------------------------------------------------------------------------------------------------

    @app.route("/api/v1/postings/take", methods=["POST"])
    async def take(self, request: Any) -> bytes:
        """Postings that are due are handed over."""
        return await self._change(request, Take)

    @app.route("/api/v1/postings/acknowledge", methods=["POST"])
    async def acknowledge(self, request: Any) -> bytes:
        """Postings were booked, or refused."""
        return await self._change(request, Acknowledge)

    @app.route("/api/v1/rooms/check-in", methods=["POST"])
    async def check_in(self, request: Any) -> bytes:
        """A guest takes a room."""
        return await self._change(request, CheckIn)

    @app.route("/api/v1/rooms/check-out", methods=["POST"])
    async def check_out(self, request: Any) -> bytes:
        """A guest leaves a room."""
        return await self._change(request, CheckOut)

    @app.route("/api/v1/rooms/move", methods=["POST"])
    async def move(self, request: Any) -> bytes:
        """A guest moves to another room."""
        return await self._change(request, MoveRoom)

    async def _change(self, request: Any, kind: type[AnyWish]) -> bytes:
        token = await self._callers.admit(header(request, "authorization"), kind.right)
        assert token is not None  # nobody changes anything without one
        return json_answer(request, 200, await self._programs.change(token, _wish(request, kind)))


def _wish(request: Any, kind: type[AnyWish]) -> AnyWish:
    """The body as a wish; raises Problem with all that is wrong."""
    if (header(request, "content-type") or "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "The body must be JSON, and say so: content-type: application/json.")
    try:
        return kind.model_validate(json.loads(request.content.read(), parse_constant=_no_constant))
    except ValidationError as error:
        raise Problem(422, f"Not understood: {problems_of(error)}.") from error
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not JSON in UTF-8.") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _short(text: str, name: str, most: int) -> str:
    if len(text) > most:
        raise BadQuestion(f"{name} has at most {most} characters")
    return text


def _since(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or not 1970 < instant.year < 3000:
        raise BadQuestion("since must be an instant with an offset, such as 2026-11-20T11:00:00Z")
    return instant
