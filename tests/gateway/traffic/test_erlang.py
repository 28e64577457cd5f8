"""Protects whoever buys or gives back trunks on our word: the formulas, against a published-grade table and other arithmetic.

The table has values of 60 digits cut to 18. What it leaves out (the ends of the ranges) is compared with mpmath at 40
digits, by formulas that are not ours: sums of factorials, incomplete gamma functions, integrals.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.traffic import erlang

TABLE = Path(__file__).parents[2] / "data" / "traffic" / "erlang_reference.csv"
mpmath.mp.dps = 40

SERVERS = st.integers(1, 120)
LOADS = st.floats(1e-6, 1e4)
PARTS = st.floats(0.01, 60)


def rows() -> Iterator[Any]:
    """Each row as formula, arguments by name, and value."""
    with TABLE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            named: dict[str, float | str] = {}
            engset = row["formula"].startswith("engset")
            for name, column in (("servers", "servers"), ("traffic", "traffic_erlangs")):
                if row[column] and not (engset and name == "traffic"):
                    named[name] = float(row[column])
            for pair in filter(None, row["extra"].split(";")):
                name, _, value = pair.partition("=")
                named[name] = value if name == "vd" else float(value)
            words = " ".join(f"{name}={value}" for name, value in named.items())
            yield pytest.param(row["formula"], named, float(row["value"]), id=f"{row['formula']} {words}")


@pytest.mark.parametrize(("formula", "named", "value"), list(rows()))
def test_the_reference_table(formula: str, named: dict[str, Any], value: float) -> None:
    digits = 1e-6 if formula.startswith("wilkinson") else 1e-12
    assert getattr(erlang, formula)(**named) == pytest.approx(value, rel=digits, abs=0)


def exact_b(servers: int, traffic: float) -> Fraction:
    """Erlang's own sum, in fractions."""
    a = Fraction(traffic)
    terms = [Fraction(1)]
    for n in range(1, servers + 1):
        terms.append(terms[-1] * a / n)
    return terms[-1] / sum(terms)


def close(ours: float, theirs: Any, digits: float = 1e-12) -> bool:
    """True if ours is the other value to so many digits; what no double can hold may be 0."""
    theirs = mpmath.mpf(theirs.numerator) / theirs.denominator if isinstance(theirs, Fraction) else mpmath.mpf(theirs)
    return bool(abs(ours - theirs) <= abs(theirs) * digits or (abs(theirs) < 1e-300 and ours < 1e-299))


@given(SERVERS, LOADS)
@example(24, 1e-9)
@example(24, 1e15)
@settings(max_examples=60, deadline=None)
def test_erlang_b_and_its_kin_against_fractions(servers: int, traffic: float) -> None:
    exact, fewer = exact_b(servers, traffic), exact_b(servers - 1, traffic)
    a = Fraction(traffic)
    mean = a * exact
    assert close(erlang.erlang_b(servers, traffic), exact)
    assert close(erlang.carried_traffic(servers, traffic), a * (1 - exact))
    assert close(erlang.load_on_last_trunk_sequential(servers, traffic), a * (fewer - exact))
    assert close(erlang.overflow_mean(servers, traffic), mean)
    assert close(erlang.overflow_peakedness(servers, traffic), 1 - mean + a / (servers + 1 + mean - a))
    assert close(erlang.overflow_variance(servers, traffic), mean * (1 - mean + a / (servers + 1 + mean - a)))


@given(PARTS, LOADS)
@example(0.5, 1e-9)
@example(0.999, 1e9)
@settings(max_examples=40, deadline=None)
def test_a_part_of_a_trunk_against_the_incomplete_gamma_function(servers: float, traffic: float) -> None:
    n, a = mpmath.mpf(servers), mpmath.mpf(traffic)
    with mpmath.workdps(80):
        exact = mpmath.power(a, n) * mpmath.exp(-a) / mpmath.gammainc(n + 1, a)
        mean = a * exact
        peaked = 1 - mean + a / (n + 1 + mean - a)
        carried = a * (1 - exact)
    assert close(erlang.erlang_b_continued(servers, traffic), exact)
    assert close(erlang.carried_traffic(servers, traffic), carried)
    assert close(erlang.overflow_peakedness(servers, traffic), peaked, 1e-11)


@given(st.floats(0, 400), st.floats(1e-3, 600))
@example(0.3, 500.0)
@example(10_000.0, 10_100.0)
@settings(max_examples=60, deadline=None)
def test_poisson_against_the_incomplete_gamma_function(servers: float, traffic: float) -> None:
    with mpmath.workdps(60):
        exact = mpmath.gammainc(mpmath.mpf(servers), 0, mpmath.mpf(traffic), regularized=True) if servers else 1
    assert close(erlang.poisson_blocking(servers, traffic), exact)


def exact_engset(servers: int, sources: int, beta: float) -> Fraction:
    """The binomial weights, in fractions."""
    weights = [math.comb(sources, n) * Fraction(beta) ** n for n in range(servers + 1)]
    return weights[-1] / sum(weights)


@given(st.integers(1, 40), st.integers(1, 60), st.floats(1e-6, 1e6))
@settings(max_examples=60, deadline=None)
def test_engset_against_binomials_in_fractions(servers: int, sources: int, beta: float) -> None:
    time, call = exact_engset(servers, sources, beta), exact_engset(servers, sources - 1, beta)
    b = Fraction(beta)
    intended = sources * b / (1 + b)
    carried = intended * (1 - max(Fraction(0), Fraction(sources - servers, sources)) * time)
    assert close(erlang.engset_time_congestion(servers, sources, beta), time)
    assert close(erlang.engset_call_congestion(servers, sources, beta), call)
    assert close(erlang.engset_carried(servers, sources, beta), carried)
    assert close(erlang.engset_traffic_congestion(servers, sources, beta), (intended - carried) / intended, 1e-11)


def test_a_part_of_a_trunk_for_few_sources_lies_on_the_curve() -> None:
    """Between whole numbers the continued formula is the hypergeometric function."""
    n, sources, beta = mpmath.mpf("3.4"), 12, mpmath.mpf("0.3")
    exact = 1 / mpmath.hyp2f1(1, -n, sources - n + 1, -1 / beta)
    assert close(erlang.engset_time_congestion(3.4, 12, 0.3), exact)


@given(SERVERS, st.floats(1e-9, 1 - 1e-9))
@settings(max_examples=60, deadline=None)
def test_traffic_for_a_blocking_gives_that_blocking_back(servers: int, gos: float) -> None:
    traffic = erlang.erlang_b_traffic(servers, gos)
    assert close(float(exact_b(servers, traffic)), gos, 1e-10)
    assert erlang.erlang_b_trunks(traffic, gos) == servers
    poisson = erlang.poisson_traffic(servers, gos)
    assert erlang.poisson_blocking(servers, poisson) == pytest.approx(gos, rel=1e-10)


@given(SERVERS, st.floats(1e-3, 1 - 1e-9))
@settings(max_examples=40, deadline=None)
def test_offered_from_carried_keeps_its_digits_near_saturation(servers: int, share: float) -> None:
    carried = servers * share
    offered = erlang.offered_from_carried(servers, carried)
    back = Fraction(offered) * (1 - exact_b(servers, offered))
    assert close(float(servers - back), servers - carried, 1e-9)  # what is idle, not only what is busy


@given(st.integers(1, 60), st.floats(0.01, 200), st.floats(0, 0.99))
@settings(max_examples=40, deadline=None)
def test_repeats_add_up(servers: int, traffic: float, recall: float) -> None:
    offered = erlang.extended_erlang_b_total_offered(servers, traffic, recall)
    blocking = erlang.extended_erlang_b(servers, traffic, recall)
    assert offered == pytest.approx(traffic + recall * offered * blocking, rel=1e-12)
    if 1e-9 < blocking < 1 - 1e-9:
        assert erlang.extended_erlang_b_traffic(servers, blocking, recall) == pytest.approx(traffic, rel=1e-6)


@given(st.integers(1, 60), st.floats(0, 0.999999), st.floats(1, 600), st.floats(0, 600))
@example(55, 48 / 55, 240.0, 15.0)
@example(1, 0.999999, 100.0, 0.0)
@settings(max_examples=60, deadline=None)
def test_erlang_c_against_fractions(servers: int, share: float, holding: float, target: float) -> None:
    traffic = servers * share
    a, b = Fraction(traffic), exact_b(servers, traffic)
    waits = servers * b / (servers - a * (1 - b))
    spare = servers - a
    assert close(erlang.erlang_c(servers, traffic), waits)
    assert close(erlang.erlang_c_queue_length(servers, traffic), waits * a / spare)
    assert close(erlang.erlang_c_asa(servers, traffic, holding), waits * Fraction(holding) / spare)
    exponent = mpmath.mpf((spare * Fraction(target) / Fraction(holding)).numerator) / (
        (spare * Fraction(target) / Fraction(holding)).denominator
    )
    level = 1 - mpmath.mpf(waits.numerator) / waits.denominator * mpmath.exp(-exponent)
    assert close(erlang.erlang_c_service_level(servers, traffic, holding_s=holding, target_s=target), level)


@pytest.mark.parametrize(("mean", "phi"), [(4.0, 1.5), (14.0, 1.7), (45.0, 1.84)])
def test_days_that_differ_against_an_integral(mean: float, phi: float) -> None:
    variance = 0.13 * mean**phi
    shape, scale = mean * mean / variance, variance / mean

    def weighted(a: Any) -> Any:
        density = a ** (shape - 1) * mpmath.exp(-a / scale) / mpmath.gamma(shape) / mpmath.mpf(scale) ** shape
        return a * erlang.erlang_b(20, float(a)) * density if a else mpmath.mpf(0)

    with mpmath.workdps(15):
        exact = mpmath.quad(weighted, [0, mean / 2, mean, 2 * mean, 4 * mean, 12 * mean]) / mean
    for vd in (variance, f"0.13*A^{phi}", f"0.13 * A**{phi}", f"{variance!r}"):
        assert erlang.wilkinson_gamma_mean_blocking(20, mean, z=1, vd=vd) == pytest.approx(float(exact), rel=1e-9)


def test_days_that_do_not_differ_are_erlang_b() -> None:
    assert erlang.wilkinson_gamma_mean_blocking(24, 18.0, 1, 0.0) == erlang.erlang_b(24, 18.0)
    assert erlang.wilkinson_gamma_traffic(24, 0.01, 1, "0*A^1.5") == pytest.approx(erlang.erlang_b_traffic(24, 0.01))


def test_the_equivalent_random_method_on_a_simulated_example() -> None:
    """Overflow of 8 erlangs on 10 trunks and 20 on 20, offered to 10: a simulation lost 8.01 %, plain Erlang B says 0.7 %."""
    mean = erlang.overflow_mean(10, 8.0) + erlang.overflow_mean(20, 20.0)
    variance = erlang.overflow_variance(10, 8.0) + erlang.overflow_variance(20, 20.0)
    assert erlang.erm_blocking(10, mean, variance) == pytest.approx(0.0801, rel=0.02)
    assert erlang.hayward_blocking(10, mean, variance / mean) == pytest.approx(0.0609, rel=0.01)
    assert erlang.erlang_b(10, mean) == pytest.approx(0.0066, rel=0.01)
    needed = erlang.erm_trunks(mean, variance, 0.01)
    assert erlang.erm_blocking(needed, mean, variance) <= 0.01 < erlang.erm_blocking(needed - 1, mean, variance)


def test_random_traffic_is_its_own_equivalent() -> None:
    assert erlang.equivalent_random(7.0, 7.0).traffic == 7.0
    assert erlang.equivalent_random(7.0, 7.0).servers == pytest.approx(0, abs=1e-12)
    assert erlang.erm_blocking(10, 7.0, 7.0) == pytest.approx(erlang.erlang_b(10, 7.0))


def test_published_examples() -> None:
    assert round(erlang.erlang_b(107, 90), 10) == 0.0087991052
    assert round(erlang.erlang_b(10_000, 10_000), 10) == 0.0079365632
    assert round(erlang.erlang_b_traffic(10_000, 0.01), 4) == 10031.2583
    assert erlang.erlang_b_trunks(100 / 3, 0.01) == 45
    assert erlang.erlang_b(10_000, 5_000) == 0.0  # 5.9e-842, which no double holds
    assert erlang.erlang_c_servers(48.0, 240, 15, 0.8) == 55
    assert erlang.ccs_to_erlang(erlang.erlang_to_ccs(15.295)) == pytest.approx(15.295)


REAL = st.floats(0, 300)
OFFERED = st.one_of(st.floats(1e-6, 400), st.floats(1e-300, 1e-6), st.floats(400, 1e9))


@given(REAL, OFFERED)
@example(0.3, 1e-300)
@example(0.999999, 1e9)
@settings(max_examples=60, deadline=None)
def test_what_must_hold_of_any_number_of_trunks(servers: float, traffic: float) -> None:
    """One trunk more follows from the recursion; what is lost and what is carried add up; the formulas keep their order."""
    lost, next_lost = erlang.erlang_b(servers, traffic), erlang.erlang_b(servers + 1, traffic)
    assert next_lost == pytest.approx(traffic * lost / (servers + 1 + traffic * lost), rel=1e-11, abs=1e-300)
    assert 0 <= next_lost <= lost <= 1
    carried = erlang.carried_traffic(servers, traffic)
    assert carried + erlang.overflow_mean(servers, traffic) == pytest.approx(traffic, rel=1e-12)
    assert carried <= servers
    assert lost <= erlang.poisson_blocking(servers, traffic) * (1 + 1e-9) + 1e-300, "held calls need more trunks"
    assert erlang.overflow_peakedness(servers, traffic) >= 1 - 1e-12
    if traffic < servers:
        assert erlang.erlang_c(servers, traffic) >= lost * (1 - 1e-12), "who waits finds the line longer"


@given(st.floats(1, 300), st.floats(1e-6, 0.999), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_repeats_give_back_the_blocking_they_were_sized_for(servers: float, gos: float, recall: float) -> None:
    offered = erlang.extended_erlang_b_traffic(servers, gos, recall)
    if offered > 0:
        assert erlang.extended_erlang_b(servers, offered, recall) == pytest.approx(gos, rel=1e-9)
        whole = erlang.extended_erlang_b_total_offered(servers, offered, recall)
        assert erlang.erlang_b(servers, whole) == pytest.approx(gos, rel=1e-9)


@given(st.floats(1e-3, 3_000), st.floats(1e-6, 0.5))
@settings(max_examples=40, deadline=None)
def test_one_trunk_fewer_is_too_few(traffic: float, gos: float) -> None:
    for trunks_of, blocking in (
        (erlang.erlang_b_trunks, erlang.erlang_b),
        (erlang.poisson_trunks, erlang.poisson_blocking),
    ):
        trunks = trunks_of(traffic, gos)
        assert blocking(trunks, traffic) <= gos * (1 + 1e-12)
        assert trunks == 0 or blocking(trunks - 1, traffic) > gos * (1 - 1e-12)


@given(st.integers(1, 60), st.integers(1, 60), st.floats(1e-4, 1e3))
@settings(max_examples=40, deadline=None)
def test_what_must_hold_of_few_sources(servers: int, sources: int, beta: float) -> None:
    """Who arrives sees the others; what the sources would offer is carried or lost; nobody is lost where each has a trunk."""
    seen = erlang.engset_call_congestion(servers, sources, beta)
    time = erlang.engset_time_congestion(servers, sources, beta)
    if sources > 1:
        assert seen == pytest.approx(erlang.engset_time_congestion(servers, sources - 1, beta), rel=1e-11, abs=1e-300)
    assert seen <= time * (1 + 1e-12)
    offered = sources * beta / (1 + beta)
    lost = erlang.engset_traffic_congestion(servers, sources, beta)
    assert erlang.engset_carried(servers, sources, beta) == pytest.approx(offered * (1 - lost), rel=1e-9, abs=1e-12)
    assert (seen == 0) == (servers >= sources)


@pytest.mark.parametrize("traffic", [0.5, 8.0, 30.0])
def test_a_great_many_sources_are_random_callers(traffic: float) -> None:
    many = 100_000
    found = erlang.engset_time_congestion(10, many, traffic / many)
    assert found == pytest.approx(erlang.erlang_b(10, traffic), rel=2e-3)


def test_nothing_offered_and_no_trunks() -> None:
    assert (erlang.erlang_b(0, 5), erlang.erlang_b(0, 0), erlang.erlang_b(5, 0)) == (1.0, 1.0, 0.0)
    assert (erlang.carried_traffic(0, 5), erlang.carried_traffic(5, 0)) == (0.0, 0.0)
    assert (erlang.erlang_b_traffic(0, 0.01), erlang.erlang_b_trunks(0, 0.01)) == (0.0, 0)
    assert (erlang.erlang_c(3, 0), erlang.erlang_c_service_level(3, 0, 60, 10)) == (0.0, 1.0)
    assert (erlang.poisson_blocking(0, 5), erlang.poisson_blocking(5, 0), erlang.poisson_trunks(0, 0.1)) == (1, 0, 0)
    assert erlang.engset_call_congestion(0, 5, 0.5) == erlang.engset_traffic_congestion(0, 5, 0.5) == 1.0
    assert erlang.engset_carried(0, 5, 0.5) == erlang.engset_carried(5, 5, 0.0) == 0.0
    assert erlang.engset_call_congestion(1, 1, 3.0) == 0.0  # the one source finds its trunk free
    assert (erlang.overflow_mean(0, 5), erlang.overflow_peakedness(0, 5), erlang.overflow_peakedness(5, 0)) == (5, 1, 1)
    assert erlang.extended_erlang_b_total_offered(0, 3, 0.5) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("formula", "named", "words"),
    [
        ("erlang_b", {"servers": -1, "traffic": 5}, "servers must be"),
        ("erlang_b", {"servers": 5, "traffic": -1}, "traffic must be"),
        ("erlang_b", {"servers": 5, "traffic": math.nan}, "traffic must be"),
        ("erlang_b", {"servers": math.nan, "traffic": 5}, "servers must be"),
        ("erlang_b", {"servers": 5, "traffic": math.inf}, "traffic must be"),
        (
            "erlang_b",
            {"servers": 5, "traffic": 10**400},
            "traffic must be a number that is not negative, below 1.8e308",
        ),
        ("poisson_blocking", {"servers": 5, "traffic": 10**400}, "traffic must be"),
        ("erlang_b", {"servers": 1e9, "traffic": 5}, "servers must be a number from 0 to 100,000"),
        ("erlang_b_traffic", {"servers": 5, "gos": 0}, "gos must be"),
        ("erlang_b_traffic", {"servers": 5, "gos": 1}, "gos must be"),
        ("erlang_b_trunks", {"traffic": 1e9, "gos": 0.01}, "would not be enough"),
        ("erlang_c", {"servers": 5, "traffic": 5}, "queue would grow without end"),
        ("erlang_c", {"servers": 0, "traffic": 0}, "queue would grow without end"),
        ("erlang_c_asa", {"servers": 5, "traffic": 3, "holding_s": -1}, "holding_s must be"),
        ("erlang_c_service_level", {"servers": 5, "traffic": 3, "holding_s": 0, "target_s": 1}, "more than 0"),
        (
            "erlang_c_servers",
            {"traffic": 3, "holding_s": 9, "target_s": 1, "service_level": 1},
            "service_level must be",
        ),
        ("extended_erlang_b", {"servers": 5, "traffic": 3, "recall": 1.5}, "recall must be"),
        ("extended_erlang_b", {"servers": 5, "traffic": 5, "recall": 1}, "repeats grow without end"),
        ("offered_from_carried", {"servers": 5, "carried": 5}, "less than servers"),
        ("load_on_last_trunk_sequential", {"servers": 0, "traffic": 5}, "no last trunk"),
        ("engset_call_congestion", {"servers": 5, "sources": 0, "beta_per_idle_source": 1}, "sources must be"),
        ("engset_call_congestion", {"servers": 5, "sources": 9, "beta_per_idle_source": -1}, "beta_per_idle_source"),
        ("engset_call_congestion", {"servers": 5, "sources": 4.5, "beta_per_idle_source": 1}, "whole number"),
        ("engset_call_congestion", {"servers": 0.5, "sources": 1, "beta_per_idle_source": 1}, "two sources"),
        ("equivalent_random", {"mean": 5, "variance": 3}, "no overflow"),
        ("equivalent_random", {"mean": 0, "variance": 0}, "mean must be"),
        ("hayward_blocking", {"servers": 5, "mean": 3, "peakedness": 0}, "peakedness must be"),
        ("wilkinson_gamma_mean_blocking", {"servers": 5, "traffic": 3, "z": 1, "vd": "much"}, "vd must be"),
        ("wilkinson_gamma_mean_blocking", {"servers": 5, "traffic": 3, "z": 1, "vd": -1}, "vd must be"),
        ("erlang_to_ccs", {"traffic": -1}, "traffic must be"),
    ],
)
def test_what_is_outside_the_domain_is_said_in_a_sentence(formula: str, named: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        getattr(erlang, formula)(**named)


def test_every_formula_says_where_it_comes_from_and_when_it_does_not_apply() -> None:
    words = ("not", "limit", "without", "rough")
    said = {name: (getattr(erlang, name).__doc__ or "").lower() for name in erlang.__all__}
    silent = [name for name, words_of in said.items() if not any(word in words_of for word in words)]
    assert silent == []
