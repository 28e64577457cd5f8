"""The address of the choice of a language: kept in the browser, and with the user where somebody is signed in."""

from __future__ import annotations

from typing import Any

from klein import Klein

from gateway.languages.names import STAFF_LANGUAGES
from gateway.store import people
from gateway.web.guard import Guard
from gateway.web.pages import Pages
from gateway.web.people_pages import safe
from gateway.web.rest.answers import text_of
from gateway.web.rest.api import BadQuestion
from gateway.web.routing import foreign, is_ours, see_other, troubles
from gateway.web.tongues import COOKIE, REMEMBERED


class TongueRoutes:
    """Which language the pages speak to whoever asks."""

    app = Klein()
    troubles(app)

    def __init__(self, pages: Pages, guard: Guard | None, *, secure: bool) -> None:
        self.pages, self._guard, self._secure = pages, guard, secure

    @app.route("/language", methods=["POST"])
    async def choose(self, request: Any) -> bytes:
        """From here on this language; the page is shown again in it."""
        chosen = text_of(request, b"language")
        if not is_ours(request):
            return await foreign(self, request)
        if chosen not in STAFF_LANGUAGES:
            raise BadQuestion(f"language must be one of {', '.join(STAFF_LANGUAGES)}")
        request.addCookie(
            COOKIE, chosen, path="/", max_age=str(REMEMBERED), secure=self._secure, httpOnly=True, sameSite="lax"
        )
        if request.signed is not None and self._guard is not None:
            who, user = self._guard.people, request.signed.user_id
            await who.change(lambda c: people.speaks(c, who.owner, user, chosen))
        return see_other(request, safe(text_of(request, b"to")))
