"""Which tariff prices a call: the order of those who may name one, and that a change moves nothing that is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.attribution import (
    HOUSE,
    Assignment,
    Attribution,
    Caller,
    Given,
    Guest,
    StayTariffs,
    attribution,
    put_through,
)
from gateway.config.settings import AssignmentSettings
from gateway.instants import to_micros
from pms_adapters.events import CheckedIn, GuestChanged
from pms_adapters.events import Guest as News
from tests.gateway.configurations import EXAMPLE, good, only, with_tariff
from tests.gateway.prices import HEAD, decide, of_files
from tests.gateway.rig import NOON, Rig, line

ROOM = Caller("101", "101", "", Guest("77", "", "", "ACME"))
KITCHEN = Caller("600", "", "Kitchen", None)
EVERYBODY = (
    Assignment(tariff="D", bearer="department", names=frozenset({"Kitchen"})),
    Assignment(tariff="T", bearer="tenant", names=frozenset({"101", "600"})),
    Assignment(tariff="R", bearer="room", names=frozenset({"101"})),
    Assignment(tariff="G", bearer="group", names=frozenset({"ACME"})),
)


def code(caller: Caller, *assignments: Assignment, given: StayTariffs | None = None, at: int = 100) -> str:
    """The tariff of a call."""
    return attribution(assignments, {}).circumstances(caller, given or StayTariffs(), at).tariff


def test_the_more_particular_bearer_wins_whatever_the_order_of_the_text() -> None:
    """Group, room, tenant, department."""
    for listed in (EVERYBODY, EVERYBODY[::-1]):
        assert code(ROOM, *listed) == "G"
        assert code(ROOM._replace(guest=None), *listed) == "R"
        assert code(KITCHEN, *listed) == "T"
    assert code(KITCHEN, EVERYBODY[0]) == "D"
    assert code(KITCHEN) == ""


def test_the_desk_wins_over_the_pms_and_both_over_the_text() -> None:
    """And what the desk takes back is the PMS's again."""
    given = StayTariffs()
    given.add("77", Given(0, "pms", "P"))
    assert code(ROOM, *EVERYBODY, given=given) == "P"
    given.add("77", Given(50, "desk", "X"))
    assert code(ROOM, *EVERYBODY, given=given, at=49) == "P"
    assert code(ROOM, *EVERYBODY, given=given, at=50) == "X"
    given.add("77", Given(80, "desk", HOUSE))
    assert code(ROOM, *EVERYBODY, given=given, at=90) == ""
    given.add("77", Given(95, "desk", ""))
    assert code(ROOM, *EVERYBODY, given=given, at=99) == "P"


def test_an_assignment_holds_in_its_time_and_the_later_text_wins() -> None:
    """From its first instant until before its end."""
    dated = replace(EVERYBODY[2], since=10, until=20)
    assert [code(ROOM._replace(guest=None), dated, at=at) for at in (9, 10, 19, 20)] == ["", "R", "R", ""]
    assert code(ROOM._replace(guest=None), EVERYBODY[2], replace(EVERYBODY[2], tariff="R2")) == "R2"


def test_what_else_bears_on_a_price_is_told() -> None:
    """The guest, the telephone, the line, the operator."""
    caller = Caller("610", "", "", Guest("77", "gold", "V1", "ACME"), operator=True)
    around = attribution((), {"610": "booth"}).circumstances(caller, StayTariffs(), 0, "T1", "ISDN")
    assert (around.guest_class, around.vip, around.group) == ("gold", "V1", "ACME")
    assert (around.extension_class, around.extension) == ("booth", "610")
    assert (around.trunk, around.trunk_group, around.operator) == ("T1", "ISDN", True)
    assert Attribution().circumstances(ROOM, StayTariffs(), 0).extension_class == "room"
    assert Attribution().circumstances(KITCHEN, StayTariffs(), 0).extension_class == "department"


@pytest.mark.parametrize(
    ("holders", "payer", "by_operator"),
    [(("201",), "201", False), (("600", "201"), "201", True), (("201", "202"), "201", False), ((), None, False)],
)
def test_a_call_that_was_put_through_is_the_operators(
    holders: tuple[str, ...], payer: str | None, by_operator: bool
) -> None:
    """Whoever began it does not pay for it."""
    assert put_through(holders, payer) is by_operator


BOOK = of_files(
    house=f'code = "T"\n{HEAD}[class.mobile]\nprice_per_minute = "1"\n',
    vip=f'code = "VIP"\ncarried = true\n{HEAD}[class.mobile]\nprice_per_minute = "0.10"\n',
)
MOBILE = "9600123456"


def call(rig: Rig, number: int) -> int:
    """A call of a minute; its amount."""
    rig.send(rig.connect(), line(number, dialled=MOBILE, seconds=60))
    return int(rig.rows("SELECT amount FROM calls ORDER BY id DESC")[0][0])


def test_a_stay_that_the_pms_gives_a_tariff_pays_by_it_from_its_beginning(rig: Rig) -> None:
    """Also for a call that began before the news came."""
    rig.use(BOOK)
    guest = News(reservation="77001", name="Adler", tariff="VIP")
    rig.news(CheckedIn(room="201", guest=guest, at=rig.now - timedelta(minutes=10)))
    assert call(rig, 1) == 10
    assert rig.rows("SELECT reservation, code, source FROM stay_tariffs") == [("77001", "VIP", "pms")]


def test_a_change_moves_no_stored_call_and_a_late_record_pays_by_what_was_then(rig: Rig) -> None:
    """The change has its instant."""
    rig.use(BOOK)
    rig.check_in()
    assert call(rig, 1) == 100
    changed = News(reservation="77001", tariff="VIP")
    rig.news(GuestChanged(room="201", guest=changed, at=NOON))
    assert call(rig, 2) == 100  # it began five minutes before noon
    rig.send(rig.connect(), line(3, dialled=MOBILE, seconds=60, start=NOON + timedelta(minutes=1)))
    assert rig.rows("SELECT amount FROM calls ORDER BY id") == [(100,), (100,), (10,)]


def test_the_desk_gives_a_stay_a_tariff_by_name_and_takes_it_back(rig: Rig) -> None:
    """It is written down, with who; a code that is not there is refused."""
    rig.use(BOOK)
    rig.check_in()
    codes = frozenset(BOOK.carried)
    assert "there is no tariff GOLD" in decide(rig, "tariff", "GOLD", room="201", tariffs=codes)
    assert "nobody is known to be in room 202" in decide(rig, "tariff", "VIP", room="202", tariffs=codes)
    assert "is now priced by VIP" in decide(rig, "tariff", "VIP", room="201", tariffs=codes)
    rig.send(rig.connect(), line(1, dialled=MOBILE, seconds=60, start=NOON + timedelta(minutes=1)))
    rig.advance(120)
    decide(rig, "tariff", "", room="201", tariffs=codes)
    rig.send(rig.connect(), line(2, dialled=MOBILE, seconds=60, start=NOON + timedelta(minutes=3)))
    assert rig.rows("SELECT amount FROM calls ORDER BY id") == [(10,), (100,)]
    assert rig.rows("SELECT who, code FROM stay_tariffs ORDER BY id") == [("Anna", "VIP"), ("Anna", "")]
    rig.database.transact(rig.memory.reload)
    assert rig.memory.stay_tariffs.at("77001", to_micros(NOON)) == "VIP"


def test_a_group_of_the_configuration_is_priced_by_its_tariff(rig: Rig) -> None:
    """The PMS tells the group with the guest."""
    given = attribution([Assignment(tariff="VIP", bearer="group", names=frozenset({"ACME"}))], {})
    rig.rules = replace(rig.rules, attribution=given)
    rig.use(BOOK)
    guest = News(reservation="77001", group="ACME")
    rig.news(CheckedIn(room="201", guest=guest, at=rig.now - timedelta(hours=1)))
    assert call(rig, 1) == 10


# -- the configuration -----------------------------------------------------------------------------------------------


def test_assignments_are_read_as_days_of_the_property(tmp_path: object) -> None:
    """From midnight of the first day until midnight after the last."""
    from gateway.app import configured

    text = EXAMPLE + '[[tariff.assign]]\ntariff = "VIP"\nrooms = ["101"]\nfrom = 2026-11-20\nto = 2026-11-20\n'
    [one] = configured.assigned(good(with_tariff(tmp_path), text)).assignments  # type: ignore[arg-type]
    assert (one.tariff, one.bearer, one.names) == ("VIP", "room", frozenset({"101"}))
    assert one.covers(to_micros(NOON))
    assert one.since is not None
    assert one.until is not None
    assert one.until - one.since == 24 * 3600 * 1_000_000


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "exactly one of groups, rooms, tenant, departments"),
        ('rooms = ["101"]\ngroups = ["X"]\n', "exactly one"),
        ('rooms = ["101"]\nfrom = 2026-11-20\nto = 2026-11-19\n', "is before"),
        ('rooms = ["101"]\nfrom = "tomorrow"\n', "from"),
    ],
)
def test_an_assignment_that_says_too_much_or_too_little_is_a_problem(tmp_path: object, written: str, said: str) -> None:
    """With its place in the file."""
    text = EXAMPLE + f'[[tariff.assign]]\ntariff = "VIP"\n{written}'
    problem = only(with_tariff(tmp_path), text)  # type: ignore[arg-type]
    assert said in str(problem)
    assert AssignmentSettings.model_config["extra"] == "forbid"
