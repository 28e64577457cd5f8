"""`foliogate erlang`: the traffic formulas at the command line, with what each is for and when it does not apply."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from gateway.cli.words import fail

_F = TypeVar("_F", bound=Callable[..., Any])


@click.group("erlang")
def erlang_group() -> None:
    """Work out traffic: how much is lost, how much can be offered, how many trunks are needed.

    Traffic is in erlangs: calls per hour times their mean length in hours (from seizure to release), or the mean number of
    trunks busy at once. One erlang is 36 CCS. Give two of --servers, --traffic and --gos; the third is worked out.

    \b
    b           blocked callers go away: trunks to the public network
    extended-b  some of the blocked callers try again at once
    engset      few callers for the trunks: eight trunks for twenty offices
    poisson     blocked callers wait for a while: old North American tables
    c           callers wait until somebody answers: the operator position

    \b
    foliogate erlang b --servers 24 --traffic 20         what 24 trunks lose of 20 erlangs
    foliogate erlang b --traffic 20 --gos 0.01           how many trunks lose at most one call in a hundred
    foliogate erlang c --traffic 4 --holding 90 --answer-within 15 --service-level 0.8

    docs/traffic.md tells the formulas, their sources, and when they do not apply.
    """


def _asked(*names: str) -> Callable[[_F], _F]:
    """Give a command the options it takes, and --json."""
    options = {
        "servers": click.option("-n", "--servers", "--trunks", type=float, help="Trunks, or people who answer."),
        "traffic": click.option("-a", "--traffic", type=float, help="Erlangs offered in the busy hour."),
        "gos": click.option(
            "-g", "--gos", type=float, help="Blocking not to be passed: 0.01 is one call in a hundred."
        ),
        "recall": click.option(
            "--recall", type=float, default=0.5, show_default=True, help="Share of blocked callers who try again."
        ),
        "sources": click.option("--sources", type=float, required=True, help="Telephones that share the trunks."),
        "beta": click.option(
            "--beta",
            "--beta-per-idle-source",
            "beta_per_idle_source",
            type=float,
            required=True,
            help="Erlangs one telephone offers while it is idle. Not all erlangs divided by the telephones.",
        ),
        "holding": click.option("--holding", type=float, default=None, help="Mean length of a call in seconds."),
        "within": click.option("--answer-within", type=float, default=None, help="Seconds to answer within."),
        "level": click.option(
            "--service-level", type=float, default=None, help="Share to be answered within that time: 0.8."
        ),
    }

    def given(command: _F) -> _F:
        command = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)
        for name in reversed(names):
            command = options[name](command)
        return command

    return given


@erlang_group.command("b")
@_asked("servers", "traffic", "gos")
def b_command(servers: float | None, traffic: float | None, gos: float | None, as_json: bool) -> None:
    """Erlang B: blocked callers go away and do not come back at once.

    Give two of --servers, --traffic, --gos. True for any lengths of calls, and for many callers who call at random. It says
    far too little for a group that takes what overflows from another one.
    """
    from gateway.traffic import erlang

    def work() -> dict[str, float]:
        n, a = _two(servers, traffic, gos, erlang.erlang_b_trunks, erlang.erlang_b_traffic)
        return {
            "servers": n,
            "traffic": a,
            "ccs": erlang.erlang_to_ccs(a),
            "blocking": erlang.erlang_b(n, a),
            "carried": erlang.carried_traffic(n, a),
        }

    _answer("erlang_b", work, as_json)


@erlang_group.command("extended-b")
@_asked("servers", "traffic", "gos", "recall")
def extended_command(
    servers: float | None, traffic: float | None, gos: float | None, recall: float, as_json: bool
) -> None:
    """Extended Erlang B: the share --recall of blocked callers tries again.

    Give two of --servers, --traffic (first attempts only), --gos. It takes repeats to come at random, later; people who press
    redial at once are blocked more often than it says.
    """
    from gateway.traffic import erlang

    def work() -> dict[str, float]:
        n, a = _two(
            servers,
            traffic,
            gos,
            lambda a, g: erlang.extended_erlang_b_trunks(a, g, recall),
            lambda n, g: erlang.extended_erlang_b_traffic(n, g, recall),
        )
        offered = erlang.extended_erlang_b_total_offered(n, a, recall)
        return {
            "servers": n,
            "traffic": a,
            "recall": recall,
            "total_offered": offered,
            "blocking": erlang.erlang_b(n, offered),
            "carried": erlang.carried_traffic(n, offered),
        }

    _answer("extended_erlang_b", work, as_json)


@erlang_group.command("poisson")
@_asked("servers", "traffic", "gos")
def poisson_command(servers: float | None, traffic: float | None, gos: float | None, as_json: bool) -> None:
    """Poisson (Molina): blocked callers hold on for as long as they would have talked.

    Give two of --servers, --traffic, --gos. The old North American tables; it asks for more trunks than Erlang B.
    """
    from gateway.traffic import erlang

    def work() -> dict[str, float]:
        n, a = _two(servers, traffic, gos, erlang.poisson_trunks, erlang.poisson_traffic)
        return {"servers": n, "traffic": a, "ccs": erlang.erlang_to_ccs(a), "blocking": erlang.poisson_blocking(n, a)}

    _answer("poisson_blocking", work, as_json)


@erlang_group.command("engset")
@_asked("servers", "gos", "sources", "beta")
def engset_command(
    servers: float | None, gos: float | None, sources: float, beta_per_idle_source: float, as_json: bool
) -> None:
    """Engset: few telephones share the trunks, so those that talk do not call.

    Give --servers, or --gos to be told how many. --beta is what one telephone offers while it is idle: its calls per idle hour
    times their mean length in hours. With ten times as many telephones as trunks, Erlang B says nearly the same.
    """
    from gateway.traffic import erlang

    if (servers is None) == (gos is None):
        raise click.UsageError("give one of --servers and --gos; the other is worked out")

    def work() -> dict[str, float]:
        n = erlang.engset_trunks(sources, beta_per_idle_source, gos) if gos is not None else servers or 0.0
        who = (n, sources, beta_per_idle_source)
        return {
            "servers": n,
            "sources": sources,
            "beta_per_idle_source": beta_per_idle_source,
            "traffic": sources * (beta_per_idle_source / (1 + beta_per_idle_source)),
            "blocking": erlang.engset_call_congestion(*who),
            "time_congestion": erlang.engset_time_congestion(*who),
            "traffic_congestion": erlang.engset_traffic_congestion(*who),
            "carried": erlang.engset_carried(*who),
        }

    _answer("engset_call_congestion", work, as_json)


@erlang_group.command("c")
@_asked("servers", "traffic", "holding", "within", "level")
def c_command(
    servers: float | None,
    traffic: float | None,
    holding: float | None,
    answer_within: float | None,
    service_level: float | None,
    as_json: bool,
) -> None:
    """Erlang C: callers wait until somebody answers, and nobody hangs up: the operator position.

    Give --servers and --traffic; with --holding also the mean wait, with --answer-within also the share answered in time. Or
    leave out --servers and give all others, to be told how many people are needed. Callers who give up make waits shorter
    than it says.
    """
    from gateway.traffic import erlang

    if traffic is None:
        raise click.UsageError("give --traffic: calls per hour times their mean length in hours")
    if servers is None and (holding is None or answer_within is None or service_level is None):
        raise click.UsageError("give --servers, or --holding, --answer-within and --service-level to be told how many")
    if servers is not None and service_level is not None:
        raise click.UsageError("give --servers or --service-level, not both: the one follows from the other")
    if answer_within is not None and holding is None:
        raise click.UsageError("--answer-within needs --holding, the mean length of a call in seconds")

    def work() -> dict[str, float]:
        n = servers
        if n is None:
            n = erlang.erlang_c_servers(traffic, holding or 0.0, answer_within or 0.0, service_level or 0.0)
        found = {"servers": n, "traffic": traffic, "waiting": erlang.erlang_c(n, traffic)}
        found["queue_length"] = erlang.erlang_c_queue_length(n, traffic)
        if holding is not None:
            found["average_wait_s"] = erlang.erlang_c_asa(n, traffic, holding)
        if holding is not None and answer_within is not None:
            found["service_level"] = erlang.erlang_c_service_level(n, traffic, holding, answer_within)
        return found

    _answer("erlang_c", work, as_json)


def _two(
    servers: float | None,
    traffic: float | None,
    gos: float | None,
    trunks_for: Callable[[float, float], float],
    traffic_for: Callable[[float, float], float],
) -> tuple[float, float]:
    """Servers and traffic, of which one may follow from the grade of service."""
    if servers is not None and traffic is not None and gos is None:
        return servers, traffic
    if servers is None and traffic is not None and gos is not None:
        return trunks_for(traffic, gos), traffic
    if servers is not None and traffic is None and gos is not None:
        return servers, traffic_for(servers, gos)
    raise click.UsageError("give two of --servers, --traffic and --gos; the third is worked out")


_WORDS = {
    "servers": "servers",
    "sources": "sources",
    "beta_per_idle_source": "erlangs of a source while idle",
    "traffic": "erlangs offered",
    "ccs": "the same in CCS",
    "recall": "share that tries again",
    "total_offered": "erlangs with the repeats",
    "blocking": "share of attempts blocked",
    "time_congestion": "share of time all are busy",
    "traffic_congestion": "share of the load not carried",
    "carried": "erlangs carried",
    "waiting": "share that has to wait",
    "queue_length": "calls waiting, on average",
    "average_wait_s": "seconds until the answer, on average",
    "service_level": "share answered in time",
}


def _answer(formula: str, work: Callable[[], Mapping[str, float]], as_json: bool) -> None:
    """Work it out and print it; what is outside the formula's domain is said in a sentence."""
    try:
        found = work()
    except ValueError as error:
        fail(str(error))
    whole = {name: int(value) if value == int(value) else value for name, value in found.items()}
    if as_json:
        click.echo(json.dumps({"formula": formula, **whole}))
        return
    width = max(len(_WORDS[name]) for name in whole)
    for name, value in whole.items():
        click.echo(f"{_WORDS[name]:<{width}}  {value if isinstance(value, int) else format(value, '.10g')}")
