"""The house's certificate: read whole or refused in a sentence, taken up when it was renewed, and kept when the new one is broken."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.web.listening import Certificates, CertificateUnusable, days_left, options
from gateway.web.security import STRICT, own_hosts
from tests.conftest import LoggedFailures
from tests.gateway.watch.certificates import own_certificate
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house


def test_what_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    _, others = own_certificate(tmp_path / "other")
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for files, why in (
        ((tmp_path / "none.pem", key), "cannot be read: No such file"),
        ((empty, key), "holds no certificate"),
        ((certificate, empty), "as a private key"),
        ((certificate, others), "is not that of the certificate"),
    ):
        with pytest.raises(CertificateUnusable, match=why):
            options(*files)
    assert days_left(certificate, datetime.now(UTC)) == 0


def test_a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(
    tmp_path: Path, logged_failures: LoggedFailures
) -> None:
    files = own_certificate(tmp_path)
    served = Certificates(*files)
    first = served.now()
    assert served.now() is first
    own_certificate(tmp_path)
    os.utime(files[0], (1, 1))
    second = served.now()
    assert second is not first
    files[1].write_text("rubbish")
    os.utime(files[0], (2, 2))
    assert served.now() is second


def test_under_tls_browsers_come_back_by_tls_alone(tmp_path: Path) -> None:
    house = StandingHouse(tmp_path, sign_in="required", tls=own_certificate(tmp_path))
    assert Asker(as_house(house)).get("/sign-in").headers["strict-transport-security"] == STRICT
    house.close()


def test_the_pages_answer_to_the_name_that_people_use() -> None:
    ours = own_hosts("10.0.0.5", "https://foliogate.example/")
    assert ours("foliogate.example")
    assert ours("10.0.0.5:8443".partition(":")[0])
    assert not ours("10.0.0.6")
    everywhere = own_hosts("", "")
    assert everywhere("10.0.0.6")
    assert not everywhere("evil.example")
