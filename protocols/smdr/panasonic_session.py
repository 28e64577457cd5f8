"""The log-in to the terminal of a Panasonic exchange on TCP 2300, before it prints call records. Pure.

It prompts with a hyphen, is told `SMDR`, asks for a password and then prints. It echoes what is typed, the password as
stars, and may begin with Telnet's own bytes. A wrong password is not said twice: after some of them the exchange locks
its port for a while.

Sources: Panasonic KX-NS1000 "Feature Guide", SMDR; transcripts in public readers of it.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from protocols.text import printable

DEFAULT_COMMAND: Final = "SMDR"
DEFAULT_PASSWORD: Final = "PCCSMDR"  # printed in every manual; a site that cares has changed it

#: A prompt and an echo are some ten bytes; a peer that says more before it prompts is something else.
_MOST_BEFORE_RECORDS: Final = 8_192
_SHOWN: Final = 60

#: A hyphen that begins a line, but no ruled line.
_PROMPT: Final = re.compile(rb"(?:\A|[\r\n])-(?!-)")
_ASKED: Final = b"enter password:"
#: Lines of stars alone: the password as it is echoed.
_ECHO: Final = re.compile(rb"\A(?:[* \r]*\n)+")
_QUESTION: Final = re.compile(rb"password:", re.IGNORECASE)
_TELNET: Final = re.compile(rb"\xff[\xfb-\xfe].|\xff[\xf0-\xfa]", re.DOTALL)


class TerminalSession:
    """Prompt, command, password; then records. Raises ValueError for a command or password with a line end."""

    __slots__ = ("_command", "_held", "_password", "_stage", "problem")

    def __init__(self, command: str, password: str) -> None:
        if any(sign in command + password for sign in "\r\n\0"):
            raise ValueError("the command or password for the exchange's terminal holds a line end")
        self._command, self._password = command, password
        self._held = b""
        self._stage: Literal["prompt", "password", "echo", "records", "refused"] = "prompt"
        self.problem: str | None = None

    def __repr__(self) -> str:
        return f"TerminalSession(stage={self._stage!r})"

    def connected(self) -> bytes:
        """Wait for the prompt."""
        return b""

    def committed(self, count: int) -> bytes:
        """Nothing is acknowledged."""
        return b""

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Answer prompts; what comes after the password's echo is records."""
        if self._stage == "records":
            return b"", data
        if self._stage == "refused":
            return b"", b""
        self._held = _TELNET.sub(b"", self._held + data)
        answer = self._asked()
        records = self._printed() if self._stage == "echo" else b""
        if len(self._held) > _MOST_BEFORE_RECORDS:
            self._refuse(f"the peer does not prompt like a Panasonic terminal: {printable(self._held, _SHOWN)!r}")
        return answer, records

    def _asked(self) -> bytes:
        """Answer the prompts that have come, one after the other."""
        answer = b""
        if self._stage == "prompt" and (prompt := _PROMPT.search(self._held)):
            answer, self._held, self._stage = self._line(self._command), self._held[prompt.end() :], "password"
        if self._stage == "password" and (asked := _QUESTION.search(self._held)):
            answer += self._line(self._password)
            self._held, self._stage = self._held[asked.end() :], "echo"
        return answer

    def _printed(self) -> bytes:
        """Leave out the echo of the password; a second question for it means that it was wrong."""
        if _QUESTION.search(self._held):
            self._refuse(
                "the exchange did not take the password of its terminal; after some wrong ones it locks its port for a while"
            )
            return b""
        self._held = _ECHO.sub(b"", self._held)
        shown = self._held.strip(b"* \r").lower()
        if _ASKED.startswith(shown):  # nothing yet, or the beginning of the question once more
            return b""
        records, self._held, self._stage = self._held, b"", "records"
        return records

    def _line(self, text: str) -> bytes:
        return text.encode("utf-8") + b"\r\n"

    def _refuse(self, problem: str) -> None:
        self.problem, self._stage, self._held = problem, "refused", b""
