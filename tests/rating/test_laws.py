"""Protects exactness as a law: for any tariff and any call, the pieces sum to the whole and the trace proves the amount."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from rating.bands import BAND_LIMIT, DAY, WEEK, Stretch, Week, band_at, pieces, week_of
from rating.calendar import BandDays, day_tables
from rating.money import ROUNDINGS
from rating.outcomes import RatedCall
from rating.rate import TALK_LIMIT
from rating.sums import billed_seconds
from rating.trace import is_tax, read_trace
from tests.rating.scenes import abroad, book, call, outcome

ZONES = [
    ZoneInfo(name) for name in ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "UTC")
]
BANDS = """
[[band]]
name = "evening"
days = "mon-fri"
from = "18:00"
to = "02:30"
[[band]]
name = "weekend"
days = "sat,sun"
from = "06:00"
to = "22:15"
"""

seconds = st.integers(0, 4 * 3600) | st.integers(0, TALK_LIMIT)
starts = st.builds(
    lambda at, zone: (datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).astimezone(zone),
    st.integers(0, 2 * 366 * DAY),
    st.sampled_from(ZONES),
)
amount = st.integers(0, 5_000_000).map(lambda millionths: f"{millionths // 10**6}.{millionths % 10**6:06d}")
percent = st.integers(0, 300_0000).map(lambda share: f"{share // 10_000}.{share % 10_000:04d}")
increments = st.builds(lambda first, then: f"{first}/{then}", st.integers(1, 120), st.integers(1, 120))


@st.composite
def tariffs(draw: st.DrawFn) -> tuple[str, str, ZoneInfo]:
    """The rules, the deck and the zone of a tariff."""
    rules = (
        f'rounding = "{draw(st.sampled_from(ROUNDINGS))}"\n'
        f'increment_reading = "{draw(st.sampled_from(("steps", "modulo")))}"\n'
        f"free_seconds = {draw(st.integers(0, 120))}\n"
        f'band_policy = "{draw(st.sampled_from(("split", "start")))}"\n'
        f'markup_percent = "{draw(percent)}"\nsurcharge = "{draw(amount)}"\nminimum = "{draw(amount)}"\n'
        f'[tax]\npercent = "{draw(percent)}"\nincluded = {str(draw(st.booleans())).lower()}\n'
    )
    row = ";".join(draw(amount) for _ in range(6))
    head = "prefix;price_per_minute;evening;weekend;connection;connection:evening;connection:weekend;increments\n"
    return rules + BANDS, f"{head}33;{row};{draw(increments)}\n", draw(st.sampled_from(ZONES))


@cache
def plain_book() -> tuple[str, str]:
    """A tariff in which every term counts."""
    rules = 'markup_percent = "20"\nsurcharge = "0.30"\nminimum = "0.50"\n[tax]\npercent = "7.7"\n'
    return rules, "prefix;price_per_minute;connection;increments\n33;0.237;0.10;30/6\n"


def rate_with(tariff: tuple[str, str, ZoneInfo], length: int, start: datetime) -> RatedCall:
    """The price with such a tariff."""
    rules, deck, zone = tariff
    rated = outcome(book(rules, deck, zone=zone), call(length, start=start), abroad())
    assert isinstance(rated, RatedCall), rated
    return rated


@given(tariffs(), seconds, starts)
def test_net_and_tax_are_the_amount_and_the_parts_are_the_billed_time(
    tariff: tuple[str, str, ZoneInfo], length: int, start: datetime
) -> None:
    rated = rate_with(tariff, length, start)
    assert rated.net + rated.tax == rated.amount
    assert min(rated.net, rated.tax) >= 0
    read = read_trace(rated.trace)
    assert read is not None
    assert sum(line.a for line in read[1] if line.what == "time") == rated.billed_seconds


@given(tariffs(), seconds, starts)
def test_the_amount_follows_from_the_trace_alone(
    tariff: tuple[str, str, ZoneInfo], length: int, start: datetime
) -> None:
    """An auditor's own arithmetic, in fractions, on nothing but what was stored."""
    rated = rate_with(tariff, length, start)
    read = read_trace(rated.trace)
    assert read is not None
    fixed, lines = read
    million, total = 10**6, Fraction(0)
    for what, _, a, b in lines:
        if what == "time":
            total += Fraction(a * b, 60 * million)
        elif what in ("connection", "charge"):
            total += Fraction(a, million)
        elif what == "markup":
            total *= 1 + Fraction(a, million)
        elif what == "least":
            assert 0 < total < Fraction(a, million)
            total = Fraction(a, million)
    (rounding,) = [line.text for line in lines if line.what == "round"]
    whole = audited(total * 10**fixed.decimals, rounding)
    taxes = [line for line in lines if is_tax(line)]
    share = sum((Fraction(tax.a, million) for tax in taxes), Fraction(0))
    if taxes and taxes[0].what == "in net":
        tax = audited(whole * share / (1 + share), rounding)
        assert (whole - tax, tax, whole) == (rated.net, rated.tax, rated.amount)
    else:
        tax = audited(whole * share, rounding)
        assert (whole, tax, whole + tax) == (rated.net, rated.tax, rated.amount)
    assert (fixed.net, fixed.tax, fixed.amount) == (rated.net, rated.tax, rated.amount)


def audited(value: Fraction, rounding: str) -> int:
    """Round as a person does, looking at the fraction that is left."""
    whole, left = divmod(value, 1)
    up = {
        "half-up": left >= Fraction(1, 2),
        "half-even": left > Fraction(1, 2) or (left == Fraction(1, 2) and whole % 2 == 1),
        "up": left > 0,
        "down": False,
    }
    return whole + up[rounding]


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_a_longer_call_never_costs_less(one: int, other: int) -> None:
    rules, deck = plain_book()
    tariff = (rules, deck, ZONES[0])
    start = datetime(2024, 3, 4, 12, tzinfo=UTC)
    shorter, longer = sorted((one, other))
    assert rate_with(tariff, shorter, start).amount <= rate_with(tariff, longer, start).amount


@given(st.integers(0, 10_000), st.integers(1, 300), st.integers(1, 300), st.booleans(), st.integers(0, 100))
def test_billed_time_covers_the_talk_time_and_is_less_than_one_step_more(
    talk: int, first: int, then: int, modulo: bool, free: int
) -> None:
    billed = billed_seconds(talk, first=first, then=then, modulo=modulo, free=free)
    paid = max(0, talk - free)
    assert billed >= paid
    assert billed - paid < max(first, then)
    if paid == 0:
        assert billed == 0
    elif modulo:
        assert billed == first or billed % then == 0
    else:
        assert (billed - first) % then == 0


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """A week of bands that do not overlap."""
    edges = sorted(draw(st.sets(st.integers(0, WEEK // 900 - 1), min_size=2, max_size=8)))
    spans = list(zip(edges, edges[1:], strict=False))[:: draw(st.integers(1, 2))]
    return week_of([(f"band {index}", [Stretch(a * 900, b * 900)]) for index, (a, b) in enumerate(spans)])


@given(weeks(), st.sampled_from(ZONES), starts, st.integers(0, 3 * DAY))
def test_a_call_is_cut_exactly_at_the_edges_and_nothing_is_lost(
    week: Week, zone: ZoneInfo, start: datetime, length: int
) -> None:
    begin = int(start.timestamp())
    cut = pieces(week, zone, begin, length)
    assert sum(part for _, part in cut) == length
    assert all(one != other for (one, _), (other, _) in zip(cut, cut[1:], strict=False))
    at = begin
    for band, part in cut:
        assert part > 0
        assert band_at(week, zone, at) == band_at(week, zone, at + part - 1) == band
        at += part


@given(weeks(), st.sampled_from(ZONES), starts, st.integers(0, DAY), st.integers(0, DAY))
@example(week_of([("night", [Stretch(2 * 3600, 3 * 3600)])]), ZONES[0], datetime(2024, 3, 31, tzinfo=UTC), 3600, 3600)
def test_two_halves_of_a_call_have_the_bands_of_the_whole(
    week: Week, zone: ZoneInfo, start: datetime, one: int, other: int
) -> None:
    begin = int(start.timestamp())
    whole, halves = [0] * 9, [0] * 9
    for band, part in pieces(week, zone, begin, one + other):
        whole[band] += part
    for band, part in pieces(week, zone, begin, one) + pieces(week, zone, begin + one, other):
        halves[band] += part
    assert whole == halves


@st.composite
def band_days(draw: st.DrawFn) -> list[BandDays]:
    """Bands that do not overlap: hours of the day cut once for all, each on some of the weekdays."""
    hours = sorted(draw(st.sets(st.integers(0, 24), min_size=2, max_size=5)))
    spans = list(zip(hours, hours[1:], strict=False))
    days = st.frozensets(st.integers(0, 6))
    bands = [BandDays(begin * 3600, end * 3600, draw(days)) for begin, end in spans]
    if hours[0] > 0 and draw(st.booleans()):
        bands.append(BandDays(hours[-1] * 3600, DAY + hours[0] * 3600, draw(days)))
    return [band for band in bands if band.start < DAY]


@given(band_days(), st.sampled_from(ZONES), starts, st.integers(0, 9 * DAY))
def test_without_a_special_day_the_calendar_and_the_week_cut_a_call_alike(
    bands: list[BandDays], zone: ZoneInfo, start: datetime, length: int
) -> None:
    stretches = [
        (str(place), [Stretch(day * DAY + band.start, day * DAY + band.end) for day in band.weekdays])
        for place, band in enumerate(bands)
    ]
    week, begin = week_of(stretches), int(start.timestamp())
    by_day = week._replace(day=day_tables(bands, lambda _: False))
    assert pieces(by_day, zone, begin, length) == pieces(week, zone, begin, length)


@given(starts, st.integers(0, TALK_LIMIT))
def test_the_longest_call_under_the_most_bands_has_a_bounded_trace(start: datetime, length: int) -> None:
    hours = [(hour, hour + 1) for hour in range(BAND_LIMIT)]
    bands = "".join(f'[[band]]\nname = "h{a}"\nfrom = "{a:02d}:00"\nto = "{b:02d}:00"\n' for a, b in hours)
    inner = ", ".join(f'h{a} = "{a}"' for a, _ in hours)
    rated = rate_with((f"price_per_minute = 1\nin_band = {{ {inner} }}\n{bands}", "", ZONES[0]), length, start)
    assert len(rated.trace) <= 4 * (32 * BAND_LIMIT + 10)
