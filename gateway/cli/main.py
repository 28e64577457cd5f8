"""The command `foliogate`: a list of commands, each loaded when it is asked for.

The list is explicit, name -> where the command lives, so that `foliogate --help` imports none of them and prints at
once. An exception that nobody expected ends here, in one plain sentence.
"""

from __future__ import annotations

import gc
import importlib
from typing import Any, NamedTuple

import click

from gateway.cli.words import unexpected, version


class Entry(NamedTuple):
    """Where a command lives, as `module:attribute`, and what the list of commands says of it."""

    place: str
    summary: str


SECTIONS: dict[str, dict[str, Entry]] = {
    "The gateway": {
        "run": Entry("gateway.cli.run:run_command", "Take calls from the exchange, post charges to the PMS."),
        "check": Entry(
            "gateway.cli.check:check_command", "Say every problem of a configuration, or what it amounts to."
        ),
        "charges": Entry("gateway.cli.acts:charges_group", "Void, adjust and move charges, or charge by hand."),
        "postings": Entry("gateway.cli.postings:postings_group", "List, show, settle and retry postings."),
        "report": Entry(
            "gateway.cli.report:report_command", "Report on calls and charges as CSV, XLSX, PDF, JSON, HTML."
        ),
        "audit": Entry("gateway.cli.audit:audit_group", "Balance, name and close a business day."),
        "sheet": Entry("gateway.cli.sheet:sheet_command", "Put one call on one page, for the guest who asks."),
        "schedules": Entry(
            "gateway.cli.schedules:schedules_group", "List reports that go out by themselves, have one made now."
        ),
        "export": Entry("gateway.cli.export:export_group", "Export bookings for an accounting program."),
        "resync": Entry("gateway.cli.resync:resync_command", "Ask the PMS who is in which room, for all rooms."),
        "stays": Entry("gateway.cli.stays:stays_group", "Give a guest's stay a tariff of its own."),
        "guest": Entry("gateway.cli.guest:guest_group", "Export what is kept about a guest, or erase it."),
        "alarms": Entry(
            "gateway.cli.alarms:alarms_group", "List and acknowledge alarms, try the mail and the web hooks."
        ),
        "user": Entry("gateway.cli.user:user_group", "Say who may sign in: add, invite, disable, set a password."),
        "token": Entry("gateway.cli.token:token_group", "Let other programs ask over HTTP: add, list, revoke."),
        "db": Entry("gateway.cli.db:db_group", "Upgrade, back up and verify the store."),
    },
    "Prices": {
        "tariff": Entry("gateway.cli.tariff:tariff_group", "Begin a tariff, import price lists, approve prices."),
        "replay": Entry("gateway.cli.replay:replay_command", "Price a past period by another tariff, and compare."),
        "carriers": Entry(
            "gateway.cli.carriers:carriers_command", "Compare carriers on past calls, with rent and commitment."
        ),
        "corrections": Entry(
            "gateway.cli.corrections:corrections_group", "List changed prices, approve or reject them."
        ),
        "price": Entry("gateway.cli.price:price_command", "Say what a call to a number would cost now."),
        "bill-check": Entry(
            "gateway.cli.bill_check:bill_check_command", "Hold a carrier's itemised bill against our calls."
        ),
        "rate": Entry("gateway.cli.rate:rate_command", "Price the calls of a file without storing anything."),
    },
    "Trunks": {
        "trunks": Entry("gateway.cli.trunks:trunks_command", "Show what the trunks did, and whether they are enough."),
        "erlang": Entry("gateway.cli.erlang:erlang_group", "Work out traffic: trunks, blocking, waiting."),
    },
    "Records of an exchange": {
        "connect": Entry("gateway.cli.connect:connect_command", "Meet an exchange: see what it sends, set it up."),
        "connect-pms": Entry(
            "gateway.cli.connect_pms:connect_pms_command", "Prove the PMS link by one smallest charge on a test room."
        ),
        "identify": Entry("gateway.cli.records:identify_command", "Say which dialect a sample is, and why."),
        "parse": Entry("gateway.cli.records:parse_command", "Read records and print what they say."),
    },
    "Rehearsal": {
        "demo": Entry("gateway.cli.demo:demo_command", "Show the whole chain alive on this machine."),
        "simulate": Entry("gateway.cli.simulate:simulate_group", "Play the exchange or the PMS."),
    },
}
COMMANDS: dict[str, Entry] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Commands(click.Group):
    """The root of the commands, which are loaded one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the list."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for a name that is not in the list. Errors of the import are not hidden."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the nearest name."""
        name = args[0]
        if not name.startswith("-") and name not in COMMANDS:
            from gateway.config.problems import did_you_mean

            ctx.fail(f'there is no command "{name}"; {did_you_mean(name, COMMANDS, "foliogate --help lists them")}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the list by section, without importing what it lists."""
        width = max(map(len, COMMANDS))
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), entry.summary) for name, entry in section.items()])

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; what nobody expected becomes a plain sentence and exit code 1."""
        gc.set_threshold(20_000)  # what a command loads stays: collections would walk it again and again in vain
        try:
            return super().main(*args, **extra)
        except Exception as error:  # noqa: BLE001 - the edge of the program
            unexpected(error)


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"foliogate {version()}")
        context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def main() -> None:
    """Foliogate prices each call of a hotel's telephone exchange and puts it on the guest's folio.

    \b
    See it work:      foliogate demo
    Begin for real:   foliogate tariff init tariffs --country PL --currency PLN
                      foliogate check --config foliogate.toml
                      foliogate run --config foliogate.toml

    Each command has a --help of its own. A command ends with 0 when all is well, 1 when something is wrong (said in a
    sentence on standard error), 2 when it was called in a way it does not know.
    """


if __name__ == "__main__":
    main()
