"""Telephone numbers: their stored form is E.164."""

import phonenumbers
from phonenumbers import PhoneNumberType

# What stands in From when the caller shows no number (https://help.twilio.com/articles/223179988): letters on a telephone keypad.
_WITHHELD = frozenset({
    "anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld",
    "+266696687", "266696687", "+7378742833", "7378742833", "+2562533", "2562533", "+8656696", "8656696",
    "+86282452253", "86282452253",
})  # fmt: skip
_WITHOUT_MESSAGES = frozenset({
    PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST,
    PhoneNumberType.PAGER, PhoneNumberType.VOICEMAIL, PhoneNumberType.UAN,
})  # fmt: skip


def normalise_number(raw: str) -> str:
    """E.164 where it is a number; an address of another kind (a short code, a SIP address) stripped and lower-cased."""
    written = raw.strip()
    try:
        parsed = phonenumbers.parse(written if written.startswith("+") else f"+{written}", None)
    except phonenumbers.NumberParseException:
        return written.lower()
    # A number without the plus may be a short code or a local one: only what can exist is taken for international.
    if written.startswith("+") or phonenumbers.is_valid_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return written.lower()


def is_international(number: str) -> bool:
    """Whether this is a number in E.164 that can exist."""
    try:
        return number.startswith("+") and phonenumbers.is_possible_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False


def is_withheld(number: str) -> bool:
    """Whether the caller shows no number."""
    return not number or number.strip().lower() in _WITHHELD


def may_take_messages(number: str) -> bool:
    """Whether text messages may arrive there: not on landlines, where the country's numbers tell."""
    if not is_international(number):
        return False
    return phonenumbers.number_type(phonenumbers.parse(number, None)) not in _WITHOUT_MESSAGES
