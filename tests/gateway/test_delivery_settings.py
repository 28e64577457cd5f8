"""A schedule that is described wrongly is told in a sentence, with file, key and what to write instead."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from gateway.config.delivery import sftp_address
from gateway.config.meanings import worked_days
from gateway.schedules import Rhythm
from tests.gateway.configurations import EXAMPLE, good, only, with_tariff

MAIL = '\n[mail]\nhost = "localhost"\nsecurity = "none"\nsender = "f@example.org"\nto = ["desk@example.org"]\n'
RECIPIENT = '\n[[recipients]]\nname = "gm"\nrole = "auditor"\nmail = ["gm@example.org"]\n'
SCHEDULE = '\n[[schedules]]\nname = "balance"\nreport = "balance"\nevery = "daily"\nto = ["gm"]\n'
WHOLE = EXAMPLE + MAIL + RECIPIENT + SCHEDULE
ACCOUNTS = '\n[accounting]\nguests = "1400"\nrevenue = { default = "4400" }\ntaxes = { default = "3806" }\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return with_tariff(tmp_path)


def test_a_schedule_has_a_rhythm_and_a_recipient_a_way_and_a_mask(folder: Path) -> None:
    config = good(folder, WHOLE + 'at = "05:30"\nwhen_closed = "next"\n')
    (one,) = config.schedules
    assert one.rhythm == Rhythm(every="daily", at=time(5, 30), when_closed="next", period="yesterday")
    (who,) = config.recipients
    assert (who.way, who.masked) == ("mail", False)
    assert config.delivery.folder == folder / "reports"
    worked = worked_days(config)
    assert [worked(date(2026, 11, day)) for day in (10, 11, 14)] == [True, False, False], (
        "the 11th is a holiday in Poland"
    )
    sheets = good(folder, WHOLE.replace('every = "daily"', 'every = "6 hours"')).schedules[0].rhythm
    assert (sheets.every, sheets.hours, sheets.period) == ("hours", 6, "today")
    assert good(folder, WHOLE.replace('role = "auditor"\n', "")).recipients[0].masked, "who has no role sees no numbers"


def test_the_folder_of_an_sftp_server_counts_from_the_home() -> None:
    said = {"sftp://f@h/in": "in", "sftp://f@h//srv/in": "/srv/in", "sftp://f@h": ".", "sftp://f@h:2222/a%20b": "a b"}
    assert {one: sftp_address(one).folder for one in said} == said
    assert sftp_address("sftp://f@h:2222/x")[:3] == ("f", "h", 2222)


SFTP = 'sftp = "sftp://f@example.org/in"\n'


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('every = "daily"', 'every = "5 hours"', "schedules.balance.every", "1, 2, 3, 4, 6, 8 or 12"),
        ('every = "daily"', 'every = "often"', "schedules.balance.every", "is not how often"),
        ('every = "daily"', 'every = "daily"\nday = 3', "schedules.balance.day", 'for every = "monthly" alone'),
        ('every = "daily"', 'every = "daily"\nwhen_closed = "previous"', "schedules.balance.when_closed", "not be over"),
        ('every = "daily"', 'every = "2 hours"\nwhen_closed = "next"', "schedules.balance.when_closed", "is not moved"),
        ('every = "daily"', 'every = "daily"\nforms = ["doc"]', "schedules.balance.forms", '"doc" is not known'),
        ('every = "daily"', 'every = "daily"\ntable = "calls"', "schedules.balance.table", "chosen for CSV"),
        ('every = "daily"', 'every = "daily"\nat = "25:00"', "schedules.balance.at", "is not a time of day"),
        ('to = ["gm"]', 'to = ["boss"]', "schedules.balance.to", 'no [[recipients]] named "boss"'),
        ('to = ["gm"]', 'to = ["gm", "gm"]', "schedules.balance.to", "twice"),
        ('report = "balance"', 'report = "accounting"', "schedules.balance.report", "write [accounting]"),
        ('mail = ["gm@example.org"]\n', "", "recipients.gm", "how he is reached is not said"),
        ('mail = ["gm@example.org"]\n', SFTP + 'password = "x"\n', "recipients.gm", "the server's key is needed"),
        ('mail = ["gm@example.org"]\n', SFTP + 'host_key = "none"\npassword = "x"\n', "recipients.gm.host_key", "ssh-keyscan"),
        ('mail = ["gm@example.org"]\n', SFTP + f'host_key = "SHA256:{"A" * 43}"\n', "recipients.gm", "logs in by one of both"),
        ('mail = ["gm@example.org"]\n', 'hook = "https://example.org/x"\n', "recipients.gm", "what is sent is signed"),
        ('mail = ["gm@example.org"]\n', 'mail = ["gm@example.org"]\nfolder = "x"\n', "recipients.gm.folder", "only one of"),
        ('role = "auditor"', 'role = "boss"', "recipients.gm.role", '"boss" is not known'),
        (MAIL, "", "recipients.gm.mail", "there is no mail server"),
        (SCHEDULE, SCHEDULE + '[delivery]\nholidays = "XX"\n', "delivery.holidays", "No holidays are known"),
        (SCHEDULE, ACCOUNTS.replace("default = \"4400\"", 'locl = "1"'), "accounting.revenue", "not a class of number"),
        (SCHEDULE, ACCOUNTS + 'departments = { default = "6900" }\n', "accounting.departments", "write recovered too"),
        (SCHEDULE, ACCOUNTS + 'date_format = "%d.%m."\n', "accounting.date_format", "a whole day"),
        (SCHEDULE, ACCOUNTS + 'decimal_mark = ","\n', "accounting.separator", "are the same"),
        (SCHEDULE, ACCOUNTS + 'columns = [{ title = "x" }]\n', "accounting.columns[1]", "either a value or a fixed text"),
        (SCHEDULE, ACCOUNTS + 'encoding = "klingon"\n', "accounting.encoding", "is not an encoding"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_a_sentence(folder: Path, old: str, new: str, key: str, said: str) -> None:
    problem = only(folder, WHOLE.replace(old, new))
    assert (problem.key, said in problem.sentence) == (key, True), str(problem)
