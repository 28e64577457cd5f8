"""Protects the promise that a record of any exchange means what its maker's table says: samples written by hand, not by us.

Beside each sample stands what must be read from it, record by record, with what is absent left out. One table of tests
holds all dialects to it: whole, byte by byte, and with every record cut short at every place.
"""

from __future__ import annotations

import pytest

from protocols.records import CallRecord, Unparsed
from protocols.smdr.catalog import DIALECTS
from tests.protocols.smdr.samples import SampleSet, parser, sample_sets, streamed

#: Dialects whose rows end with the digits where nothing else follows: one that lost its end with its line end looks whole.
DIGITS_LAST = ("nec-sl", "nortel")
SETS = sample_sets()
each = pytest.mark.parametrize("one", SETS, ids=lambda one: str(one.name))


def wanted(one: SampleSet) -> list[dict[str, object]]:
    return [{kind: what for kind, what in entry.items() if kind != "remark"} for entry in one.expected]


@each
def test_each_record_says_what_is_written_beside_it(one: SampleSet) -> None:
    found = one.read()
    for got, want in zip(found, wanted(one), strict=False):
        assert got == want
    assert len(found) == len(one.expected)


@each
def test_byte_by_byte_it_is_the_same(one: SampleSet) -> None:
    assert one.read(pieces=1) == one.read()


@each
def test_the_options_are_those_of_the_dialect(one: SampleSet) -> None:
    from protocols.smdr.catalog import SourceSettings
    from tests.protocols.smdr.samples import WARSAW

    assert DIALECTS[one.dialect].check(SourceSettings(timezone=WARSAW, options=one.options)) == []


@each
def test_a_record_cut_short_is_never_read_as_another_call(one: SampleSet) -> None:
    """It is unread, or it says less; it never says another number, another time or more talk."""
    parse = parser(one.dialect, trunks=one.trunks, options=one.options)
    for frame in streamed(DIALECTS[one.dialect], one.data, one.transport, one.options):
        whole = parse(frame.data, one.now)
        if not isinstance(whole, CallRecord):
            continue
        for length in range(0, len(frame.data), 1 + len(frame.data) // 400):  # a long document at four hundred places
            cut = parse(frame.data[:length], one.now)
            if isinstance(cut, CallRecord):
                assert (cut.start, cut.talk_seconds) == (whole.start, whole.talk_seconds)
                shorter = one.dialect in DIGITS_LAST and (whole.dialled or "").startswith(cut.dialled or "")
                assert cut.dialled in (None, whole.dialled) or shorter
            else:
                assert not isinstance(cut, Unparsed) or len(cut.reason) < 300
