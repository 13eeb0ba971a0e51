"""Whether digits in a text are a phone number: their grouping, the words before them, and numbering plans."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"(?:phone|tel\b|tel\.|telephone|mobile|cell|call|fax|contact|number|reach|dial|ring|text|sms|whatsapp|handy|telefon|t[ée]l[ée]fono|hotline|line|ph\b|mob)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:ssn|social security|passport|licen[cs]e|account|acct|card|invoice|order|ticket|case|ref(?:erence)?|id|isbn|zip|postcode|bank|routing|iban|cvv|imei|version|policy)"
    r"(?: (?:number|no\.?|#|id|code))?(?: is)?[:#\s]{0,4}$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}\D*.*|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d(?:\s+\d{1,2}.*)?"
)
_YEARS = re.compile(r"(?:19|20)\d\d\s*[-–/]\s*(?:19|20)?\d\d")
_GROUPS = re.compile(r"\d+")
_BEFORE = 48
"""Characters before a number in which a word for phones or for other numbers is looked for."""
MIN_DIGITS, MAX_DIGITS = 7, 15
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension)\s?\d{1,6}$", re.IGNORECASE)


def likely_phone(text: str, start: int, end: int) -> bool:
    """Tell whether `text[start:end]`, digits in some dress, is a phone number.

    A dress that phones have (a plus, brackets, a leading zero, groups of two to four) or a word before it must speak
    for it; dates, spans of years, dotted amounts and words for other numbers speak against it.
    """
    value = _EXTENSION.sub("", text[start:end]).strip()
    groups = _GROUPS.findall(value)
    digits = sum(map(len, groups))
    before = text[max(start - _BEFORE, 0) : start]
    if not MIN_DIGITS <= digits <= MAX_DIGITS or "\n\n" in value or value.count("(") != value.count(")"):
        return False
    if _DATE.fullmatch(value) or _YEARS.fullmatch(value) or _OTHER.search(before):
        return False
    if value.startswith(("+", "00")):
        return _valid_international(value, digits)
    return _dressed(value, groups, digits) or (_WORDS.search(before) is not None and _plain(groups))


def _valid_international(value: str, digits: int) -> bool:
    """Tell whether a number with a country code is one that the country's plan could hold; without the library, by its length."""
    try:
        import phonenumbers  # noqa: PLC0415  # 0.1 s, and only texts with such numbers need it
    except ImportError:
        return digits >= MIN_DIGITS + 1
    try:
        number = phonenumbers.parse("+" + "".join(_GROUPS.findall(value)).removeprefix("00"))
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def _dressed(value: str, groups: list[str], digits: int) -> bool:
    if not 2 <= len(groups) <= 6 or max(map(len, groups)) > 8 or digits < MIN_DIGITS:
        return False
    if "." in value and len(groups) < 3:
        return False
    north_american = [len(group) for group in groups][-3:] == [3, 3, 4]
    national = groups[0].startswith("0") and len(groups[0]) <= 5 and digits >= MIN_DIGITS + 1
    return value.startswith("(") or north_american or national


def _plain(groups: list[str]) -> bool:
    return len(groups) <= 6 and max(map(len, groups)) <= MAX_DIGITS
