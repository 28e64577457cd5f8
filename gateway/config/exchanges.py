"""`[[pbx]]`: a telephone exchange, the one way in which its records come, and what must hold between its keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Annotated, Any, Final, TypeAlias, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config import checks
from gateway.config.base import Settings
from gateway.config.endpoints import datagram_address
from gateway.config.fields import (
    Connect,
    FilePath,
    Listen,
    Options,
    Secret,
    Text,
    Texts,
    Zone,
    as_tuple,
    scalar_text,
)
from gateway.config.lines import Path
from gateway.config.pulling import USUAL, AskingSettings, LoginSettings, pull_findings
from protocols.smdr.dialect import Transport

#: The ways in which records come, by the key that says so.
TRANSPORTS: Final[tuple[Transport, ...]] = ("listen", "connect", "serial", "file", "folder", "udp", "push", "pull")
HOW_RECORDS_COME: Final = (
    'how its records come is not said; write one of listen = "tcp:5100:interface=127.0.0.1", connect = "tcp:host:port", '
    'serial = "/dev/ttyS0@9600,8N1", file = "Master.csv", folder = "incoming", udp = "udp:514", push = "tcp:8090" or '
    'pull = "https://host/path"'
)
#: Keys that mean something for one transport alone.
_ONLY_WITH: Final[Mapping[str, Transport]] = {
    "files": "folder",
    "rest_seconds": "folder",
    "senders": "udp",
    "token": "push",
    "asking": "pull",
    "login": "pull",
}
SHORTEST_TOKEN: Final = 16

Table: TypeAlias = Mapping[str, Any]


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(
            f'"{text}" is no address and no network; write for example "192.0.2.7" or "192.0.2.0/24"'
        ) from None
    return text


def _udp(text: str) -> str:
    datagram_address(text)
    return text


def _token(token: str) -> str:
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"a token has at least {SHORTEST_TOKEN} characters, so that nobody guesses it")
    return token


Networks = Annotated[tuple[Annotated[Text, AfterValidator(_network)], ...], BeforeValidator(as_tuple)]


class PbxSettings(Settings):
    """One telephone exchange: its dialect, and the one way in which its records come.

    `timezone` is that of the exchange's clock; None in the file means the property's, and is replaced when loaded. `files` and
    `rest_seconds` say which files of a `folder` are taken and when, `senders` who may send datagrams, `token` what a post must
    carry, `asking` and `login` how an exchange is asked at `pull`. Its records are served again at `relay` to whoever `relay_to` names.
    """

    name: Annotated[Text, AfterValidator(checks.exchange_name)] = Field(examples=["main"])
    dialect: Annotated[str, AfterValidator(checks.dialect)] = Field(examples=["avaya-ipoffice"])
    listen: Listen | None = Field(None, examples=["tcp:5100:interface=127.0.0.1"])
    connect: Connect | None = Field(None, examples=["tcp:192.168.1.10:1752"])
    serial: Annotated[str, AfterValidator(checks.serial_port)] | None = Field(None, examples=["/dev/ttyS0@9600,8N1"])
    file: FilePath | None = Field(None, examples=["Master.csv"])
    folder: FilePath | None = Field(None, examples=["incoming"])
    udp: Annotated[str, AfterValidator(_udp)] | None = Field(None, examples=["udp:514:interface=127.0.0.1"])
    push: Listen | None = Field(None, examples=["tcp:8090:interface=127.0.0.1"])
    pull: Annotated[Text, AfterValidator(checks.pull_url)] | None = Field(
        None, examples=["https://192.0.2.20:8443/cdrapi"]
    )
    files: Text = Field("*", examples=["cdr_*"])
    rest_seconds: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] = Field(10.0, examples=[10])
    senders: Networks = Field((), examples=[["192.0.2.7"]])
    token: Annotated[Secret, AfterValidator(_token)] | None = Field(None, examples=["env:CDR_TOKEN"], repr=False)
    asking: AskingSettings = Field(default_factory=lambda: USUAL, examples=[{"every": 60}])
    login: LoginSettings | None = Field(None, examples=[{"kind": "basic"}], repr=False)
    relay: Listen | None = Field(None, examples=["tcp:5101:interface=127.0.0.1"])
    relay_to: Networks = Field((), examples=[["192.0.2.9"]])
    timezone: Zone = Field(examples=["Europe/Warsaw"])
    trunk_access: Annotated[Texts, AfterValidator(checks.access_codes)] = Field((), examples=[["9"]])
    trunks: Texts = Field((), examples=[["pjsip-provider"]])
    layout: FilePath | None = Field(None, examples=["our-exchange.toml"])
    options: Options = Field({}, validate_default=True, examples=[{"date_order": "MDY"}], repr=False)

    @model_validator(mode="before")
    @classmethod
    def _layout_as_option(cls, raw: Any) -> Any:
        """A layout of one's own is a text that the dialect is given: `layout = "x.toml"` is its option, read from that file."""
        if not isinstance(raw, dict) or not isinstance(raw.get("layout"), str):
            return raw
        options = raw.get("options", {})
        return {**raw, "options": {**options, "layout": f"file:{raw['layout']}"}} if isinstance(options, dict) else raw

    @model_validator(mode="after")
    def _layout_reads_its_samples(self) -> PbxSettings:
        """A layout that does not read its own samples as it says is refused before the first record."""
        from protocols.smdr.own import problems
        from protocols.smdr.settings import SourceSettings

        if self.dialect == "own" and "layout" in self.options:
            zone = cast("ZoneInfo | None", self.timezone) or ZoneInfo("UTC")  # the property's comes when all is loaded
            wrong = problems(self.options["layout"], SourceSettings(timezone=zone, options=self.options))
            if wrong:
                raise ValueError("the layout cannot be used: " + "; ".join(wrong[:5]))
        return self

    @property
    def transport(self) -> Transport:
        """Which of the transports is used."""
        return next(name for name in TRANSPORTS if getattr(self, name) is not None)


def exchange_findings(exchanges: Sequence[Table]) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong between the keys of each exchange."""
    for place, exchange in enumerate(exchanges):
        used = [name for name in TRANSPORTS if name in exchange]
        if not used:
            yield ("pbx", place), HOW_RECORDS_COME
        elif len(used) > 1:
            yield ("pbx", place, used[1]), f"only one of {' and '.join(used)} can be used; remove the other"
        else:
            yield from _keys(exchange, place, used[0])
            yield from _dialect(exchange, place, used[0])


def _keys(exchange: Table, place: int, transport: Transport) -> Iterator[tuple[Path, str]]:
    for key, only in _ONLY_WITH.items():
        if key in exchange and transport != only:
            yield (
                ("pbx", place, key),
                f"this says something of {only} alone, and the records come by {transport}; remove it",
            )
    if transport == "push" and "token" not in exchange:
        yield ("pbx", place), 'whoever posts must prove who it is; write token = "env:CDR_TOKEN"'
    if transport == "pull":
        for path, sentence in pull_findings(exchange):
            yield ("pbx", place, *path), sentence
    if ("relay" in exchange) != bool(exchange.get("relay_to")):
        words = "relay and relay_to belong together: where the records are served again, and to which addresses"
        yield ("pbx", place, "relay" if "relay" in exchange else "relay_to"), words


def _dialect(exchange: Table, place: int, transport: Transport) -> Iterator[tuple[Path, str]]:
    """What the dialect allows: its transports and its options."""
    from protocols.smdr.catalog import DIALECTS
    from protocols.smdr.settings import SourceSettings

    name = exchange.get("dialect")
    if not isinstance(name, str) or name not in DIALECTS:
        return
    dialect = DIALECTS[name]
    if transport not in dialect.transports:
        ways = " or ".join(sorted(dialect.transports))
        yield ("pbx", place, transport), f"the records of {name} do not come by {transport}; write {ways} instead"
    options = exchange.get("options", {})
    if isinstance(options, dict):
        if "layout" in exchange:
            options = {**options, "layout": exchange["layout"]}
        texts = {key: scalar_text(value) for key, value in options.items()}
        said = {key: text for key, text in texts.items() if isinstance(text, str)}
        needed = dialect.needs.get(transport, ())
        if needed and not any(key in options for key in needed):
            sample = ", ".join(f'{key} = "…"' for key in needed)
            yield (
                ("pbx", place),
                f"{name} over {transport} needs {' and '.join(needed)}; write options = {{ {sample} }}",
            )
        for sentence in dialect.check(SourceSettings(timezone=ZoneInfo("UTC"), options=said)):
            yield ("pbx", place, "options"), sentence
