"""Reports that go out by themselves: when, to whom, by which way, and how long their files are kept.

A recipient is whoever gets a report, with the role that says which digits he may see and one way to him. A schedule is one
report with its rhythm. What several keys must be together is in `delivery_rules.py`.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import time
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias, cast
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.fields import FilePath, Secret, Text, Texts, as_tuple, one_of, secret
from gateway.roles import MAY, ROLES, RoleName
from gateway.schedules import PERIODS, Every, PeriodName, Rhythm, WhenClosed
from rating.calendar import holiday_calendar

if TYPE_CHECKING:
    pass

MailAddress: TypeAlias = Annotated[str, AfterValidator(checks.mail_address)]
Way: TypeAlias = Literal["mail", "folder", "sftp", "hook"]
WAYS: Final[tuple[Way, ...]] = ("mail", "folder", "sftp", "hook")
FORMS: Final = ("pdf", "xlsx", "csv", "json", "html")
WHEN_CLOSED: Final = ("run", "next", "previous", "skip")
#: Characters of a name of a recipient or a schedule: files are called by it.
LONGEST_NAME: Final = 60
#: Reports that tell how things stand at the moment they are made.
OF_NOW: Final = frozenset({"contingency"})
#: The report that an accounting program reads; each of its days goes out once.
ACCOUNTING: Final = "accounting"
_HOURS: Final = re.compile(r"([1-9][0-9]?) hours?")
_HOST_KEY: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")


class SftpAddress(NamedTuple):
    """Where an SFTP server is, as whom, and the folder there."""

    user: str
    host: str
    port: int
    folder: str


def sftp_address(text: str) -> SftpAddress:
    """Take `sftp://user@host:22/folder` apart; the folder counts from the home, `//folder` from the root. Raises ValueError with a sentence."""
    example = 'write for example "sftp://foliogate@files.example.org/reports"'
    try:
        parts = urlsplit(text)
        port = parts.port or 22
    except ValueError:
        raise ValueError(f"this is not the address of an SFTP server; {example}") from None
    if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.query or parts.fragment:
        raise ValueError(f"this is not the address of an SFTP server with the name to log in by; {example}")
    if parts.password is not None:
        raise ValueError(f"an address that is shown must hold no password; write it under password; {example}")
    return SftpAddress(unquote(parts.username), parts.hostname, port, unquote(parts.path)[1:] or ".")


def _sftp(text: str) -> str:
    sftp_address(text)
    return text


def server_key(text: str) -> str:
    """Accept a server's public key as `ssh-keyscan` prints it, or its fingerprint."""
    if _HOST_KEY.fullmatch(text):
        return text
    words = text.split()
    try:
        blob = base64.b64decode(words[1], validate=True) if len(words) in (2, 3) else b""
    except (binascii.Error, ValueError):
        blob = b""
    if not blob or words[0].encode() not in blob[:40]:
        raise ValueError(
            'this is not the key of an SSH server; write "ssh-ed25519 AAAA..." or "SHA256:..." as its owner tells you, '
            "or look with ssh-keyscan and ask him whether it is so"
        )
    return text


def private_key(text: str) -> str:
    """Accept a private key as text. The key itself is never repeated."""
    if not text.startswith("-----BEGIN ") or "PRIVATE KEY-----" not in text:
        raise ValueError('this is not a private key; write key = "file:PATH", and make one with: ssh-keygen -t ed25519')
    return text


PrivateKey: TypeAlias = Annotated[str, AfterValidator(secret), AfterValidator(private_key)]


class RecipientSettings(Settings):
    """Whoever gets reports, by one way: `mail`, `folder`, `sftp` or `hook`. Without a role he sees masked numbers.

    `host_key` is the key that the SFTP server must show; `key` is our private key, as text, by way of `file:` or `env:`.
    """

    name: Annotated[Text, Field(max_length=LONGEST_NAME)] = Field(examples=["accounts"])
    role: Annotated[str, AfterValidator(one_of(tuple(ROLES), 'role = "auditor"'))] = Field(
        "read-only", examples=["auditor"]
    )
    mail: Annotated[tuple[MailAddress, ...], BeforeValidator(as_tuple)] = Field((), examples=[["gm@example.org"]])
    folder: FilePath | None = Field(None, examples=["/srv/reports"])
    sftp: Annotated[str, AfterValidator(_sftp)] = Field("", examples=["sftp://foliogate@files.example.org/reports"])
    host_key: Annotated[str, AfterValidator(server_key)] = Field("", examples=["ssh-ed25519 AAAA..."])
    key: PrivateKey | None = Field(None, examples=["file:foliogate_key"], repr=False)
    password: Secret | None = Field(None, examples=["env:SFTP_PASSWORD"], repr=False)
    hook: Annotated[Secret, AfterValidator(checks.hook_url)] | None = Field(
        None, examples=["https://example.org/reports"], repr=False
    )
    secret: Annotated[Secret, AfterValidator(checks.hook_secret)] | None = Field(
        None, examples=["env:HOOK_SECRET"], repr=False
    )

    @property
    def way(self) -> Way:
        """How he is reached."""
        return next(one for one in WAYS if getattr(self, one))

    @property
    def masked(self) -> bool:
        """Whether the middle of telephone numbers is hidden from him."""
        return "see_full_numbers" not in MAY[cast("RoleName", self.role)]


def rhythm_word(text: str) -> str:
    """Accept how often: by the day, week or month, or every so many hours that divide a day."""
    if text not in {"daily", "weekly", "monthly"}:
        found = _HOURS.fullmatch(text)
        if found is None or 24 % int(found[1]) or int(found[1]) == 24:
            raise ValueError(
                f'"{text}" is not how often; write "daily", "weekly", "monthly", or "6 hours" (1, 2, 3, 4, 6, 8 or 12)'
            )
    return text


def report_name(text: str) -> str:
    """Accept what can be the name of a report; which there are, the reports know (`foliogate check` asks them)."""
    if not text.replace("-", "").isalpha() or text != text.lower():
        raise ValueError(f'"{text}" is not the name of a report; see foliogate report --list')
    return text


def known_forms(named: tuple[str, ...]) -> tuple[str, ...]:
    """Accept at least one form of a report, each once."""
    for one in named:
        one_of(FORMS, 'forms = ["pdf"]')(one)
    if not named or len(set(named)) < len(named):
        raise ValueError('each form stands there once, and one at least; write for example forms = ["pdf", "csv"]')
    return named


class ScheduleSettings(Settings):
    """A report that goes out by itself. `weekday` is for a weekly one, `day` for a monthly one.

    `period` left out means the day before for a daily report, the last week, the last month, and today for one that comes
    several times a day. `when_closed` says what becomes of a run on a day that is not worked. `table` chooses one for CSV.
    """

    name: Annotated[Text, Field(max_length=LONGEST_NAME)] = Field(examples=["night balance"])
    report: Annotated[str, AfterValidator(report_name)] = Field(examples=["balance"])
    every: Annotated[str, AfterValidator(rhythm_word)] = Field(examples=["daily"])
    at: Annotated[time, BeforeValidator(checks.time_of_day)] = Field(time(6, 0), examples=["06:00"])
    weekday: Annotated[str, AfterValidator(checks.weekday)] = Field("monday", examples=["monday"])
    day: Annotated[int, Field(ge=1, le=31)] = Field(1, examples=[1])
    when_closed: Annotated[str, AfterValidator(one_of(WHEN_CLOSED, 'when_closed = "next"'))] = Field(
        "run", examples=["next"]
    )
    period: Annotated[str, AfterValidator(one_of(PERIODS, 'period = "yesterday"'))] | None = Field(
        None, examples=["yesterday"]
    )
    forms: Annotated[Texts, AfterValidator(known_forms)] = Field(("pdf",), examples=[["pdf", "csv"]])
    table: str = Field("", examples=["calls"])
    to: Annotated[Texts, Field(min_length=1)] = Field(examples=[["accounts"]])

    @property
    def rhythm(self) -> Rhythm:
        """When it runs."""
        hours = _HOURS.fullmatch(self.every)
        every = cast("Every", "hours" if hours else self.every)
        usual = {"hours": "today", "daily": "yesterday", "weekly": "last week", "monthly": "last month"}
        return Rhythm(
            every=every,
            at=self.at,
            hours=int(hours[1]) if hours else 24,
            weekday=checks.WEEKDAYS.index(self.weekday),
            day=self.day,
            when_closed=cast("WhenClosed", self.when_closed),
            period=cast("PeriodName", self.period or usual[every]),
            of_now=self.report in OF_NOW,
        )


def region(text: str) -> str:
    """Accept a country, or a part of it, whose public holidays are known."""
    if text:
        holiday_calendar(text)
    return text


def weekdays(names: tuple[str, ...]) -> tuple[str, ...]:
    """Accept days of the week, one at least."""
    for one in names:
        checks.weekday(one)
    if not names:
        raise ValueError('some day must be worked; write for example workdays = ["monday", "tuesday"]')
    return names


class DeliverySettings(Settings):
    """Where the files of reports are kept, how long and how much of them, what goes into a mail, and which days are worked.

    `holidays` is the country, or the part of it, whose public holidays are not worked; "" is the property's own country.
    """

    folder: FilePath = Field("reports", validate_default=True, examples=["reports"])
    keep_days: Annotated[int, Field(ge=1, le=3_660)] = Field(30, examples=[30])
    keep_mb: Annotated[int, Field(ge=1, le=1_000_000)] = Field(500, examples=[500])
    mail_mb: Annotated[int, Field(ge=0, le=50)] = Field(10, examples=[10])
    workdays: Annotated[Texts, AfterValidator(weekdays)] = Field(checks.WEEKDAYS[:5], examples=[["monday", "tuesday"]])
    holidays: Annotated[str, AfterValidator(region)] = Field("", examples=["DE-BY"])
