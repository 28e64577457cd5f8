"""What single values must be, beyond their type: known countries, currencies, dialects, classes, URLs.

Each check takes a value and returns it, or raises ValueError with the sentence. Where another room owns the list (the
dialects in `protocols`, the currencies and classes of number in `rating`) it is asked for it when it is needed, so
that starting the program to print its help does not load the world.
"""

from __future__ import annotations

import base64
import binascii
import importlib.util
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationInfo

from gateway.config.fields import surroundings
from gateway.config.problems import did_you_mean
from rating.money import exact

#: Decimals that an amount of the configuration may have, whatever the currency.
AMOUNT_DECIMALS = 4

TOKEN_WIDTHS = (4, 8)  # digits of P#: four before FIAS 2.20, eight since
AES_KEY_BYTES = 16  # FIAS encrypts with AES-128
ANY_CLASS = "default"  # in `outlet`, every class without an entry of its own
TRANSFER_PAYERS = ("first_guest", "first", "last", "each")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST_HOOK_SECRET = 16  # characters of a secret that signs: fewer can be guessed
#: What a web hook may be told of.
HOOK_EVENTS = ("alarms", "calls", "postings")

#: Hosts that are this machine.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

#: A file of SQLite whose path has no character that a URL writes otherwise: nothing in it for SQLAlchemy to read or hide.
PLAIN_FILE = re.compile(r"sqlite:///([\w./-]+)", re.ASCII)


def country(code: str) -> str:
    """Accept a country that has a numbering plan, by its two letters of ISO 3166."""
    from phonenumbers import SUPPORTED_REGIONS

    if code not in SUPPORTED_REGIONS:
        hint = f'did you mean "{code.upper()}"?' if code.upper() in SUPPORTED_REGIONS else 'write for example "PL"'
        raise ValueError(f'"{code}" is not a country code of two capital letters (ISO 3166); {hint}')
    return code


def countries(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Accept a list of such countries."""
    return tuple(map(country, codes))


def staff_language(tag: str) -> str:
    """Accept a language that the pages speak."""
    from gateway.languages.names import STAFF_LANGUAGES

    if tag not in STAFF_LANGUAGES:
        raise ValueError(f'"{tag}" is not a language of the pages; there are {", ".join(STAFF_LANGUAGES)}')
    return tag


def currency(code: str) -> str:
    """Accept a currency in circulation, by its three letters of ISO 4217."""
    from rating.money import CURRENCIES

    if code not in CURRENCIES:
        # The first two letters are the country's: what else begins with them is worth a guess, other likeness is chance.
        near = sorted(known for known in CURRENCIES if known[:2] == code[:2].upper())
        hint = f'did you mean "{near[0]}"?' if near else 'write three capital letters, such as "PLN"'
        raise ValueError(f'"{code}" is not a currency code of ISO 4217; {hint}')
    return code


def area_code(code: str) -> str:
    """Accept digits, or nothing."""
    if code and not (code.isascii() and code.isdigit()):
        raise ValueError(f'"{code}" is not an area code; write its digits alone, such as "22", or leave the key out')
    return code


def areas(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Accept beginnings of national numbers: digits, with blanks or the country code as people write them."""
    for code in codes:
        if not set(code) <= set("+0123456789 -") or not any(map(str.isdigit, code)):
            raise ValueError(f'"{code}" is not an area; write how its numbers begin, such as "22" or "212 555"')
    return codes


def short_numbers(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Accept emergency numbers of the house: short, because a whole telephone number here would be a dear mistake."""
    for number in numbers:
        if not (number.isascii() and number.isdigit() and 2 <= len(number) <= 6):
            raise ValueError(f'"{number}" is not an emergency number; write two to six digits, such as "2222"')
    return numbers


def dialled_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Accept codes that are dialled before a number: digits, * and #, at least two of them."""
    for code in codes:
        if len(code) < 2 or not set(code) <= set("0123456789*#"):
            raise ValueError(f'"{code}" is not a code; write what is dialled before the number, such as "*41"')
    return codes


def digits(extension: str) -> str:
    """Accept what can begin or end a range of extensions."""
    if not (extension.isascii() and extension.isdigit()):
        raise ValueError(f'"{extension}" cannot bound a range; write digits such as "100", and name others under map')
    return extension


def access_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Accept what guests dial to reach a trunk: digits, * and #."""
    for code in codes:
        if not set(code) <= set("0123456789*#"):
            raise ValueError(f'"{code}" is not a trunk access code; write what is dialled to get a line, such as "9"')
    return codes


def store_url(text: str, info: ValidationInfo) -> str:
    """Accept a database that the store can live in, and return its URL with the path of SQLite made absolute."""
    plain = PLAIN_FILE.fullmatch(text)
    at = f"sqlite:///{(surroundings(info).folder / plain[1]).absolute()}" if plain else ""
    if PLAIN_FILE.fullmatch(at):
        return at  # the usual store: to look at it, `check` and `rate` need not load a database's library
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    example = 'write "sqlite:///foliogate.db" or "postgresql+psycopg://user@host/database"'
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"this is not a database URL; {example}") from None
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise ValueError(f"a store in memory loses every call when the program ends; {example}")
        return url.set(database=str((surroundings(info).folder / url.database).absolute())).render_as_string(False)
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise ValueError(f'"{url.drivername}" is not a database that the store can live in; {example}')
    if importlib.util.find_spec("psycopg") is None:
        raise ValueError("PostgreSQL needs its driver; install it with: pip install 'foliogate[postgres]'")
    return url.set(drivername="postgresql+psycopg").render_as_string(False)


def exchange_name(name: str) -> str:
    """Refuse the name that what is charged by hand comes under."""
    from gateway.acts import DESK

    if name.casefold() == DESK:
        raise ValueError(f'"{DESK}" is where charges by hand come from; give the exchange another name')
    return name


def dialect(name: str) -> str:
    """Accept a dialect that can be parsed."""
    from protocols.smdr.catalog import DIALECTS

    if name not in DIALECTS:
        raise ValueError(f'"{name}" is not a dialect; {did_you_mean(name, DIALECTS)}')
    return name


def adapter(name: str) -> str:
    """Accept an adapter that exists."""
    from pms_adapters.catalog import ADAPTERS

    if name not in ADAPTERS:
        raise ValueError(f'"{name}" is not an adapter; {did_you_mean(name, ADAPTERS)}')
    return name


def serial_port(text: str) -> str:
    """Accept a serial port with its settings."""
    from pms_adapters.serial_port import serial_place

    serial_place(text)
    return text


def pms_url(url: str) -> str:
    """Accept the address of a web service, without the slash at its end; names and passwords stand in the options."""
    if not _is_web_address(url) or urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError(
            'this is not the address of a web service; write for example "https://opera.example/OWS_WS_51"'
        )
    if urlsplit(url).username is not None or urlsplit(url).password is not None:
        raise ValueError("an address that is shown must hold no password; write it in options, as env:NAME")
    return url.rstrip("/")


def pull_url(url: str) -> str:
    """Accept where an exchange is asked for its records: over TLS, or on this machine. Its places are known ones."""
    from gateway.asking import PLACES

    if not _is_web_address(re.sub(r"\{\w+\}", "0", url)) or urlsplit(url).fragment:
        raise ValueError('this is not the address of a web service; write for example "https://192.0.2.20:8443/cdrapi"')
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address that is shown must hold no password; write user and password under login")
    if "{" in parts.netloc:
        raise ValueError("the host is no place that is filled; write it out")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("call records tell of rooms and numbers: beyond this machine it must be https")
    unknown = [name for name in re.findall(r"\{(\w*)\}", url) if name not in PLACES]
    if unknown:
        raise ValueError(f'"{{{unknown[0]}}}" is no place that is filled; {did_you_mean(unknown[0], PLACES)}')
    return url


def interface_family(code: str) -> str:
    """Accept an interface family: two capital letters, as in LD's field IF."""
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        raise ValueError(f'"{code}" is not an interface family; write two capital letters, such as "PB" or "CA"')
    return code


def guest_field(name: str) -> str:
    """Accept a field in which a check-in can tell something of the guest, or none."""
    from pms_adapters.fias.settings import GUEST_FIELDS

    if name and name not in GUEST_FIELDS:
        raise ValueError(f'"{name}" is no field of a check-in; write the one your PMS fills, "A0" to "A9" as a rule')
    return name


def token_width(width: int) -> int:
    """Accept a width of P#."""
    if width not in TOKEN_WIDTHS:
        raise ValueError(f"{width} is not a width of P#; write 8, or 4 for a PMS older than FIAS 2.20")
    return width


def auth_key(text: str) -> str:
    """Accept an AES-128 key in base64, with or without its FIAS prefix. The key itself is never repeated."""
    try:
        key = base64.b64decode(text.removeprefix("FidCrypt0S|"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != AES_KEY_BYTES:
        raise ValueError(f"this is not a key: it must be {AES_KEY_BYTES} bytes in base64, as in FidCrypt0S|<base64>")
    return text


def outlets(mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Accept sales outlets by class of number, or for all other classes under "default"."""
    for name, outlet in mapping.items():
        number_class(name, also=(ANY_CLASS,))
        if not outlet.isascii():
            raise ValueError(f'the outlet "{outlet}" must be plain letters or digits, as the PMS knows it')
    return mapping


def call_types(mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Accept call types by class of number: one plain character, or "" for none."""
    for name, letter in mapping.items():
        number_class(name)
        if len(letter) > 1 or (letter and not (letter.isascii() and letter.isalnum())):
            raise ValueError(f'the call type "{letter}" must be one letter or digit, such as "L", or "" for none')
    return mapping


def number_class(name: str, also: tuple[str, ...] = ()) -> None:
    from rating.numbering import CHARGEABLE_CLASSES

    known = (*CHARGEABLE_CLASSES, *also)
    if name not in known:
        raise ValueError(f'"{name}" is not a class of number that can cost money; {did_you_mean(name, known)}')


def transfer_payer(name: object) -> object:
    """Accept a rule for calls that several extensions held."""
    if isinstance(name, str) and name not in TRANSFER_PAYERS:
        raise ValueError(f'"{name}" is not a rule for transferred calls; {did_you_mean(name, TRANSFER_PAYERS)}')
    return name


def tariff_texts(folder: Path) -> bool:
    """Tell whether a folder holds tariff texts at all; what they say is for `rating.text` to judge."""
    from rating.text import APPROVAL

    try:
        return any(path.name != APPROVAL and not path.name.startswith(".") for path in folder.glob("*.toml"))
    except OSError:
        return False


def amount(text: str) -> str:
    """An amount above nothing in the hotel's currency, as a decimal string."""
    try:
        above = exact(text, AMOUNT_DECIMALS) > 0
    except ValueError:
        above = False
    if not above:
        raise ValueError(f'"{text}" is no amount; write it like "50.00", in the hotel\'s currency and without its name')
    return text


def time_of_day(text: object) -> object:
    """Read hours and minutes, in the hotel's time."""
    if isinstance(text, str):
        hours, _, minutes = text.partition(":")
        plain = (
            len(minutes) == 2 and 1 <= len(hours) <= 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()
        )
        if plain and int(hours) < 24 and int(minutes) < 60:
            return time(int(hours), int(minutes))
        raise ValueError(f'"{text}" is not a time of day; write hours and minutes, such as "07:00"')
    if isinstance(text, time):
        return text
    raise ValueError('must be a time of day in quotes, such as "07:00"')


def weekday(name: str) -> str:
    """Accept a day of the week."""
    if name not in WEEKDAYS:
        raise ValueError(f'"{name}" is not a day of the week; {did_you_mean(name, WEEKDAYS)}')
    return name


def call_back(pattern: str) -> str:
    """Accept a telephone number in which {extension} or {room} may stand."""
    bare = pattern.replace("{extension}", "").replace("{room}", "")
    if not set(bare) <= set("0123456789+*#()/-. "):
        raise ValueError(f'"{pattern}" is not a number to call back; write for example "+48 22 555 {{extension}}"')
    return pattern


def page_address(text: str) -> str:
    """Accept the address of the pages, or nothing; without the slash at its end."""
    if text and not _is_web_address(text):
        raise ValueError(f'"{text}" is not the address of a page; write for example "https://foliogate.example"')
    return text.rstrip("/")


def mail_address(text: str) -> str:
    """Accept one mail address, without a name."""
    name, at, domain = text.rpartition("@")
    if (
        not (at and name and domain)
        or not text.isascii()
        or any(one in ' <>,;()\\"' or not one.isprintable() for one in text)
    ):
        raise ValueError(f'"{text}" is not a mail address; write one address, such as "desk@example.org"')
    return text


def hook_name(name: str) -> str:
    """Accept a name that is not taken by mail."""
    if name == "mail":
        raise ValueError('"mail" is the name of the mails; give the web hook another')
    return name


def hook_events(events: tuple[str, ...]) -> tuple[str, ...]:
    """Accept what a web hook may be told of."""
    for one in events:
        if one not in HOOK_EVENTS:
            raise ValueError(f'"{one}" is nothing a web hook is told of; {did_you_mean(one, HOOK_EVENTS)}')
    if not events:
        raise ValueError('it would be told of nothing; write for example events = ["calls", "postings"]')
    return events


def hook_url(url: str) -> str:
    """Accept where a web hook is: over TLS, or on this machine. The URL is never repeated: it may hold a token."""
    if not _is_web_address(url):
        raise ValueError('this is not the address of a web hook; write for example "https://example.org/hook"')
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("a web hook tells of rooms and numbers: beyond this machine it must be https")
    return url


def hook_secret(secret: str) -> str:
    """Accept a secret that signs."""
    if len(secret) < LEAST_HOOK_SECRET:
        raise ValueError(
            f"this secret has fewer than {LEAST_HOOK_SECRET} characters; make one with: openssl rand -hex 32"
        )
    return secret


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and port_is_good
        and text.isascii()
        and " " not in text
    )
