"""Protects whoever asks at the command line: the third of three is worked out, and a wrong question gets a sentence."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.traffic import erlang


def said(words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["erlang", *words.split()])
    return done.exit_code, done.output


def as_json(words: str) -> dict[str, float]:
    code, output = said(f"{words} --json")
    assert code == 0, output
    found: dict[str, float] = json.loads(output)
    return found


def test_two_of_three_and_the_third_follows() -> None:
    assert as_json("b -n 24 -a 20")["blocking"] == erlang.erlang_b(24, 20)
    assert as_json("b -a 20 -g 0.01")["servers"] == 30
    assert as_json("b -n 24 -g 0.01")["traffic"] == erlang.erlang_b_traffic(24, 0.01)
    assert as_json("b --trunks 24 --traffic 20") == as_json("b --servers 24 --traffic 20")


def test_each_formula_says_what_it_found() -> None:
    extended = as_json("extended-b -n 24 -a 20 --recall 0.5")
    assert extended["blocking"] == erlang.extended_erlang_b(24, 20, 0.5)
    assert extended["blocking"] * extended["total_offered"] * 0.5 + 20 == pytest.approx(extended["total_offered"])
    assert as_json("extended-b -a 20 -g 0.01")["servers"] == erlang.extended_erlang_b_trunks(20, 0.01, 0.5)
    assert as_json("extended-b -n 24 -g 0.01")["traffic"] == erlang.extended_erlang_b_traffic(24, 0.01, 0.5)
    assert as_json("poisson -n 24 -a 14")["blocking"] == erlang.poisson_blocking(24, 14)
    engset = as_json("engset --sources 20 --beta 0.5 -n 10")
    assert engset["blocking"] == erlang.engset_call_congestion(10, 20, 0.5)
    assert as_json("engset --sources 20 --beta 0.5 -g 0.05")["servers"] == 10


def test_people_at_the_position() -> None:
    found = as_json("c -a 48 --holding 240 --answer-within 15 --service-level 0.8")
    assert found["servers"] == 55
    assert found["average_wait_s"] == pytest.approx(8.18403210)
    assert "service_level" not in as_json("c -a 48 -n 55 --holding 240")
    assert as_json("c -a 48 -n 55")["waiting"] == erlang.erlang_c(55, 48)


def test_people_read_words() -> None:
    code, output = said("b -n 24 -a 20")
    assert code == 0
    assert "share of attempts blocked  0.066096717" in output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("b -n 24", "give two of --servers, --traffic and --gos"),
        ("b -n 24 -a 20 -g 0.01", "give two of"),
        ("engset --sources 20 --beta 0.5", "give one of --servers and --gos"),
        ("c -n 5", "give --traffic"),
        ("c -a 5", "give --servers, or --holding"),
        ("c -a 3 -n 5 --service-level 0.8", "not both"),
        ("c -a 3 -n 5 --answer-within 10", "needs --holding"),
    ],
)
def test_a_question_that_is_none_is_a_matter_of_use(words: str, sentence: str) -> None:
    code, output = said(words)
    assert (code, sentence in output) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("c -n 3 -a 4", "the queue would grow without end"),
        ("b -n -3 -a 4", "servers must be a number from 0"),
        ("b -a 4 -g 1", "gos must be more than 0"),
        ("extended-b -n 4 -a 5 --recall 1", "the repeats grow without end"),
    ],
)
def test_what_has_no_answer_is_said_in_one_sentence(words: str, sentence: str) -> None:
    code, output = said(words)
    assert (code, sentence in output, output.count("\n")) == (1, True, 1)


@pytest.mark.parametrize("formula", ["b", "c", "extended-b", "engset", "poisson"])
def test_help_tells_when_to_take_it(formula: str) -> None:
    code, output = said(f"{formula} --help")
    assert code == 0
    assert "Give" in output
