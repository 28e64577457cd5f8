"""Protects what the store keeps in English: whatever the gateway writes down about calls, charges and links can be said again.

The sentences are read from the code that writes them, so a new one is asked for here before anybody reads it in English
on a German page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway
from gateway.languages.kept import SENTENCES, kept
from gateway.languages.spoken import speaking
from tests.gateway.languages.foreign import FOREIGN, plain
from tests.gateway.languages.sentences import FILLED, sentences

ROOT = Path(gateway.__file__).parent.parent
#: Where sentences are written that the store keeps, or a link's state that pages show.
WRITERS = (
    "gateway/settle.py", "gateway/sharing.py", "gateway/occupancy.py", "gateway/ledger.py", "gateway/acts.py", "gateway/posting", "gateway/intake",
    "gateway/alarms", "gateway/watch", "gateway/audit", "gateway/bills/issuing.py", "gateway/privacy", "gateway/delivery",
    "gateway/app", "gateway/asking.py", "gateway/people", "gateway/web/people.py", "pms_adapters", "protocols/smdr", "protocols/fias/states.py",
    "gateway/store/call_tags.py", "gateway/store/log_filters.py", "gateway/store/receipts.py", "gateway/store/remarks.py",
    "gateway/store/resyncs.py", "gateway/store/limit_deeds.py", "gateway/store/stay_limits.py", "gateway/store/tags.py", "gateway/store/tokens.py",
)  # fmt: skip
#: Modules that write letters, options, captures: nothing of theirs is kept.
OTHERS = (
    "gateway/alarms/kinds.py", "gateway/watch/letters.py", "gateway/watch/digest_letters.py", "gateway/delivery/packs.py",
    "pms_adapters/catalog.py", "pms_adapters/fias/settings.py", "pms_adapters/hobic/options.py", "pms_adapters/options.py",
    "pms_adapters/stand_ins.py",     "pms_adapters/soap/ows_options.py", "pms_adapters/web/options.py", "protocols/smdr/own.py", "protocols/smdr/identify.py",
    "protocols/smdr/avaya_page.py", "protocols/smdr/dialect.py", "protocols/smdr/layout.py", "pms_adapters/serial_port.py",
)  # fmt: skip
#: Not kept, or a part of a sentence that stands whole in `COMPOSED`, by the module that writes it.
PARTS: dict[str, tuple[str, ...]] = {
    "gateway/acts.py": ("Zz9: taken back", "an act is one of Zz9, for one of the listed reasons"),
    "gateway/alarms/clocks.py": (
        "Zz9 h Zz9 ours: a wrong time zone, or the change of the hour was missed",
        "about Zz9 min Zz9 ours",
        "ahead of",
    ),
    "gateway/alarms/emergencies.py": (
        "Zz9 Zz9 from Zz9",
        "call Zz9",
        "is being dialled",
        "was dialled",
    ),
    "gateway/alarms/evidence.py": (
        "Zz9 calls",
        "Zz9: Zz9, Zz9 h, Zz9 so far, since Zz9",
    ),
    "gateway/alarms/judging.py": (
        "PBX Zz9 has sent no record Zz9Zz9",
        "PMS Zz9 has acknowledged no charge Zz9",
        "Zz9 Zz9, the oldest since Zz9",
        "Zz9 charges are",
        "Zz9 do not arrive",
        "a moment ago",
        "ahead of",
        "ever; calls come in since Zz9",
        "ever; we listen since Zz9",
        "notices by mail do not arrive",
        "notices to the web hook Zz9 do not arrive",
        "refused by the PMS",
        "reports to ",
        "since Zz9",
        "since Zz9, though calls come in",
        "the PMS's clock is about Zz9 min Zz9 this machine's",
        "the Zz9 cannot be made",
    ),
    "gateway/sharing.py": ("Zz9, nothing to post", "Zz9, the house's own"),
    "gateway/app/asked.py": (
        "Zz9 (token Zz9)",
        "Zz9 left room Zz9",
        "everybody has",
        "reservation Zz9 has",
    ),
    "gateway/app/delivering.py": ('schedule "Zz9": there is no report "Zz9"; Zz9',),
    "gateway/app/doors.py": (
        "PBX Zz9: Zz9; change its Zz9, or end the other program",
        "looking into Zz9",
        "reading Zz9",
    ),
    "gateway/app/forgetting.py": ("erasing what is no longer to be kept",),
    "gateway/app/gateway.py": (
        "Zz9 postings wait for a PMS named Zz9, which the configuration does not have",
        "looking for what was taken",
        "reading commands",
        "reading folios back",
        "settling overdue calls",
        "the store cannot be opened: Zz9",
    ),
    "gateway/app/mapping.py": ("PMS Zz9: Zz9; an answer is awaited Zz9 s",),
    "gateway/app/pulling.py": ("asking Zz9 for its records",),
    "gateway/audit/agreement.py": (
        "Zz9 here, and perhaps booked by hand",
        "charge Zz9 of room Zz9 (Zz9)",
        "has less",
        "has more",
        "the PMS Zz9 by exactly Zz9Zz9",
        "the PMS Zz9 by exactly the Zz9 charges that are Zz9",
    ),
    "gateway/audit/days.py": (
        "end again",
        "ends without begin",
        "night ends",
    ),
    "gateway/audit/sheet.py": (
        "Zz9 all",
        "another day",
        "found on another day",
        "no total",
        "total Zz9",
    ),
    "gateway/delivery/jobs.py": ("schedule Zz9",),
    "gateway/delivery/making.py": (
        "given up",
        "making reports",
        "report Zz9",
        "run {number} of the report {name} could not be made ({problem}); {fate}",
        "run {number} of the report {name} is made: {files}",
        "tried again in Zz9 s",
    ),
    "gateway/delivery/orders.py": (
        "asked Zz9",
        "export Zz9",
    ),
    "gateway/delivery/planning.py": ("planning reports",),
    "gateway/delivery/sftp.py": ("no password is left",),
    "gateway/intake/arriving.py": ("Zz9 calls",),
    "gateway/intake/hiding.py": ("Zz9 calls",),
    "gateway/intake/logging_in.py": ("Basic Zz9", "Bearer Zz9"),
    "gateway/intake/push.py": (
        "A request has at most Zz9 bytes.",
        "Call records are posted here.",
        "Nothing can be kept now; send it again.",
        "The token is missing or wrong.",
        "There is no record in this.",
    ),
    "gateway/intake/settling.py": (
        "is Zz9, although its record",
        "posting Zz9 Zz9: Zz9",
    ),
    "gateway/intake/spending.py": (
        "Zz9 Zz9 the Zz9: Zz9 a Zz9Zz9",
        "budget Zz9",
        "has passed",
        "is near",
        "limit Zz9",
        "nearly reached",
        "own limit of the stay",
    ),
    "gateway/ledger.py": ("a posting that is Zz9 cannot take the event Zz9",),
    "gateway/people/passwords.py": ("a password that nobody has",),
    "gateway/posting/days.py": (
        "The PMS told at Zz9 that a night audit Zz9, again: the day had ended before, and stays so.",
        "business date Zz9: the PMS's totalZz9 is Zz9",
        "end again",
        "ends without begin",
        "night audit Zz9 again; business date Zz9 had ended",
        "night ends",
    ),
    "gateway/posting/deeds.py": (
        "alarm Zz9 acknowledgedZz9",
        "'Zz9' is not one of Zz9",
        "'Zz9' needs a reason, which is kept with your name; posting Zz9 is still Zz9",
        "posting Zz9 is Zz9; 'Zz9' is not for that state",
    ),
    "gateway/posting/totals.py": (
        "Zz9 charges",
        "Zz9Zz9 of Zz9 stand in the PMS's total and are posted",
        "the PMS's total is Zz9 Zz9, and Zz9 handed over make Zz9 Zz9, Zz9 Zz9 Zz9; nothing was settled",
    ),
    "gateway/privacy/erasing.py": (
        "Zz9name, numbers and words of the guest (erasure Zz9, calls: Zz9); amounts, taxes and days stay",
    ),
    "gateway/privacy/stages.py": ("privacy Zz9",),
    "gateway/settle.py": (
        "Zz9 is in no list of rooms or departments",
        "a call without an extension",
    ),
    "gateway/watch/deliveries.py": (
        "a web hook",
        "delivering notices",
        "given up",
        "notice {number} by {channel} did not arrive ({problem}); {fate}",
        "tried again in Zz9 s",
    ),
    "gateway/watch/event_hooks.py": (
        "hook Zz9",
        "sending events to the web hook Zz9",
    ),
    "gateway/watch/watch.py": (
        "Zz9 is no event: it is for the watch itself to judge",
        "is over",
        "taken by Zz9",
        "this machine's clock went Zz9 by Zz9 s at Zz9",
    ),
    "pms_adapters/door.py": (
        "a program takes the charges at /api/v1 or /soap/v1 Zz9",
        "and books them to whoever is in the room",
        "and tells who is in which room",
        "what it does not acknowledge within Zz9 s is in doubt",
    ),
    "pms_adapters/hobic/adapter.py": ("no connection to the PMSZz9",),
    "pms_adapters/rest/ohip_messages.py": (
        "Basic Zz9",
        "Bearer Zz9",
        "Zz9: transaction code Zz9",
        "by the hotel's routing instructions",
        "charges go to window Zz9, Zz9, by cashier Zz9",
        "hotel Zz9 of enterprise Zz9",
        "without routing",
    ),
    "pms_adapters/soap/guestline.py": (
        "Zz9: analysis code Zz9",
        "charges are posted to the Zz9",
        "site Zz9, interface Zz9, as Zz9",
    ),
    "pms_adapters/soap/innroad.py": (
        "a folio cannot be read back: a person settles each doubt",
        "answers that mean yes: Zz9; that mean no: Zz9; any other leaves a doubt",
        "property Zz9 of client Zz9, as Zz9",
        "the answer Zz9 cannot mean both yes and no",
        'this names no part of a date or a time; write for example "%m/%d/%Y" or "%H:%M:%S"',
    ),
    "pms_adapters/soap/ows.py": ("PostCharge with an article",),
    "pms_adapters/soap/sihot.py": (
        "SIHOT is not asked for posted items: it is not known which text of ours they show",
        "Zz9: service Zz9",
        "a folio cannot be read back: a person settles each doubt",
        "charges go to accounts of type Zz9",
    ),
    "pms_adapters/soap/transport.py": ("a contract may not fetch Zz9",),
    "pms_adapters/web/link.py": (
        "it tells no room news: whom it has in a room is asked with each charge",
        "its address is http: our name and password go over the network as everybody can read them",
    ),
    "protocols/fias/states.py": (
        "LC if asked for",
        "Zz9 came",
        "deadline again",
        "hang up",
        "note it",
        "resync begins",
        "resync ends",
        "send it",
        "we asked the gateway to describe itself anew",
        "we said goodbye",
        "we send Zz9",
    ),
    "protocols/smdr/asterisk.py": (
        "the manager interface needs both username and secret; Zz9 is missing",
        "username and secret of the manager interface must not hold a line end",
        "year-month-day hours:minutes:seconds",
    ),
    "protocols/smdr/asterisk_cel.py": ("a call has at least one record",),
    "protocols/smdr/cisco_cme.py": (
        "the option extension_digits is Zz9; write how many digits the longest extension has",
    ),
    "protocols/smdr/counting.py": ("a counter goes from a first number up to a last one, not from Zz9 to Zz9",),
    "protocols/smdr/hobic_in.py": ("a column for the day: without one no call can be placed",),
    "protocols/smdr/ipoffice.py": ("year/month/day hours:minutes:seconds",),
    "protocols/smdr/legs.py": (
        "a call has at least one record",
        "records of this exchange have nothing that joins them, so Zz9 cannot be one call",
    ),
    "protocols/smdr/mivb.py": ("P, A or a blank",),
    "protocols/smdr/moments.py": ("year-month-day hours:minutes:seconds",),
    "protocols/smdr/nortel.py": ("the Zz9",),
    "protocols/smdr/panasonic.py": (
        "columns: there is no column Zz9; there are Zz9",
        "command and password must not hold a line end",
    ),
    "protocols/smdr/panasonic_session.py": ("the command or password for the exchange's terminal holds a line end",),
    "protocols/smdr/samsung.py": ("columns: there is no column Zz9; there are Zz9",),
    "protocols/smdr/sessions.py": (
        "the Zz9 for the Asterisk manager interface holds a line end",
        "user name",
    ),
    "protocols/smdr/three_cx.py": (
        "a call cannot be charged without Zz9: choose them in 3CX and in fields",
        "the option fields names Zz9 twice",
        "the option fields names Zz9, which is no field of 3CX; write - for a field that is not needed",
        "year/month/day hours:minutes:seconds",
    ),
    "protocols/smdr/yeastar.py": ("uid timestamp duration talk_duration",),
    "protocols/smdr/unify.py": (
        "a call cannot be charged without Zz9; name them in fields",
        "the info code Zz9 stands in both options in and out",
        "the option fields names Zz9; known are Zz9, and - for one that is not needed",
    ),
    "gateway/store/receipts.py": (
        "Zz9: receipt Zz9 of the Zz9",
        "call Zz9 Zz9",
        "paid at the till",
    ),
    "gateway/store/remarks.py": ("Zz9 'Zz9' on reservation Zz9",),
    "gateway/store/resyncs.py": (
        "Zz9 as soon as it is connected",
        "asked the PMS for the state of all roomsZz9",
        "not asked: Zz9, and once a day is enough; a supervisor may ask again and say why",
    ),
    "gateway/store/limit_deeds.py": (
        "Zz9 reservation Zz9 is Zz9",
        "Zz9, was Zz9: Zz9",
        "the limit of",
    ),
    "gateway/store/stay_limits.py": ("limit of this stay",),
    "gateway/store/tokens.py": ("token Zz9, Zz9",),
}
#: What is put together from those parts, whole: as it is kept.
COMPOSED = (
    "extension 204 is in no list of rooms or departments",
    "void: taken back",
    "'retry' needs a reason, which is kept with your name; posting 3 is still held",
    "posting 3 is posted; 'retry' is not for that state",
    "call of the house: Kitchen; priced at zero: nothing to post",
    "each holder pays for his time; share of room 201: 1:01, 1.02 PLN; share of Kitchen: 0:59, 0.98 PLN, the house's own",
    "share of extension 77: 0:01, 0.00 PLN, nothing to post",
    "difference: a later leg of the call; share of room 201: 1:10 of 4:20, 0.43 of 1.60 PLN",
    "account code 4711: house account 900; no PMS is configured",
    "business date 2026-11-20: the PMS's total for telephone is 12.00 PLN",
    "The PMS told at 03:05 that a night audit began, again: the day had ended before, and stays so.",
    "night audit ended again; business date 2026-11-20 had ended",
    "alarm 7 acknowledged: the line is being mended",
    "the PMS's total is 12.00 PLN, and 3 charges handed over make 13.00 PLN, 1.00 PLN more; nothing was settled",
    "settled: 3 charges of 12.00 PLN stand in the PMS's total and are posted",
    "posting 3 is posted, although its record: repeats a run of records stored before",
    "1 never sent; 2 on the way to the PMS; the guest of room 201 has left: pay 3.00 PLN back by hand",
    "Room 201, reservation 4711 has passed the limit evening: 12.00 of 10.00 PLN a day, 120 %",
    "budget evening nearly reached: 9.00 of 10.00 PLN a day",
    "the clock of PBX main is 1 h behind ours: a wrong time zone, or the change of the hour was missed",
    "the clock of PBX main is about 7 min ahead of ours",
    "112 was dialled from room 204 (extension 204)",
    "112 is being dialled from an unknown extension",
    "room 204 called abroad, and by the PMS nobody is in the room: 2 calls, 0:12:01 h, 3.00 PLN so far, since Fri 20 Nov 18:40",
    "7 calls abroad within one hour; normal on a Thursday at 06:00 is at most 4, by the last 4 weeks",
    "notices to the web hook pager do not arrive: it did not answer within 10 s",
    "reports to house do not arrive: there is no folder X: is its drive mounted?",
    "the report nightly cannot be made: the configuration no longer has this schedule",
    "3 charges are in doubt, the oldest since a moment ago",
    "PBX main has sent no record since Fri 20 Nov 18:40; that is longer than is usual at this hour of the week",
    "PMS opera has acknowledged no charge ever; calls come in since Fri 20 Nov 18:40",
    "this machine's clock went back by 90 s at Fri 20 Nov 18:40",
    "the PMS has less by exactly charge 7 of room 201 (in doubt), or one of 2 others of that amount",
    "erased: name, numbers and words of the guest (erasure 1, calls: 3); amounts, taxes and days stay",
    "reservation 4711 has left room 201",
    "no connection to the PMS: the other side hung up",
    "the PMS cannot be reached: the other side hung up",
    "the PMS did not answer within 30 seconds",
    "the answer of the PMS broke off: no reason given",
    "the connection broke before the PMS answered: no reason given",
    "the exchange cannot be reached: the other side hung up",
    "the exchange did not answer within 30 seconds",
    "the answer of the exchange broke off: no reason given",
    "the connection broke before the exchange answered: no reason given",
    "accounting export 3 of 2026-11-01 to 2026-11-30; reason: month",
    "held -> posted (on-folio): the folio of room 201",
    "call 3 paid at the till: receipt 4711 of the POS, 12.00 PLN",
    "kept: call 3 is in dispute: the guest slept",
    "asked the PMS for the state of all rooms again: the guest slept",
    "not asked: it was asked on Fri 20 Nov 18:40 by Anna, and once a day is enough; a supervisor may ask again and say why",
    "the limit of reservation 4711 is 5000 minor units, hold, was as the tariff says: the guest slept",
    "untag 'quiet' on reservation 4711",
    "column 12 (duration) holds '99:99', expected minutes and seconds",
)
#: Names and figures of the sentences above: they are as they were in any language.
NAMES = re.compile(
    r"\b(?:main|opera|pager|house|nightly|evening|telephone|month|POS|the guest slept|quiet|Anna|Kitchen|duration|the line is being mended|min|began)\b"
)


def written(path: Path) -> list[str]:
    """The sentences of a module that nobody can say again."""
    name = str(path.relative_to(ROOT))
    found = {text for _, text in sentences(path.read_text(encoding="utf-8"))} - set(PARTS.get(name, ()))
    with speaking(FOREIGN):
        return sorted(text for text in found if plain(kept(text).replace(FILLED, "")))


def test_whatever_is_written_down_can_be_said_again() -> None:
    paths = [
        path
        for name in WRITERS
        for path in (sorted((ROOT / name).rglob("*.py")) if (ROOT / name).is_dir() else [ROOT / name])
        if str(path.relative_to(ROOT)) not in OTHERS
    ]
    unknown = {str(path.relative_to(ROOT)): texts for path in paths if (texts := written(path))}
    assert unknown == {}, (
        "write them into gateway/languages/sentences, or name the part in PARTS and the whole in COMPOSED"
    )


@pytest.mark.parametrize("sentence", COMPOSED)
def test_what_is_put_together_is_said_again_as_a_whole(sentence: str) -> None:
    with speaking(FOREIGN):
        said = kept(sentence)
    assert said != sentence
    assert not plain(NAMES.sub("", said)), said


def test_a_day_in_a_sentence_is_written_as_the_language_does() -> None:
    with speaking(FOREIGN):
        assert kept("PMS opera is not connected since Fri 20 Nov 18:40").endswith("Fr., 20. Nov. 18:40")
        assert kept("Tue 20 Nov 18:4") == "Tue 20 Nov 18:4"


def test_no_two_sentences_are_of_one_shape() -> None:
    """The second would never be said."""
    shapes = [re.sub(r"\{\w+\}", "{}", one) for one in SENTENCES]
    assert [one for one in shapes if shapes.count(one) > 1] == []


def test_a_part_is_one_that_is_written_and_not_known() -> None:
    """So that the list of parts shrinks with what it excuses."""
    with speaking(FOREIGN):
        known = [text for texts in PARTS.values() for text in texts if not plain(kept(text).replace(FILLED, ""))]
    gone = [
        text
        for name, texts in PARTS.items()
        for text in set(texts) - {text for _, text in sentences((ROOT / name).read_text(encoding="utf-8"))}
    ]
    assert (known, gone) == ([], [])
