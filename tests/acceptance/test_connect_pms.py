"""The link to a PMS is proven by one smallest charge that a person looks at; without a gateway or a guest nothing is posted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.acceptance.peers import ForeignPms, House, running

pytestmark = pytest.mark.acceptance


def test_one_smallest_charge_is_posted_looked_at_and_taken_back(house: House, pms: ForeignPms) -> None:
    """The person's words stand beside the stay; what stays of the charge is to be taken off by hand where the PMS takes no reversal."""

    def proven(answers: str) -> subprocess.CompletedProcess[str]:
        words = [
            sys.executable,
            "-m",
            "gateway.cli.main",
            "connect-pms",
            "201",
            "--by",
            "Ines",
            "--config",
            str(house.config),
        ]
        return subprocess.run(words, input=answers, capture_output=True, text=True, timeout=30, check=False)

    with running(house):
        done = proven("y\ny\n4711 Telephone\ny\n")
        assert done.returncode == 0, done.stdout + done.stderr
        house.stop()
    assert [fields["TA"] for fields in pms.postings] == ["1"]
    assert "The PMS took it." in done.stdout
    assert "account 4711 Telephone, decimals right" in done.stdout
