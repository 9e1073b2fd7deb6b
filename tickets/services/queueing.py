"""From a checked answer to rows in the outbox. Runs inside the transaction of the verb that writes the answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can, Choice, TemplateUse
from channels_app.models import Channel
from channels_app.registry import adapter_class, adapter_for
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, Unprocessable
from tickets.models import Attachment, Conversation, Message, MessageRecipient
from tickets.models.message import external_digest
from tickets.policies.contacts import contact_after
from tickets.policies.outgoing import Misfit, Window, find_misfits, split_into_parts, window_state
from tickets.policies.threading import reply_subject
from tickets.selectors.reviews import review_notice
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.files import StoredFile
from tickets.services.review_replies import refresh_review_of
from tickets.services.search import index_messages
from tickets.services.system_messages import is_mail_address, is_writable
from tickets.services.template_texts import template_details

MOST_COPIES = 20


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an agent or the bot says: text and files, and what goes with them where the channel can.

    ``is_public`` says that whoever wrote it knows that everybody will read it; nothing else leaves on a public conversation.
    """

    text: str
    copies: Sequence[str] = ()
    files: Sequence[StoredFile] = ()
    template: TemplateUse | None = None
    choices: Sequence[Choice] = ()
    asks_for: str = ""
    is_public: bool = False
    undo_seconds: int = 0
    details: dict[str, Any] = field(default_factory=dict)


def check_sendable(conversation: Conversation, answer: Answer) -> Answer:
    """The answer as it will be queued: copies normalised, a template filled in.

    Raises Unprocessable with the field at fault: "channel_cannot", "would_be_public", "would_be_private", "no_recipient",
    "customer_unreachable", "window_closed", "unknown_template", "template_alone", "text_missing", "text_too_long",
    "file_type_refused", "file_too_large", "too_many_choices"; InvalidInput for a bad copy address.
    """
    channel = conversation.channel
    adapter = adapter_class(channel.kind)
    _check_abilities(conversation, answer, adapter.can)
    if not is_writable(conversation.identity.address):
        raise Unprocessable("no_recipient", _("The customer left no address that can be written to."))
    if conversation.identity.unreachable_since is not None:
        raise Unprocessable(
            "customer_unreachable", _("The customer does not want to be written to on this channel any more.")
        )
    misfits = find_misfits(
        limits=adapter.limits,
        text=answer.text,
        files=[(file.content_type, file.size) for file in answer.files],
        choice_titles=[choice.title for choice in answer.choices],
        is_public=answer.is_public,
    )
    if misfits:
        raise Unprocessable(misfits[0].code, misfit_text(misfits[0]), fields={misfits[0].field: misfits[0].code})
    if sum(file.size for file in answer.files) > settings.HELPDESK_MAX_ATTACHMENT_BYTES:
        raise Unprocessable(
            "attachments_too_large", _("The files are larger than 25 MB together."), fields={"attachments": "too large"}
        )
    details = dict(answer.details)
    # The private answer to a public comment has a rule of its own, which the provider keeps.
    if not answer.is_public and answer.template is None and "private_reply_to" not in answer.details:
        details |= _check_window(conversation)
    if answer.template is not None:
        _refuse_beside_template(answer)
        details["template"] = template_details(channel, answer.template)
    if answer.choices:
        details["choices"] = [
            {"payload": choice.payload, "title": choice.title, "description": choice.description}
            for choice in answer.choices
        ]
    if answer.asks_for:
        details["asks_for"] = answer.asks_for
    return Answer(
        text=answer.text,
        copies=_checked_copies(conversation, answer.copies),
        files=answer.files,
        template=answer.template,
        choices=answer.choices,
        asks_for=answer.asks_for,
        is_public=answer.is_public,
        undo_seconds=answer.undo_seconds,
        details=details,
    )


def _check_abilities(conversation: Conversation, answer: Answer, can: Can) -> None:
    channel = conversation.channel
    if Can.SEND not in can or not channel.is_active:
        raise Unprocessable("channel_cannot", _cannot_send(conversation))
    is_public = conversation.visibility == Conversation.Visibility.PUBLIC
    if is_public and not answer.is_public:
        raise Unprocessable(
            "would_be_public",
            _(
                "Everybody would read this here. Say that it is a public answer, or move the conversation to a private one."
            ),
            fields={"visibility": "public"},
        )
    if answer.is_public and not is_public:
        raise Unprocessable("would_be_private", _("This conversation is private."), fields={"visibility": "private"})
    needed = {
        "attachments": (bool(answer.files), Can.ATTACH, _("“%(channel)s” cannot send files.")),
        "cc": (any(address.strip() for address in answer.copies), Can.COPY, _("“%(channel)s” cannot send copies.")),
        "template": (answer.template is not None, Can.TEMPLATES, _("“%(channel)s” has no templates.")),
        "choices": (bool(answer.choices), Can.CHOICES, _("“%(channel)s” cannot show buttons.")),
        "visibility": (is_public, Can.PUBLIC, _("“%(channel)s” cannot answer in public.")),
    }
    for name, (is_wanted, ability, words) in needed.items():
        if is_wanted and ability not in can:
            raise Unprocessable("channel_cannot", words % {"channel": channel.name}, fields={name: "not supported"})
    if is_public and answer.choices:
        raise Unprocessable("channel_cannot", _("Public answers have no buttons."), fields={"choices": "not supported"})


def _refuse_beside_template(answer: Answer) -> None:
    """A template is a message as the provider has approved it: nothing travels with it."""
    if answer.files or answer.choices or answer.asks_for:
        field = "attachments" if answer.files else "choices" if answer.choices else "asks_for"
        text = _("A template travels alone: send files and buttons when the customer has answered.")
        raise Unprocessable("template_alone", text, fields={field: "not with a template"})


def _cannot_send(conversation: Conversation) -> str:
    """Why nothing leaves through this channel; for a review that is answered at its site, with the way there."""
    notice = review_notice(conversation) if conversation.channel.is_active else None
    if notice is not None:
        return f"{notice.text} {notice.url}".strip()
    return _("“%(channel)s” cannot send at the moment. It is switched off.") % {"channel": conversation.channel.name}


def misfit_text(misfit: Misfit) -> str:
    """What a person reads about something that does not fit."""
    texts = {
        "text_missing": _("Write the question that the buttons answer."),
        "text_too_long": _("The text is too long for this channel: %(given)s of at most %(limit)s.")
        % {"given": misfit.given, "limit": misfit.limit},
        "file_type_refused": _("This channel does not take files of the type %(given)s.") % {"given": misfit.given},
        "file_too_large": _("A file is too large for this channel: at most %(limit)s MB.")
        % {"limit": round(misfit.limit / (1024 * 1024), 1)},
        "too_many_choices": _("This channel shows at most %(limit)s buttons.") % {"limit": misfit.limit},
        "choice_title_too_long": _("A button needs a title of at most %(limit)s characters.") % {"limit": misfit.limit},
    }
    return texts[misfit.code]


def conversation_window(conversation: Conversation, *, at: datetime) -> Window:
    """How freely one may write in a conversation at ``at``."""
    adapter = adapter_class(conversation.channel.kind)
    return window_state(
        last_customer_message_at=conversation.last_customer_message_at,
        window=conversation.channel.messaging_window or adapter.messaging_window,
        extended_window=adapter.extended_window,
        at=at,
    )


def _check_window(conversation: Conversation) -> dict[str, Any]:
    window = conversation_window(conversation, at=now())
    if window is Window.CLOSED:
        takes_templates = Can.TEMPLATES in adapter_class(conversation.channel.kind).can
        if conversation.last_customer_message_at is None and takes_templates:
            words = _("The customer has not written here yet: the provider takes templates only. Choose one.")
        elif conversation.last_customer_message_at is None:
            words = _("The customer has not written here yet: the provider takes more as soon as an answer comes.")
        elif takes_templates:
            words = _("The customer wrote too long ago: the provider now takes templates only. Choose one.")
        else:
            words = _(
                "The customer wrote too long ago: the provider takes no message any more. Write on another channel."
            )
        raise Unprocessable("window_closed", words, fields={"text": "window closed"})
    return {"is_extended": True} if window is Window.EXTENDED else {}


def _checked_copies(conversation: Conversation, copies: Sequence[str]) -> list[str]:
    adapter = adapter_class(conversation.channel.kind)
    written = [address for address in copies if address.strip()]
    normalised = list(dict.fromkeys(adapter.normalise_address(address) for address in written))
    if len(normalised) > MOST_COPIES or not all(is_mail_address(address) for address in normalised):
        raise InvalidInput("invalid_cc", _("One of the copy addresses cannot be used."), fields={"cc": "invalid"})
    return [address for address in normalised if address != conversation.identity.address]


def queue_answer(change: TicketChange, conversation: Conversation, answer: Answer) -> Message:
    """Put a checked answer into the outbox and return its first message; files that travel alone are its ``parts``."""
    ticket = change.ticket
    moment = now()
    number, ends_at = contact_after(
        number=ticket.contact_number,
        ends_at=ticket.contact_ends_at,
        message_at=moment,
        session_gap=conversation.channel.session_gap,
    )
    change.set(contact_number=number, contact_ends_at=ends_at)
    parts = split_into_parts(
        limits=adapter_class(conversation.channel.kind).limits,
        text=answer.text,
        file_types=[file.content_type for file in answer.files],
        has_choices=bool(answer.choices),
    )
    first: Message | None = None
    for has_text, indexes in parts:
        files = [answer.files[index] for index in indexes]
        message = _insert_message(change, conversation, answer, moment, files, has_text=has_text, part_of=first)
        first = first or message
    if first is None:
        raise ValueError("an answer has at least one part")
    index_messages([(first.pk, f"{first.subject}\n{answer.text}")])
    refresh_review_of(first)
    return first


def _insert_message(
    change: TicketChange,
    conversation: Conversation,
    answer: Answer,
    moment: datetime,
    files: Sequence[StoredFile],
    *,
    has_text: bool,
    part_of: Message | None,
) -> Message:
    ticket, actor, channel = change.ticket, change.actor, conversation.channel
    message_uuid = uuid.uuid4()
    external_id = adapter_for(channel).choose_external_id(
        message_uuid=message_uuid.hex, reply_token=conversation.reply_token
    )
    has_subject = Can.SUBJECT in adapter_class(channel.kind).can
    text = answer.text if has_text else ""
    details = answer.details if part_of is None else {k: v for k, v in answer.details.items() if k == "is_extended"}
    message = Message.objects.create(
        uuid=message_uuid,
        ticket=ticket,
        conversation=conversation,
        channel=channel,
        direction=Message.Direction.OUT,
        author=Message.Author.AGENT if actor.kind == "agent" else Message.Author.BOT,
        author_agent_id=actor.user_id,
        contact_number=ticket.contact_number,
        subject=reply_subject(ticket.subject)[:500] if has_subject else "",
        text=_with_signature(text, channel, actor),
        reply_text=text,
        details=details,
        part_of=part_of,
        external_id=external_id,
        external_digest=external_digest(external_id),
        received_at=moment,
        sort_at=moment,
        language=ticket.language,
        visibility=Conversation.Visibility.PUBLIC if answer.is_public else Conversation.Visibility.PRIVATE,
        delivery_state=Message.DeliveryState.QUEUED,
        send_after=moment + timedelta(seconds=answer.undo_seconds) if answer.undo_seconds else None,
    )
    recipients = [
        MessageRecipient(message=message, address=conversation.identity.address, name=conversation.customer.name)
    ]
    recipients += [
        MessageRecipient(message=message, address=address, role=MessageRecipient.Role.CC) for address in answer.copies
    ]
    MessageRecipient.objects.bulk_create(recipients)
    Attachment.objects.bulk_create([file.as_attachment(message.pk) for file in files])
    return message


def _with_signature(text: str, channel: Channel, actor: Actor) -> str:
    if Can.SUBJECT not in adapter_class(channel.kind).can or actor.user_id is None:
        return text
    signature = User.objects.filter(pk=actor.user_id).values_list("signature", flat=True).first()
    return f"{text}\n\n-- \n{signature.strip()}" if signature and signature.strip() else text
