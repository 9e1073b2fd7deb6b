"""Who is written to: phone numbers in E.164, and business-scoped user ids where WhatsApp hides the number.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import re

from helpdesk.common.phones import normalise_phone

USER_ID_KIND = "whatsapp_id"
_USER_ID = re.compile(r"[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}")


def normalise(raw: str) -> str:
    """A phone number as E.164; anything else without the blanks around it. Numbers without "+" carry their country code."""
    written = raw.strip()
    if not _NUMBER.fullmatch(written):
        return written
    digits = re.sub(r"[^0-9]", "", written).removeprefix("00")
    return normalise_phone(f"+{digits}") or f"+{digits}"


def is_phone(address: str) -> bool:
    """Whether a stored address is a phone number."""
    return address.startswith("+") and address[1:].isascii() and address[1:].isdigit()


def is_user_id(address: str) -> bool:
    """Whether a stored address is a business-scoped user id, or the one of a group of businesses."""
    return _USER_ID.fullmatch(address) is not None
