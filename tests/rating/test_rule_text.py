"""Protects whoever writes rules: what can never hold, what the order decides and what must not be priced is said with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.records import CallRecord
from rating.circumstances import PLAIN, Circumstances
from rating.limits import budgets_for, standing
from rating.outcomes import NotChargeable, RatedCall, Unrated
from rating.rate import cost_of, rate
from rating.text import load
from tests.rating.scenes import BERLIN, abroad, at_home, book, book_of, call, folder
from tests.rating.test_text import errors, warnings

PRICE = 'price_per_minute = "1"\n'
COST = {
    "cost.toml": b'kind = "cost"\ncode = "C"\ncarrier = "Tele"\ncurrency = "EUR"\nvalid_from = 2000-01-01\ndecks = []\nprice_per_minute = "0.01"\n'
}


def rule(name: str, *lines: str) -> str:
    """A special rule of these lines."""
    return "\n".join(["[[rule]]", f'name = "{name}"', *lines]) + "\n"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            rule("wide", 'vip = "*"', "free = true") + rule("narrow", 'vip = "V1"', 'group = "G"', "free = true"),
            "tariff.toml:8: rule[1]: The rule 'narrow' is never reached: that of line 4, 'wide', fits all of its calls.",
        ),
        (
            rule("all", "surcharge = 1") + rule("later", 'prefix = "33"', "surcharge = 2"),
            "tariff.toml:7: rule[1]: The rule 'later' is never reached: that of line 4",
        ),
        (
            rule("a", 'prefix = ["33", "34"]', "surcharge = 1") + rule("b", 'prefix = "336"', "surcharge = 2"),
            "tariff.toml:8: rule[1]: The rule 'b' is never reached",
        ),
        (rule("a", 'vip = "1"') + rule("a", 'vip = "2"'), "rule[1].name: The rule of line 4 is called 'a' too"),
        (rule("a", 'class = "emergency"'), "tariff.toml:6: rule[0].class: Emergency calls are never charged"),
        (
            rule("a", 'prefix = "#112"'),
            "tariff.toml:6: rule[0].prefix: 112 is an emergency number: it is never charged",
        ),
        (rule("a", 'prefix = "#110"'), "110 is an emergency number"),
        (rule("a", 'prefix = "0033"'), "tariff.toml:6: rule[0].prefix: '0033' is no prefix"),
        (rule("a", 'class = "mobil"'), "rule[0].class: 'mobil' is not known here; write one of: local, national"),
        (rule("a", 'band = "night"'), "rule[0].band: 'night' is not known here; write one of: none is there."),
        (rule("a", 'direction = "up"'), "'up' is not known here; write one of: out, in, collect, tandem."),
        (rule("a", "vip = false"), "rule[0].vip: vip = true asks for any"),
        (rule("a", "vip = 1"), "rule[0].vip: vip is a text or a list of texts"),
        (rule("a", "operator = 'yes'"), "operator is either true or false"),
        (rule("a", 'deck = "x.csv"'), "rule[0].deck: The deck 'x.csv' is not in the folder; it has: none."),
        (rule("a", "free = true", "price_per_call = 1"), "rule[0].free: A rule cannot make calls free and price them."),
        ("[[rule]]\nfree = true\n", "rule[0].name: name is missing."),
        (rule("a", "discount_percent = 101"), "A discount is at most 100 percent: a call cannot pay the guest."),
        ("minimum = 2\nmaximum = 1\n", "tariff.toml:5: maximum: The maximum is less than the minimum."),
        ("price_per_minute = 1\nprice_per_call = 1\n", "Write either price_per_minute or price_per_call"),
        ('basis = "pulses"\n', 'basis: basis = "pulses" needs the price of a pulse'),
        ('basis = "call"\n', 'basis = "call" needs its price: price_per_call'),
        (
            'basis = "cost"\n',
            'basis: A price is cost plus, and the folder has no cost tariff: add one with kind = "cost"',
        ),
        ("steps = [{ from = 5 }]\n", "The first step begins with the call: from = 0."),
        (
            "steps = [{ from = 0 }, { from = 60 }, { from = 30 }]\n",
            "steps[2].from: A step that begins after 30 s stands after one that begins later: it is never reached.",
        ),
        ("steps = [{ }]\nprice_per_call = 1\n", "With steps the prices stand in the steps"),
        ("steps = [{ price = 1 }]\n", "tariff.toml:4: steps[0].price: price is not known; did you mean"),
        ("[class.local]\nfree_seconds = 5\nsteps = [{ }]\n", "With free_seconds no steps"),
        ("per_seconds = 0\nprice_per_minute = 1\n", "per_seconds is a whole number of seconds from 1 to 86400."),
        ('round_to = "0.001"\n', "round_to is a coin such as 0.05, with at most 2 decimals."),
        ("decimals = 4\n", "What guests pay has the 2 decimals of EUR; round_to makes it coarser."),
        (
            "[[tax]]\npercent = 1\namount = 1\n",
            "tax[0].amount: A tax is either a percentage or an amount for each call",
        ),
        (
            "[[tax]]\npercent = 1\n[[tax]]\npercent = 1\nincluded = true\n",
            "tariff.toml:8: tax[1].included: Taxes that the prices contain stand before those that are added",
        ),
        ('holidays = "XX"\n', "holidays: No holidays are known for 'XX'; write a country like PL, or DE-BY."),
        ("[[band]]\nname='a'\ndates=['13-01']\nfrom='08:00'\nto='09:00'\n", "band[0].dates: dates are days like"),
        (
            "[[band]]\nname='a'\ndates=['12-24']\nfrom='08:00'\nto='12:00'\n"
            "[[band]]\nname='b'\ndates=[2025-12-24]\nfrom='11:00'\nto='12:00'\n",
            "band[1]: The bands 'a' and 'b' claim the same time of a special day.",
        ),
        ("[[unsupervised]]\nallowance_seconds = 40\n", "unsupervised[0].trunks: Name the trunks or trunk groups"),
        ("[[budget]]\nname = 'x'\namount = '0.001'\n", "amount is what may be spent, with at most 2 decimals."),
        ("[[test]]\nseconds = 5\n", "test[0].dialled: A test dials a number"),
        ("[[test]]\ndialled = '1'\n", "test[0].amount: A test says what the call must come to"),
        ("[[test]]\ndialled = '1'\nstart = 5\namount = 1\n", "test[0].start: start is a day and time"),
        ("[[test]]\ndialled = '1'\namount = [1]\n", "amount is a text or a number"),
        ('carrier = "X"\n', "carrier, trunks and trunk_groups are for a cost tariff"),
        ('otherwise = "X"\n', "otherwise: The folder has no tariff 'X'; it has: none."),
        ('otherwise = "T"\n', "otherwise leads back to T: T -> T."),
        ("carried = true\n", "No tariff is for the calls of everybody"),
        ('[deck."d.csv"]\nper_seconds = 0\n', None),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_line(rules: str, expected: str | None) -> None:
    if expected is None:
        assert book(rules).version
    else:
        found = errors(folder(rules))
        assert any(expected in one for one in found), found


def test_two_rules_that_share_some_calls_are_pointed_out() -> None:
    text = PRICE + rule("vip", 'vip = "V1"', "surcharge = 1") + rule("group", 'group = "G"', "surcharge = 2")
    expected = (
        "tariff.toml:9: rule[1]: warning: A call may fit this rule and that of line 5, 'vip'; it gets the earlier one."
    )
    assert expected in warnings(folder(text))
    apart = rule("one", 'vip = "V1"', "surcharge = 1") + rule("two", 'vip = ["V2", "V3*"]', "surcharge = 2")
    assert not any("may fit" in one for one in warnings(folder(PRICE + apart)))
    exception = rule("one", 'vip = "V1"', 'prefix = "33"', "surcharge = 1") + rule("two", 'vip = "V1"', "surcharge = 2")
    assert not any("may fit" in one for one in warnings(folder(PRICE + exception)))


def amount(text: str, around: Circumstances = PLAIN, record: CallRecord | None = None) -> int:
    """What a minute to France costs, in cents."""
    rated = rate(record or call(60), abroad(), book(text), around)
    assert isinstance(rated, RatedCall), rated
    return rated.amount


@pytest.mark.parametrize(
    ("condition", "fitting", "other"),
    [
        ('guest_class = "SUITE*"', Circumstances(guest_class="SUITE SEA"), Circumstances(guest_class="ROOM")),
        ("vip = true", Circumstances(vip="3"), Circumstances()),
        ('group = ["A", "B"]', Circumstances(group="B"), Circumstances(group="b")),
        ('extension_class = "booth"', Circumstances(extension_class="booth"), Circumstances(extension_class="room")),
        ('extension = "1*"', Circumstances(extension="101"), Circumstances(extension="201")),
        ('trunk = "T*"', Circumstances(trunk="T1"), Circumstances(trunk="X")),
        ('trunk_group = "9"', Circumstances(trunk_group="9"), Circumstances()),
        ('carrier = "Tele"', Circumstances(carrier="Tele"), Circumstances(carrier="Other")),
        ("operator = true", Circumstances(operator=True), Circumstances()),
        ('country = "fr"\nvip = true', Circumstances(vip="1"), Circumstances()),
    ],
)
def test_a_rule_holds_for_the_calls_that_it_asks_for_and_no_others(
    condition: str, fitting: Circumstances, other: Circumstances
) -> None:
    text = PRICE + rule("special", condition, "price_per_minute = 3")
    assert (amount(text, fitting), amount(text, other)) == (300, 100)


def test_the_trunk_and_extension_are_those_of_the_record_where_nobody_says_them() -> None:
    text = PRICE + rule("special", 'trunk = "T1"', 'extension = "101"', "price_per_minute = 3")
    assert amount(text, record=call(60)._replace(trunk="T1", extension="101")) == 300
    assert amount(text, Circumstances(trunk="T2"), call(60)._replace(trunk="T1", extension="101")) == 100


def test_what_a_rule_does_not_say_is_as_in_the_class() -> None:
    text = '[class.international]\nprice_per_minute = 1\nsurcharge = "0.30"\n' + rule(
        "vip", "vip = true", "discount_percent = 50"
    )
    assert amount(text, Circumstances(vip="1")) == 65


def test_a_rule_may_have_a_deck_of_its_own_that_no_other_call_uses() -> None:
    files = folder(rule("satellite", 'trunk = "S"', 'deck = "sat.csv"')) | {
        "world.csv": b"prefix;price_per_minute\n33;1\n",
        "sat.csv": b"prefix;price_per_minute\n33;9\n",
    }
    tariff = book_of(files)
    found = [rate(call(60), abroad(), tariff, Circumstances(trunk=trunk)) for trunk in ("S", "T")]
    assert [one.amount for one in found if isinstance(one, RatedCall)] == [900, 100]


def test_a_rule_may_free_calls_and_price_what_its_class_frees() -> None:
    text = "[class.international]\nfree = true\n" + rule("all pay", 'trunk = "T"', "price_per_call = 2")
    assert amount(text, Circumstances(trunk="T")) == 200
    free = rate(call(60), abroad(), book(PRICE + rule("house", "vip = true", "free = true")), Circumstances(vip="1"))
    assert free == NotChargeable("class-free", "calls of rule house are free in tariff T")


def test_incoming_and_collect_calls_cost_only_by_a_rule_for_them() -> None:
    text = PRICE + rule("base", 'direction = "in"', "price_per_call = '0.10'")
    tariff = book(text)
    rated = rate(call(60, direction="in"), at_home("internal"), tariff)
    assert isinstance(rated, RatedCall)
    assert rated.amount == 10
    collect = rate(call(60, direction="in"), abroad(), tariff, Circumstances(direction="collect"))
    assert collect == Unrated("a collect call: its charges were accepted, and no rule of the tariff prices them")
    assert isinstance(rate(call(60, direction="tandem"), abroad(), tariff), NotChargeable)


def test_a_payer_who_carries_a_tariff_gets_it_and_the_others_the_general_one() -> None:
    carried = b'code = "STAFF"\ncurrency = "EUR"\nvalid_from = 2000-01-01\ncarried = true\nprice_per_minute = "0.10"\n'
    tariff = book_of(folder(PRICE) | {"staff.toml": carried})
    found = [rate(call(60), abroad(), tariff, Circumstances(tariff=code)) for code in ("", "STAFF", "T")]
    assert [one.amount for one in found if isinstance(one, RatedCall)] == [100, 10, 100]
    assert rate(call(60), abroad(), tariff, Circumstances(tariff="X")) == Unrated("the tariff X is not in the folder")


def test_the_cost_is_that_of_the_carrier_of_the_trunk_or_of_the_one_that_is_named() -> None:
    other = (
        COST["cost.toml"]
        .replace(b'"Tele"', b'"Sat"\ntrunks = ["S*"]')
        .replace(b"0.01", b"0.50")
        .replace(b'"C"', b'"S"')
    )
    tariff = book_of(folder(PRICE) | COST | {"sat.toml": other})
    around = [Circumstances(), Circumstances(trunk="S1"), Circumstances(trunk="S1", carrier="Tele")]
    costs = [cost_of(call(60), abroad(), tariff, one) for one in around]
    assert [(one.amount, one.decimals, one.tariff) for one in costs if isinstance(one, RatedCall)] == [
        (100, 4, "C"),
        (5000, 4, "S"),
        (100, 4, "C"),
    ]
    nobody = cost_of(call(60), abroad(), tariff, Circumstances(carrier="X"))
    assert nobody == Unrated("no cost tariff is for the carrier X")
    assert cost_of(call(60), abroad(), book(PRICE)) is None


def test_a_price_on_a_cost_that_is_not_known_is_held() -> None:
    limited = COST["cost.toml"].replace(b'price_per_minute = "0.01"', b"[class.local]\nprice_per_minute = 1")
    held = rate(call(60), abroad(), book_of(folder('basis = "cost"\n') | {"cost.toml": limited}))
    assert isinstance(held, Unrated)
    assert held.reason == "the price is cost plus, and the cost is not known: the tariff C has no rate for +33140000000"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"pulses": 10**9}, "a count of 1000000000 pulses cannot be right"),
        ({"pulses": -1}, "a count of -1 pulses cannot be right"),
        ({}, "the tariff T has no rate for +33140000000, and the exchange metered nothing"),
    ],
)
def test_pulses_beyond_reason_or_missing_are_held(record: dict[str, int], reason: str) -> None:
    held = rate(call(60)._replace(**record), abroad(), book("price_per_pulse = 1\n"))  # type: ignore[arg-type]
    assert held == Unrated(reason)


@pytest.mark.parametrize("advised", ["-1", "x", "1e9", "inf", "9999999", ""])
def test_an_advised_amount_beyond_reason_is_held(advised: str) -> None:
    held = rate(call(60)._replace(aoc_amount=advised), abroad(), book('basis = "advice"\n'))
    assert isinstance(held, Unrated)
    assert "cannot be right" in held.reason


def test_an_amount_advised_in_another_currency_is_held() -> None:
    record = call(60)._replace(aoc_amount="1", aoc_currency="USD")
    assert rate(record, abroad(), book('basis = "advice"\n')) == Unrated(
        "the exchange advises USD, the tariff is in EUR"
    )


def test_a_million_pulses_and_a_month_are_priced_at_once() -> None:
    assert amount("price_per_pulse = '0.12'\n", record=call(60)._replace(pulses=1_000_000)) == 12_000_000


def test_budgets_hold_for_those_whom_they_name() -> None:
    text = PRICE + '[[budget]]\nname = "guests"\ngroup = "CONF*"\namount = 50\nper = "stay"\naction = "hold"\n'
    (budget,) = book(text).periods[0].tariff.budgets
    assert budgets_for([budget], Circumstances(group="CONF 7")) == [budget]
    assert budgets_for([budget], Circumstances()) == []
    found = [(standing(budget, spent).verdict, standing(budget, spent).left) for spent in (3_999, 4_000, 5_000, 5_001)]
    assert found == [("within", 1001), ("near", 1000), ("near", 0), ("over", -1)]


# -- whatever is written ---------------------------------------------------------------------------------------------

TOP = """kind carrier carried otherwise decks rounding round_to post_zero band_policy holidays decimals trunks trunk_groups
 band rule class tax unsupervised budget contract test deck country valid_to starter""".split()
ANYWHERE = """price_per_minute price_per_call price_per_pulse basis per_seconds steps in_band connection_in_band free increments
 increment_reading free_seconds grace_seconds connection markup_percent add_per_minute surcharge access_fee operator_fee
 attempt_fee minimum maximum discount_percent name percent amount included on trunks allowance_seconds subtract per action
 warn_percent line_rent commitment included_minutes notice_by remind_days ends dialled start seconds pulses advice direction
 answered operator outcome exact prefix country band class vip trunk extension days dates from to local mobile emergency
 deck.csv subtract_seconds""".split()
WORDS = [
    "0.30",
    "-1",
    "",
    "cost",
    "advice",
    "60/60",
    "18:00",
    "24:00",
    "mon-fri",
    "holidays",
    "*",
    "33",
    "#112",
    "12-24",
    "net",
]

values = st.recursive(
    st.integers(-5, 10**7) | st.booleans() | st.sampled_from(WORDS) | st.just(float("inf")) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ANYWHERE), inner, max_size=6),
    max_leaves=14,
)


def toml(value: object) -> str:
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(st.dictionaries(st.sampled_from(TOP + ANYWHERE), values, max_size=10), st.integers(0, 10**6))
def test_nothing_that_is_written_raises_and_what_loads_can_be_rated(written: dict[str, object], seconds: int) -> None:
    """The answer is a book or problems with sentences; a book rates any call, and never for less than nothing."""
    text = "".join(f'"{key}" = {toml(value)}\n' for key, value in written.items())
    found = load(folder(text, "prefix;price_per_minute\n33;1\n") | COST, zone=BERLIN, currency="EUR", country="DE")
    if found.book is None:
        assert any(one.severity == "error" and one.sentence for one in found.problems)
        return
    record = call(seconds)._replace(pulses=seconds, aoc_amount="1.5", trunk="*", extension="33")
    for number in (abroad(), at_home("local"), at_home("service", None, "11833")):
        rated = rate(record, number, found.book, Circumstances(vip="*", operator=True))
        assert not isinstance(rated, RatedCall) or min(rated.net, rated.tax, rated.amount) >= 0
