"""OPERA Cloud behind its gateway, as far as a telephone charge sees it: tokens, reservations, charges, the journal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pms_adapters.marks import token_of
from tests.pms_adapters.web.scene import GUEST_SINCE, HOTEL, Answer, Heard, WebPms


def _json(status: int = 200, **members: Any) -> Answer:
    return Answer(body=json.dumps(members).encode(), status=status, kind="application/json")


@dataclass(kw_only=True)
class OhipPms(WebPms):
    """One hotel with one guest in room 0412. Tokens are good for `token_seconds` unless `revoke` takes them back."""

    token_seconds: int = 3600
    tokens: int = 0
    valid: str = ""
    locked_out: bool = False
    revoke_at_charges: int = 0
    """How many of the next charges find their token taken back."""
    vacant: bool = False
    restricted: bool = False
    arrival: str = field(default_factory=lambda: f"{GUEST_SINCE.astimezone(HOTEL):%Y-%m-%d}")
    journal: list[dict[str, Any]] = field(default_factory=list)

    def is_charge(self, heard: Heard) -> bool:
        """Whether it is postBillingCharges."""
        return heard.method == "POST" and heard.path.endswith("/charges")

    def say_to(self, heard: Heard) -> Answer:
        """Each operation."""
        parts = urlsplit(heard.path)
        if parts.path.endswith("/oauth/v1/tokens"):
            return self._token(heard)
        if self.is_charge(heard) and self.revoke_at_charges:
            self.revoke_at_charges -= 1
            self.valid = ""
        if heard.headers.get("authorization") != f"Bearer {self.valid}" or not self.valid:
            return _json(401, title="Unauthorized")
        if self.is_charge(heard):
            return self._charge(json.loads(heard.body, parse_float=Decimal)["criteria"])
        if parts.path.endswith("/financialPostings"):
            return self._read(parse_qs(parts.query)["checkNumberWildCard"][0])
        return self._stays(parse_qs(parts.query)["roomId"][0])

    def _token(self, heard: Heard) -> Answer:
        assert heard.headers["x-app-key"]
        assert parse_qs(heard.body.decode())["grant_type"] == ["client_credentials"]
        if self.locked_out:
            return _json(401, title="Invalid client")
        self.tokens += 1
        self.valid = f"token-{self.tokens}"
        return _json(access_token=self.valid, expires_in=self.token_seconds, token_type="Bearer")

    def _stays(self, room: str) -> Answer:
        row = {
            "reservationIdList": [{"id": "30012", "type": "Reservation"}, {"id": "C1", "type": "Confirmation"}],
            "roomStay": {"roomId": room, "arrivalDate": self.arrival},
            "cashiering": {"billingPrivileges": {"postingRestriction": self.restricted}},
            "reservationStatus": "InHouse",
        }
        return _json(reservations={"reservationInfo": [] if self.vacant else [row], "hasMore": False})

    def _charge(self, criteria: dict[str, Any]) -> Answer:
        (charge,) = criteria["charges"]
        token = token_of(charge["checkNumber"])
        assert token is not None
        assert criteria["reservationId"]["id"] == "30012"
        number = 5000 + len(self.journal)
        if self.take(token):
            self.journal.append(
                {
                    "transactionNo": number,
                    "checkNo": charge["checkNumber"],
                    "reference": charge["postingReference"],
                    "transactionCode": charge["transactionCode"],
                    "postedAmount": {"amount": float(charge["price"]["amount"])},
                }
            )
        if self.mood == "no":
            return _json(400, title="Charges are not allowed", **{"o:errorCode": "CSH00042"})
        return _json(201, postings=[{"transactionNo": number}])

    def _read(self, check: str) -> Answer:
        lines = [line for line in self.journal if line["checkNo"] == check]
        if not lines:
            return Answer(body=b"", status=204, kind="application/json")
        return _json(journalPostings={"postings": lines}, hasMore=False)
