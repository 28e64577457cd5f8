"""Guestline, innRoad, SIHOT and OPERA Cloud before their adapters, each on the contract suite's stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from pms_adapters.contract import Ability
from pms_adapters.posting import PmsAdapter, Posted, Posting, Refused
from pms_adapters.rest import ohip
from pms_adapters.rest.ohip_messages import OhipOptions
from pms_adapters.soap import kit
from pms_adapters.soap.guestline import Guestline, GuestlineOptions
from pms_adapters.soap.innroad import InnRoad, InnRoadOptions
from pms_adapters.soap.sihot import Sihot, SihotOptions
from pms_adapters.web.link import WebSettings
from tests.pms_adapters.rest.fake import OhipPms
from tests.pms_adapters.soap.fakes import GuestlinePms, InnRoadPms, SihotPms
from tests.pms_adapters.web.scene import HOTEL, PROBED, URL, WebScene, at_once

WITHOUT_FOLIO: Final[frozenset[Ability]] = frozenset({"accept", "refuse", "silence", "garble", "late", "away"})
WITH_FOLIO: Final[frozenset[Ability]] = WITHOUT_FOLIO | {"folio"}


def settings(name: str) -> WebSettings:
    """A PMS at an address of the scene's."""
    return WebSettings(name=name, url=URL, timezone=HOTEL)


class GuestlineScene(WebScene):
    """Guestline."""

    abilities = WITH_FOLIO
    pms: GuestlinePms

    def __init__(self, **options: Any) -> None:
        known = {"site": "SEASIDE", "interface": 7, "operator": "us", "password": "s3cret", "probe_room": PROBED}
        given = GuestlineOptions.model_validate({**known, "analysis_code": {"default": "TEL"}, **options})
        super().__init__(GuestlinePms(), _soap("guestline", given, Guestline))


class InnRoadScene(WebScene):
    """innRoad, whose charges bear no mark: which one is on its way is noted where it leaves."""

    abilities = WITHOUT_FOLIO
    pms: InnRoadPms

    def __init__(self, **options: Any) -> None:
        known = {
            "client_code": "SEASIDE",
            "login": "us",
            "password": "s3cret",
            "property_id": "1",
            "yes": [1],
            "no": [-1],
        }
        pms = InnRoadPms()

        class Noting(InnRoad):
            async def charge(self, posting: Posting, account: str, timeout: float) -> Posted | Refused:
                pms.offered = posting.token
                return await super().charge(posting, account, timeout)

        super().__init__(pms, _soap("innroad", InnRoadOptions.model_validate({**known, **options}), Noting))


class SihotScene(WebScene):
    """SIHOT."""

    abilities = WITHOUT_FOLIO
    pms: SihotPms

    def __init__(self, **options: Any) -> None:
        known = {"security_id": "s3cret", "service": {"default": "TEL"}, "probe_room": PROBED}
        super().__init__(SihotPms(), _soap("sihot", SihotOptions.model_validate({**known, **options}), Sihot))


class OhipScene(WebScene):
    """OPERA Cloud."""

    abilities = WITH_FOLIO
    pms: OhipPms

    def __init__(self, **options: Any) -> None:
        known = {
            "hotel": "SAND01",
            "client_id": "us",
            "client_secret": "s3cret",
            "app_key": "key",
            "enterprise_id": "ACME",
        }
        codes = {"default": "4510", "international": "4511"}
        more = {"cashier": 5, "transaction_code": codes, "probe_room": PROBED}
        given = OhipOptions.model_validate({**known, **more, **options})

        def make(reactor: Any, now: Callable[[], datetime]) -> PmsAdapter:
            return ohip.adapter(settings("ohip"), given, reactor=reactor, now=now)

        super().__init__(OhipPms(), make)


def _soap(name: str, options: Any, dialect: Any) -> Callable[[Any, Callable[[], datetime]], PmsAdapter]:
    def make(reactor: Any, now: Callable[[], datetime]) -> PmsAdapter:
        return kit.adapter(settings(name), options, dialect, reactor=reactor, now=now, in_thread=at_once)

    return make


ALL: Final[tuple[type[WebScene], ...]] = (GuestlineScene, InnRoadScene, SihotScene, OhipScene)
