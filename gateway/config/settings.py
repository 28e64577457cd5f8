"""The settings of a property, as frozen values: what a configuration file says once it has been found good.

One class for each table of the file. The types are strict: TOML tells numbers from text, so `"30"` for a number is a
mistake and not a spelling. Defaults stand here and nowhere else. What concerns several keys at once (exactly one
transport, names used twice) is in `rules.py`, because pydantic would report it only after all else was right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gateway.config import checks
from gateway.config.accounting import AccountingSettings
from gateway.config.acts import ActSettings
from gateway.config.adapter_options import adapter_options
from gateway.config.base import Settings
from gateway.config.bills import BillSettings
from gateway.config.carrier_bills import CarrierBillSettings
from gateway.config.delivery import DeliverySettings, MailAddress, RecipientSettings, ScheduleSettings
from gateway.config.endpoints import Address, connect_address, listen_address, web_address
from gateway.config.exchanges import PbxSettings
from gateway.config.fields import (
    CodePage,
    Connect,
    FilePath,
    Listen,
    PlainMap,
    Seconds,
    Secret,
    Text,
    TextMap,
    Texts,
    WireMap,
    Zone,
    as_tuple,
    one_of,
)
from gateway.config.inbound import USUAL, InboundSettings, NumberSettings
from gateway.config.lists import FraudSettings, NumberListSettings
from gateway.config.office import (
    AccountCodeSettings,
    BudgetSettings,
    FlatRateSettings,
    StaffSettings,
    WorkingHoursSettings,
)
from gateway.config.privacy import PrivacySettings
from gateway.config.sign_in import SignInSettings, WebSettings
from gateway.traffic.capacity import MOST_MEMBERS
from pms_adapters.options import AdapterOptions

TRUNK_DIRECTIONS = ("both", "in", "out")
DAY_ENDS_BY: tuple[str, ...] = ("", "pms", "clock", "hand")
MAIL_SECURITY: tuple[str, ...] = ("starttls", "tls", "none")
TransferPayer: TypeAlias = Literal["first_guest", "first", "last", "each"]


class PropertySettings(Settings):
    """The hotel. `area_code` completes local numbers; "" where the numbering plan has none.

    `language` is what pages and files are written in where nobody chose another.
    """

    id: Text = Field(examples=["SEASIDE"])
    name: Text = Field(examples=["Seaside Hotel"])
    timezone: Zone = Field(examples=["Europe/Warsaw"])
    country: Annotated[str, AfterValidator(checks.country)] = Field(examples=["PL"])
    currency: Annotated[str, AfterValidator(checks.currency)] = Field(examples=["PLN"])
    area_code: Annotated[str, AfterValidator(checks.area_code)] = Field("", examples=["22"])
    language: Annotated[str, AfterValidator(checks.staff_language)] = Field("en", examples=["de"])


class StoreSettings(Settings):
    """The database. `url` is a SQLAlchemy URL, its path absolute; it may hold a password and is not printed."""

    url: Annotated[Secret, AfterValidator(checks.store_url)] = Field(
        "sqlite:///foliogate.db", examples=["sqlite:///foliogate.db"], repr=False, validate_default=True
    )

    @property
    def shown(self) -> str:
        """The URL as people may see it."""
        if checks.PLAIN_FILE.fullmatch(self.url):
            return self.url
        from sqlalchemy.engine import make_url

        return make_url(self.url).render_as_string(hide_password=True)


class PmsSettings(Settings):
    """One link to the property-management system.

    One of `connect`, `url`, `listen` and `serial` says where it is, by what its adapter speaks; `options` are what belongs to that adapter alone.
    FIAS has keys of its own here, which no other adapter may have (`FIAS_KEYS`). `outlet` and `call_type` give the SO and PC of a posting by class of number, `outlet` with "default" for the rest;
    `token_width` is the width of P#; `interface_family` is what LD says in IF; `auth_key` the key for the LD cryptogram.
    `tariff_field` and `class_field` name the field of a check-in that tells the guest's tariff and class;
    `takes_reversals` says that the hotel has seen its PMS book a negative amount.
    """

    name: Text = Field(examples=["opera"])
    adapter: Annotated[str, AfterValidator(checks.adapter)] = Field(examples=["fias"])
    connect: Connect = Field("", examples=["tcp:127.0.0.1:5010"])  # that one of both is there is for `rules` to say
    url: Annotated[str, AfterValidator(checks.pms_url)] = Field("", examples=["https://opera.example/OWS_WS_51"])
    listen: Listen | None = Field(None, examples=["tcp:5020:interface=127.0.0.1"])
    serial: Annotated[str, AfterValidator(checks.serial_port)] | None = Field(None, examples=["/dev/ttyS0@9600,8N1"])
    encoding: CodePage = Field("cp850", examples=["cp852"])
    amount_decimals: Annotated[int, Field(ge=0, le=4)] = Field(2, examples=[2])
    answer_timeout: Seconds = Field(30.0, examples=[30])
    alive_check: Seconds = Field(300.0, examples=[300])
    interface_family: Annotated[str, AfterValidator(checks.interface_family)] = Field("PB", examples=["PB"])
    token_width: Annotated[int, AfterValidator(checks.token_width)] = Field(8, examples=[8])
    auth_key: Annotated[Secret, AfterValidator(checks.auth_key)] | None = Field(
        None, examples=["env:FIAS_KEY"], repr=False
    )
    outlet: Annotated[WireMap, AfterValidator(checks.outlets)] = Field(
        {}, validate_default=True, examples=[{"international": "3"}]
    )
    call_type: Annotated[PlainMap, AfterValidator(checks.call_types)] = Field(
        {}, validate_default=True, examples=[{"international": "I"}]
    )
    send_reservation: bool = Field(False, examples=[False])
    tariff_field: Annotated[str, AfterValidator(checks.guest_field)] = Field("", examples=["A1"])
    class_field: Annotated[str, AfterValidator(checks.guest_field)] = Field("", examples=["A2"])
    takes_reversals: bool = Field(False, examples=[False])
    options: Annotated[AdapterOptions, BeforeValidator(adapter_options)] = Field(
        {}, validate_default=True, examples=[{"hotel_code": "SEASIDE"}], repr=False
    )

    @property
    def place(self) -> str:
        """Where the PMS is, as it was written."""
        return self.url or self.connect or self.listen or self.serial or ""

    @property
    def address(self) -> Address:
        """Where the PMS is, or where it dials us."""
        if self.listen is not None:
            return listen_address(self.listen)
        return web_address(self.url) if self.url else connect_address(self.connect)

    @property
    def loopback(self) -> bool:
        """True where the PMS can only be a program on this machine: a simulator, a rehearsal."""
        return bool(self.place) and self.serial is None and self.address.loopback


#: Keys of `[[pms]]` that say how FIAS is spoken, and nothing to any other adapter.
FIAS_KEYS: tuple[str, ...] = (
    "encoding",
    "amount_decimals",
    "alive_check",
    "interface_family",
    "token_width",
    "auth_key",
    "outlet",
    "call_type",
    "send_reservation",
    "tariff_field",
    "class_field",
)


class ExtensionRange(Settings):
    """Extensions from `first` to `last`, both included, compared as text of one length: "100" is not "0100"."""

    first: Annotated[str, AfterValidator(checks.digits)] = Field(alias="from", examples=["100"])
    last: Annotated[str, AfterValidator(checks.digits)] = Field(alias="to", examples=["499"])


class RoomSettings(Settings):
    """Whose extension is whose.

    An extension in one of the ranges is the room of the same name, unless `map` names another room or `departments`
    a department. `transfer_payer` says who pays for a call that several extensions held: the first of them that is a
    guest's, the first of all, the last, or each for the time that he held it. `classes` says what kind of telephone an extension is ("booth", "meeting"),
    for the rules of a tariff that ask. `floors` names the floor of a room where its number does not tell.
    """

    extensions: Annotated[tuple[ExtensionRange, ...], BeforeValidator(as_tuple)] = Field(
        (), examples=[[{"from": "100", "to": "499"}]]
    )
    map: TextMap = Field({}, validate_default=True, examples=[{"2101": "101"}])
    departments: TextMap = Field({}, validate_default=True, examples=[{"600": "Kitchen"}])
    classes: TextMap = Field({}, validate_default=True, examples=[{"610": "booth"}])
    transfer_payer: Annotated[TransferPayer, BeforeValidator(checks.transfer_payer)] = Field(
        "first_guest", examples=["first_guest"]
    )
    floors: TextMap = Field({}, validate_default=True, examples=[{"Royal Suite": "7"}])


class AssignmentSettings(Settings):
    """A tariff's code given to groups, rooms, a tenant's extensions or departments: to one kind of them in each table.

    `from` and `to` are days of the property, both included; a call is priced by what was in force when it began.
    """

    tariff: Text = Field(examples=["CONGRESS"])
    groups: Texts = Field((), examples=[["ACME2026"]])
    rooms: Texts = Field((), examples=[["101", "102"]])
    tenant: Texts = Field((), examples=[["700", "701"]])
    departments: Texts = Field((), examples=[["Kitchen"]])
    first: date | None = Field(None, alias="from", examples=[date(2026, 9, 1)])
    last: date | None = Field(None, alias="to", examples=[date(2026, 9, 30)])


class NumberingSettings(Settings):
    """What only the hotel knows of the numbers that are dialled; the country's own codes are known without it.

    `local_areas` replaces the home area code as the answer to what is a local call.
    """

    local_areas: Annotated[Texts, AfterValidator(checks.areas)] = Field((), examples=[["22", "46"]])
    emergency: Annotated[Texts, AfterValidator(checks.short_numbers)] = Field((), examples=[["2222"]])
    feature_codes: Annotated[Texts, AfterValidator(checks.dialled_codes)] = Field((), examples=[["*41"]])
    carrier_codes: Annotated[Texts, AfterValidator(checks.dialled_codes)] = Field((), examples=[["1033"]])


class TariffSettings(Settings):
    """The folder of tariff texts, absolute, who carries which of its tariffs, and when prices are called old or about to end."""

    folder: FilePath = Field(examples=["tariffs"])
    old_after_months: Annotated[int, Field(ge=1, le=120)] = Field(12, examples=[12])
    ending_within_days: Annotated[int, Field(ge=0, le=366)] = Field(30, examples=[30])
    assign: Annotated[tuple[AssignmentSettings, ...], BeforeValidator(as_tuple)] = Field((), examples=[[]])


class WatchSettings(Settings):
    """What the watch looks for, and what the emergency screen shows; every key may be left out.

    `call_back` is the number on which an emergency service reaches a room, with {extension} or {room} in it. `page` is the
    address under which people reach the pages. `floors` is `[rooms] floors` at its former place.
    """

    waiting_minutes: Annotated[int, Field(ge=1, le=10_080)] = Field(30, examples=[30])
    disk_free_mb: Annotated[int, Field(ge=1, le=10_000_000)] = Field(1_000, examples=[1000])
    escalate_seconds: Annotated[int, Field(ge=10, le=86_400)] = Field(120, examples=[120])
    daily_at: Annotated[time, BeforeValidator(checks.time_of_day)] = Field(time(7, 0), examples=["07:00"])
    weekly_on: Annotated[str, AfterValidator(checks.weekday)] = Field("monday", examples=["monday"])
    call_back: Annotated[str, AfterValidator(checks.call_back)] = Field("", examples=["+48 22 555 {extension}"])
    floors: TextMap = Field({}, validate_default=True, examples=[{"Royal Suite": "7"}])
    page: Annotated[str, AfterValidator(checks.page_address)] = Field("", examples=["https://foliogate.example"])


class MailSettings(Settings):
    """The mail server, and who is told. `escalate_to` is told of an emergency call that nobody has taken."""

    host: Text = Field(examples=["smtp.example.org"])
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(587, examples=[587])
    security: Annotated[str, AfterValidator(one_of(MAIL_SECURITY, 'security = "starttls"'))] = Field(
        "starttls", examples=["starttls"]
    )
    username: Text | None = Field(None, examples=["foliogate"])
    password: Secret | None = Field(None, examples=["env:SMTP_PASSWORD"], repr=False)
    sender: Annotated[str, AfterValidator(checks.mail_address)] = Field(examples=["foliogate@example.org"])
    to: Annotated[tuple[MailAddress, ...], BeforeValidator(as_tuple), Field(min_length=1)] = Field(
        examples=[["desk@example.org"]]
    )
    escalate_to: Annotated[tuple[MailAddress, ...], BeforeValidator(as_tuple)] = Field(
        (), examples=[["gm@example.org"]]
    )
    ca_file: FilePath | None = Field(None, examples=["our-ca.pem"])


class HookSettings(Settings):
    """A web hook: what happens is sent there as JSON, signed with the secret. The URL may hold a token: never shown.

    `events` says what: "alarms", and of the feed "calls" and "postings".
    """

    name: Annotated[Text, AfterValidator(checks.hook_name)] = Field(examples=["desk-chat"])
    url: Annotated[Secret, AfterValidator(checks.hook_url)] = Field(examples=["https://example.org/hook"], repr=False)
    secret: Annotated[Secret, AfterValidator(checks.hook_secret)] = Field(examples=["env:HOOK_SECRET"], repr=False)
    events: Annotated[Texts, AfterValidator(checks.hook_events)] = Field(("alarms",), examples=[["calls", "postings"]])

    @property
    def told(self) -> frozenset[str]:
        """Of the feed, what this hook is sent: the first words of the kinds of events."""
        return frozenset(one.removesuffix("s") for one in self.events if one != "alarms")


class TrunkSettings(Settings):
    """A group of trunks as it stands from a day on; a later table of the same group replaces it from its own day.

    Its trunks are given by `first` and `last`, by `members` (both as the exchange writes them), or, where the exchange does
    not tell them apart, as a number of `channels`. `target` is the share of calls that may find all busy. `monthly_rent` is
    what one trunk costs a month, in the hotel's currency.
    """

    group: Text = Field(examples=["city"])
    name: str = Field("", examples=["City lines"])
    first: Text | None = Field(None, examples=["T001"])
    last: Text | None = Field(None, examples=["T024"])
    members: Texts = Field((), examples=[["T001", "T002"]])
    channels: Annotated[int, Field(ge=1, le=MOST_MEMBERS)] | None = Field(None, examples=[30])
    since: date | None = Field(None, examples=[date(2026, 9, 1)])
    direction: Annotated[str, AfterValidator(one_of(TRUNK_DIRECTIONS, 'direction = "both"'))] = Field(
        "both", examples=["out"]
    )
    target: Annotated[float, Field(gt=0, lt=1)] = Field(0.01, examples=[0.02])
    overflow_of: Texts = Field((), examples=[["sip"]])
    monthly_rent: Annotated[str, AfterValidator(checks.amount)] | None = Field(None, examples=["19.50"])


class ReportSettings(Settings):
    """From where on a call stands out in the report of exceptions; every key may be left out.

    `costly` is an amount in the hotel's currency; `after_hours` begins and ends on the hotel's clock, and concerns calls of
    departments; `repeated` is how often one extension calls one number, `many_callers` how many extensions do. `operator` names the extensions of the operator position; so
    many of a hundred calls are to be answered within so many seconds there, and each takes some work after it.
    """

    long_minutes: Annotated[int, Field(ge=1, le=1_440)] = Field(60, examples=[60])
    costly: Annotated[str, AfterValidator(checks.amount)] = Field("50", examples=["50.00"])
    short_seconds: Annotated[int, Field(ge=1, le=60)] = Field(6, examples=[6])
    after_hours_from: Annotated[time, BeforeValidator(checks.time_of_day)] = Field(time(22, 0), examples=["22:00"])
    after_hours_to: Annotated[time, BeforeValidator(checks.time_of_day)] = Field(time(6, 0), examples=["06:00"])
    repeated: Annotated[int, Field(ge=2, le=1_000)] = Field(5, examples=[5])
    many_callers: Annotated[int, Field(ge=2, le=1_000)] = Field(5, examples=[5])
    operator: Texts = Field((), examples=[["601"]])
    answer_within_seconds: Annotated[int, Field(ge=0, le=600)] = Field(20, examples=[20])
    answer_percent: Annotated[int, Field(ge=1, le=99)] = Field(80, examples=[80])
    after_call_seconds: Annotated[int, Field(ge=0, le=3_600)] = Field(0, examples=[15])


class AuditSettings(Settings):
    """When a business day ends; both keys may be left out.

    `ends_by` is "pms" (its night audit, which FIAS tells), "clock" or "hand"; "" is "pms" where the PMS can tell, else "clock".
    `ends_at` is the hour on the hotel's clock: of the clock, and of the PMS that was expected to tell and did not.
    """

    ends_by: Annotated[str, AfterValidator(one_of(DAY_ENDS_BY, 'ends_by = "clock"'))] = Field("", examples=["clock"])
    ends_at: Annotated[time, BeforeValidator(checks.time_of_day)] = Field(time(3, 0), examples=["03:00"])


class Document(Settings):
    """The whole file, table by table. `load` has put an empty table in the place of each one that may be left out."""

    property: PropertySettings
    store: StoreSettings
    web: WebSettings
    sign_in: SignInSettings
    pbx: Annotated[tuple[PbxSettings, ...], BeforeValidator(as_tuple)]
    pms: Annotated[tuple[PmsSettings, ...], BeforeValidator(as_tuple)]
    rooms: RoomSettings
    numbering: NumberingSettings
    tariff: TariffSettings
    watch: WatchSettings
    reports: ReportSettings
    audit: AuditSettings
    bills: BillSettings
    fraud: FraudSettings
    carrier_bills: CarrierBillSettings
    acts: ActSettings
    delivery: DeliverySettings
    accounting: AccountingSettings | None = None
    recipients: Annotated[tuple[RecipientSettings, ...], BeforeValidator(as_tuple)] = ()
    schedules: Annotated[tuple[ScheduleSettings, ...], BeforeValidator(as_tuple)] = ()
    mail: MailSettings | None = None
    hook: Annotated[tuple[HookSettings, ...], BeforeValidator(as_tuple)] = ()
    trunks: Annotated[tuple[TrunkSettings, ...], BeforeValidator(as_tuple)] = ()
    lists: Annotated[tuple[NumberListSettings, ...], BeforeValidator(as_tuple)] = ()
    inbound: InboundSettings = USUAL
    numbers: Annotated[tuple[NumberSettings, ...], BeforeValidator(as_tuple)] = ()
    privacy: PrivacySettings
    staff: StaffSettings
    working_hours: Annotated[tuple[WorkingHoursSettings, ...], BeforeValidator(as_tuple)] = ()
    account_codes: Annotated[tuple[AccountCodeSettings, ...], BeforeValidator(as_tuple)] = ()
    budgets: Annotated[tuple[BudgetSettings, ...], BeforeValidator(as_tuple)] = ()
    flat_rates: Annotated[tuple[FlatRateSettings, ...], BeforeValidator(as_tuple)] = ()


class StoreDocument(BaseModel):
    """Of the whole file, what a command needs that only looks into the store: the rest may be as it is."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    property: PropertySettings
    store: StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a gateway is told, found good as a whole; `file` is where it was read."""

    file: Path
    property: PropertySettings
    store: StoreSettings
    web: WebSettings
    sign_in: SignInSettings
    pbx: tuple[PbxSettings, ...]
    pms: tuple[PmsSettings, ...]
    rooms: RoomSettings
    numbering: NumberingSettings
    tariff: TariffSettings
    watch: WatchSettings
    reports: ReportSettings
    audit: AuditSettings
    bills: BillSettings
    mail: MailSettings | None
    hook: tuple[HookSettings, ...]
    acts: ActSettings
    trunks: tuple[TrunkSettings, ...] = ()
    lists: tuple[NumberListSettings, ...] = ()
    fraud: FraudSettings
    carrier_bills: CarrierBillSettings
    inbound: InboundSettings = USUAL
    numbers: tuple[NumberSettings, ...] = ()
    privacy: PrivacySettings
    staff: StaffSettings
    working_hours: tuple[WorkingHoursSettings, ...] = ()
    account_codes: tuple[AccountCodeSettings, ...] = ()
    budgets: tuple[BudgetSettings, ...] = ()
    flat_rates: tuple[FlatRateSettings, ...] = ()
    delivery: DeliverySettings
    accounting: AccountingSettings | None = None
    recipients: tuple[RecipientSettings, ...] = ()
    schedules: tuple[ScheduleSettings, ...] = ()

    def floors(self) -> Mapping[str, str]:
        """The floor of each room whose number does not tell it."""
        return {**self.watch.floors, **self.rooms.floors}
