"""Personal data in a text that everybody reads: where it stands and what it is. Pure, in linear time, and rather silent than wrong.

It suggests; nothing is changed by it. Numbers are taken for what their own check digit, prefix or written form proves them to be, or what a
word before them says; a bare number of a few digits is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import phonenumbers

Kind = Literal["email", "card", "iban", "phone", "order_number"]
MOST_CHARACTERS = 20_000
_MOST_NUMBERS = 200

# The length of an IBAN by country (SWIFT registry, release 99).
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24,
    "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
# Beginning and lengths of the cards of Visa, Mastercard, American Express, Diners, JCB, Discover, UnionPay and Maestro (ISO/IEC 7812).
_CARDS = (
    (re.compile(r"4"), (13, 16, 19)), (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)), (re.compile(r"3[0689]"), (14, 16)), (re.compile(r"35"), (16,)),
    (re.compile(r"6"), (16, 17, 18, 19)), (re.compile(r"5[06-8]"), (13, 15, 16)),
)  # fmt: skip
_LOCAL_PART = re.compile(r"[\w.%+-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,24}(?![\w-])")
_IBAN_BEGINNING = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}")
# Digits with at most two separators between them; what begins within a word or another number is none.
_NUMBER = re.compile(r"(?<![\w.,+/-])\+?\(?\d(?:[ \u00a0.\-/()]{0,2}\d){5,24}(?![\w€$£%]|[.,]\d)")
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
_PHONE_WORD = re.compile(
    r"(?:phone|mobile|cell|call me|ring me|whatsapp|tel\b|tel\.|telefon|handy|mobil|anrufen|erreichbar|nummer|téléphone|portable|"
    r"appelez|joindre|teléfono|móvil|llám|celular|هاتف|جوال|رقمي)",
    re.IGNORECASE,
)
_ORDER_WORD = re.compile(
    r"(?:\border|\bpurchase|\binvoice|\bbooking|\bcustomer (?:no|number|id)|bestell|auftrag|rechnung|kundennummer|buchung|commande|"
    r"facture|réservation|pedido|factura|reserva|numéro client|número de cliente|طلب|فاتورة)",
    re.IGNORECASE,
)
_ORDER_NUMBER = re.compile(r"(?<![\w-])[A-Za-z0-9][A-Za-z0-9-]{4,29}(?![\w-])")
_REACH = 40  # how far behind its word a number may stand
# Where numbers are written without their country's prefix, by the language of the text.
REGIONS = {
    "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX"), "en": ("GB", "US"), "ar": ("SA", "AE", "EG"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """What stands at ``text[start:end]``."""

    kind: Kind
    start: int
    end: int


def find_personal_data(text: str, *, language: str = "", regions: Sequence[str] = ()) -> list[PersonalData]:
    """What a stranger should not read in ``text`` (its first 20 000 characters), in the order of the text.

    ``regions``: countries (ISO 3166) whose national phone numbers are known, before those of ``language``.
    """
    text = text[:MOST_CHARACTERS]
    known = [*regions, *REGIONS.get(language[:2].lower(), ("GB", "US", "DE", "FR", "ES"))]
    found = [*_mail_addresses(text), *_ibans(text)]
    dates = [match.span() for match in _DATE.finditer(text)]
    for match in list(_NUMBER.finditer(text))[:_MOST_NUMBERS]:
        taken = any(one.start < match.end() and match.start() < one.end for one in found)
        if not taken and not any(start < match.end() and match.start() < end for start, end in dates):
            found += _number(text, match, known)
    found += _order_numbers(text, found, dates)
    return sorted(found, key=lambda one: one.start)


def _mail_addresses(text: str) -> Iterator[PersonalData]:
    at = text.find("@")
    while at != -1:
        local = _LOCAL_PART.search(text, max(0, at - 64), at)
        domain = _DOMAIN.match(text, at + 1)
        if local is not None and domain is not None:
            yield PersonalData(kind="email", start=local.start(), end=domain.end())
        at = text.find("@", at + 1)


def _ibans(text: str) -> Iterator[PersonalData]:
    for match in _IBAN_BEGINNING.finditer(text):
        length = IBAN_LENGTHS.get(match[0][:2].upper())
        end = _end_of(text, match.start(), length) if length else None
        if end is not None and is_iban(text[match.start() : end]):
            yield PersonalData(kind="iban", start=match.start(), end=end)


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where ``length`` letters and digits from ``start`` end, single spaces and dashes among them left out."""
    count, at = 0, start
    while at < len(text) and count < length:
        if text[at].isascii() and text[at].isalnum():
            count += 1
        elif text[at] not in " -\u00a0" or text[at - 1] in " -\u00a0":
            return None
        at += 1
    is_whole = count == length and not (at < len(text) and text[at].isalnum())
    return at if is_whole else None


def is_iban(text: str) -> bool:
    """Whether country, length and check digits (ISO 13616) fit."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if len(plain) != IBAN_LENGTHS.get(plain[:2]) or not plain.isalnum() or not plain.isascii():
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _number(text: str, match: re.Match[str], regions: Sequence[str]) -> list[PersonalData]:
    digits = "".join(letter for letter in match[0] if letter.isdigit())
    if is_card(digits) and "+" not in match[0]:
        return [PersonalData(kind="card", start=match.start(), end=match.end())]
    has_word = _PHONE_WORD.search(text, max(0, match.start() - _REACH), match.start()) is not None
    if is_phone(match[0], regions=regions, has_word=has_word):
        return [PersonalData(kind="phone", start=match.start(), end=match.end())]
    return []


def is_card(digits: str) -> bool:
    """Whether length, beginning and Luhn's check digit (ISO/IEC 7812) are those of a payment card."""
    if not any(beginning.match(digits) and len(digits) in lengths for beginning, lengths in _CARDS):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_phone(written: str, *, regions: Sequence[str], has_word: bool) -> bool:
    """Whether somebody can be called there: with the country's prefix; in national form, where a zero or brackets lead, or the number
    is grouped as there and a word says what it is."""
    plain = written.strip()
    if plain.startswith(("+", "00")):
        return _is_valid("+" + plain.removeprefix("+").removeprefix("00"), None)
    digits = sum(letter.isdigit() for letter in plain)
    is_national = 9 <= digits <= 12 and plain.startswith(("0", "(0"))
    is_american = re.fullmatch(r"\(?[2-9]\d\d\)?[ .-][2-9]\d\d[ .-]\d{4}", plain) is not None
    if not (is_national or is_american or (has_word and 8 <= digits <= 12)):
        return False
    return any(_is_valid(plain, region) for region in regions)


def _is_valid(written: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False


def _order_numbers(
    text: str, found: Sequence[PersonalData], dates: Sequence[tuple[int, int]]
) -> Iterator[PersonalData]:
    taken = [(one.start, one.end) for one in found] + list(dates)
    last = 0
    for word in _ORDER_WORD.finditer(text):
        match = _ORDER_NUMBER.search(text, max(word.end(), last), word.end() + _REACH)
        while match is not None and sum(letter.isdigit() for letter in match[0]) < 4:
            match = _ORDER_NUMBER.search(text, match.end(), word.end() + _REACH)
        if match is None or any(start < match.end() and match.start() < end for start, end in taken):
            continue
        last = match.end()
        yield PersonalData(kind="order_number", start=match.start(), end=match.end())
