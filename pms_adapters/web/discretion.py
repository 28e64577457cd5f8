"""What a PMS says is shown, kept and logged; should it repeat our password, that is not.

A fault may quote the request that caused it, and the request carries our name and password in the clear.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Final, TypeVar

from pms_adapters.options import AdapterOptions
from pms_adapters.posting import InDoubt, NotSent, PostingResult, ReadBack, Refused, Unreadable

SHORTEST_SECRET: Final = 4
"""Characters of a secret that is looked for: a shorter one would be found in every other word."""
_INSTEAD: Final = "***"

_R = TypeVar("_R", bound=PostingResult | ReadBack)


class Discretion:
    """Takes the secrets of an adapter's options out of whatever a PMS says."""

    def __init__(self, options: AdapterOptions) -> None:
        secrets = [one for one in options.secrets() if len(one) >= SHORTEST_SECRET]
        self._secrets = sorted({*secrets, *map(escape, secrets)}, key=len, reverse=True)

    def text(self, said: str) -> str:
        """What was said, without them."""
        for secret in self._secrets:
            said = said.replace(secret, _INSTEAD)
        return said

    def result(self, result: _R) -> _R:
        """An outcome, without them in its words."""
        match result:
            case Refused(code, text):
                return replace(result, code=self.text(code), text=self.text(text))
            case NotSent(why) | InDoubt(why) | Unreadable(why):
                return replace(result, why=self.text(why))
        return result
