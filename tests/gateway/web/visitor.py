"""Somebody with a browser: keeps cookies, follows where he is sent, fills in the forms that a page has."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from tests.gateway.web.asking import Answer, Asker


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and the fields it has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((said.get("action", ""), {}))
        elif tag == "input" and self.found and "name" in said:
            self.found[-1][1][said["name"]] = said.get("value", "")


class Visitor:
    """One browser."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self.cookies: dict[str, str] = {}
        self.page = Answer(0, {}, b"")
        self.at = "/"

    def go(self, address: str, **headers: str) -> Answer:
        """Look at an address, wherever it leads."""
        for _ in range(5):
            self.at = address
            self.take_cookies(self._asker.get(address, cookie=self._cookie(), **headers))
            if self.page.status not in (302, 303):
                break
            address = self.page.headers["location"]
        return self.page

    def fill(self, action: str, follow: bool = True, **fields: str) -> Answer:
        """Fill in the form of the page that goes to this address, and send it."""
        forms = _Forms()
        forms.feed(self.page.text)
        (where, known), *_ = [one for one in forms.found if one[0] == action]
        return self.post(where or self.at, {**known, **fields}, follow=follow)

    def post(self, address: str, fields: dict[str, str], *, follow: bool = True, **headers: str) -> Answer:
        """Send fields."""
        self.take_cookies(
            self._asker.post(address, fields, cookie=self._cookie(), sec_fetch_site="same-origin", **headers)
        )
        if follow and self.page.status == 303:
            return self.go(self.page.headers["location"])
        return self.page

    def sign_in(self, name: str, password: str) -> Answer:
        """Come in by name and password."""
        self.go("/sign-in")
        return self.fill("/sign-in", name=name, password=password)

    def says(self) -> str:
        """The page as words."""
        body = re.sub(r"<(script|style|dialog).*?</\1>", "", self.page.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def take_cookies(self, answer: Answer) -> None:
        """Look at an answer, and keep its cookies."""
        self.page = answer
        for line in answer.cookies:
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in rest:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
