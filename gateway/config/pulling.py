"""How an exchange is asked for its records over the web: `asking` and `login` of a `[[pbx]]` with `pull`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field

from gateway.asking import places_in
from gateway.config.base import Settings
from gateway.config.fields import FilePath, PlainMap, Seconds, Secret, Text
from gateway.config.lines import Path

Table: TypeAlias = Mapping[str, Any]
LoginKind: TypeAlias = Literal["basic", "digest", "bearer", "header", "yeastar", "grandstream"]

#: What each kind of log-in cannot do without.
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "basic": ("user", "password"),
    "digest": ("user", "password"),
    "bearer": ("token",),
    "header": ("header", "token"),
    "yeastar": ("user", "password"),
    "grandstream": ("user", "password"),
}
#: Those that give a token, which then stands where the address or the body has {token}.
GIVE_TOKENS: Final = ("yeastar", "grandstream")
#: Headers that are ours to set.
_OURS: Final = frozenset(
    {"host", "content-length", "authorization", "connection", "accept-encoding", "transfer-encoding"}
)


def _times(text: str) -> str:
    if text not in ("iso", "utc", "unix") and "%" not in text:
        raise ValueError(
            f'"{text}" is no way to write a time; write "iso", "utc", "unix" or a pattern such as "%Y-%m-%d %H:%M:%S"'
        )
    try:
        datetime(2026, 12, 31, tzinfo=UTC).strftime(text)
    except ValueError:
        raise ValueError(f'"{text}" is no pattern of a time; write for example "%Y-%m-%d %H:%M:%S"') from None
    return text


def _begin(text: str) -> str:
    if text.isdigit():
        return text
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        pass
    raise ValueError(f'"{text}" is no time with its zone; write for example "2026-11-01T00:00:00+01:00"')


def _headers(said: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in said.items():
        if not name.replace("-", "").isalnum() or not name.isascii() or name.lower() in _OURS:
            raise ValueError(f'"{name}" cannot be written here; name a header that the exchange asks for')
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name} holds signs that no header has")
    return said


class AskingSettings(Settings):
    """How an exchange is asked, and how its answers are built.

    `every` is the seconds between two questions, `overlap` those that each reaches back behind the one before. `times` is how
    {since} and {until} are written. `records` names the list in an answer, `identity` the fields by which a record is known, `page_size`
    the records of a full page, `next` the field that holds the place behind the last record. `begin` is where the first question
    begins. With `body`, it is posted.
    """

    every: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = Field(60.0, examples=[60])
    overlap: Annotated[float, Field(ge=0, le=172_800, allow_inf_nan=False)] = Field(3_600.0, examples=[3600])
    times: Annotated[Text, AfterValidator(_times)] = Field("iso", examples=["%Y-%m-%d %H:%M:%S"])
    records: str | None = Field(None, examples=["data.calls"])
    identity: str | None = Field(None, examples=["id"])
    page_size: Annotated[int, Field(ge=0, le=100_000)] = Field(0, examples=[1000])
    next: str = Field("", examples=["next_token"])
    begin: Annotated[Text, AfterValidator(_begin)] | None = Field(None, examples=["2026-11-01T00:00:00+01:00"])
    body: str = Field("", examples=['{"from": "{since}"}'])
    headers: Annotated[PlainMap, AfterValidator(_headers)] = Field(
        {}, validate_default=True, examples=[{"x-tenant": "seaside"}]
    )
    timeout: Seconds = Field(30.0, examples=[30])
    ca_file: FilePath | None = Field(None, examples=["ucm-ca.pem"])


#: How an exchange is asked where nothing is said of it.
USUAL: Final = AskingSettings.model_validate({})


class LoginSettings(Settings):
    """Who we are to an exchange that is asked: the `kind` of log-in, and what it needs."""

    kind: LoginKind = Field(examples=["digest"])
    user: Text = Field("", examples=["cdrapi"])
    password: Secret = Field("", examples=["env:UCM_PASSWORD"], repr=False, validate_default=False)
    token: Secret = Field("", examples=["env:PBX_TOKEN"], repr=False, validate_default=False)
    header: Text = Field("", examples=["X-API-Key"], validate_default=False)


def pull_findings(exchange: Table) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong between the keys of an exchange that is asked; paths begin behind the exchange."""
    asking, login = (value if isinstance(value := exchange.get(key, {}), dict) else {} for key in ("asking", "login"))
    places = places_in(*(text for text in (exchange.get("pull"), asking.get("body")) if isinstance(text, str)))
    yield from _places(places, asking, login, str(exchange.get("dialect")))
    kind = login.get("kind")
    for key in _NEEDS.get(kind, ()) if isinstance(kind, str) else ():
        if not login.get(key):
            yield ("login",), f'a log-in of the kind {kind} needs {key}; write {key} = "…"'
    if isinstance(exchange.get("pull"), str) and exchange["pull"].startswith("http:") and "ca_file" in asking:
        yield ("asking", "ca_file"), "the address is not https, so nobody shows a certificate; remove it"


def _identity(dialect: str, asking: Table) -> list[str]:
    """The fields by which a record is known: as the site says, else the dialect."""
    from protocols.smdr.catalog import DIALECTS

    said = asking.get("identity", DIALECTS[dialect].answer.identity if dialect in DIALECTS else "")
    return said.split() if isinstance(said, str) else []


def _places(places: frozenset[str], asking: Table, login: Table, dialect: str) -> Iterator[tuple[Path, str]]:
    for one, other in (("since", "after"), ("page", "offset")):
        if {one, other} <= places:
            yield ("pull",), f"only one of {{{one}}} and {{{other}}} can be used"
    if "until" in places and "since" not in places:
        yield ("pull",), "{until} is the end of a span that begins at {since}; write both"
    if "next" in asking and "after" not in places:
        yield ("asking", "next"), "it fills {after}, which neither the address nor the body has"
    if "after" in places and "since" not in places and not asking.get("next") and len(_identity(dialect, asking)) != 1:
        words = (
            "{after} is the greatest identity; write the one field that counts the records under identity, or name next"
        )
        yield ("pull",), words
    if "overlap" in asking and "since" not in places:
        yield ("asking", "overlap"), "only a span of time reaches back, and there is no {since}"
    begin = asking.get("begin")
    if isinstance(begin, str) and "since" in places and begin.isdigit():
        yield ("asking", "begin"), 'a span begins at a time; write for example "2026-11-01T00:00:00+01:00"'
    if "begin" in asking and not places & {"since", "after"}:
        yield ("asking", "begin"), "everything is asked for each time, so there is no begin; remove it"
    gives = login.get("kind") in GIVE_TOKENS
    if gives != ("token" in places):
        words = (
            f"the log-in of the kind {login.get('kind')} gives a token; write {{token}} where the exchange wants it"
            if gives
            else '{token} is filled by a log-in that gives one; write login = { kind = "yeastar", … }, or the token under login'
        )
        yield ("pull",), words
