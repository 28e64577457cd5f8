"""The configuration: one TOML file, parsed once, validated as a whole into frozen settings.

`load` returns a `Config`, or every `Problem` at once. What each key means is in `docs/configuration.md`; how it is
checked is in `settings.py` (types and defaults), `checks.py` (single values) and `rules.py` (keys together).
Nothing outside this package reads the file, and nothing in it opens a connection.
"""

from __future__ import annotations

from gateway.config.accounting import AccountingSettings
from gateway.config.delivery import DeliverySettings, RecipientSettings, ScheduleSettings
from gateway.config.exchanges import PbxSettings
from gateway.config.inbound import InboundSettings, NumberSettings
from gateway.config.load import load, load_store
from gateway.config.problems import Problem
from gateway.config.settings import (
    Config,
    ExtensionRange,
    HookSettings,
    MailSettings,
    NumberingSettings,
    PmsSettings,
    PropertySettings,
    ReportSettings,
    RoomSettings,
    StoreDocument,
    StoreSettings,
    TariffSettings,
    TransferPayer,
    WatchSettings,
)
from gateway.config.sign_in import LdapSettings, OidcSettings, SignInSettings, WebSettings

__all__ = [
    "AccountingSettings",
    "Config",
    "DeliverySettings",
    "ExtensionRange",
    "HookSettings",
    "InboundSettings",
    "LdapSettings",
    "MailSettings",
    "NumberSettings",
    "NumberingSettings",
    "OidcSettings",
    "PbxSettings",
    "PmsSettings",
    "Problem",
    "PropertySettings",
    "RecipientSettings",
    "ReportSettings",
    "RoomSettings",
    "ScheduleSettings",
    "StoreDocument",
    "SignInSettings",
    "StoreSettings",
    "TariffSettings",
    "TransferPayer",
    "WatchSettings",
    "WebSettings",
    "load",
    "load_store",
]
