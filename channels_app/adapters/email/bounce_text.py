"""Returned mails without machine-readable fields: qmail, Exim, Exchange, Gmail and others, read from their words."""

import itertools
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
# How a failed address stands in a report, from the surest form to the vaguest: "<a@example.org>:" of qmail and Postfix,
# labelled, in the transcript of an old sendmail, on a line of its own (Exim, Lotus), at the beginning of a line.
_LEADING = re.compile(r"(?m)^[ \t>*•-]{0,8}<([^<>\s]{1,200}@[^<>\s]{1,200})>[ \t]*(?:\([^()\n]{0,200}\))?[:,]?")
_LABELLED = re.compile(
    r"(?im)^[ \t*•-]{0,8}(?:failed |final-|original-)?(?:recipient|rcpt to|user)(?: address)?:[ \t]{0,8}(?:rfc822;[ \t]?)?"
    r"<?([^\s<>()\[\],;:\"]{1,120}@[^\s<>()\[\],;:\"]{1,200})"
)
_TRANSCRIPT = re.compile(r"(?m)^[45]\d\d [^\n<>]{0,20}<([^<>\s]{1,120}@[^<>\s]{1,200})>\.\.\.")
_ALONE = re.compile(
    r"(?m)^(?![^\n]{0,40}generated from)[ \t*•\"'-]{0,8}(?:[^\s<>@:]{1,40}[ \t]){0,4}[<(]?"
    r"([^\s<>()\[\],;:\"]{1,120}@[^\s<>()\[\],;:\"]{1,200})"
    r"(?:<mailto:[^<>\s]{1,300}>)?[>)]?[\"']?[ \t]*:?[ \t]*$"
)
_STARTING = re.compile(r"(?m)^[ \t*•-]{0,8}<?([^\s<>()\[\],;:\"]{1,120}@[^\s<>()\[\],;:\"]{1,200})>?(?::[ \t]|[ \t])")
_ADDRESS_FORMS = (_LEADING, _LABELLED, _TRANSCRIPT, _ALONE, _STARTING)
_REPLY_SUBJECT = re.compile(
    r"(?i)\s*(?:re|aw|sv|antw|r|tr|fwd?|wg|rv|vs|odp|ynt|回复|回覆|返信|답장)\s?(?:\[\d+\])?[:：]"
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
    if _has_daemon_address(headers) or headers.has("x-failed-recipients"):
        return True
    if headers.raw("return-path").replace(" ", "") == "<>":
        return True
    return bool(DAEMON_NAMES.search(headers.text("from").partition("<")[0]))


def _has_daemon_address(headers: Headers) -> bool:
    raw = headers.raw("from").strip()
    senders = parse_addresses(raw, limit=1)
    local = senders[0].address.partition("@")[0] if senders else raw.strip(" <>\"'").lower()
    return raw == "<>" or bool(DAEMON_LOCAL_PARTS.fullmatch(local))


def read_failures(headers: Headers, text: str, *, ours: Collection[str]) -> list[Failure] | None:
    """The failures that the text of a server's report names; None where the text is no report.

    A report that names nobody gives one failure without a recipient. ``ours`` are never taken for recipients.
    """
    head = _report_text(text)
    subject = headers.text("subject")
    has_subject = bool(SUBJECTS.search(subject)) and not _REPLY_SUBJECT.match(subject)
    has_body = _says_failed(head)
    if not (has_subject or has_body or headers.has("x-failed-recipients")):
        return None
    others = {
        *ours,
        *(found.address for name in ("to", "from") for found in parse_addresses(headers.raw(name), limit=50)),
    }
    recipients = _failed_header(headers) or _recipients(head, others)
    is_sure = has_body or (has_subject and _has_daemon_address(headers))
    if not (is_sure if recipients else has_subject and has_body):
        return None
    is_delay = _is_delay(subject, head)
    return [_failure(recipient, head, is_delay=is_delay) for recipient in recipients or [""]]


def _report_text(text: str) -> str:
    """The report without the returned mail below it. A report may begin with some lines of that mail's header."""
    head = text[:_MAX_CHARACTERS]
    for returned in itertools.islice(RETURNED_MAIL.finditer(head), 20):
        if _says_failed(head[: returned.start()]):
            return head[: returned.start()]
    return head


def _says_failed(text: str) -> bool:
    return bool(_code(text)) or bool(BODIES.search(" ".join(text.split())))


def _failed_header(headers: Headers) -> list[str]:
    value = ",".join(headers.raw_all("x-failed-recipients"))
    return [found.address for found in parse_addresses(value, limit=MAX_RECIPIENTS)]


def _recipients(head: str, others: Collection[str]) -> list[str]:
    for pattern in _ADDRESS_FORMS:
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
        if block and any(form.match(line) for form in (_LEADING, _LABELLED, _ALONE, _STARTING)):
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
