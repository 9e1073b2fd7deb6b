"""A raw mail into items: one message, or what became of a mail of ours, or nothing of interest. Pure."""

from collections.abc import Sequence

from channels_app.adapters.base import Address, Ignored, InboundItem, InboundMessage, digest
from channels_app.adapters.email.address import display_name, parse_addresses
from channels_app.adapters.email.automatic import judge
from channels_app.adapters.email.body import Body, read_body
from channels_app.adapters.email.bounce import read_report
from channels_app.adapters.email.headers import Headers
from channels_app.adapters.email.identifiers import email_key, message_id, message_ids, parse_date
from channels_app.adapters.email.limits import (
    MAX_HEADER_BYTES,
    MAX_RECIPIENTS,
    MAX_REFERENCES,
    MAX_SUBJECT_CHARACTERS,
    MAX_TOTAL_BYTES,
)
from channels_app.adapters.email.mime import Part, parse_tree
from channels_app.adapters.email.quoting import reply_text
from channels_app.adapters.email.thread import find_tokens, is_own_address, strip_subject_tag
from helpdesk.common.errors import ParseError
from helpdesk.common.text import clean_text, one_line

__all__ = ["email_key", "parse_email"]

# Of the header only this is kept. Control fields ("X-Helpdesk-...") of a stranger's mail never reach anybody.
_KEPT_HEADERS = {
    "return-path": "Return-Path",
    "reply-to": "Reply-To",
    "auto-submitted": "Auto-Submitted",
    "precedence": "Precedence",
    "list-id": "List-Id",
    "x-mailer": "X-Mailer",
    "user-agent": "User-Agent",
    "delivered-to": "Delivered-To",
    "x-original-to": "X-Original-To",
    "authentication-results": "Authentication-Results",
    "x-priority": "X-Priority",
    "importance": "Importance",
}
_MAX_KEPT_CHARACTERS = 2_000
_RECIPIENT_FIELDS = ("to", "cc", "bcc", "resent-to", "resent-cc")
_ENVELOPE_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "x-rcpt-to")


def parse_email(
    raw: bytes, *, own_addresses: frozenset[str] = frozenset(), max_bytes: int = MAX_TOTAL_BYTES
) -> list[InboundItem]:
    """Read one mail. ``own_addresses`` are the normalised addresses that are ourselves.

    Gives one message; or one DeliveryUpdate per recipient of a returned mail; or Ignored("loop") for our own mail come
    back. What is merely odd is read as well as can be. Raises ParseError and nothing else: "too_large",
    "headers_too_large", "too_many_recipients", "too_many_parts", "too_deep", "unreadable".
    """
    try:
        return _parse(raw, own_addresses, max_bytes)
    except ParseError:
        raise
    except Exception as error:  # one odd mail must never stop the mailbox behind it
        raise ParseError("unreadable", f"The mail cannot be read ({type(error).__name__}).") from error


def _parse(raw: bytes, own_addresses: frozenset[str], max_bytes: int) -> list[InboundItem]:
    if len(raw) > max_bytes:
        raise ParseError("too_large", f"The mail is larger than {max_bytes} bytes.")
    if not raw.strip():
        raise ParseError("empty", "The mail is empty.")
    key = email_key(raw)
    root = _read_tree(raw)
    headers = root.headers
    headers.charset = headers.charset or _text_charset(root)
    _check_recipients(headers)
    body = read_body(root)
    report = read_report(root, body.text, key=key, own_addresses=own_addresses)
    if report is not None:
        return report
    senders = [sender for value in headers.raw_all("from") for sender in parse_addresses(value, limit=MAX_RECIPIENTS)]
    if senders and is_own_address(senders[0].address, own_addresses):
        return [
            Ignored(
                dedup_key=digest("ignored", key),
                external_id=message_id(headers.raw("message-id")),
                sent_at=parse_date(headers.raw("date")),
                reason="loop",
            )
        ]
    return [_message(headers, body, senders, key)]


def _read_tree(raw: bytes) -> Part:
    head = raw[:65536]
    if b"\n" not in head and b"\r" in head:
        raw = raw.replace(b"\r", b"\n")  # line ends of a Mac of the last century
    try:
        return parse_tree(raw)
    except ParseError as error:
        # Say the more telling of two reasons: a header is mostly too large because of its recipients.
        if error.code == "headers_too_large" and raw[: MAX_HEADER_BYTES * 2].count(b"@") > MAX_RECIPIENTS * 4:
            raise _too_many_recipients() from error
        raise


def _too_many_recipients() -> ParseError:
    return ParseError("too_many_recipients", f"The mail has more than {MAX_RECIPIENTS} recipients.")


def _text_charset(root: Part) -> str:
    """What the first text is written in; raw 8-bit headers mostly are too."""
    for part in root.walk():
        if part.content_type.startswith("text/") and part.charset:
            return part.charset
    return ""


def _check_recipients(headers: Headers) -> None:
    left = MAX_RECIPIENTS
    for name in _RECIPIENT_FIELDS:
        for value in headers.raw_all(name):
            left -= len(parse_addresses(value, limit=left + 1))
            if left < 0:
                raise _too_many_recipients()


def _message(headers: Headers, body: Body, senders: Sequence[Address], key: bytes) -> InboundMessage:
    flags = list(body.flags)
    sender = _sender(headers, senders, flags)
    subject = headers.text("subject")
    in_reply_to = message_ids(headers.raw("in-reply-to"))
    references = _references(headers, in_reply_to)
    if headers.count("message-id") > 1:
        flags.append("several_message_ids")
    stripped = strip_subject_tag(subject)[:MAX_SUBJECT_CHARACTERS]
    automatic = judge(headers, sender=sender.address, subject=stripped, text=body.text)
    return InboundMessage(
        dedup_key=key,
        external_id=message_id(headers.raw("message-id")),
        sent_at=parse_date(headers.raw("date")),
        sender=sender,
        subject=stripped,
        text=body.text,
        html=body.html,
        reply_text=reply_text(body.text, html=body.html, has_own_text=body.has_own_text, subject=stripped),
        attachments=tuple(body.attachments),
        thread_tokens=_tokens(headers, in_reply_to, references, subject),
        in_reply_to=in_reply_to[0] if in_reply_to else "",
        references=references,
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        reply_to=next(iter(_addresses(headers, "reply-to")), None),
        is_auto_reply=automatic.is_auto_reply,
        no_auto_answer=automatic.no_auto_answer,
        flags=tuple(flags),
        headers=_kept(headers),
    )


def _sender(headers: Headers, senders: Sequence[Address], flags: list[str]) -> Address:
    if headers.count("from") > 1 or len(senders) > 1:
        flags.append("several_from")
    if senders:
        return senders[0]
    name = display_name(headers.raw("from"))
    for field_name in ("sender", "resent-from", "return-path", "x-envelope-from", "envelope-from"):
        found = _addresses(headers, field_name)
        if found:
            return Address(address=found[0].address, name=name or found[0].name, raw=found[0].raw)
    flags.append("no_from")
    return Address(address="", name=name, raw=one_line(headers.raw("from"))[:_MAX_KEPT_CHARACTERS])


def _addresses(headers: Headers, name: str) -> tuple[Address, ...]:
    return tuple(address for value in headers.raw_all(name) for address in parse_addresses(value, limit=MAX_RECIPIENTS))


def _references(headers: Headers, in_reply_to: Sequence[str]) -> tuple[str, ...]:
    found = [reference for value in headers.raw_all("references") for reference in message_ids(value)]
    return tuple(dict.fromkeys(found))[-MAX_REFERENCES:]


def _tokens(headers: Headers, in_reply_to: Sequence[str], references: Sequence[str], subject: str) -> tuple[str, ...]:
    fields = (*_RECIPIENT_FIELDS, *_ENVELOPE_FIELDS)
    recipients = [value for name in fields for value in headers.raw_all(name)]
    return find_tokens(recipients=recipients, message_ids=(*in_reply_to, *reversed(references)), subject=subject)


def _kept(headers: Headers) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, shown in _KEPT_HEADERS.items():
        values = headers.raw_all(name)
        if values:
            kept[shown] = clean_text(", ".join(one_line(value) for value in values))[:_MAX_KEPT_CHARACTERS]
    return kept
