"""Protects lives first, then guests: an emergency is always known as one, and a number is charged as what it is."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.countries import COUNTRY_NAMES, NETWORK_NAMES
from rating.numbering import (
    CHARGEABLE_CLASSES,
    DIGITS_CONSIDERED,
    NUMBERS_REMEMBERED,
    DialledNumber,
    NumberPlan,
    number_plan,
)

CLASSES = {*CHARGEABLE_CLASSES, "internal", "emergency", "unknown"}

EMERGENCIES = {
    "PL": ("112 997 998 999", "911 110"),
    "DE": ("112 110", "911 999"),
    "GB": ("112 999", "911 110"),
    "FR": ("112 15 17 18", "911 999"),
    "IT": ("112 113 115 118", "911"),
    "ES": ("112 085", "911 999"),
    "US": ("112 911", "999 110"),
    "CA": ("112 911", "999"),
    "MX": ("112 911", "999"),
    "AU": ("112 000 106", "911 999"),
    "JP": ("112 110 119", "911 999"),
    "IN": ("112 100 101 102 108", "911 999"),
    "AE": ("112 997 998 999", "911"),
    "TH": ("112 191 1669", "911"),
    "CH": ("112 117 118 144", "911"),
    "AT": ("112 122 133 144", "911"),
    "TR": ("112 110 155", "911"),
    "BR": ("112 190 192 193", "999"),
    "HK": ("112 999 992", "911"),
    "VA": ("112 113", "911"),
}


def plan_of(country: str, area: str | None = None, *access: str, internal: tuple[str, ...] = ()) -> NumberPlan:
    """The plan of a property with these access codes and extensions."""
    return number_plan(country, area, access, internal.__contains__)


@pytest.mark.parametrize("country", EMERGENCIES)
def test_an_emergency_number_is_known_with_and_without_the_access_code(country: str) -> None:
    for access in ("9", "0", "8", "00", "81"):
        plan = plan_of(country, None, access)
        for number in EMERGENCIES[country][0].split():
            for dialled in (number, access + number, access + access + number, number + "#"):
                assert plan.classify(dialled).number_class == "emergency", dialled


@pytest.mark.parametrize("country", EMERGENCIES)
def test_an_emergency_number_is_one_only_as_a_whole_and_only_where_it_is_one(country: str) -> None:
    plan = plan_of(country, None, "9")
    for number in EMERGENCIES[country][0].split():
        for dialled in (f"9{number}3456", f"{number}34567890", f"9{number}0"):
            assert plan.classify(dialled).number_class != "emergency", dialled
    for number in EMERGENCIES[country][1].split():
        assert plan.classify(number).number_class != "emergency", number


def test_112_is_an_emergency_in_every_country_of_the_world() -> None:
    for country in phonenumbers.SUPPORTED_REGIONS:
        assert plan_of(country, None, "9").classify("9112").number_class == "emergency", country


def test_an_extension_that_reads_like_an_emergency_number_is_an_emergency_and_says_so() -> None:
    found = plan_of("PL", "22", "9", internal=("112",)).classify("112")
    assert (found.number_class, found.place) == ("emergency", "emergency, or the extension 112")


@pytest.mark.parametrize(
    ("country", "area", "access", "dialled", "number_class", "e164", "where"),
    [
        ("PL", "22", "9", "9221234567", "local", "+48221234567", "PL"),
        ("PL", "22", "9", "91234567", "local", "+48221234567", "PL"),
        ("PL", "22", "9", "91123456", "local", "+48221123456", "PL"),
        ("PL", "22", "9", "9122345678", "national", "+48122345678", "PL"),
        ("PL", "22", "9", "9601123456", "mobile", "+48601123456", "PL"),
        ("PL", "22", "9", "9800123456", "toll-free", "+48800123456", "PL"),
        ("PL", "22", "9", "9700123456", "premium", "+48700123456", "PL"),
        ("PL", "22", "9", "9801123456", "service", "+48801123456", "PL"),
        ("PL", "22", "9", "9118913", "service", None, "PL"),
        ("PL", "22", "9", "9116111", "toll-free", None, "PL"),
        ("PL", "22", "9", "900442079460000", "international", "+442079460000", "GB"),
        ("PL", "22", "9", "90014165550123", "international", "+14165550123", "CA"),
        ("PL", "22", "9", "90048221234567", "local", "+48221234567", "PL"),
        ("PL", "22", "9", "900800 1234 5678", "toll-free", "+80012345678", None),
        ("PL", "22", "9", "900870123456789", "international", "+870123456789", None),
        ("PL", "22", "9", "900979123456789", "premium", "+979123456789", None),
        ("PL", "22", "9", "912345678", "national", "+48912345678", "PL"),  # an exchange that leaves the 9 out
        ("PL", "22", "", "+48 (22) 123-45-67", "local", "+48221234567", "PL"),
        ("PL", None, "9", "9221234567", "national", "+48221234567", "PL"),
        ("DE", "30", "0", "02212345", "local", "+49302212345", "DE"),
        ("DE", "030", "0", "0030123456", "local", "+4930123456", "DE"),
        ("DE", "30", "0", "00221123456", "national", "+49221123456", "DE"),
        ("DE", "30", "0", "0015123456789", "mobile", "+4915123456789", "DE"),
        ("DE", "30", "0", "000442079460000", "international", "+442079460000", "GB"),
        ("DE", "30", "0", "01180", "local", "+49301180", "DE"),
        ("DE", "30", "0", "011833", "service", None, "DE"),
        ("DE", "30", "0", "009001234567", "premium", "+499001234567", "DE"),
        ("DE", "30", "0", "0180512345", "local", "+4930180512345", "DE"),
        ("DE", "30", "0", "00180512345", "service", "+49180512345", "DE"),
        ("US", "212", "9", "95551234", "local", "+12125551234", "US"),
        ("US", "212", "9", "912125551234", "local", "+12125551234", "US"),
        ("US", "212", "9", "92125551234", "local", "+12125551234", "US"),
        ("US", "212", "9", "913055551234", "national", "+13055551234", "US"),
        ("US", "212", "9", "914165551234", "international", "+14165551234", "CA"),
        ("US", "212", "9", "918765230123", "international", "+18765230123", "JM"),
        ("US", "212", "9", "917875551234", "national", "+17875551234", "PR"),
        ("US", "212", "9", "918005551234", "toll-free", "+18005551234", "US"),
        ("US", "212", "9", "919005551234", "premium", "+19005551234", "US"),
        ("US", "212", "9", "9011442079460000", "international", "+442079460000", "GB"),
        ("US", "212", "9", "9411", "service", None, "US"),
        ("US", "212", "9", "9988", "toll-free", None, "US"),
        ("US", None, "9", "95551234", "local", None, "US"),
        ("CA", "416", "9", "918005551234", "toll-free", "+18005551234", "CA"),
        ("CA", "416", "9", "912125551234", "international", "+12125551234", "US"),
        ("GB", "20", "9", "902079460000", "local", "+442079460000", "GB"),
        ("GB", "20", "9", "979460000", "local", "+442079460000", "GB"),
        ("GB", "20", "9", "901534456789", "national", "+441534456789", "JE"),
        ("GB", "20", "9", "907400123456", "mobile", "+447400123456", "GB"),
        ("GB", "20", "9", "907012345678", "premium", "+447012345678", "GB"),
        ("GB", "20", "9", "90033140000000", "international", "+33140000000", "FR"),
        ("IT", "06", "0", "00612345678", "local", "+390612345678", "IT"),
        ("IT", "06", "0", "03123456789", "mobile", "+393123456789", "IT"),
        ("IT", "06", "0", "00033140000000", "international", "+33140000000", "FR"),
        ("FR", None, "0", "00140000000", "national", "+33140000000", "FR"),
        ("FR", None, "0", "00612345678", "mobile", "+33612345678", "FR"),
        ("ES", None, "0", "0912345678", "national", "+34912345678", "ES"),
        ("RU", "495", "9", "981033140000000", "international", "+33140000000", "FR"),
        ("RU", "495", "9", "984951234567", "local", "+74951234567", "RU"),
        ("RU", "812", "9", "988123456789", "local", "+78123456789", "RU"),
        ("RU", "812", "9", "93456789", "local", "+78123456789", "RU"),
        ("RU", "495", "9", "987123456789", "international", "+77123456789", "KZ"),
        ("AU", "2", "0", "001144 20 7946 0000", "international", "+442079460000", "GB"),
        ("AU", "2", "0", "098765432", "local", "+61298765432", "AU"),
        ("AU", "2", "0", "00412345678", "mobile", "+61412345678", "AU"),
        ("AU", "2", "0", "01300123456", "service", "+611300123456", "AU"),
        ("JP", "3", "0", "001033140000000", "international", "+33140000000", "FR"),
        ("JP", "3", "0", "00312345678", "local", "+81312345678", "JP"),
        ("JP", "3", "0", "00612345678", "national", "+81612345678", "JP"),
        ("BR", "11", "0", "00021 33 140000000", "international", "+33140000000", "FR"),
        ("AE", "4", "9", "92123456", "local", "+97142123456", "AE"),
        ("AE", "4", "9", "90501234567", "mobile", "+971501234567", "AE"),
    ],
)
def test_what_guests_dial_is_understood(
    country: str, area: str | None, access: str, dialled: str, number_class: str, e164: str | None, where: str | None
) -> None:
    found = plan_of(country, area, *([access] if access else [])).classify(dialled)
    assert (found.number_class, found.e164, found.country) == (number_class, e164, where)
    assert found.raw == dialled


def test_an_extension_is_internal_and_keeps_its_leading_zero() -> None:
    plan = plan_of("PL", "22", "9", internal=("0412", "9100"))
    assert plan.classify("0412") == DialledNumber("0412", "internal", None, "PL", "internal", "0412")
    assert plan.classify("9100").number_class == "internal"
    assert plan.classify("412").number_class != "internal"


@pytest.mark.parametrize("dialled", ["900442079460000123", "918005551234"])
def test_digits_dialled_after_the_number_do_not_make_it_unknown(dialled: str) -> None:
    plan = plan_of("PL", "22", "9") if dialled.startswith("900") else plan_of("US", "212", "9")
    assert plan.classify(dialled + "99#").e164 in {"+442079460000", "+18005551234"}


def test_a_number_of_a_plan_newer_than_ours_goes_by_its_country() -> None:
    """+44 3 000 000 0000 is in no plan; it is in the United Kingdom all the same."""
    found = plan_of("PL", "22", "9").classify("900441000000")
    assert (found.number_class, found.country) == ("international", "GB")


@pytest.mark.parametrize(
    "dialled", ["", "9", "abc", "sip:bob@example.com", "*31#", "0" * 39, "900999999999", "9" * 500, "٣٣"]
)
def test_what_cannot_be_understood_is_unknown(dialled: str) -> None:
    found = plan_of("PL", "22", "9").classify(dialled)
    assert (found.number_class, found.e164) == ("unknown", None)


@given(st.sampled_from(sorted(EMERGENCIES)), st.text(max_size=60) | st.text("0123456789+*#ABC ()-", max_size=60))
def test_no_digits_whatever_raise(country: str, dialled: str) -> None:
    found = plan_of(country, "22", "9", "0").classify(dialled)
    assert found.number_class in CLASSES
    assert len(found.raw) <= DIGITS_CONSIDERED
    assert found.e164 is None or re.fullmatch(r"\+[1-9][0-9]{2,14}", found.e164)


def test_the_answers_are_remembered_up_to_a_bound() -> None:
    asked: list[str] = []

    def is_internal(digits: str) -> bool:
        asked.append(digits)
        return False

    plan = number_plan("PL", "22", ("9",), is_internal)
    assert plan.classify("9221234567") is plan.classify("9221234567")
    assert asked == ["9221234567"]
    assert NUMBERS_REMEMBERED <= 65_536


@pytest.mark.parametrize("country", ["XX", "", "Poland"])
def test_a_country_without_a_plan_is_refused_in_a_sentence(country: str) -> None:
    with pytest.raises(ValueError, match="is not a country with a numbering plan; write two letters"):
        plan_of(country)


def test_every_country_and_network_of_the_world_has_a_name() -> None:
    assert set(COUNTRY_NAMES) >= set(phonenumbers.SUPPORTED_REGIONS)
    assert set(NETWORK_NAMES) == set(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)


@pytest.mark.parametrize("home", ["PL", "US", "CA", "KZ", "RU", "GB", "JE", "AU", "NO", "IT"])
def test_the_mobiles_and_landlines_of_every_country_are_found_from_everywhere(home: str) -> None:
    plan = plan_of(home)
    for country in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number(country)
        assert example is not None
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        found = plan.classify(e164)
        assert found.e164 == e164
        assert found.number_class in CHARGEABLE_CLASSES
        assert found.place
