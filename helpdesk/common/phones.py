"""Telephone numbers in their one stored form: E.164 (+4930123456)."""

import phonenumbers


def is_country(code: str) -> bool:
    """Whether ``code`` is a country (ISO 3166, two capital letters) whose numbering plan is known."""
    return code in phonenumbers.SUPPORTED_REGIONS


def normalise_phone(raw: str, *, country: str = "") -> str:
    """A number as people write it in E.164; empty where it can be none.

    Numbers without a country code (``030 123456``) are read as the ``country``'s; without one they cannot be read.
    """
    try:
        number = phonenumbers.parse(raw[:64], country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
