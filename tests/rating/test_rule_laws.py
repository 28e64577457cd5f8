"""Protects every kind of tariff as a law: the trace proves the amount, limits limit, taxes add up, time never gives money back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rating.book import TariffBook
from rating.choosing import choices
from rating.circumstances import PLAIN
from rating.limits import longest_within
from rating.money import ROUNDINGS, minor_digits
from rating.outcomes import RatedCall
from rating.pricing import Talk, plainly, worked
from rating.rate import TALK_LIMIT, find_rate, rate
from rating.trace import exact_amount, is_tax, read_trace
from tests.rating.scenes import abroad, book_of, call, folder
from tests.rating.test_laws import BANDS, amount, audited, increments, percent, starts

START = datetime(2024, 3, 8, 15, tzinfo=UTC)
lengths = st.integers(0, 4 * 3600) | st.integers(0, TALK_LIMIT)
small_percent = st.integers(0, 30_0000).map(lambda share: f"{share // 10_000}.{share % 10_000:04d}")


@st.composite
def prices(draw: st.DrawFn) -> str:
    """What is charged: time, by bands or steps or units, a call, pulses, an advised amount, or a cost."""
    kind = draw(st.sampled_from(("minute", "bands", "steps", "call", "pulses", "advice", "cost")))
    if kind == "steps":
        count = draw(st.integers(1, 4))
        begins = [0, *sorted(draw(st.sets(st.integers(1, 900), min_size=count - 1, max_size=count - 1)))]
        one = '{{ from = {}, price_per_minute = "{}", charge = "{}", increments = "{}" }}'
        steps = [one.format(at, draw(amount), draw(amount), draw(increments)) for at in begins]
        return f"steps = [{', '.join(steps)}]\n"
    if kind == "bands":
        inner = f'in_band = {{ evening = "{draw(amount)}", weekend = "{draw(amount)}" }}\n'
        return f'price_per_minute = "{draw(amount)}"\nper_seconds = {draw(st.integers(1, 200))}\n{inner}'
    if kind == "pulses":
        return f'price_per_pulse = "{draw(amount)}"\n'
    if kind in ("advice", "cost"):
        return f'basis = "{kind}"\n'
    return f'price_per_{kind} = "{draw(amount)}"\n'


@st.composite
def taxes(draw: st.DrawFn) -> str:
    """Up to two included taxes, then up to two that are added."""
    tables = []
    for included in sorted(draw(st.lists(st.booleans(), max_size=3)), reverse=True):
        size = f'percent = "{draw(small_percent)}"' if draw(st.booleans()) else f'amount = "{draw(amount)}"'
        on = draw(st.sampled_from(("net", "net and taxes")))
        tables.append(f'[[tax]]\n{size}\nincluded = {str(included).lower()}\non = "{on}"\n')
    return "".join(tables)


@st.composite
def tariffs(draw: st.DrawFn, *, rising: bool = False) -> TariffBook:
    """A tariff with everything; `rising` leaves out what lets a longer call be cheaper, or makes it free."""
    rules = draw(prices()) + (
        f'rounding = "{draw(st.sampled_from(ROUNDINGS))}"\nincrements = "{draw(increments)}"\n'
        f'connection = "{draw(amount)}"\nmarkup_percent = "{draw(percent)}"\nadd_per_minute = "{draw(amount)}"\n'
        f'surcharge = "{draw(amount)}"\naccess_fee = "{draw(amount)}"\nminimum = "{draw(amount)}"\n'
        f'discount_percent = "{draw(small_percent)}"\ngrace_seconds = {draw(st.integers(0, 20))}\n'
        f'round_to = "{draw(st.sampled_from(("0.01", "0.05", "1")))}"\n'
    )
    if draw(st.booleans()):
        rules += f"maximum = {draw(st.integers(5, 20))}\n"
    cost = (
        'kind = "cost"\ncode = "C"\ncarrier = "C"\ncurrency = "EUR"\nvalid_from = 2000-01-01\ndecks = []\n'
        f'price_per_minute = "{draw(amount)}"\nper_seconds = {draw(st.integers(1, 100))}\nminimum = "{draw(amount)}"\n'
    )
    return book_of({**folder(rules + ("" if rising else draw(taxes())) + BANDS), "cost.toml": cost.encode()})


def priced(book: TariffBook, seconds: int, start: datetime = START) -> RatedCall:
    """The price of a call of this length, with the pulses and the amount that such a call would have."""
    record = call(seconds, start=start)._replace(pulses=seconds // 10, aoc_amount=f"{seconds // 7}.25")
    rated = rate(record, abroad(), book)
    assert isinstance(rated, RatedCall), rated
    return rated


@given(tariffs(), st.integers(0, 30_000), starts)
def test_the_amount_of_every_kind_of_price_follows_from_its_trace(
    book: TariffBook, seconds: int, start: datetime
) -> None:
    rated = priced(book, seconds, start)
    read = read_trace(rated.trace)
    assert read is not None
    head, lines = read
    (rounding,) = [line for line in lines if line.what == "round"]
    whole = audited(exact_amount(lines) * 100 / rounding.a, rounding.text) * rounding.a
    levies = [line for line in lines if is_tax(line)]
    assert head.net + sum(line.b for line in levies) == rated.amount == rated.net + rated.tax
    assert whole == head.net + sum(line.b for line in levies if "in net" in line.what)
    assert min(rated.net, rated.tax, *(line.b for line in levies), 0) == 0


@given(tariffs(), lengths, lengths)
def test_time_never_gives_money_back(book: TariffBook, one: int, other: int) -> None:
    """Within one band: an evening that begins may be cheaper, but what was used before stays paid."""
    shorter, longer = sorted((min(one, 7200), min(other, 7200)))
    assert priced(book, shorter).amount <= priced(book, longer).amount


@given(tariffs(rising=True), lengths)
def test_a_maximum_is_the_most_and_a_discount_takes_off_no_more_than_all(book: TariffBook, seconds: int) -> None:
    rated = priced(book, seconds)
    terms = book.periods[0].tariff.terms
    assert rated.amount >= 0
    if terms.maximum >= 0:
        step = book.periods[0].tariff.round_to
        assert rated.amount <= terms.maximum // 10_000 + step


@given(tariffs(), st.integers(0, 100_000))
def test_a_credit_lasts_exactly_until_one_second_more_would_cost_too_much(book: TariffBook, limit: int) -> None:
    lasting = longest_within(limit, lambda seconds: priced(book, seconds).amount, 7200)
    if priced(book, 0).amount <= limit:
        assert priced(book, lasting).amount <= limit
    assert lasting == 7200 or priced(book, lasting + 1).amount > limit


@given(
    amount, st.integers(1, 120), st.integers(1, 120), st.integers(0, 4000), percent, amount, st.sampled_from(ROUNDINGS)
)
def test_the_shortest_way_and_the_whole_way_give_the_same(
    price: str, first: int, then: int, seconds: int, markup: str, fee: str, rounding: str
) -> None:
    rules = (
        f'price_per_minute = "{price}"\nincrements = "{first}/{then}"\nmarkup_percent = "{markup}"\n'
        f'connection = "{fee}"\nsurcharge = "{fee}"\nrounding = "{rounding}"\n[tax]\npercent = 7\n'
    )
    book, number = book_of(folder(rules)), abroad()
    tariff = book.periods[0].tariff
    (choice,) = choices(tariff, "international", "out", PLAIN)
    found = find_rate(choice, number)
    assert found is not None
    short = plainly(seconds + 1, number, found, choice, tariff, book.version)
    whole = worked(Talk(START, seconds + 1, seconds + 1, None), number, found, choice, tariff, book)
    assert short is not None
    assert short.rated == whole.rated
    assert Fraction(short.numerator, short.denominator) == Fraction(whole.numerator, whole.denominator)


@given(amount, amount, starts, st.integers(1, 40_000), st.integers(1, 40_000))
def test_two_halves_of_a_call_across_bands_cost_what_the_whole_costs(
    plain: str, inner: str, start: datetime, one: int, other: int
) -> None:
    """By the second and without fees: the exact amounts add up, wherever the call is cut."""
    book = book_of(folder(f'price_per_minute = "{plain}"\nin_band = {{ evening = "{inner}" }}\n{BANDS}'))
    whole, first = exact(priced(book, one + other, start)), exact(priced(book, one, start))
    later = (start.astimezone(UTC) + timedelta(seconds=one)).astimezone(start.tzinfo)
    assert whole == first + exact(priced(book, other, later))


def exact(rated: RatedCall) -> Fraction:
    """The amount before its rounding."""
    read = read_trace(rated.trace)
    assert read is not None
    return exact_amount(read[1])


@given(st.sampled_from(("JPY", "EUR", "KWD")), amount, lengths)
def test_an_amount_is_within_half_a_smallest_coin_of_the_exact_one(currency: str, price: str, seconds: int) -> None:
    rated = rate(
        call(seconds),
        abroad(),
        book_of(folder(f'price_per_minute = "{price}"\n', currency=currency), currency=currency),
    )
    assert isinstance(rated, RatedCall)
    assert rated.decimals == minor_digits(currency)
    assert abs(exact(rated) * 10**rated.decimals - rated.amount) <= Fraction(1, 2)


@given(st.integers(1, 10**9), st.integers(0, 5000_000))
def test_a_tax_taken_out_and_put_on_again_is_the_amount_to_the_coin(minor: int, share: int) -> None:
    text = f"{share // 10_000}.{share % 10_000:04d}"
    for included in ("true", "false"):
        rules = f'price_per_call = "{minor // 1000}"\n[tax]\npercent = "{text}"\nincluded = {included}\n'
        rated = priced(book_of(folder(rules)), 60)
        # Half a coin of rounding on the tax, and where it is taken out, as much on the net that it is a share of.
        assert abs(rated.tax - Fraction(rated.net * share, 1_000_000)) <= (1 + Fraction(share, 1_000_000)) / 2
