"""Asking a customer for something and noticing that it has come: the provider's own request, or a link to hand files in."""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import (
    Address,
    InboundAttachment,
    InboundMessage,
    OutboundMessage,
    digest,
)
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.crypto import is_signed, sign_text
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible, Unprocessable
from helpdesk.common.html import text_to_html
from helpdesk.common.text import clean_text
from helpdesk.core.services import read_site_settings
from tickets.models import Conversation, InformationRequest, Message, Ticket
from tickets.policies.asking import answers_request
from tickets.policies.lifecycle import next_status
from tickets.policies.texts import CaseTexts, texts_for
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import move_to, refuse
from tickets.services.locking import lock_ticket
from tickets.services.queueing import Answer, check_sendable
from tickets.services.replies import answer_through, conversation_for

LINK_AGE = timedelta(days=14)
WITH_FILES = frozenset({InformationRequest.Kind.PHOTO, InformationRequest.Kind.DOCUMENT})
State = InformationRequest.State
_PURPOSE = "upload"
_SHAPE = re.compile(r"([0-9a-f]{32})([A-Za-z0-9_-]{22})", re.ASCII)
# What a message is looked at for, the most particular first: a photo is also a document, and anything is some text.
_ORDER = {kind: rank for rank, kind in enumerate(("location", "order_number", "photo", "document", "text"))}


@transaction.atomic
def ask_for(
    *,
    ticket_id: int,
    kind: str,
    actor: Actor,
    text: str = "",
    conversation_id: int | None = None,
    undo_seconds: int = 0,
) -> InformationRequest:
    """Ask the customer for something through one conversation of the ticket (default: where he wrote last) and wait for him.

    ``text`` is the question; empty: the product's own, in the customer's language. Files can be handed in through a link for two weeks.
    Raises InvalidInput ("unknown_kind"), Unprocessable ("empty_reply" and what ``check_sendable`` names), Conflict ("ticket_closed",
    "asked_already").
    """
    if kind not in InformationRequest.Kind.values:
        raise InvalidInput("unknown_kind", _("There is no such thing to ask for."), fields={"kind": "unknown"})
    change = TicketChange(lock_ticket(ticket_id), actor)
    if next_status(change.ticket.status, "agent_reply") is None:
        raise refuse(change.ticket, "agent_reply")
    if InformationRequest.objects.filter(ticket=ticket_id, kind=kind, state=State.ASKED).exclude(kind="text").exists():
        raise Conflict("asked_already", _("The customer was asked for this already."))
    conversation = conversation_for(change.ticket, conversation_id)
    request = InformationRequest(
        uuid=uuid.uuid4(),
        ticket=change.ticket,
        conversation=conversation,
        kind=kind,
        text=_question(kind, text, change.ticket, conversation),
        asked_by_id=actor.user_id,
    )
    request.message = _send_question(change, conversation, request, undo_seconds)
    request.save()
    change.tell("information.asked", {"request": request.pk, "message": request.message.pk, "what": kind})
    change.set(missing_count=change.ticket.missing_count + 1)
    if change.ticket.status != Ticket.Status.RESOLVED:
        move_to(change, Ticket.Status.PENDING)
    change.save()
    return request


def _question(kind: str, text: str, ticket: Ticket, conversation: Conversation) -> str:
    written = clean_text(text).strip()
    if not written and kind == InformationRequest.Kind.TEXT:
        raise Unprocessable("empty_reply", _("Write what you need."), fields={"text": "empty"})
    own: str = "" if written else getattr(texts_of(ticket, conversation), f"ask_{kind}")
    return written or own


def texts_of(ticket: Ticket, conversation: Conversation) -> CaseTexts:
    """The product's own sentences in the language of this customer."""
    return texts_for(ticket.language, conversation.customer.language, read_site_settings().default_language)


def _send_question(
    change: TicketChange, conversation: Conversation, request: InformationRequest, undo_seconds: int
) -> Message:
    is_native = request.kind in adapter_class(conversation.channel.kind).asks_for
    answer = Answer(text=request.text, asks_for=request.kind if is_native else "", undo_seconds=undo_seconds)
    if request.kind in WITH_FILES:
        request.token_hash = _hash(make_token(request))
        request.expires_at = now() + LINK_AGE
        line = texts_of(change.ticket, conversation).upload_here.replace("{link}", upload_url(request))
        # Refused now rather than by the provider: the link goes in when the message leaves.
        check_sendable(conversation, replace(answer, text=f"{request.text}\n\n{line}"))
        answer = replace(answer, details={"upload_link": True})
    return answer_through(change, conversation, answer)


@transaction.atomic
def cancel_request(*, request_id: int, actor: Actor) -> InformationRequest:
    """It is not needed any more; the link ends. Raises NotVisible, Conflict "request_settled"."""
    ticket_id = InformationRequest.objects.filter(pk=request_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        raise NotVisible("request_not_found", _("There is no such request."))
    change = TicketChange(lock_ticket(ticket_id), actor)
    request = InformationRequest.objects.select_for_update().get(pk=request_id)
    if request.state != State.ASKED:
        raise Conflict("request_settled", _("This has been settled already."))
    _settle(change, request, State.CANCELLED, None)
    change.save()
    return request


def forget_request(*, change: TicketChange, message: Message) -> None:
    """The question was taken back before it left; part of the verb that does so."""
    request = InformationRequest.objects.filter(message=message, state=State.ASKED).first()
    if request is not None:
        _settle(change, request, State.CANCELLED, None)


def _settle(change: TicketChange, request: InformationRequest, state: str, message_id: int | None) -> None:
    request.state, request.settled_at, request.received_message_id = state, now(), message_id
    request.save(update_fields=["state", "settled_at", "received_message"])
    change.set(missing_count=max(0, change.ticket.missing_count - 1))
    data: dict[str, int | str] = {"request": request.pk, "what": request.kind}
    if message_id is not None:
        data["message"] = message_id
    change.tell(f"information.{state}", data)


def take_answers(*, ticket_id: int, message_id: int, item: InboundMessage) -> None:
    """Look whether a customer's message brings what he was asked for; runs inside the transaction that files it.

    Each file counts once, so that one photo does not answer for a photo and a document. Where something has come, a ticket that
    waited for the customer is open (his message does that by itself).
    """
    if "uploaded" in item.flags or item.is_auto_reply:
        return
    change = TicketChange(lock_ticket(ticket_id), Actor.customer())
    requests = list(InformationRequest.objects.filter(ticket=ticket_id, state=State.ASKED).order_by("pk"))
    types = [attachment.content_type for attachment in item.attachments]
    taken = 0
    for request in sorted(requests, key=lambda one: _ORDER[one.kind]):
        is_file = request.kind in WITH_FILES
        if (is_file and taken >= len(types)) or (request.kind == "text" and taken):
            continue
        if answers_request(request.kind, text=item.reply_text or item.text, content_types=types, details=item.details):
            _settle(change, request, State.RECEIVED, message_id)
            taken += 1
    change.save()


# The link --------------------------------------------------------------------------------------------------------------


def make_token(request: InformationRequest) -> str:
    """54 characters: 32 of the uuid, 22 of 128 bits of HMAC under a key of its own; only its hash is stored."""
    return request.uuid.hex + sign_text(request.uuid.hex, purpose=_PURPOSE)


def upload_url(request: InformationRequest) -> str:
    """The customer's link."""
    return f"{settings.SITE_URL.rstrip('/')}/upload/{make_token(request)}/"


def is_whole(token: str) -> bool:
    """Whether it has the shape of a token; one that was cut off on its way has not."""
    return _SHAPE.fullmatch(token) is not None


def request_of_token(token: str) -> InformationRequest | None:
    """The request behind a token of ours, whatever its state. A guessed one meets no database."""
    match = _SHAPE.fullmatch(token)
    if match is None or not is_signed(match[1], match[2], purpose=_PURPOSE):
        return None
    found: InformationRequest | None = (
        InformationRequest.objects.select_related(
            "ticket", "conversation__channel__brand", "conversation__identity", "conversation__customer"
        )
        .filter(token_hash=_hash(token))
        .first()
    )
    return found


def is_open(request: InformationRequest) -> bool:
    """Whether files can still be handed in: not cancelled, not expired, and the ticket not closed."""
    return (
        request.state != State.CANCELLED
        and request.expires_at is not None
        and now() < request.expires_at
        and request.ticket.status != Ticket.Status.CLOSED
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def put_in_upload_link(message: Message, outbound: OutboundMessage) -> OutboundMessage:
    """The message with the link behind its question; every other message as it is. See HELPDESK_OUTBOUND_STEPS."""
    if not message.details.get("upload_link"):
        return outbound
    request = InformationRequest.objects.select_related("conversation__customer").filter(message=message).first()
    if request is None or request.state == State.CANCELLED:
        return outbound
    line = texts_of(message.ticket, request.conversation).upload_here.replace("{link}", upload_url(request))
    question = message.reply_text
    rest = outbound.text[len(question) :] if outbound.text.startswith(question) else ""
    text = f"{question}\n\n{line}{rest}"
    return replace(outbound, text=text, html=text_to_html(text) if outbound.html else "")


# What was handed in ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A file as it came: its bytes, and the type that they prove."""

    name: str
    content: bytes
    content_type: str


def item_of(request: InformationRequest, files: Sequence[HandedIn], nonce: str) -> InboundMessage:
    """The files as a message of the customer in the conversation where he was asked; the same form sent twice is the same message."""
    conversation, identity = request.conversation, request.conversation.identity
    sums = sorted(hashlib.sha256(file.content).hexdigest() for file in files)
    return InboundMessage(
        dedup_key=digest("upload", request.uuid.hex, nonce[:64], *sums),
        sender=Address(
            address=identity.address, name=identity.display_name, raw=identity.address_raw, kind=identity.kind
        ),
        subject=request.ticket.subject,
        attachments=[
            InboundAttachment(name=file.name, content_type=file.content_type, content=file.content) for file in files
        ],
        thread_id=conversation.external_thread_id,
        thread_tokens=[conversation.reply_token],
        flags=["uploaded"],
        sent_at=now(),
    )


@transaction.atomic
def receive_upload(*, request_id: int, message_id: int) -> None:
    """Note that the files of a filed message are what was asked for; doing it twice changes nothing."""
    ticket_id = InformationRequest.objects.values_list("ticket_id", flat=True).get(pk=request_id)
    change = TicketChange(lock_ticket(ticket_id), Actor.customer())
    request = InformationRequest.objects.select_for_update().get(pk=request_id)
    if request.state == State.ASKED:
        _settle(change, request, State.RECEIVED, message_id)
        change.save()
