"""A message of ours as a mail: headers, threading, parts. Pure but for reading the attachments."""

import re
from collections.abc import Sequence
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.message import Message
from email.mime.base import MIMEBase
from email.utils import format_datetime, formataddr, localtime
from io import BytesIO

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, Address, ChannelConfig, OutboundAttachment, OutboundMessage
from channels_app.adapters.email.thread import make_message_id, make_reply_address, make_subject_tag
from helpdesk.common.text import clean_file_name, clean_text, normalise_email, one_line

MAX_REFERENCES = 20
_MAX_ID_CHARACTERS = 500
_MAX_HEADER_LINE = 400
_MAX_SUBJECT_CHARACTERS = 400
_MAX_NAME_CHARACTERS = 150
# What may stand between < and > without ending the header or the id: printable ASCII, no blanks, no brackets.
_MESSAGE_ID = re.compile(r"[!-;=?-~]+")
_ADDRESS = re.compile(r"[!#-'*+\--9=?A-Z^-~]{1,64}@[A-Za-z0-9._-]{1,253}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
# Base64 is not allowed around these (RFC 2046, 5.2.1 and 5.1); as plain files they arrive byte for byte.
_WRAPPING_TYPES = ("message/", "multipart/")


def build_mail(message: OutboundMessage, channel: ChannelConfig) -> tuple[bytes, str]:
    """The mail with CRLF line ends, and its Message-ID without brackets. Raises AdapterError for an unusable address.

    The same message always gets the same id. Nothing in a name, subject, id or file name can add a header or a
    recipient; who gets the mail is decided by the envelope alone (see ``envelope_recipients``).
    """
    config = channel.config
    own = own_address(channel)
    message_id = message.external_id or make_message_id(message.uuid, message.reply_token, own.rpartition("@")[2])
    headers = {"Message-ID": f"<{_checked_id(message_id)}>", "Date": format_datetime(localtime())}
    headers |= _threading_headers(message)
    if message.reply_token and config.get("reply_address_mode") == "plus":
        headers["Reply-To"] = _mailbox(make_reply_address(own, message.reply_token), message.from_name)
    if message.is_automatic:
        headers |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    mail = EmailMultiAlternatives(
        subject=_subject(message, has_tag=bool(config.get("has_subject_tag"))),
        body=clean_text(message.text),
        from_email=_mailbox(own, message.from_name or channel.from_name),
        to=[_mailbox(usable_address(message.recipient), message.recipient.name)],
        cc=[_mailbox(usable_address(copy), copy.name) for copy in message.cc],
        headers=headers,
    )
    mail.encoding = _quoted_printable()
    if message.html:
        mail.attach_alternative(clean_text(message.html), "text/html")
    for attachment in message.attachments:
        mail.attach(_attachment_part(attachment))
    return _flatten(mail.message()), message_id


def _flatten(mail: Message) -> bytes:
    """CRLF line ends; headers are folded late, because a Message-ID on a line of its own confuses some programs."""
    buffer = BytesIO()
    BytesGenerator(buffer, mangle_from_=False, maxheaderlen=_MAX_HEADER_LINE).flatten(mail, linesep="\r\n")
    return buffer.getvalue()


def _quoted_printable() -> Charset:
    """UTF-8 in 7-bit lines: every server takes those."""
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return charset


def own_address(channel: ChannelConfig) -> str:
    """The channel's address as it stands in From. Raises AdapterError where none is set."""
    address = normalise_email(str(channel.config.get("address") or ""))
    if not address:
        raise AdapterError("no_address", _("This channel has no address."), permanent=True)
    return address


def envelope_recipients(message: OutboundMessage) -> list[str]:
    """Exactly the chosen recipients, the customer first, each once."""
    chosen = [message.recipient, *message.cc]
    return list(dict.fromkeys(usable_address(address) for address in chosen))


def usable_address(address: Address) -> str:
    """One address and nothing else. Raises AdapterError for what could be read as several, or as none.

    Letters outside ASCII before the @ are refused: they need SMTPUTF8 all the way, which few servers speak.
    """
    normalised = normalise_email(address.address)
    if not _ADDRESS.fullmatch(normalised):
        shown = one_line(address.address)[:100]
        raise AdapterError("bad_address", _("“%(address)s” is no mail address.") % {"address": shown}, permanent=True)
    return normalised


def _mailbox(address: str, name: str) -> str:
    return formataddr((one_line(name)[:_MAX_NAME_CHARACTERS], address), "utf-8")


def _subject(message: OutboundMessage, *, has_tag: bool) -> str:
    subject = one_line(message.subject)[:_MAX_SUBJECT_CHARACTERS]
    if has_tag and message.reply_token:
        return f"{subject} {make_subject_tag(message.reply_token)}".strip()
    return subject


def _threading_headers(message: OutboundMessage) -> dict[str, str]:
    """In-Reply-To and References, the first and the newest ids of the chain (RFC 5322, 3.6.4)."""
    references = [reference for reference in message.references if _is_usable_id(reference)]
    answered = message.in_reply_to if _is_usable_id(message.in_reply_to) else ""
    if answered:
        references = [reference for reference in references if reference != answered] + [answered]
    if len(references) > MAX_REFERENCES:
        references = [references[0], *references[1 - MAX_REFERENCES :]]
    headers = {"In-Reply-To": f"<{answered}>"} if answered else {}
    return headers | ({"References": _bracketed(references)} if references else {})


def _bracketed(ids: Sequence[str]) -> str:
    return " ".join(f"<{identifier}>" for identifier in ids)


def _is_usable_id(identifier: str) -> bool:
    return len(identifier) <= _MAX_ID_CHARACTERS and _MESSAGE_ID.fullmatch(identifier) is not None


def _checked_id(identifier: str) -> str:
    if not _is_usable_id(identifier):
        raise AdapterError("bad_message_id", _("The message's id cannot stand in a mail."), permanent=True)
    return identifier


def _attachment_part(attachment: OutboundAttachment) -> MIMEBase:
    """Base64 whatever the type: a text part would have its line ends and charset rewritten on the way."""
    wanted = attachment.content_type.lower().partition(";")[0].strip()
    is_plain = _TYPE.fullmatch(wanted) is not None and not wanted.startswith(_WRAPPING_TYPES)
    maintype, _slash, subtype = (wanted if is_plain else "application/octet-stream").partition("/")
    part = MIMEBase(maintype, subtype)
    part.set_payload(attachment.open_content())
    encode_base64(part)
    name = clean_file_name(one_line(attachment.name))
    filename: str | tuple[str, str, str] = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "attachment", filename=filename)
    return part
