"""From a queued message to what the adapter sends."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from channels_app.adapters.base import Address, Can, Choice, OutboundAttachment, OutboundMessage, TemplateUse
from channels_app.registry import adapter_class
from helpdesk.common.html import text_to_html
from tickets.models import Conversation, Message, MessageRecipient
from tickets.services.files import open_file
from tickets.services.private_replies import REPLY_TO, commented_message
from tickets.services.public_files import public_file_url

MOST_REFERENCES = 12


def compose_outbound(message: Message) -> OutboundMessage:
    """The values for ``adapter.send``: recipients, threading, files. Reads only; call outside any transaction.

    ``message`` comes with ticket, channel__brand, conversation__identity, conversation__customer and author_agent selected.
    """
    conversation, channel = message.conversation, message.channel
    if conversation is None or channel is None:
        raise ValueError("a note is never sent")
    recipients = list(message.recipients.order_by("id"))
    main = next(r for r in recipients if r.role == MessageRecipient.Role.TO)
    inbound_ids, all_ids = _thread_ids(message)
    can = adapter_class(channel.kind).can
    details = message.details
    answers_at, answers_details = _answered(message)
    return OutboundMessage(
        uuid=str(message.uuid),
        recipient=Address(address=main.address, name=main.name),
        text=message.text,
        html=text_to_html(message.text) if Can.HTML in can else "",
        subject=message.subject,
        cc=[Address(address=r.address, name=r.name) for r in recipients if r.role == MessageRecipient.Role.CC],
        external_id=message.external_id,
        thread_id=conversation.external_thread_id,
        reply_token=conversation.reply_token,
        in_reply_to=inbound_ids[-1] if inbound_ids else (all_ids[-1] if all_ids else ""),
        references=all_ids,
        attachments=[
            OutboundAttachment(
                name=a.name,
                content_type=a.content_type,
                size=a.size,
                open_content=partial(open_file, a),
                url=public_file_url(a),
            )
            for a in message.attachments.order_by("id")
        ],
        from_name=_from_name(message),
        language=message.language,
        is_automatic=message.author in (Message.Author.SYSTEM, Message.Author.BOT),
        template=_template(details.get("template")),
        choices=[Choice(**choice) for choice in details.get("choices", ())],
        is_public=message.visibility == Conversation.Visibility.PUBLIC,
        asks_for=str(details.get("asks_for", "")),
        is_extended=bool(details.get("is_extended")),
        answers_at=answers_at,
        answers_details=answers_details,
    )


def _template(use: Mapping[str, Any] | None) -> TemplateUse | None:
    if use is None:
        return None
    return TemplateUse(
        name=use["name"], language=use["language"], variables=use["variables"], names=use.get("names", ())
    )


def _answered(message: Message) -> tuple[datetime | None, dict[str, Any]]:
    """When the customer wrote last in the conversation before this message, and what the adapter kept of it."""
    if REPLY_TO in message.details:
        return commented_message(message)
    earlier = Message.objects.filter(
        conversation=message.conversation_id, direction=Message.Direction.IN, id__lt=message.pk
    )
    answered = earlier.only("sort_at", "details").order_by("-id").first()
    return (answered.sort_at, answered.details) if answered is not None else (None, {})


def _thread_ids(message: Message) -> tuple[list[str], list[str]]:
    """(the customer's ids, all ids) of the conversation before this message, oldest first: the first and the newest ones."""
    rows = (
        Message.objects.filter(conversation=message.conversation_id, id__lt=message.pk)
        .exclude(external_id="")
        .exclude(delivery_state__in=[Message.DeliveryState.CANCELLED, Message.DeliveryState.FAILED])
        .order_by("-id")
        .values_list("external_id", "direction")[:MOST_REFERENCES]
    )
    newest_last = [row for row in reversed(rows) if len(row[0]) <= 500]
    return [i for i, direction in newest_last if direction == Message.Direction.IN], [
        i for i, _direction in newest_last
    ]


def _from_name(message: Message) -> str:
    channel = message.channel
    brand = (channel.brand.from_name or channel.brand.name) if channel is not None else ""
    agent = message.author_agent.display_name if message.author_agent is not None else ""
    return f"{agent} ({brand})" if agent and brand else agent or brand
