"""Protects what is read of a web service's answers: every record with its own bytes, and trouble told instead of read as calls."""

from __future__ import annotations

import pytest

from protocols.http_digest import answer, challenge_in
from protocols.smdr.answers import AnswerShape, Unusable, is_listing, records_of, value_at

UCM = AnswerShape(records="cdr_root", identity="AcctId", parts="sub_cdr")


def test_each_record_of_a_list_keeps_the_bytes_it_came_with() -> None:
    first, second = b'{"AcctId": "1",  "src":"2\\u00e95"}', '{ "AcctId":2, "dst": "é,}]" }'.encode()
    body = b'\xef\xbb\xbf{"status": 0,\n "cdr_root" : [' + first + b" ,\n" + second + b'\n] , "more": {}}\n'
    found = records_of(body, UCM)
    assert [(one.data, one.identity) for one in found.records] == [(first, "1"), (second, "2")]
    assert found.length == 2


def test_the_parts_of_a_record_stand_for_it_and_count_as_one_entry() -> None:
    body = b'{"cdr_root":[{"cdr":"g","main_cdr":{"AcctId":"9"},"sub_cdr_1":{"AcctId":"7"},"sub_cdr_2":{"AcctId":"8"}}]}'
    found = records_of(body, UCM)
    assert [one.identity for one in found.records] == ["7", "8"]
    assert found.records[1].data == b'{"AcctId":"8"}'
    assert found.length == 1


def test_an_identity_of_several_fields_is_all_of_them() -> None:
    shape = AnswerShape(records="a.b", identity="uid time")
    body = b'{"a":{"x":[1,2],"b":[{"uid":"u","time":3},{"uid":"u"},{"other":1}]}}'
    assert [one.identity for one in records_of(body, shape).records] == ["u\x1f3", "u\x1f", ""]


def test_a_list_that_stands_alone_and_an_empty_one_are_lists() -> None:
    assert is_listing(b" [1]", AnswerShape())
    assert not is_listing(b'{"src":"205"}', AnswerShape())  # a record: the framer's
    assert not is_listing(b"a;b;c", UCM)
    assert records_of(b"[]", UCM).records == records_of(b'{"cdr_root":[]}', UCM).records == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errcode":10004,"errmsg":"ACCESS TOKEN ERROR","access_token":"geheim"}', "'10004'.*ACCESS TOKEN ERROR"),
        (b'{"response":{"error_msg":"Cookie error"},"status":-6}', "no list 'cdr_root'; it says.*Cookie error"),
        (b'{"cdr_root":{}}', "no list"),
        (b'{"cdr_root":[{"AcctId":"1"},', "breaks off"),
        (b'{"cdr_root":[{"AcctId":"1"}', "breaks off"),
        (b'{"cdr_root" [', "breaks off"),
        (b'{"cdr_root":' + b"[" * 100_000, "breaks off"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_an_answer_without_its_list_says_what_it_says_instead(body: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said) as raised:
        records_of(body, UCM)
    assert "geheim" not in str(raised.value)


def test_single_values_are_found_by_their_place() -> None:
    assert value_at(b'{"response":{"challenge":"00149"},"n":5,"t":true}', "response.challenge") == "00149"
    assert value_at(b'{"n":5}', "n") == "5"
    assert value_at(b'{"t":true}', "t") == value_at(b"[1]", "a.b") == value_at(b"{", "a") == ""


#: RFC 7616, section 3.9.1.
_RFC = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "proof"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_a_challenge_is_answered_as_the_standard_does(algorithm: str, proof: str) -> None:
    challenge = challenge_in(["Basic realm=x", _RFC.format(algorithm)])
    assert challenge is not None
    said = answer(
        challenge,
        user="Mufasa",
        password="Circle of Life",
        method="GET",
        uri="/dir/index.html",
        count=1,
        ours="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert f'response="{proof}"' in said
    assert 'opaque="FQhe' in said
    assert "Circle" not in said


def test_the_stronger_challenge_is_taken_and_one_that_nobody_can_answer_is_none() -> None:
    both = challenge_in([_RFC.format("MD5"), _RFC.format("SHA-256")])
    assert both is not None
    assert both["algorithm"] == "SHA-256"
    assert challenge_in([_RFC.format("MD5-sess"), 'Digest realm="x"', "Negotiate"]) is None
