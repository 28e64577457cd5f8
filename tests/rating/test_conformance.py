"""Protects exactness: the published cases of other rating programs, each with the exact answer, not the one that drifted.

The cases come from the public tests and manuals of the programs named in them, in our own words; the number is that of
our list of them. Where a program prints a drifted value (0.3001 for 180 s at 0.10 a minute), the exact one stands here:
`exact` is the amount before its one rounding. Each case is tariff text and a call, and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

import pytest

from rating.circumstances import PLAIN, Circumstances
from rating.limits import longest_within
from rating.money import format_amount
from rating.outcomes import RatedCall, Unrated
from rating.rate import rate
from rating.trace import exact_amount, read_trace
from tests.rating.scenes import BERLIN, HEAD, abroad, book, book_of, call, folder, outcome, priced

THURSDAY, FRIDAY = datetime(2012, 2, 2, 17, 30, tzinfo=BERLIN), datetime(2012, 2, 3, 17, 30, tzinfo=BERLIN)
NOON = datetime(2024, 3, 4, 12, 0, tzinfo=BERLIN)

WORK_AND_EVENING = """
[[band]]
name = "evening"
days = "mon-fri"
from = "18:00"
to = "24:00"
[[band]]
name = "weekend"
days = "sat,sun"
from = "00:00"
to = "24:00"
"""
EVENING = (
    WORK_AND_EVENING,
    "prefix;place;price_per_minute;evening;weekend;connection;connection:evening;connection:weekend;increments\n"
    "331;Lyon;60;30;30;1;0;0;1/1\n",
)


def plain(row: str, rules: str = "") -> tuple[str, str]:
    """A tariff with one row: prefix;place;price_per_minute;connection;increments."""
    return rules, HEAD + row


def steps(connection: str, *prices: tuple[int, str, str], more: str = "") -> tuple[str, str]:
    """A tariff by elapsed time: from, price per minute, increments."""
    rows = ", ".join(
        f'{{ from = {a}, price_per_minute = "{price}", increments = "{inc}" }}' for a, price, inc in prices
    )
    return f'{more}connection = "{connection}"\nsteps = [{rows}]\n', ""


RT20 = steps("0.4", (0, "0.2", "60"), (60, "0.1", "1"))
RT40 = steps("0.8", (0, "0.4", "30"), (60, "0.2", "10"))
RT10 = steps("0.2", (0, "0.1", "60"), (60, "0.05", "1"))
CASE_38 = steps("0.2", (0, "1.2", "60"), (60, "1.2", "1"))
NEW_YEAR = (
    '[[band]]\nname = "new year"\ndates = ["01-01"]\nfrom = "00:00"\nto = "24:00"\n'
    '[[rule]]\nname = "new year"\nband = "new year"\nconnection = "0.1"\nprice_per_minute = "0.6"\nincrements = "1"\n'
)
UP, DOWN, FREE_60 = 'rounding = "up"\n', 'rounding = "down"\n', "free_seconds = 60\n"
CAPPED = 'maximum = "10"\n'
MAY_DAY = (
    '[[band]]\nname = "work"\ndays = "mon-fri"\nfrom = "00:00"\nto = "24:00"\n'
    '[[band]]\nname = "holiday"\ndays = "holidays"\nfrom = "00:00"\nto = "24:00"\n',
    "prefix;price_per_minute;work;holiday\n33;9;6;3\n",
)
TAKEN_IN = ('[tax]\nname = "VAT"\npercent = "10"\nincluded = true\n', "")


class Case(NamedTuple):
    """One case: its number, whose it is, the tariff (rules, deck), the seconds of the call, and what they cost."""

    number: str
    what: str
    tariff: tuple[str, str]
    seconds: int
    amount: str
    exact: str | None = None
    billed: int | None = None
    start: datetime = NOON
    currency: str = "EUR"
    around: Circumstances = PLAIN


CASES = [
    # A. CGRateS: a band with a fee, and bands without
    Case("1", "CGRateS: an hour across the edge of a band", EVENING, 3600, "2701.00", start=THURSDAY),
    Case("2", "the second part of it", EVENING, 3600, "2700.00", start=THURSDAY, around=Circumstances(continued=True)),
    Case("3", "zero seconds have no fee", EVENING, 0, "0.00", start=THURSDAY),
    Case("4", "an hour before the edge", EVENING, 3600, "3601.00", start=THURSDAY.replace(hour=16, minute=0)),
    Case("5", "the evening has no fee", EVENING, 30, "15.00", start=datetime(2012, 2, 1, 23, 50, tzinfo=BERLIN)),
    Case("6", "from Friday evening into the weekend", EVENING, 120, "60.00", start=FRIDAY.replace(hour=23, minute=59)),
    Case("7", "110 s of an evening", EVENING, 110, "55.00", start=datetime(2012, 2, 1, 22, 50, tzinfo=BERLIN)),
    Case("8", "the same hour on a Friday", EVENING, 3600, "2701.00", start=FRIDAY),
    # B. rate groups: a price by elapsed time
    Case(
        "11",
        "CGRateS: 1/s, 60 s first, then by the second, 85 s",
        steps("0", (0, "60", "60"), (60, "60", "1")),
        85,
        "85.00",
        billed=85,
    ),
    Case("11a", "the same as increments 60/1", plain("33;;60;;60/1"), 85, "85.00", billed=85),
    Case("13", "the same for 1 s", steps("0", (0, "60", "60"), (60, "60", "1")), 1, "60.00", billed=60),
    # C. rounding once
    Case("15", "CGRateS: 0.10/min by the second, 180 s (prints 0.3001)", plain("33;;0.10;;1/1"), 180, "0.30", "0.3"),
    Case("16", "the same without a final rounding (prints 0.30006)", plain("33;;0.10;;1/1"), 180, "0.30", "0.3"),
    Case("17", "fee 0.15, 0.05/min, up, 24 s", plain("33;;0.05;0.15;1/1", UP), 24, "0.17", "0.17"),
    Case(
        "19", "0.033/s, up at one decimal, 10 s", plain("33;;1.98;;1/1", UP + 'round_to = "0.1"\n'), 10, "0.40", "0.33"
    ),
    Case("20", "the same, down", plain("33;;1.98;;1/1", DOWN + 'round_to = "0.1"\n'), 10, "0.30", "0.33"),
    Case("21", "0.01/s after 60 s free, 120 s", plain("33;;0.60;;1/1", FREE_60), 120, "0.60", "0.6", 60),
    # D. caps
    Case("22", "CGRateS: no cap on a call that is over, 30 min at 1/s", plain("33;;60;;1/1"), 1800, "1800.00"),
    Case("23", "a cap of 10 beyond which the call is free", plain("33;;60;;1/1", CAPPED), 1800, "10.00"),
    Case("25", "0.01/s, cap 0.62, 50 s", plain("33;;0.6;;1/1", 'maximum = "0.62"\n'), 50, "0.50"),
    Case("26", "the same, 70 s", plain("33;;0.6;;1/1", 'maximum = "0.62"\n'), 70, "0.62"),
    Case("27", "without the cap, 70 s", plain("33;;0.6;;1/1"), 70, "0.70"),
    # E. the tutorial's tariffs
    Case("28", "CGRateS RT20, 20 s", RT20, 20, "0.60", "0.6"),
    Case("29", "RT20, 85 s (prints 0.6418)", RT20, 85, "0.64", "77/120"),
    Case("30", "RT20, 120 s (prints 0.7002)", RT20, 120, "0.70", "0.7"),
    Case("32", "RT40, 20 s", RT40, 20, "1.00", "1.0", 30),
    Case("34", "RT40, 90 s", RT40, 90, "1.30", "1.3", 90),
    Case("35", "RT10, 90 s (prints 0.3249)", RT10, 90, "0.33", "0.325", 90),
    Case("37", "fee 0.1 and 0.01/s, 45 s", plain("33;;0.60;0.10;1/1"), 45, "0.55"),
    Case("38", "fee 0.2, 1.2/min, 60 s first, 45 s", CASE_38, 45, "1.40", "1.4", 60),
    Case(
        "39",
        "on 1 January that of case 37 instead",
        (CASE_38[0] + NEW_YEAR, ""),
        45,
        "0.55",
        start=datetime(2024, 1, 1, 9, tzinfo=BERLIN),
    ),
    Case(
        "39a",
        "and on 2 January not",
        (CASE_38[0] + NEW_YEAR, ""),
        45,
        "1.40",
        start=datetime(2024, 1, 2, 9, tzinfo=BERLIN),
    ),
    Case("40", "0.1 for each call, 45 s", ('price_per_call = "0.1"\n', ""), 45, "0.10"),
    Case("43", "1/s, 90 s", plain("33;;60;;1/1"), 90, "90.00"),
    Case(
        "44",
        "0.002 for 10 units, 20 units",
        ('price_per_minute = "0.002"\nper_seconds = 10\nincrements = "10"\n', ""),
        20,
        "0.00",
        "0.004",
    ),
    Case(
        "45",
        "the same with a cheaper band beginning in the middle: the start decides",
        (
            'price_per_minute = "0.002"\nper_seconds = 10\nincrements = "10"\nband_policy = "start"\n'
            'in_band = { cheap = "0.001" }\n[[band]]\nname = "cheap"\nfrom = "12:00"\nto = "13:00"\n',
            "",
        ),
        20,
        "0.00",
        "0.004",
        start=datetime(2024, 3, 4, 11, 59, 50, tzinfo=BERLIN),
    ),
    # F. timespans
    Case("46", "CGRateS: 1/min, 600 s", plain("33;;1;;60/60"), 600, "10.00"),
    Case("47", "1/s, 600 s", plain("33;;60;;1/1"), 600, "600.00"),
    Case(
        "48", "2/s, from 900 s on 1/s, 1800 s", steps("0", (0, "120", "1"), (900, "60", "1")), 1800, "2700.00", "2700"
    ),
    Case(
        "51", "1 May is a holiday and no Wednesday", MAY_DAY, 60, "3.00", start=datetime(2024, 5, 1, 9, tzinfo=BERLIN)
    ),
    Case("51a", "8 May is a Wednesday", MAY_DAY, 60, "6.00", start=datetime(2024, 5, 8, 9, tzinfo=BERLIN)),
    # G. 30/6
    Case("52", "CGRateS issue 118: 0.006/min at 30/6, 32 s", plain("33;;0.006;;30/6"), 32, "0.00", "0.0036", 36),
    Case("54", "the same, 75 s", plain("33;;0.006;;30/6"), 75, "0.01", "0.0078", 78),
    # H. other programs
    Case("55", "MagnusBilling: 0.05/min at 30/6, 45 s", plain("33;;0.05;;30/6"), 45, "0.04", "0.04", 48),
    Case("56", "CDRTool: fee 0.0450, 0.1600/min, 59 s", plain("33;;0.16;0.045;1/1"), 59, "0.20", "607/3000"),
    Case(
        "57",
        "46Labs: 0.00137 for 6 s, 205 s (prints 0.04765)",
        ('price_per_minute = "0.00137"\nper_seconds = 6\nincrements = "6"\n', ""),
        205,
        "0.05",
        "0.04795",
        210,
    ),
    Case("58", "VoIPmonitor: 10 s first, then 6 s, 30 s", plain("33;;60;;10/6"), 30, "34.00", billed=34),
    Case("59", "HEKphone: 30/20 at 0.06/min, 120 s", plain("33;;0.06;;30/20"), 120, "0.13", "0.13", 130),
    Case(
        "61",
        "Yeastar: 120 s for 0.20, then 0.30 a minute, 68 s",
        (
            'steps = [{ charge = "0.2", increments = "120" }, { from = 120, price_per_minute = "0.3", increments = "60" }]\n',
            "",
        ),
        68,
        "0.20",
    ),
    Case(
        "61a",
        "the same as a fee with free seconds",
        plain("33;;0.3;0.2;60/60", "free_seconds = 120\n"),
        68,
        "0.20",
        billed=0,
    ),
    Case("62", "the same, 125 s", plain("33;;0.3;0.2;60/60", "free_seconds = 120\n"), 125, "0.50", billed=60),
    Case(
        "62a",
        "as steps, 125 s",
        (
            'steps = [{ charge = "0.2", increments = "120" }, { from = 120, price_per_minute = "0.3", increments = "60" }]\n',
            "",
        ),
        125,
        "0.50",
        billed=180,
    ),
    Case("66", "OpenVox: 1.0 and 2.0 for each minute begun, 20 s", plain("33;;2.00;1.00;60/60"), 20, "3.00"),
    Case("67", "the same, 84 s", plain("33;;2.00;1.00;60/60"), 84, "5.00"),
    Case("69", "Kolmisoft MOR: grace of 3 s, 3 s", plain("33;;60;;1/1", "grace_seconds = 3\n"), 3, "0.00", "0"),
    Case("69a", "the same, 4 s: the whole call", plain("33;;60;;1/1", "grace_seconds = 3\n"), 4, "4.00", "4"),
    Case("70", "CommunityCellularManager: 60/min in steps of 30 s, 0 s", plain("33;;60;;30/30"), 0, "0.00", billed=0),
    Case("70a", "5 s", plain("33;;60;;30/30"), 5, "30.00", billed=30),
    Case("70b", "in steps of 60 s, 5 s", plain("33;;60;;60/60"), 5, "60.00", billed=60),
    Case("70c", "61 s", plain("33;;60;;60/60"), 61, "120.00", billed=120),
    Case(
        "71",
        "the same: 5 s free, up to the next hundred, 200/min, 170 s",
        plain("33;;200;;1/1", UP + 'free_seconds = 5\nround_to = "100"\n'),
        170,
        "600.00",
        "550",
    ),
    Case("71a", "100/min, 700 s", plain("33;;100;;1/1", UP + 'free_seconds = 5\nround_to = "100"\n'), 700, "1200.00"),
    Case("71b", "300/min, 190 s", plain("33;;300;;1/1", UP + 'free_seconds = 5\nround_to = "100"\n'), 190, "1000.00"),
    Case(
        "71c",
        "600/min in steps of 30 s, 70 s",
        plain("33;;600;;30/30", UP + 'free_seconds = 5\nround_to = "100"\n'),
        70,
        "900.00",
        billed=90,
    ),
    Case(
        "Yeti",
        "an attempt that was not answered: 2.0 and 23 % VAT",
        ('attempt_fee = "2"\nprice_per_minute = "1"\n[tax]\npercent = 23\n', ""),
        -1,
        "2.46",
        "2",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.number}: {case.what}" for case in CASES])
def test_the_published_case_costs_exactly_this(case: Case) -> None:
    """A length of -1 is a call that was not answered."""
    rules, deck = case.tariff
    record = call(max(case.seconds, 0), start=case.start, answered=case.seconds >= 0)
    rated = rate(record, abroad("+3310256308200"), book(rules, deck, currency=case.currency), case.around)
    assert isinstance(rated, RatedCall), rated
    assert format_amount(rated.amount, rated.decimals) == case.amount
    if case.billed is not None:
        assert rated.billed_seconds == case.billed
    if case.exact is not None:
        read = read_trace(rated.trace)
        assert read is not None
        assert exact_amount(read[1]) == Fraction(case.exact)


def test_10_the_longest_prefix_of_a_longer_number_decides() -> None:
    rated = priced(book(*EVENING), 3600, start=THURSDAY, number=abroad("+3310256308200"))
    assert (rated.prefix, rated.amount) == ("+331", 270100)


def test_24_a_credit_of_10_at_1_a_second_lasts_10_seconds() -> None:
    tariff = book(*plain("33;;60;;1/1"))
    assert longest_within(1000, lambda seconds: priced(tariff, seconds).amount, 1800) == 10


def test_42_a_destination_that_is_in_no_deck_is_unrated_and_never_zero() -> None:
    assert outcome(book("", HEAD + "34;Spain;0.10;;"), call(45)) == Unrated("the tariff T has no rate for +33140000000")


def chain(*codes: str) -> dict[str, bytes]:
    """Tariffs that ask one another, at 1, 2, 3 … a second; each knows one more country."""
    files = {}
    for place, code in enumerate(codes):
        later = f'otherwise = "{codes[place + 1]}"\n' if place + 1 < len(codes) else ""
        carried = "carried = true\n" if place else ""
        text = f'code = "{code}"\ncurrency = "EUR"\nvalid_from = 2000-01-01\n{later}{carried}decks = ["{code}.csv"]\n'
        files[f"{code}.toml"] = text.encode()
        files[f"{code}.csv"] = f"prefix;price_per_minute\n33{place + 1};{60 * (place + 1)}\n".encode()
    return files


def test_50_tariffs_without_a_price_ask_the_next_four_deep() -> None:
    tariff = book_of(chain("main", "2", "1", "3", "4"))
    found = [priced(tariff, 10, number=abroad(f"+33{place}40000000")).amount for place in range(1, 6)]
    assert found == [1000, 2000, 3000, 4000, 5000]
    assert isinstance(outcome(tariff, call(10), abroad("+33640000000")), Unrated)


def test_50_a_deeper_chain_is_refused_when_it_is_read() -> None:
    with pytest.raises(AssertionError, match="More than 4 tariffs are asked after this one"):
        book_of(chain("main", "2", "1", "3", "4", "5"))


@pytest.mark.parametrize(
    ("reading", "seconds", "billed"),
    [("steps", 40, 48), ("modulo", 40, 54), ("steps", 30, 30), ("modulo", 30, 36), ("modulo", 5, 30), ("steps", 5, 30)],
)
@pytest.mark.parametrize("where", ["tariff", "deck"])
def test_both_readings_of_30_18_can_be_had(where: str, reading: str, seconds: int, billed: int) -> None:
    rules = f'increment_reading = "{reading}"\n'
    if where == "deck":
        rules = '[deck."deck.csv"]\n' + rules
    assert priced(book(rules, HEAD + "33;;60;;30/18"), seconds).billed_seconds == billed


@pytest.mark.parametrize(("price", "tax", "net"), [("104.30", 948, 9482), ("4.00", 36, 364)])
def test_72_a_tax_that_is_included_is_taken_out_line_by_line(price: str, tax: int, net: int) -> None:
    """Panasonic's guest bill: 10 % in 104.30 and in 4.00; the bill's tax is the sum of both, 9.84, and not 9.85."""
    tariff = book(TAKEN_IN[0], HEAD + f"33;;{price};;60/60")
    rated = priced(tariff, 60)
    assert (rated.tax, rated.net, rated.amount) == (tax, net, tax + net)


def test_every_text_of_the_table_is_a_whole_tariff_folder() -> None:
    assert all(book_of(folder(*case.tariff)).version for case in CASES)
