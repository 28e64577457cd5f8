"""Protects every reader of strangers' bytes: the inputs that once broke one, real ones damaged, and what follows them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.fias.codec import Framed, Frames
from protocols.smdr.catalog import DIALECTS
from tests.fuzz.__main__ import _was_the_machine, main
from tests.fuzz.laws import TARGETS
from tests.fuzz.seeds import REGRESSIONS, seeds

KEPT = sorted(path for path in REGRESSIONS.rglob("*") if path.is_file() and path.suffix != ".md")
# Where, how much is replaced, and by what: marks of the formats, digits without end, bytes of no code page.
SPLICES = st.lists(
    st.tuples(
        st.integers(0, 2_000),
        st.integers(0, 40),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from(
                [b"|", b"\x02", b"\x03", b",", b'"', b"\r\n", b"\r\n\r\n", b"9" * 30, b"\xff", b"\0\n", b"[[", b"= "]
            ),
        ),
    ),
    max_size=5,
)


def test_an_input_that_once_broke_a_reader_does_so_no_more() -> None:
    """Each is a file of tests/data/fuzz, in the folder of its target."""
    for path in KEPT:
        TARGETS[path.parent.name].check(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_search_begins_with_keeps_the_laws(name: str) -> None:
    """And there is something to begin with."""
    begun = seeds(name)
    assert begun
    for one in begun:
        TARGETS[name].check(one)


@settings(max_examples=25 * len(TARGETS))
@given(
    name=st.sampled_from(sorted(TARGETS)), data=st.data(), splices=SPLICES, arrives=st.binary(min_size=2, max_size=2)
)
def test_a_damaged_input_keeps_the_laws(
    name: str, data: st.DataObject, splices: list[tuple[int, int, bytes]], arrives: bytes
) -> None:
    """Whole, byte by byte and in pieces: the first two bytes choose."""
    spoilt = data.draw(st.sampled_from(seeds(name)))
    for at, length, put in splices:
        spoilt = spoilt[:at] + put + spoilt[at + length :]
    if name in DIALECTS or name == "fias":
        spoilt = arrives + spoilt[2:]
    TARGETS[name].check(spoilt)


@settings(max_examples=12 * len(TARGETS))
@given(name=st.sampled_from(sorted(TARGETS)), noise=st.binary(max_size=600))
def test_noise_keeps_the_laws(name: str, noise: bytes) -> None:
    """Bytes that nobody meant."""
    TARGETS[name].check(noise)


@settings(max_examples=10 * len(DIALECTS))
@given(name=st.sampled_from(sorted(TARGETS.keys() & DIALECTS.keys())), data=st.data(), trailing=st.binary(max_size=80))
def test_bytes_that_follow_do_not_change_the_records_before_them(
    name: str, data: st.DataObject, trailing: bytes
) -> None:
    """A record is whole at its terminator, whatever comes next."""
    for transport in DIALECTS[name].transports:
        stream = data.draw(st.sampled_from(seeds(name)))[2:].rstrip(b"\r\n") + b"\r\n\r\n\r\n"
        known = DIALECTS[name].framer(transport=transport).feed(stream)
        longer = DIALECTS[name].framer(transport=transport).feed(stream + b"x" + trailing)
        assert [frame.data for frame in longer[: len(known)]] == [frame.data for frame in known]


@given(data=st.data(), trailing=st.binary(max_size=80))
def test_bytes_that_follow_do_not_change_a_fias_record(data: st.DataObject, trailing: bytes) -> None:
    """A record is whole at its ETX."""
    stream = data.draw(st.sampled_from(seeds("fias")))[2:]
    stream = stream[: stream.rfind(b"\x03") + 1]
    known = [one for one in Frames().feed(stream) if isinstance(one, Framed)]
    longer = [one for one in Frames().feed(stream + trailing) if isinstance(one, Framed)]
    assert longer[: len(known)] == known


def test_a_reader_that_breaks_is_found(tmp_path: Path) -> None:
    """The search itself, over a target that fails on one word: it must say so."""
    pytest.importorskip("atheris", reason="atheris is not installed: pip install --group fuzz")
    planted = (  # instrumented by hand, because it is no module
        "import sys, atheris\n"
        "from tests.fuzz import laws\n"
        "def check(data):\n"
        "    assert data[:2] != b'no'\n"
        "sys.argv = ['search', 'planted', '-runs=200000', '-artifact_prefix=' + sys.argv[1] + '/']\n"
        "from tests.fuzz.search import main\n"
        "laws.TARGETS = {'planted': laws.Target(atheris.instrument_func(check), 1)}\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", planted, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "AssertionError" in done.stdout
    assert [path.read_bytes()[:2] for path in tmp_path.glob("crash-*")] == [b"no"]


def test_an_input_that_was_slow_for_want_of_the_processor_is_no_failure(tmp_path: Path) -> None:
    """It is run again, and its own seconds are counted."""
    path = tmp_path / "numbers-timeout-1"
    path.write_bytes(b"9112")
    assert _was_the_machine("numbers", path)
    crash = tmp_path / "numbers-crash-1"
    crash.write_bytes(b"9112")
    assert not _was_the_machine("numbers", crash)


def test_the_search_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    """A short one, by its command: a line for the target, and the sum."""
    pytest.importorskip("atheris", reason="atheris is not installed: pip install --group fuzz")
    assert main(["--runs", "2000", "numbers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[0] == "numbers"
    assert int(lines[-1].split()[1].replace(",", "")) >= 2000
