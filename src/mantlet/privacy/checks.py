"""Whether a value can be what its column's name says: formats, checksums and word lists, one function per kind."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable

import yaml

from mantlet.base.data import read_beside
from mantlet.privacy.lexicon import family_names, given_names, organisation_words

EMAIL = re.compile(r"[\w.+'%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_PHONE = re.compile(r"[+(]{0,2}\d[\d\s().\-/·]{4,22}\d(?:\s*(?:x|ext\.?|#)\s*\d{1,6})?", re.IGNORECASE)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/.]?[01]?\d[-/.]?[0-3]?\d(?:[T ].*)?|[0-3]?\d[-/. ][0-3]?\d[-/. ](?:19|20)?\d\d(?: .*)?"
    r"|[0-3]?\d[- ][A-Za-z]{3,9}[-, ]+(?:19|20)?\d\d|[A-Za-z]{3,9} [0-3]?\d,? (?:19|20)\d\d"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?")
_POSTCODE = re.compile(
    r"\d{3,6}(?:\.0)?|\d{5}-?\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d[A-Z]"
    r"|\d{2}-\d{3}|\d{4}-\d{3}|\d{5}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|[A-Z]{1,2}-\d{4,5}|[A-Z]\d{2} ?[A-Z\d]{4}",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?:1[01]\d|\d{1,2})(?:\.\d+)?(?: ?(?:years?|yrs?|y)(?: old)?)?|\d{1,3} ?(?:-|–|to) ?\d{1,3}(?: years?)?|<=? ?\d{1,2}|>=? ?\d{2,3}"
    r"|\d{2,3} ?(?:\+|plus|and (?:over|older|above|up))|(?:under|over|below|less than) \d{1,3}",
    re.IGNORECASE,
)
_LONG_STREET = re.compile(
    r"[^\W\d]{3,}(?:stra(?:ße|sse)|str\.|gatan|gata|vej|weg|gasse|laan|straat|utca|katu)\b", re.IGNORECASE
)
_COORDINATE = re.compile(
    r"-?\d{1,3}(?:\.\d+)?°?[NSEW]?|\(?-?\d{1,3}\.\d+, ?-?\d{1,3}\.\d+\)?|POINT ?\(.*\)", re.IGNORECASE
)
_CODE = re.compile(r"(?=.*\d)[\w./:-]{3,64}")
_URL = re.compile(
    r"(?:https?://|www\.)\S{3,}|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|edu|gov|co|info|dev|me)(?:/\S*)?",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"@?[A-Za-z][\w.\-]{1,38}")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*\.?")
_PERSON_SHAPE = re.compile(r"[^\W\d_][\w.'’\-]*(?:[ ,]+[^\W\d_][\w.'’\-]*){0,5},?")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPLIT_NAME = re.compile(r"[ ,.&/]+")
_SSN = re.compile(r"(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}")
_NATIONAL = re.compile(
    r"[A-Z]{0,4}[\d.\-/ ]{6,15}[A-Z]{0,3}|[A-Z]{4}\d{6}[A-Z\d]{6,8}|\*+\d{4}|[xX*\-]{5,}\d{4}|\d{4}",
    re.IGNORECASE,
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z\d]{10,30}", re.IGNORECASE)
_ACCOUNT = re.compile(r"[\d\- ]{6,24}")
_ISSUER = re.compile(r"(?:5[0678]|6\d)\d{10,17}|(?:1800|2131)\d{11}|[2-6]\d{12,18}")
"""Maestro has 12 to 19 digits, JCB 15 after 1800 or 2131, all others 13 to 19 and a first digit from 2 to 6."""


def luhn(digits: str) -> bool:
    """Tell whether a card number's last digit is right (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = ord(char) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def card(value: str) -> bool:
    """Tell whether a value is a payment card number: an issuer's prefix, its length, and the checksum."""
    digits = value.replace(" ", "").replace("-", "")
    return digits.isascii() and digits.isdigit() and _ISSUER.fullmatch(digits) is not None and luhn(digits)


def iban_valid(value: str) -> bool:
    """Tell whether an IBAN's check digits are right (ISO 13616, mod 97)."""
    text = value.replace(" ", "").replace("-", "").upper()
    if not _IBAN.fullmatch(text):
        return False
    moved = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def iban(value: str) -> bool:
    """Tell whether a value can be a bank account: a valid IBAN, or digits of an account number."""
    return iban_valid(value) or bool(_ACCOUNT.fullmatch(value))


def ip(value: str) -> bool:
    """Tell whether a value is an IPv4 or IPv6 address, with or without a prefix length."""
    if value.count(".") != 3 and value.count(":") < 2:
        return False
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return False
    return True


def email(value: str) -> bool:
    """Tell whether a value is an e-mail address, or a list of them."""
    return "@" in value and EMAIL.search(value) is not None


def phone(value: str) -> bool:
    """Tell whether a value can be a phone number: seven to fifteen digits in the usual dress, and no date."""
    match = _PHONE.match(value)
    if match is None:
        return False
    digits = sum(char.isdigit() for char in match.group())
    return 7 <= digits <= 16 and not _DATE.fullmatch(value) and value.count(".") != 1


def dressed_phone(value: str) -> bool:
    """Tell whether a value shows by itself that it is a phone number: brackets, a plus, or groups of three, three and four."""
    return (
        phone(value)
        and re.match(r"\+\d|\(\d{2,4}\)|\d{3}[-.]\d{3}[-.]\d{4}|0\d{1,4}[ /-]\d", value) is not None
    )


def person(value: str) -> bool:
    """Tell whether a value reads as a person's name: the shape of one, and a given or family name that many bear."""
    if len(value) > 60 or not _PERSON_SHAPE.fullmatch(value):
        return False
    words = [word for word in _SPLIT_NAME.split(value.casefold()) if word]
    if not 1 <= len(words) <= 6 or not organisation_words().isdisjoint(words):
        return False
    given, family = given_names(), family_names()
    if len(words) == 1:
        return words[0] in given or words[0] in family
    return any(word in given for word in words) or words[0] in family or words[-1] in family


def person_alone(value: str) -> bool:
    """Tell whether a value shows by itself that it is a person's name: a given name and more, as people write them."""
    if not person(value):
        return False
    before, comma, after = value.casefold().partition(",")
    parts = _SPLIT_NAME.split((after if comma else before).strip())
    named = parts[0] if parts else ""
    return len(named) > 2 and named in given_names() and (bool(comma) or len(parts) > 1)


def given(value: str) -> bool:
    """Tell whether a value can be a first or middle name: a few words without digits, or an initial."""
    return len(value) <= 30 and value.count(" ") <= 2 and _shaped(value)


def family(value: str) -> bool:
    """Tell whether a value can be a family name."""
    return len(value) <= 40 and value.count(" ") <= 4 and _shaped(value)


def _shaped(value: str) -> bool:
    return all(_WORD.fullmatch(word) for word in value.replace(",", " ").split())


def address(value: str) -> bool:
    """Tell whether a value can be (a line of) a street address."""
    if len(value) < 3 or len(value) > 200 or email(value) or _URL.fullmatch(value) or ip(value):
        return False
    return (
        (_street(value) and " " in value)
        or re.match(r"#?\d+[A-Za-z]?[\s,-]+\w*[^\W\d]", value) is not None
        or bool(re.search(r"[^\W\d]\s+\d{1,5}[a-z]?$", value))
    )


def address_alone(value: str) -> bool:
    """Tell whether a value shows by itself that it is a street address: a house number and a kind of street."""
    return re.match(r"\d{1,6}[A-Za-z]? ", value) is not None and _street(value) and len(value) < 120


def national(value: str) -> bool:
    """Tell whether a value can be a person's national number (or the last digits of one)."""
    return bool(_NATIONAL.fullmatch(value))


def ssn(value: str) -> bool:
    """Tell whether a value is a United States social security number as it is written."""
    return bool(_SSN.fullmatch(value))


def age(value: str) -> bool:
    """Tell whether a value can be an age or a band of ages."""
    return bool(_AGE.fullmatch(value)) or value.casefold() in {
        "child",
        "adult",
        "senior",
        "teen",
        "unknown",
        "minor",
    }


def gender(value: str) -> bool:
    """Tell whether a value is a word or code for sex or gender."""
    return value.casefold() in _listed("gender")


def sexes(value: str) -> bool:
    """Tell whether a value shows by itself that it is a sex."""
    return value.casefold() in _listed("sexes")


def race(value: str) -> bool:
    """Tell whether a value is a word or code for race or ethnic origin."""
    return value.casefold() in _listed("race-codes") or not _listed("races").isdisjoint(_lower_words(value))


def race_alone(value: str) -> bool:
    """Tell whether a value shows by itself that it is a race or ethnic origin."""
    found = _lower_words(value)
    return not _listed("races-alone").isdisjoint(found) or found in (
        ["white"],
        ["black"],
        ["other"],
        ["unknown"],
    )


def marital(value: str) -> bool:
    """Tell whether a value is a word or code for marital status."""
    return value.casefold() in _listed("marital") or value.casefold().replace(" ", "-") in _listed("marital")


def _street(value: str) -> bool:
    return not _listed("streets").isdisjoint(_lower_words(value)) or _LONG_STREET.search(value) is not None


def _lower_words(value: str) -> list[str]:
    return _WORDS.findall(value.casefold())


@functools.cache
def _listed(name: str) -> frozenset[str]:
    raw = yaml.load(read_beside(__file__, "data/values.yaml"), Loader=yaml.BaseLoader)  # noqa: S506  # makes strings only
    return frozenset(raw[name].split())


def words(value: str) -> bool:
    """Tell whether a value is words rather than a number."""
    return any(char.isalpha() for char in value) and len(value) <= 120


def _full(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


CHECKS: dict[str, Callable[[str], bool]] = {
    "address": address,
    "age": age,
    "any": bool,
    "card": card,
    "code": _full(_CODE),
    "coordinate": _full(_COORDINATE),
    "date": _full(_DATE),
    "email": email,
    "family": family,
    "gender": gender,
    "given": given,
    "handle": _full(_HANDLE),
    "iban": iban,
    "ip": ip,
    "marital": marital,
    "national": national,
    "person": person,
    "phone": phone,
    "postcode": _full(_POSTCODE),
    "race": race,
    "url": _full(_URL),
    "words": words,
    "year": _full(_YEAR),
}
"""The checks of `values:` in the data file."""

ALONE: dict[str, Callable[[str], bool]] = {
    "address": address_alone,
    "card": card,
    "email": email,
    "gender": sexes,
    "iban": iban_valid,
    "ip": ip,
    "national": ssn,
    "person": person_alone,
    "phone": dressed_phone,
    "race": race_alone,
}
"""Stricter checks for values whose column's name says nothing."""
