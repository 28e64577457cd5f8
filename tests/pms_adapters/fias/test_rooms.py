"""Protects the promise that we know who is in which room since when, whatever way the PMS says it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged, RoomsResynced
from pms_adapters.fias.hearing import Hearing, Odd, Word
from pms_adapters.fias.resync import MAX_STAGED
from pms_adapters.fias.rooms import Heard, hear
from protocols.fias.records import Record
from tests.pms_adapters.fias.scene import HOTEL, record

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def heard(line: str) -> Heard:
    return hear(record(line), NOW, HOTEL)


# -- single records ----------------------------------------------------------------------------------------------------


def test_a_check_in_says_who_where_since_when_and_until_when() -> None:
    line = "GI|RN0412|G#77001|GSN|GNAdler|GFInes|GLGE|GV2|GGTOUR|NPN|CS2|GA261120|GD261123|DA261120|TI075512|"
    assert heard(line).news == CheckedIn(
        room="0412",
        guest=Guest(
            reservation="77001",
            name="Adler",
            first_name="Ines",
            language="de",
            vip="2",
            group="TOUR",
            no_post=False,
            class_of_service="2",
            arrival=datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
            departure=datetime(2026, 11, 22, 23, 0, tzinfo=UTC),
        ),
        at=datetime(2026, 11, 20, 6, 55, 12, tzinfo=UTC),
    )


def test_empty_fields_say_nothing() -> None:
    assert heard("GI|RN0412|G#77001|GN|GF|GL|GV|NP|CS|GA|GD|DA|TI|").news == CheckedIn(
        room="0412", guest=Guest(reservation="77001"), at=NOW
    )


def test_without_a_time_or_with_an_impossible_one_a_check_in_counts_from_now() -> None:
    assert heard("GI|RN0412|G#1|") == Heard(CheckedIn(room="0412", guest=Guest(reservation="1"), at=NOW))
    odd = heard("GI|RN0412|G#1|DA269920|TI080000|")
    assert isinstance(odd.news, CheckedIn)
    assert odd.news.at == NOW
    assert odd.oddity == "GI carries an impossible date or time; it counts from now"


def test_a_second_guest_shares_the_room() -> None:
    news = heard("GI|RN0412|G#77002|GSY|GNBrand|").news
    assert isinstance(news, CheckedIn)
    assert news.shared


def test_one_of_two_leaves() -> None:
    assert heard("GO|RN0412|G#77001|GSY|DA261120|TI100000|").news == CheckedOut(
        room="0412", at=NOW, reservation="77001"
    )


def test_a_check_out_without_a_reservation_empties_the_room() -> None:
    assert heard("GO|RN0412|GSN|").news == CheckedOut(room="0412", at=NOW)


def test_a_check_out_that_says_somebody_remains_but_not_who_left_is_told() -> None:
    assert heard("GO|RN0412|GSY|") == Heard(None, "GO for the shared room '0412' does not say who left; passed over")


def test_a_move_as_one_record_names_both_rooms() -> None:
    news = heard("GC|G#77001|GNAdler|RN0518|GSN|RO0412|GSY|DA261120|TI113000|").news
    assert news == GuestChanged(
        room="0518",
        guest=Guest(reservation="77001", name="Adler"),
        at=datetime(2026, 11, 20, 10, 30, tzinfo=UTC),
        old_room="0412",
    )


@pytest.mark.parametrize("line", ["GC|G#77001|RN0412|RO|GNAdler|", "GC|G#77001|RN0412|RO0412|GNAdler|"])
def test_a_change_that_names_no_other_room_is_no_move(line: str) -> None:
    news = heard(line).news
    assert isinstance(news, GuestChanged)
    assert news.old_room is None


def test_a_record_without_a_room_is_told_and_passed_over() -> None:
    assert heard("GI|G#77001|GNAdler|") == Heard(None, "GI without a room; passed over")


def test_names_may_hold_anything_and_never_stand_in_a_sentence() -> None:
    odd = heard("GI|GN<script>Adler' OR 1=1|G#1|DAxx|TI|")
    assert odd.oddity is not None
    assert "Adler" not in odd.oddity
    news = heard("GI|RN0412|G#1|GNGI RN0500 \u202eAdler|").news
    assert isinstance(news, CheckedIn)
    assert (news.room, news.guest.name) == ("0412", "GI RN0500 \u202eAdler")


@pytest.mark.parametrize(
    ("code", "language"), [("EA", "en"), ("GE", "de"), ("SP", "es"), ("PL", "pl"), ("fr", "fr"), ("RL", "ru")]
)
def test_languages_are_told_in_iso_codes(code: str, language: str) -> None:
    news = heard(f"GI|RN1|G#1|GL{code}|").news
    assert isinstance(news, CheckedIn)
    assert news.guest.language == language


@given(
    st.sampled_from(["GI", "GO", "GC"]),
    st.lists(st.tuples(st.sampled_from("RN G# GS RO DA TI GA NP GL SF".split()), st.text(max_size=10))),
)
def test_nothing_a_pms_writes_raises(kind: str, fields: list[tuple[str, str]]) -> None:
    result = hear(Record(kind, tuple(fields)), NOW, HOTEL)
    assert result.news is not None or result.oddity


# -- resync ------------------------------------------------------------------------------------------------------------


def listen(*lines: str) -> list[Word]:
    """What is told while these records come, DS and DE among them."""
    hearing = Hearing(HOTEL)
    hearing.connected()
    words: list[Word] = []
    for line in lines:
        match line:
            case "DS":
                hearing.resync_began()
            case "DE":
                words += hearing.resync_ended(NOW)
            case "stall":
                hearing.resync_failed()
            case _:
                words += hearing.record(record(line), NOW)
    return words


def stays(word: Word) -> dict[str, set[str]]:
    """Room -> reservations, and vacant rooms with nobody, of a resync."""
    assert isinstance(word, RoomsResynced)
    rooms: dict[str, set[str]] = {room: set() for room in word.vacant}
    for stay in word.occupied:
        rooms.setdefault(stay.room, set()).add(stay.guest.reservation)
    return rooms


def test_a_resync_is_told_whole_at_its_end_and_not_before() -> None:
    [word] = listen("DS", "GI|RN0412|G#1|GSN|SF|", "GI|RN0412|G#2|GSY|SF|", "GO|RN0413|GSN|SF|", "DE")
    assert stays(word) == {"0412": {"1", "2"}, "0413": set()}


def test_a_live_check_in_in_between_is_told_at_once_and_stands_in_the_list() -> None:
    first, word = listen("DS", "GO|RN0501|SF|", "GI|RN0501|G#19|DA261120|TI090002|", "DE")
    assert isinstance(first, CheckedIn)
    assert stays(word) == {"0501": {"19"}}


def test_a_guest_who_left_in_between_is_not_brought_back_whatever_the_order() -> None:
    for lines in (
        ("DS", "GI|RN0412|G#1|SF|", "GO|RN0412|G#1|GSN|", "DE"),
        ("DS", "GO|RN0412|G#1|GSN|", "GI|RN0412|G#1|SF|", "DE"),
    ):
        first, word = listen(*lines)
        assert isinstance(first, CheckedOut)
        assert stays(word) == {"0412": set()}


@pytest.mark.parametrize(
    "move",
    [
        ("GC|G#1|RN0518|GSN|RO0412|GSN|",),
        ("GO|RN0412|G#1|GSN|", "GI|RN0518|G#1|GSN|"),
        ("GI|RN0518|G#1|GSN|", "GO|RN0412|G#1|GSN|"),
    ],
)
def test_a_guest_who_moved_in_between_is_in_the_new_room_only(move: tuple[str, ...]) -> None:
    lists = ("GI|RN0412|G#1|SF|", "GO|RN0518|SF|")
    for lines in (("DS", *lists, *move, "DE"), ("DS", *move, *lists, "DE")):
        assert stays(listen(*lines)[-1]) == {"0412": set(), "0518": {"1"}}


def test_a_live_guest_in_a_room_the_list_does_not_mention_does_not_make_it_complete() -> None:
    word = listen("DS", "GO|RN0413|SF|", "GI|RN0501|G#19|", "DE")[-1]
    assert stays(word) == {"0413": set()}


def test_a_change_in_between_is_kept_over_the_list() -> None:
    word = listen("DS", "GI|RN0412|G#1|GNAdler|CS2|SF|", "GC|RN0412|G#1|GNAdler-Brand|", "DE")[-1]
    assert isinstance(word, RoomsResynced)
    assert word.occupied[0].guest == Guest(reservation="1", name="Adler-Brand", class_of_service="2")


def test_everybody_left_in_between() -> None:
    word = listen("DS", "GI|RN0412|G#1|SF|", "GI|RN0412|G#2|SF|", "GO|RN0412|GSN|", "DE")[-1]
    assert stays(word) == {"0412": set()}


def test_a_room_listed_twice_counts_as_listed_last() -> None:
    assert stays(listen("DS", "GI|RN0412|G#1|SF|", "GO|RN0412|SF|", "DE")[0]) == {"0412": set()}
    assert stays(listen("DS", "GO|RN0412|SF|", "GI|RN0412|G#1|SF|", "DE")[0]) == {"0412": {"1"}}


def test_a_pms_without_reservations_is_resynced_by_rooms() -> None:
    word = listen("DS", "GI|RN0412|GNAdler|SF|", "GI|RN0413|GNBrand|SF|", "GO|RN0413|", "DE")[-1]
    assert stays(word) == {"0412": {""}, "0413": set()}


def test_a_resync_that_stalls_tells_nothing_and_its_stragglers_are_passed_over() -> None:
    words = listen("DS", "GI|RN0412|G#1|SF|", "stall", "GI|RN0413|G#2|SF|", "GO|RN0414|SF|", "DE")
    assert words == [Odd("GI of a resync that is not running; such records are passed over")]


def test_a_resync_that_begins_anew_forgets_its_first_beginning() -> None:
    [word] = listen("DS", "GI|RN0412|G#1|SF|", "DS", "GO|RN0412|SF|", "DE")
    assert stays(word) == {"0412": set()}


def test_an_endless_resync_is_given_up_with_bounded_memory() -> None:
    hearing = Hearing(HOTEL)
    hearing.resync_began()
    words: list[Word] = []
    for n in range(MAX_STAGED):
        words += hearing.record(Record("GI", (("RN", str(n)), ("G#", str(n)), ("SF", ""))), NOW)
        if words:
            break
    assert isinstance(words[0], Odd)
    assert "given up" in words[0].sentence
    assert hearing.resync_ended(NOW) == []


letters = st.sampled_from(["1", "2", "3"])
listed = st.builds(lambda r, g: f"GI|RN{r}|G#{g}|SF|", letters, letters) | st.builds(lambda r: f"GO|RN{r}|SF|", letters)
live = st.builds(lambda r, g: f"GI|RN{r}|G#{g}|", letters, letters) | st.builds(
    lambda r, g: f"GO|RN{r}|G#{g}|", letters, letters
)


@given(st.lists(listed | live, max_size=25))
def test_every_listed_room_is_told_once_and_live_news_is_never_contradicted(lines: list[str]) -> None:
    word = listen("DS", *lines, "DE")[-1]
    assert isinstance(word, RoomsResynced)
    mentioned = {line[5:6] for line in lines if line.endswith("SF|")}
    occupied = {stay.room for stay in word.occupied}
    assert occupied | set(word.vacant) == mentioned
    assert not occupied & set(word.vacant)
    where: dict[str, str | None] = {}
    for line in lines:
        if line.endswith("SF|"):
            continue
        room, guest = line[5], line[9]
        if line.startswith("GI"):
            where[guest] = room
        elif where.get(guest, room) == room:
            where[guest] = None
    for stay in word.occupied:
        assert where.get(stay.guest.reservation, stay.room) == stay.room
