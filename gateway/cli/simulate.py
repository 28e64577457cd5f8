"""`foliogate simulate`: an exchange and a PMS that exist only on this machine, each a process of its own.

They print one JSON line when they can be used (`{"event": "listening", "port": 5010}`), so that a supervisor can wait
for it, and one with the balance when they end. Ctrl-C or SIGTERM ends them in order. What they can do wrong is the
point of them: see `docs/simulators.md`.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from gateway.cli.simulate_past import past
from gateway.cli.words import fail

_ROOMS = "101-140"
_ZONE = "Europe/Warsaw"


@click.group("simulate")
def simulate_group() -> None:
    """A telephone exchange or a PMS that is not there, with the faults of real ones; a hotel's past."""


simulate_group.add_command(past)


def _options(option: Callable[[Any], Any], *more: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Joins options that several commands share."""

    def add(command: Any) -> Any:
        for each in reversed((option, *more)):
            command = each(command)
        return command

    return add


_shared = _options(
    click.option("--rooms", default=_ROOMS, show_default=True, metavar="ROOMS", help="The rooms, as 101-140,Suite."),
    click.option("--seed", default=1, show_default=True, help="The same seed is the same hotel, in both simulators."),
    click.option("--timezone", default=_ZONE, show_default=True, metavar="ZONE", help="The hotel's time zone."),
    click.option(
        "--ledger", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it all down."
    ),
    click.option("--beyond-loopback", is_flag=True, help="Allow addresses that other machines can reach."),
)


@simulate_group.command("pbx")
@click.option("--dialect", required=True, metavar="NAME", help="As avaya-ipoffice; a wrong name is told all there are.")
@click.option("--connect", metavar="ENDPOINT", help="Dial the reader: tcp:127.0.0.1:5100 (as an IP Office does).")
@click.option("--listen", metavar="ENDPOINT", help="Be dialled: tcp:1752:interface=127.0.0.1 (Mitel; Asterisk AMI).")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH", help="Append to a file.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="PATH",
    help="Put each record there as a file.",
)
@click.option(
    "--serve", metavar="ENDPOINT", help="Be asked over the web: tcp:8443:interface=127.0.0.1 (UCM, Yeastar P)."
)
@click.option("--post", metavar="URL", help="Post each record (FreeSWITCH, Yeastar), until it is answered with 200.")
@click.option("--token", default="", metavar="TOKEN", help="What a post carries.")
@click.option("--rotate-every", type=click.IntRange(min=1), metavar="N", help="Rename the file after N rows.")
@click.option("--rate", default=12.0, show_default=True, metavar="N", help="Calls a minute.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="Stop when N calls have been written.")
@click.option("--faults", default="", metavar="LIST", help="Chances, as cut:0.01,split:0.05 (see docs/simulators.md).")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the dialect, as fields=35.")
@click.option("--country", default="PL", show_default=True, metavar="CC", help="Whose numbers the guests dial.")
@click.option(
    "--trunk-access", default="9", show_default=True, metavar="DIGITS", help="Dialled before outside numbers."
)
@click.option(
    "--buffer",
    "buffered",
    type=click.IntRange(0, 100_000),
    default=500,
    show_default=True,
    metavar="N",
    help="Records kept for no reader.",
)
@click.option(
    "--dump-last",
    type=click.IntRange(0, 100_000),
    default=25,
    show_default=True,
    metavar="K",
    help="Records that dump-again repeats.",
)
@click.option("--wait-for-reader", is_flag=True, help="Let the first call end only when a reader is there.")
@click.option("--manager-login", metavar="USER:SECRET", help="Accept only this login (Asterisk AMI, --serve).")
@_shared
def pbx(**given: Any) -> None:
    """A telephone exchange that tells of calls, in the dialect of a real one.

    \b
      foliogate simulate pbx --dialect avaya-ipoffice --connect tcp:127.0.0.1:5100 --rate 60
      foliogate simulate pbx --dialect mitel-mivb --listen tcp:1752:interface=127.0.0.1
      foliogate simulate pbx --dialect asterisk --file Master.csv --rotate-every 500
      foliogate simulate pbx --dialect grandstream --serve tcp:8443:interface=127.0.0.1
      foliogate simulate pbx --dialect yeastar --post http://127.0.0.1:8090/ --token TOKEN

    The signal USR1 makes a guest call the emergency number.
    """
    settings = _or_fail(lambda: _pbx_settings(given))
    from gateway.clock import utc_now
    from gateway.simulators.pbx import Pbx

    async def run(reactor: Any) -> None:
        exchange = Pbx(settings, reactor, utc_now, _say)
        reactor.addSystemEventTrigger("before", "shutdown", lambda: _running(exchange.stop()))
        signal.signal(signal.SIGUSR1, lambda *_: reactor.callFromThread(exchange.dial_emergency))
        await exchange.start()
        _say(await exchange.finished)

    _run(run)


def _pbx_settings(given: Mapping[str, Any]) -> Any:
    """Turns what was typed into settings; raises ValueError with a sentence."""
    from gateway.simulators.destinations import countries
    from gateway.simulators.hotel import parse_rooms
    from gateway.simulators.line_faults import parse_line_faults
    from gateway.simulators.pbx import PbxSettings

    if given["country"] not in countries():
        raise ValueError(f"There is no dialling plan for {given['country']!r}; there are {', '.join(countries())}.")
    settings = PbxSettings(
        dialect=given["dialect"],
        rooms=parse_rooms(given["rooms"]),
        connect=given["connect"],
        listen=given["listen"],
        file=given["file"],
        folder=given["folder"],
        serve=given["serve"],
        post=given["post"],
        token=given["token"],
        rotate_every=given["rotate_every"],
        options=dict(_pair(word, "=") for word in given["options"]),
        calls_per_minute=given["rate"],
        count=given["count"],
        seed=given["seed"],
        faults=parse_line_faults(given["faults"]),
        wait_for_reader=given["wait_for_reader"],
        country=given["country"],
        access=given["trunk_access"],
        zone=_zone(given["timezone"]),
        ledger=given["ledger"],
        buffered=given["buffered"],
        repeated=given["dump_last"],
        manager_account=_pair(given["manager_login"], ":") if given["manager_login"] else None,
        beyond_loopback=given["beyond_loopback"],
    )
    settings.checked()
    return settings


@simulate_group.command("fias-pms")
@click.option("--listen", default="tcp:5010:interface=127.0.0.1", show_default=True, metavar="ENDPOINT")
@click.option("--control", metavar="ENDPOINT", help="A JSON port to look at folios and make trouble.")
@click.option("--encoding", default="cp852", show_default=True, metavar="CODE_PAGE", help="The code page of the link.")
@click.option("--checkins-per-minute", "rate", default=0.0, metavar="N", help="Guests who come, go or move a minute.")
@click.option(
    "--fault", "faults", multiple=True, metavar="WORD", help="As refuse:UR:0.1, ry:3, late:40, cut-after-ps:1."
)
@click.option("--script", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="A play.")
@click.option("--second-client", type=click.Choice(["newest", "refuse"]), default="newest", show_default=True)
@click.option("--moves-as", type=click.Choice(["gc", "go-gi"]), default="gc", show_default=True)
@click.option("--vacant-answer", type=click.Choice(["NG", "UR"]), default="NG", show_default=True)
@click.option("--no-echo", is_flag=True, help="Do not repeat P# in the answer.")
@_shared
def fias_pms(**given: Any) -> None:
    """A PMS with rooms, guests and folios, as a FIAS server.

    \b
      foliogate simulate fias-pms --listen tcp:5010:interface=127.0.0.1 \\
                                  --control tcp:5011:interface=127.0.0.1 --checkins-per-minute 2
      curl -s http://127.0.0.1:5011/folios
    """
    settings = _or_fail(lambda: _pms_settings(given))
    from gateway.clock import utc_now
    from gateway.simulators.fias_pms import FiasPms
    from gateway.simulators.pms_control import control_site

    async def run(reactor: Any) -> None:
        pms = FiasPms(settings, reactor, utc_now, _say)
        await _until_stopped(reactor, pms, lambda: pms.start(control_site(pms, reactor, settings.beyond_loopback)))

    _run(run)


def _pms_settings(given: Mapping[str, Any]) -> Any:
    """Turns what was typed into settings; raises ValueError with a sentence."""
    from gateway.simulators.fias_pms import PmsSettings
    from gateway.simulators.hotel import parse_rooms
    from gateway.simulators.pms_script import parse_script

    settings = PmsSettings(
        listen=given["listen"],
        rooms=parse_rooms(given["rooms"]),
        zone=_zone(given["timezone"]),
        seed=given["seed"],
        encoding=given["encoding"],
        second_client=given["second_client"],
        moves_as=given["moves_as"],
        vacant_answer=given["vacant_answer"],
        checkins_per_minute=given["rate"],
        faults=(*given["faults"], *(["no-echo"] if given["no_echo"] else [])),
        script=tuple(parse_script(given["script"].read_text(encoding="utf-8"))) if given["script"] else (),
        ledger=given["ledger"],
        control=given["control"],
        beyond_loopback=given["beyond_loopback"],
    )
    settings.check()
    return settings


@simulate_group.command("soap-pms")
@click.option(
    "--dialect", type=click.Choice(["ows", "guestline"]), default="ows", show_default=True, help="Whose SOAP."
)
@click.option("--listen", default="tcp:5080:interface=127.0.0.1", show_default=True, metavar="ENDPOINT")
@click.option("--control", metavar="ENDPOINT", help="A JSON port to look at folios and make trouble.")
@click.option("--login", metavar="USER:SECRET", help="Accept only this login; else any.")
@click.option("--checkins-per-minute", "rate", default=0.0, metavar="N", help="Guests who come, go or move a minute.")
@click.option(
    "--fault", "faults", multiple=True, metavar="WORD", help="As silence:1, half:2, lookup-deaf:1, dtd:1, na."
)
@click.option("--script", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="A play.")
@_shared
def soap_pms(**given: Any) -> None:
    """A PMS with rooms, guests and folios that is asked over SOAP: OPERA's web services, or Guestline Rezlynx.

    \b
      foliogate simulate soap-pms --dialect ows --listen tcp:5080:interface=127.0.0.1 \\
                                  --control tcp:5081:interface=127.0.0.1 --fault silence:1
      curl -s http://127.0.0.1:5081/folios      what was booked;  http://127.0.0.1:5080/ shows it as a page
    """
    settings = _or_fail(lambda: _soap_settings(given))
    from gateway.clock import utc_now
    from gateway.simulators.pms_control import control_site
    from gateway.simulators.soap.door import door_site
    from gateway.simulators.soap.pms import SoapPms

    async def run(reactor: Any) -> None:
        pms = SoapPms(settings, reactor, utc_now, _say)
        control = control_site(pms, reactor, settings.beyond_loopback, {"/route": pms.route})
        await _until_stopped(reactor, pms, lambda: pms.start(door_site(pms, reactor), control))

    _run(run)


def _soap_settings(given: Mapping[str, Any]) -> Any:
    """Turns what was typed into settings; raises ValueError with a sentence."""
    from gateway.simulators.hotel import parse_rooms
    from gateway.simulators.pms_script import parse_script
    from gateway.simulators.soap.pms import SoapPmsSettings

    settings = SoapPmsSettings(
        dialect=given["dialect"],
        listen=given["listen"],
        rooms=parse_rooms(given["rooms"]),
        zone=_zone(given["timezone"]),
        seed=given["seed"],
        login=_pair(given["login"], ":") if given["login"] else None,
        checkins_per_minute=given["rate"],
        faults=given["faults"],
        script=tuple(parse_script(given["script"].read_text(encoding="utf-8"))) if given["script"] else (),
        ledger=given["ledger"],
        control=given["control"],
        beyond_loopback=given["beyond_loopback"],
    )
    settings.check()
    return settings


@simulate_group.command("hobic-pms")
@click.option("--listen", default="tcp:5020:interface=127.0.0.1", show_default=True, metavar="ENDPOINT")
@click.option("--framing", type=click.Choice(["hb", "hx"]), default="hb", show_default=True, help="HOBIC or Holidex.")
@click.option("--answers", type=click.Choice(["ack", "yn", "none"]), default="ack", show_default=True)
@click.option("--line", "text", metavar="TEMPLATE", help="How its lines look, as options.line of the gateway.")
@click.option("--fault", "faults", multiple=True, metavar="WORD", help="As nak:3, silence:1, late:40, close:1, deaf.")
@click.option("--seed", default=1, show_default=True, help="For faults that strike by chance.")
@click.option("--ledger", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it all down.")
@click.option("--beyond-loopback", is_flag=True, help="Allow addresses that other machines can reach.")
def hobic_pms(**given: Any) -> None:
    """A PMS that reads a printed line for each call, with ACK and NAK, y and n, or without a word.

    \b
      foliogate simulate hobic-pms --framing hx --fault silence:1 --ledger lines.jsonl
      foliogate simulate hobic-pms --answers none
    """
    settings = _or_fail(lambda: _hobic_settings(given))
    from gateway.clock import utc_now
    from gateway.simulators.hobic_pms import HobicPms

    async def run(reactor: Any) -> None:
        pms = HobicPms(settings, reactor, utc_now, _say)
        await _until_stopped(reactor, pms, pms.start)

    _run(run)


def _hobic_settings(given: Mapping[str, Any]) -> Any:
    """Turns what was typed into settings; raises ValueError with a sentence."""
    from gateway.simulators.hobic_pms import HobicPmsSettings
    from protocols.hobic.lines import GENERIC, template
    from protocols.hobic.wire import Wire

    settings = HobicPmsSettings(
        listen=given["listen"],
        wire=Wire(framing=given["framing"], answers=given["answers"]),
        line=template(given["text"] or GENERIC),
        faults=given["faults"],
        seed=given["seed"],
        ledger=given["ledger"],
        beyond_loopback=given["beyond_loopback"],
    )
    settings.check()
    return settings


async def _until_stopped(reactor: Any, pms: Any, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Starts a simulated PMS and waits for the signal to end; its balance is the last line."""
    from twisted.internet.defer import Deferred

    ended: Deferred[None] = Deferred()

    async def goodbye() -> None:
        await pms.stop()
        _say({"event": "balance", **pms.state()})
        ended.callback(None)

    reactor.addSystemEventTrigger("before", "shutdown", lambda: _running(goodbye()))
    await start()
    await ended


def _or_fail(make: Callable[[], Any]) -> Any:
    """Makes settings, or ends the command with the sentence that says why not."""
    try:
        return make()
    except (ValueError, OSError) as refused:
        fail(str(refused))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"There is no time zone {name!r}; write one like Europe/Warsaw.") from None


def _pair(word: str, sign: str) -> tuple[str, str]:
    name, found, value = word.partition(sign)
    if not found or not name:
        raise ValueError(f"{word!r} should have a {sign!r} in it.")
    return name, value


def _say(event: Mapping[str, object]) -> None:
    """Prints one JSON line, at once; a supervisor may be waiting for it."""
    sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _running(work: Coroutine[Any, Any, None]) -> Any:
    from twisted.internet.defer import Deferred

    return Deferred.fromCoroutine(work)


def _run(main: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Runs a simulator until it ends or is told to; a port that cannot be had is a sentence, not a traceback."""
    from twisted.internet import error, task
    from twisted.internet.defer import Deferred

    async def guarded(reactor: Any) -> None:
        try:
            await main(reactor)
        except (OSError, error.CannotListenError) as refused:
            click.echo(f"foliogate: {refused}", err=True)
            raise SystemExit(1) from None

    task.react(lambda reactor: Deferred.fromCoroutine(guarded(reactor)))
