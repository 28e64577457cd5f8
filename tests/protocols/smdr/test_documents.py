"""Protects the cutting of documents: by their own signs, however they arrive, within a bound, and nothing in them is run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.framing import CUT_OFF
from protocols.records import Frame
from protocols.smdr.documents import MAX_DOCUMENT, DocumentFramer, body, json_object, url_decoded

XML = b'<?xml version="1.0"?>\n<cdr>\n <variables/>\n</cdr>'
JSON = b'{"a": "}{\\"", "b": {"c": [1, {"d": 2}]}}'


def cut(data: bytes, step: int = 0) -> list[Frame]:
    framer = DocumentFramer()
    frames = [
        frame
        for at in range(0, len(data), step or len(data) or 1)
        for frame in framer.feed(data[at : at + (step or len(data))])
    ]
    assert framer.pending <= MAX_DOCUMENT
    return frames + framer.end()


@pytest.mark.parametrize("step", [0, 1, 7])
def test_documents_of_each_kind_are_cut_by_their_own_signs(step: int) -> None:
    stream = XML + b"\n" + JSON + JSON + b"\r\n[" + JSON + b",\n" + JSON + b']\n"a","row"\r\n' + XML
    found = cut(stream, step)
    assert [frame.data for frame in found] == [XML, JSON, JSON, JSON, JSON, b'"a","row"', XML]
    assert all(frame.fault is None and stream[frame.start : frame.end].startswith(frame.data) for frame in found)


@pytest.mark.parametrize(("rest", "fault"), [(b'{"a": 1', CUT_OFF), (b"<cdr>", CUT_OFF), (b"cdr=%3Ccdr%3E", None)])
def test_what_is_left_at_the_end_was_cut_off_unless_it_is_a_form(rest: bytes, fault: str | None) -> None:
    (frame,) = cut(rest)
    assert (frame.data, frame.fault) == (rest, fault)


@pytest.mark.parametrize("start", [b"{", b"<", b"x"])
def test_a_document_without_end_is_bounded(start: bytes) -> None:
    found = cut(start + b"x" * 300_000, 50_000)
    assert "longer than" in (found[0].fault or "")
    assert all(len(frame.data) <= MAX_DOCUMENT for frame in found)


@given(
    st.lists(st.sampled_from([XML, JSON, b"{", b"}", b'"', b"\\", b"<cdr>", b"\n", b"row\n", b"cdr=a&b=c"]), max_size=8)
)
def test_frames_do_not_depend_on_how_the_bytes_arrive(parts: list[bytes]) -> None:
    stream = b"".join(parts)
    assert cut(stream, 1) == cut(stream) == cut(stream, 5)


def test_the_document_of_a_form_is_its_field_cdr() -> None:
    assert body(b"uuid=1&cdr=%3Ccdr+a%3D%221%22%3E&x=2") == b'<cdr a="1">'
    assert body(b"uuid=1") == b""
    assert body(JSON) == JSON


def test_percent_signs_that_encode_nothing_stay() -> None:
    assert url_decoded(b"%2B48%zz%4") == b"+48%zz%4"


@pytest.mark.parametrize("broken", [b"", b"[1]", b"{", b'{"a":', b"[" * 100_000, b'{"a":' * 100_000, b"\xff{}"])
def test_a_broken_object_is_none(broken: bytes) -> None:
    assert json_object(broken) is None
