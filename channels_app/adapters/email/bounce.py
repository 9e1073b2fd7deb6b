"""Returned mails, delays and receipts: what became of a mail of ours (RFC 3464, RFC 8098, and servers' prose)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from channels_app.adapters.base import DeliveryUpdate, Ignored, InboundItem, digest
from channels_app.adapters.email.address import parse_addresses
from channels_app.adapters.email.bounce_text import Failure, is_from_server, read_failures
from channels_app.adapters.email.bounce_words import ENHANCED_CODE
from channels_app.adapters.email.charsets import decode
from channels_app.adapters.email.headers import Headers, read_headers
from channels_app.adapters.email.identifiers import message_id, message_ids, parse_date
from channels_app.adapters.email.limits import MAX_RECIPIENTS
from channels_app.adapters.email.mime import Part
from channels_app.adapters.email.thread import find_tokens
from channels_app.adapters.email.words import decode_words
from helpdesk.common.errors import ParseError
from helpdesk.common.text import clean_text, normalise_email, one_line

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_HEADER_TYPES = frozenset(
    {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "text/rfc822-header"}
)
_TYPED = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}\s*;\s*")
_UTF8_ESCAPE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})\s*:[ \t]*(.*)")
_ID_IN_TEXT = re.compile(r"(?im)^[>\s]{0,8}(?:original-)?message-id:\s{0,4}<([^<>\s]{3,500})>")
_MAX_REASON = 1_000
_MAX_STATUS_CHARACTERS = 200_000

Status = Literal["sent", "delivered", "read", "failed"]
_ACTIONS: dict[str, Status] = {
    "failed": "failed",
    "delayed": "failed",
    "delivered": "delivered",
    "relayed": "sent",
    "expanded": "sent",
}


class _Original(NamedTuple):
    """What is known of the mail that is reported on: its ids, the most telling one first, our tokens, who it was for."""

    ids: tuple[str, ...]
    tokens: tuple[str, ...]
    recipient: str = ""  # only where it had a single one


class _Report(NamedTuple):
    """What all items of one report share."""

    key: bytes
    external_id: str
    sent_at: datetime | None
    original: _Original


def read_report(root: Part, text: str, *, key: bytes, own_addresses: frozenset[str]) -> list[InboundItem] | None:
    """The items of a report, one a recipient; None where the mail is no report but somebody's message."""
    parts = list(root.walk())
    receipt = next((part for part in parts if part.content_type in _RECEIPT_TYPES), None)
    statuses = [part for part in parts if part.content_type in _STATUS_TYPES]
    is_server = is_from_server(root.headers)
    is_report = root.content_type == "multipart/report"
    if receipt is not None and is_report:
        return _receipt_items(receipt, _report(root, parts, text, key))
    if statuses and (is_report or is_server):
        report = _report(root, parts, text, key)
        groups = [_Group(fields) for part in statuses for fields in _groups(part)]
        if groups:
            return [_group_item(group, report, text, index) for index, group in enumerate(groups[:MAX_RECIPIENTS])]
    if not (is_server or (is_report and statuses)):
        return None
    failures = read_failures(root.headers, text, ours=own_addresses)
    if failures is None:
        return None
    report = _report(root, parts, text, key)
    return [_failure_item(failure, report, index) for index, failure in enumerate(failures)]


def _report(root: Part, parts: Sequence[Part], text: str, key: bytes) -> _Report:
    return _Report(
        key=key,
        external_id=message_id(root.headers.raw("message-id")),
        sent_at=parse_date(root.headers.raw("date")),
        original=_original(root, parts, text),
    )


# The machine-readable part ---------------------------------------------------------------------------------------


def _groups(part: Part) -> Iterator[dict[str, str]]:
    """The fields of each recipient: blocks between empty lines, also where a server forgot the empty line."""
    group: dict[str, str] = {}
    last = ""
    for line in _lines(part):
        field = _FIELD.match(line)
        if not line.strip():
            if _is_recipient(group):
                yield group
            group, last = {}, ""
        elif line[:1] in " \t" and last:
            group[last] = f"{group[last]} {line.strip()}"
        elif field:
            name = field[1].lower()
            if name in group and name in ("final-recipient", "original-recipient"):
                yield group
                group = {}
            group.setdefault(name, field[2].strip())
            last = name
    if _is_recipient(group):
        yield group


def _lines(part: Part) -> list[str]:
    data = part.content if not part.children else part.body
    return clean_text(decode(data[:_MAX_STATUS_CHARACTERS], part.charset)).split("\n")


def _is_recipient(group: Mapping[str, str]) -> bool:
    return any(name in group for name in ("final-recipient", "original-recipient", "action", "status"))


class _Group:
    """The fields of one recipient, read."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.action = fields.get("action", "").strip().lower().partition(" ")[0].strip(";")
        code = ENHANCED_CODE.search(fields.get("status", ""))
        self.diagnostic = _untyped(fields.get("diagnostic-code", ""))
        self.status = code[1] if code else _code_in(self.diagnostic)
        self.comment = fields.get("status", "").partition("(")[2].rstrip(") ")
        # The address that we wrote to is the original one; a forwarding host reports the address behind it as final.
        self.recipient = next(
            filter(
                None,
                (
                    _recipient(fields.get(name, ""))
                    for name in ("original-recipient", "final-recipient", "x-actual-recipient")
                ),
            ),
            "",
        )


def _untyped(value: str) -> str:
    return one_line(_TYPED.sub("", decode_words(value), count=1))


def _code_in(text: str) -> str:
    match = ENHANCED_CODE.search(text)
    return match[1] if match else ""


def _recipient(value: str) -> str:
    text = _UTF8_ESCAPE.sub(lambda match: chr(min(int(match[1], 16), 0x10FFFF)), _untyped(value)).strip(" <>")
    if "@" not in text:
        return ""
    found = parse_addresses(text, limit=1)
    return found[0].address if found else normalise_email(text)


def _group_item(group: _Group, report: _Report, text: str, index: int) -> DeliveryUpdate:
    status = _ACTIONS.get(group.action) or _status_by_code(group.status)
    is_failure = status == "failed"
    reason = group.diagnostic or group.comment or (" ".join(text.split()) if is_failure else "")
    code = group.status or (("4.0.0" if group.action == "delayed" else "5.0.0") if is_failure else "")
    return _update(
        report,
        index,
        status=status,
        failure=Failure(
            recipient=group.recipient,
            error_code=code,
            reason=reason[:_MAX_REASON],
            is_soft=is_failure and (group.action == "delayed" or code.startswith("4")),
        ),
    )


def _status_by_code(code: str) -> Status:
    return "delivered" if code.startswith("2") else "failed"


def _failure_item(failure: Failure, report: _Report, index: int) -> DeliveryUpdate:
    return _update(report, index, status="failed", failure=failure)


def _update(report: _Report, index: int, *, status: Status, failure: Failure) -> DeliveryUpdate:
    ids = report.original.ids
    return DeliveryUpdate(
        dedup_key=digest("report", report.key, failure.recipient, str(index)),
        external_id=report.external_id,
        sent_at=report.sent_at,
        status=status,
        status_of=ids[0] if ids else "",
        recipient=failure.recipient or report.original.recipient,
        error_code=failure.error_code,
        reason=failure.reason,
        is_bounce=status == "failed",
        is_soft=failure.is_soft,
        thread_tokens=report.original.tokens,
        references=ids,
    )


# Receipts --------------------------------------------------------------------------------------------------------


def _receipt_items(part: Part, report: _Report) -> list[InboundItem]:
    """A receipt: read, or something that tells us nothing (deleted unread, processed, denied)."""
    fields: dict[str, str] = {}
    last = ""
    for line in _lines(part):
        match = _FIELD.match(line)
        if match:
            last = match[1].lower()
            fields.setdefault(last, match[2].strip())
        elif line[:1] in " \t" and last:
            fields[last] += f" {line.strip()}"
    disposition = fields.get("disposition", "").rpartition(";")[2].partition("/")[0].strip().lower()
    named = message_ids(fields.get("original-message-id", ""))
    ids = tuple(dict.fromkeys((*named, *report.original.ids)))
    report = report._replace(original=report.original._replace(ids=ids))
    if disposition not in ("displayed", "read"):
        return [
            Ignored(
                dedup_key=digest("report", report.key),
                external_id=report.external_id,
                sent_at=report.sent_at,
                reason="receipt",
            )
        ]
    recipient = _recipient(fields.get("final-recipient", "")) or _recipient(fields.get("original-recipient", ""))
    return [
        _update(report, 0, status="read", failure=Failure(recipient=recipient, error_code="", reason="", is_soft=False))
    ]


# The returned mail -----------------------------------------------------------------------------------------------


def _original(root: Part, parts: Sequence[Part], text: str) -> _Original:
    returned = _returned_headers(parts)
    ids: list[str] = []
    recipients = [value for name in ("to", "delivered-to", "x-original-to") for value in root.headers.raw_all(name)]
    subject = root.headers.text("subject")
    if returned is not None:
        ids += [message_id(returned.raw("message-id"))]
        recipients += [value for name in ("reply-to", "from", "return-path", "to") for value in returned.raw_all(name)]
        subject = f"{subject} {returned.text('subject')}"
    for name in ("x-original-message-id", "original-message-id", "in-reply-to"):
        ids += message_ids(root.headers.raw(name))
    ids += reversed(message_ids(root.headers.raw("references")))
    ids += _ID_IN_TEXT.findall(text[:_MAX_STATUS_CHARACTERS])
    known = tuple(dict.fromkeys(filter(None, ids)))
    recipients.append(text[:_MAX_STATUS_CHARACTERS])
    tokens = find_tokens(recipients=recipients, message_ids=known, subject=f"{subject} {text[:20_000]}")
    addressed = parse_addresses(returned.raw("to"), limit=2) if returned is not None else []
    return _Original(known, tokens, addressed[0].address if len(addressed) == 1 else "")


def _returned_headers(parts: Sequence[Part]) -> Headers | None:
    """The header of the mail that came back: attached whole, as header only, or as text behind the report."""
    for part in parts:
        if part.is_mail and part.children:
            return part.children[0].headers
        if part.is_mail or part.content_type in _HEADER_TYPES:
            try:
                return read_headers(part.content, 0, is_top=True)[0]
            except ParseError:
                return None
    return None
