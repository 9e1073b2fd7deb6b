"""The conversation's secret in a mail: written into id, reply address and subject, found again in the answer.

A token is 32 lower-case hex characters and is only ever taken whole: a shorter, longer or upper-case one is none.
"""

import re
from collections.abc import Collection, Iterable

from helpdesk.common.text import normalise_email

_TOKEN = re.compile(r"[0-9a-f]{32}")
_REPLY_ADDRESS = re.compile(r"\+([0-9a-f]{32})@")
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}\.([0-9a-f]{32})@[^@]+")
_SUBJECT_TAG = re.compile(r"\[ref:([0-9a-f]{32})\]")
_SUBJECT_TAG_AND_BLANKS = re.compile(r"[ \t]{0,20}\[ref:[0-9a-f]{32}\]")
_HEXADECIMAL = re.compile(r"[^0-9a-fA-F]")


def make_message_id(message_uuid: str, reply_token: str, domain: str) -> str:
    """Our Message-ID, without brackets. The same message and token always give the same id."""
    return f"{_HEXADECIMAL.sub('', str(message_uuid)).lower()}.{reply_token}@{domain}"


def make_reply_address(address: str, reply_token: str) -> str:
    """The channel's address with the token as its plus tag."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{reply_token}@{domain}"


def make_subject_tag(reply_token: str) -> str:
    """What stands at the end of the subject of our mails."""
    return f"[ref:{reply_token}]"


def strip_subject_tag(subject: str) -> str:
    """The subject without our tags."""
    return _SUBJECT_TAG_AND_BLANKS.sub("", subject).strip() if "[ref:" in subject else subject


def find_tokens(
    *, recipients: Iterable[str] = (), message_ids: Iterable[str] = (), subject: str = ""
) -> tuple[str, ...]:
    """Every token that a mail brings back, each once: from the address it was sent to, the ids it answers, the subject.

    ``recipients`` are header values as written (an upper-case token is none); ``message_ids`` are without brackets, the
    most telling one first.
    """
    found = [token for value in recipients for token in _REPLY_ADDRESS.findall(value)]
    found += [match[1] for match in map(_MESSAGE_ID.fullmatch, message_ids) if match]
    return tuple(dict.fromkeys([*found, *_SUBJECT_TAG.findall(subject)]))


def token_of_address(address: str) -> str:
    """The token of a reply address; "" where it has none."""
    local = address.rpartition("@")[0]
    _, plus, tag = local.rpartition("+")
    return tag if plus and _TOKEN.fullmatch(tag) else ""


def is_own_address(address: str, own_addresses: Collection[str]) -> bool:
    """Whether the normalised address is one of ours, with or without a token."""
    if address in own_addresses:
        return True
    token = token_of_address(address)
    return bool(token) and normalise_email(address.replace(f"+{token}@", "@")) in own_addresses
