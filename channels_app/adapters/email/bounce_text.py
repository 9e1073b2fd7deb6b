"""Returned mails without machine-readable fields: qmail, Exim, Exchange, Gmail and others, read from their words."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from channels_app.adapters.email.address import parse_addresses
from channels_app.adapters.email.bounce_words import (
    BODIES,
    DAEMON_LOCAL_PARTS,
    DAEMON_NAMES,
    DELAYS,
    ENHANCED_CODE,
    FINAL_WORDS,
    MEANINGS,
    REPLY_CODE,
    RETURNED_MAIL,
    SUBJECTS,
)
from channels_app.adapters.email.headers import Headers
from channels_app.adapters.email.limits import MAX_RECIPIENTS
from helpdesk.common.text import normalise_email

_MAX_CHARACTERS = 20_000
_MAX_REASON = 500
_ADDRESS = re.compile(
    r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~\u0080-\uffff][^\s<>()\[\],;:\"]{0,120}@[^\s<>()\[\],;:\"'@]{1,200}"
)
# "<a@example.org>:" of qmail and Postfix, a line of its own in Exim, sendmail and Lotus.
_LEADING = re.compile(r"(?m)^[ \t>*•-]{0,8}<([^<>\s]{1,200}@[^<>\s]{1,200})>[ \t]*(?:\([^()\n]{0,200}\))?[:,]?")
_ALONE = re.compile(
    r"(?m)^[ \t*•\"'-]{0,8}(?:[^\s<>@:]{1,40}[ \t]){0,4}[<(]?([^\s<>()\[\],;:\"]{1,120}@[^\s<>()\[\],;:\"]{1,200})"
    r"(?:<mailto:[^<>\s]{1,300}>)?[>)]?[\"']?[ \t]*:?[ \t]*$"
)
_REASON_START = re.compile(
    r"(?im)^.{0,60}(?:said|because|reason|error|response|diagnos|grund|raison|motivo)\b.{0,40}:\s*"
)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One recipient who did not get the mail."""

    recipient: str
    error_code: str
    reason: str
    is_soft: bool


def is_from_server(headers: Headers) -> bool:
    """Whether a mail server wrote the mail: by its address, its name, or the empty return path."""
    raw = headers.raw("from")
    senders = parse_addresses(raw, limit=1)
    local = senders[0].address.partition("@")[0] if senders else raw.strip(" <>\"'").lower()
    if DAEMON_LOCAL_PARTS.fullmatch(local) or headers.has("x-failed-recipients"):
        return True
    if headers.raw("return-path").replace(" ", "") == "<>":
        return True
    return bool(DAEMON_NAMES.search(headers.text("from").partition("<")[0]))


def read_failures(headers: Headers, text: str, *, ours: Collection[str]) -> list[Failure] | None:
    """The failures that the text of a server's report names; None where the text is no report.

    A report that names nobody gives one failure without a recipient. ``ours`` are never taken for recipients.
    """
    head = _report_text(text)
    subject = headers.text("subject")
    has_subject, has_body = bool(SUBJECTS.search(subject)), bool(BODIES.search(head))
    if not (has_subject or has_body) or not (headers.has("x-failed-recipients") or has_body or _code(head)):
        return None
    others = {
        *ours,
        *(found.address for name in ("to", "from") for found in parse_addresses(headers.raw(name), limit=50)),
    }
    recipients = _failed_header(headers) or _recipients(head, others)
    if not recipients and not (has_subject and has_body):
        return None
    is_delay = _is_delay(subject, head)
    return [_failure(recipient, head, is_delay=is_delay) for recipient in recipients or [""]]


def _report_text(text: str) -> str:
    head = text[:_MAX_CHARACTERS]
    returned = RETURNED_MAIL.search(head)
    # A report that begins with the returned mail says its reasons behind it.
    return head[: returned.start()] if returned and head[: returned.start()].strip() else head


def _failed_header(headers: Headers) -> list[str]:
    value = ",".join(headers.raw_all("x-failed-recipients"))
    return [found.address for found in parse_addresses(value, limit=MAX_RECIPIENTS)]


def _recipients(head: str, others: Collection[str]) -> list[str]:
    for pattern in (_LEADING, _ALONE):
        found = list(_usable(pattern.findall(head), others))
        if found:
            return found
    return list(_usable(_ADDRESS.findall(head), others))[:1]


def _usable(candidates: list[str], others: Collection[str]) -> Iterator[str]:
    seen: set[str] = set()
    for candidate in candidates[:MAX_RECIPIENTS]:
        address = normalise_email(candidate.removeprefix("mailto:").strip(".'\""))
        local = address.partition("@")[0]
        if address and address not in others and address not in seen and not DAEMON_LOCAL_PARTS.fullmatch(local):
            seen.add(address)
            yield address


def _failure(recipient: str, head: str, *, is_delay: bool) -> Failure:
    reason = _reason(recipient, head)
    code = _code(reason) or _code(head) or _meaning(reason) or _meaning(head) or ("4.0.0" if is_delay else "5.0.0")
    if is_delay and code.startswith("5"):
        code = f"4{code[1:]}" if not ENHANCED_CODE.search(head) else code
    return Failure(
        recipient=recipient,
        error_code=code,
        reason=reason,
        is_soft=is_delay or code.startswith("4"),
    )


def _reason(recipient: str, head: str) -> str:
    """What stands behind the recipient, up to an empty line that ends a sentence."""
    start = head.lower().find(recipient) + len(recipient) if recipient and recipient in head.lower() else 0
    block: list[str] = []
    for line in head[start : start + 4 * _MAX_REASON].split("\n"):
        stripped = line.strip().lstrip(">:)* ")
        if not stripped and sum(map(len, block)) > 20:
            break
        if block and (_LEADING.match(line) or _ALONE.match(line)):
            break
        if stripped:
            block.append(stripped)
    reason = " ".join(block)
    if not _code(reason) and (answer := _answer_line(head)):
        reason = answer  # what the other server said tells more than the words around it
    return reason[:_MAX_REASON] or " ".join(head.split())[:_MAX_REASON]


def _answer_line(head: str) -> str:
    return next(
        (line.strip() for line in head.split("\n") if REPLY_CODE.search(line) and ENHANCED_CODE.search(line)), ""
    )


def _code(text: str) -> str:
    match = ENHANCED_CODE.search(text)
    return match[1] if match else ""


def _meaning(text: str) -> str:
    reply = REPLY_CODE.search(text)
    for pattern, code in MEANINGS:
        if pattern.search(text):
            return f"{reply[1][0]}{code[1:]}" if reply else code
    return f"{reply[1][0]}.0.0" if reply else ""


def _is_delay(subject: str, head: str) -> bool:
    if re.search(r"(?i)delay|warning|still being retried|verzögert|retard", subject) and DELAYS.search(
        f"{subject}\n{head}"
    ):
        return True
    return bool(DELAYS.search(head)) and not FINAL_WORDS.search(head)
