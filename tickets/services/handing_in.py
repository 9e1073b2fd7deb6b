"""Files that a customer hands in through a link: checked, then filed as his message like any other."""

from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings

from helpdesk.common.errors import Conflict, HelpdeskError, InvalidInput
from helpdesk.core.services import count_and_check
from tickets.models import InformationRequest
from tickets.policies.asking import MOST_FILES, is_accepted
from tickets.services.actors import Actor
from tickets.services.asking import HandedIn, is_open, item_of, receive_upload
from tickets.services.files import type_by_magic
from tickets.services.intake import receive
from tickets.services.moving import move_messages

MOST_FILES_A_DAY = 60
# What has no first bytes of its own; everything else must prove its type.
_PLAIN_TEXT = frozenset({"text/plain", "text/csv"})


def hand_in(*, request: InformationRequest, files: Sequence[tuple[str, bytes, str]], nonce: str) -> int:
    """File ``files`` (name, bytes, claimed type) on the ticket that waits for them; returns the id of the message.

    The same form sent again is the same message. Raises Conflict "link_closed", InvalidInput ("no_files", "too_many_files",
    "files_too_large", "file_type_refused" with the name in ``fields``), TooManyRequests above 60 files a day.
    """
    if not is_open(request):
        raise Conflict("link_closed", "This link is no longer in use.")
    checked = _checked(request, files)
    count_and_check(f"handed-in:{request.pk}", limit=MOST_FILES_A_DAY, window_seconds=86400, times=len(checked))
    filed = receive(channel=request.conversation.channel, item=item_of(request, checked, nonce))
    if filed.message_id is None:
        raise Conflict("link_closed", "This link is no longer in use.")
    if filed.outcome != "duplicate" and filed.ticket_id not in (None, request.ticket_id):
        _bring_home(request, filed.ticket_id or 0, filed.message_id)
    receive_upload(request_id=request.pk, message_id=filed.message_id)
    return filed.message_id


def _checked(request: InformationRequest, files: Sequence[tuple[str, bytes, str]]) -> list[HandedIn]:
    given = [file for file in files if file[1]]
    if not given:
        raise InvalidInput("no_files", "No file was chosen.")
    if len(given) > MOST_FILES:
        raise InvalidInput("too_many_files", "Too many files at once.")
    if sum(len(content) for _name, content, _claimed in given) > settings.HELPDESK_MAX_ATTACHMENT_BYTES:
        raise InvalidInput("files_too_large", "The files are too large together.")
    checked = []
    for name, content, claimed in given:
        content_type = _proven_type(content, claimed)
        if not is_accepted(request.kind, content_type):
            raise InvalidInput("file_type_refused", "This kind of file is not taken.", fields={"file": name[:200]})
        checked.append(HandedIn(name=name, content=content, content_type=content_type))
    return checked


def _proven_type(content: bytes, claimed: str) -> str:
    """The type that the first bytes prove, or plain text for what is nothing but text and no markup; else empty."""
    proven = type_by_magic(content, "")
    if proven != "application/octet-stream":
        return proven
    try:
        start = content[:65536].decode("utf-8", "ignore" if len(content) > 65536 else "strict").lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError:
        return ""
    is_text = claimed.partition(";")[0] in _PLAIN_TEXT and "\x00" not in start and not start.startswith("<")
    return "text/plain" if is_text else ""


def _bring_home(request: InformationRequest, ticket_id: int, message_id: int) -> None:
    """The conversation belongs to another ticket by now, yet these files belong to the one that asked."""
    # Resolved meanwhile, or nothing else stands on the other ticket: then they stay where the customer writes now.
    with suppress(HelpdeskError):
        move_messages(
            ticket_id=ticket_id, message_ids=[message_id], into_ticket_id=request.ticket_id, actor=Actor.system()
        )
