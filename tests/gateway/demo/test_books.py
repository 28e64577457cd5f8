"""Protects the reading of the ledgers: each line is read once, whole, and a torn or foreign one harms no other."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.books import LONGEST_LINE, Books, Look, Tail, fias_line
from tests.gateway.demo.ledgers import books, entries, folio_line, stored, told_line


def test_a_file_that_does_not_exist_yet_has_no_lines(tmp_path: Path) -> None:
    assert list(Tail(tmp_path / "later.jsonl", 0).read()) == []


def test_a_line_is_read_when_it_is_whole_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    tail = Tail(path, 0)
    path.write_text('{"seq": 1}\n{"se')
    assert list(tail.read()) == [{"seq": 1}]
    assert list(tail.read()) == []
    with path.open("a") as more:
        more.write('q": 2}\n')
    assert list(tail.read()) == [{"seq": 2}]


def test_what_was_there_before_the_run_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"seq": 1}\n')
    tail = Tail(path, path.stat().st_size)
    with path.open("a") as more:
        more.write('{"seq": 2}\n')
    assert list(tail.read()) == [{"seq": 2}]


def test_a_line_that_is_no_object_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'\xff\xfe\n[1]\nnull\n\n{"seq": 3}\n')
    assert list(Tail(path, 0).read()) == [{"seq": 3}]


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"x" * (3 * LONGEST_LINE))
    assert list(Tail(path, 0).read()) == []


@given(st.data())
def test_however_a_file_grows_its_lines_come_in_order(data: st.DataObject) -> None:
    """Read after any number of bytes, the lines are those of the whole file."""
    import tempfile

    lines = [{"seq": number} for number in range(data.draw(st.integers(0, 6)))]
    whole = "".join(json.dumps(line) + "\n" for line in lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        tail, found = Tail(path, 0), []
        for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            with path.open("ab") as more:
                more.write(whole[begin:end])
            found += list(tail.read())
    assert found == lines


def test_a_call_is_found_by_the_exchanges_number_and_by_the_number_on_the_wire() -> None:
    ledgers = books([told_line("1000001")], [stored(5, "1000001", "posted", tokens=(7, 8))], [folio_line(8)])
    told = ledgers.of_token(8)
    assert told is not None
    assert told.key == "1000001"
    assert ledgers.of_key("1000001") is not None
    assert ledgers.of_token(9) is None
    assert ledgers.of_key("1000002") is None


def test_a_call_is_read_again_until_nothing_of_it_can_change() -> None:
    ledgers = Books(read_line=fias_line)
    calls = (stored(1, "1", "posted"), stored(2, "2", "due"), stored(3, "3", status="open"), stored(4, "4", "in_doubt"))
    ledgers.take(Look(calls=calls, records=4))
    assert ledgers.unsettled == [2, 3, 4]
    assert ledgers.newest == 4


def test_a_posting_without_a_number_or_amount_is_read_as_it_is() -> None:
    (line,) = entries({**folio_line(0), "p#": "", "amount": None, "booked": False})
    assert (line.token, line.amount, line.booked) == (0, 0, False)
