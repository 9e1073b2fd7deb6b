"""Answers that the visitor did not stay for: mailed to the address he gave, each of them once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import override, pgettext

from channels_app.adapters.base import AdapterError, Address, ChannelConfig, OutboundMessage
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import TooManyRequests
from helpdesk.common.failpoints import failpoint
from helpdesk.core.services import count_and_check
from tickets.models import Conversation, MailedAnswer, Message, Visitor
from tickets.services.customers import find_or_create_identity
from tickets.services.system_messages import queue_system_message
from tickets.webchat.look import mail_after_minutes
from tickets.webchat.texts import choose_language

PURPOSE = "chat_by_mail"
# An answer older than this was never meant to go by mail: the option was switched on later, or the sweep stood still for long.
OLDEST = timedelta(days=3)
MOST_PER_SWEEP = 200
MOST_MAILS_PER_ADDRESS_AND_HOUR = 3


@dataclass(frozen=True, kw_only=True)
class DirectMail:
    """A mail that is claimed and leaves without an outbox; ``rows`` are the keys of its MailedAnswer."""

    subject: str
    text: str
    rows: tuple[int, ...]


def mail_unfetched_answers() -> int:
    """Mail every answer that waited too long for its visitor (sweep); returns how many answers.

    One mail a conversation. The row of ``MailedAnswer`` is written in the transaction that queues the mail, and there is at most one
    an answer: however many sweeps run, and wherever one is cut off, an answer leaves once.
    """
    mailed = 0
    for conversation_id in _waiting_conversations():
        mailed += _mail_answers(conversation_id)
    return mailed


def _waiting_conversations() -> list[int]:
    found: set[int] = set()
    for channel in Channel.objects.filter(kind="webchat", is_active=True):
        minutes = mail_after_minutes(channel.config)
        if minutes:
            waiting = _unfetched(before=now() - timedelta(minutes=minutes)).filter(channel=channel)
            waiting = waiting.filter(Exists(_visitors_with_address()))
            found |= set(waiting.order_by("pk").values_list("conversation_id", flat=True)[:MOST_PER_SWEEP])
    return sorted(found)


def _unfetched(*, before: datetime) -> QuerySet[Message]:
    """Answers that are visible, that nobody fetched, and that were not mailed."""
    return Message.objects.filter(
        Q(author=Message.Author.AGENT) | Q(author=Message.Author.BOT),
        direction=Message.Direction.OUT,
        delivery_state=Message.DeliveryState.SENT,
        sent_at__lte=before,
        sent_at__gt=now() - OLDEST,
        mailed_answer=None,
    )


def _visitors_with_address() -> QuerySet[Visitor]:
    theirs = Visitor.objects.filter(channel=OuterRef("channel"), address=OuterRef("conversation__identity__address"))
    return theirs.exclude(email="")


def _mail_answers(conversation_id: int) -> int:
    """Mail what waits in one conversation. Another sweep at the same conversation waits, and then finds nothing."""
    with transaction.atomic():
        found = Conversation.objects.select_for_update(of=("self",)).select_related("channel__brand", "identity")
        conversation = found.get(pk=conversation_id)
        channel, visitor = conversation.channel, _addressee(conversation)
        before = now() - timedelta(minutes=mail_after_minutes(channel.config))
        waiting = _unfetched(before=before).filter(conversation=conversation).select_related("author_agent")
        answers = list(waiting.prefetch_related("attachments").order_by("ticket_id", "pk")[:MOST_PER_SWEEP])
        if visitor is None or not answers or not _may_mail(visitor.email):
            return 0
        mails = [_claim(channel, visitor, ticket, list(own)) for ticket, own in groupby(answers, lambda a: a.ticket_id)]
        failpoint("webchat.before_mail_commit")
    for mail in filter(None, mails):
        _send_directly(channel, visitor, mail)
    return len(answers)


def _claim(channel: Channel, visitor: Visitor, ticket_id: int, answers: Sequence[Message]) -> DirectMail | None:
    """Note the answers of one ticket as mailed, and queue the mail; what is returned is still to be sent without an outbox."""
    language = choose_language([visitor.language], fixed=str(channel.config.get("language") or ""))
    mail_channel = _mail_channel(channel)
    with override(language):
        subject, text = _subject(channel), _text(channel, answers, can_answer=mail_channel is not None)
    mail = None
    if mail_channel is not None:
        mail = _queue(mail_channel, visitor, ticket_id, subject=subject, text=text, language=language)
    # A mail channel that may not write to this address: the address is refused, and no other way is looked for.
    is_refused = mail_channel is not None and mail is None
    state = MailedAnswer.State.QUEUED if mail else MailedAnswer.State.SENDING
    state = MailedAnswer.State.FAILED if is_refused else state
    rows = [MailedAnswer(message=one, mail=mail, address=visitor.email, state=state) for one in answers]
    MailedAnswer.objects.bulk_create(rows)
    if mail is not None or is_refused:
        return None
    return DirectMail(subject=subject, text=text, rows=tuple(row.pk for row in rows))


def _addressee(conversation: Conversation) -> Visitor | None:
    """Who left an address, the latest of the browsers that speak for this identity."""
    known = Visitor.objects.filter(channel=conversation.channel_id, address=conversation.identity.address)
    return known.exclude(email="").order_by("-last_seen_at").first()


def _may_mail(address: str) -> bool:
    """Nobody proved that the address is his: a stranger's mailbox gets three mails an hour at most; the rest waits."""
    try:
        count_and_check(f"webchat-mail:{address}", limit=MOST_MAILS_PER_ADDRESS_AND_HOUR, window_seconds=3600)
    except TooManyRequests:
        return False
    return True


def _mail_channel(channel: Channel) -> Channel | None:
    """The e-mail channel that takes the mail and its answer: of the same brand first, then any."""
    known = Channel.objects.filter(kind="email", is_active=True, is_simulated=False).select_related("brand")
    known = known.order_by("position", "pk")
    return known.filter(brand=channel.brand_id).first() or known.first()


def _queue(
    mail_channel: Channel, visitor: Visitor, ticket_id: int, *, subject: str, text: str, language: str
) -> Message | None:
    """The mail in the outbox, in a conversation by mail that belongs to the same ticket.

    The address keeps a customer of its own: that a visitor named it proves nothing, and must neither show him to be somebody nor
    put somebody's later mails under his name.
    """
    sender = Address(address=visitor.email, raw=visitor.email, name=visitor.name)
    identity = find_or_create_identity(channel=mail_channel, sender=sender, language=language, is_told=True)
    known = Conversation.objects.filter(channel=mail_channel, identity=identity, active_ticket=ticket_id)
    conversation = known.order_by("-pk").first() or Conversation.objects.create(
        channel=mail_channel,
        identity=identity,
        customer=identity.customer,
        external_thread_id=uuid.uuid4().hex,
        active_ticket_id=ticket_id,
        last_message_at=now(),
    )
    return queue_system_message(
        conversation_id=conversation.pk,
        ticket_id=ticket_id,
        purpose=PURPOSE,
        subject=subject,
        text=text,
        language=language,
    )


def _subject(channel: Channel) -> str:
    return pgettext("web chat", "Your chat with %(brand)s") % {"brand": channel.brand.name}


def _text(channel: Channel, answers: Sequence[Message], *, can_answer: bool) -> str:
    """What the visitor missed, word for word, and how to go on."""
    lines = [pgettext("web chat", "You had left our chat before this answer came:"), ""]
    for answer in answers:
        agent = answer.author_agent
        name = agent.display_name if agent is not None else channel.brand.name
        lines += [f"{name}:", answer.reply_text or answer.text]
        lines += [
            pgettext("web chat", "File: %(name)s (waiting in the chat)") % {"name": file.name}
            for file in answer.attachments.all()
        ]
        lines.append("")
    if can_answer:
        lines.append(pgettext("web chat", "To go on, just answer this mail."))
    else:
        lines.append(pgettext("web chat", "To go on, open the chat on our site again."))
    return "\n".join(lines).strip()


def _send_directly(channel: Channel, visitor: Visitor, mail: DirectMail) -> None:
    """Without an e-mail channel: straight to the installation's mail server. Cut off in between, it is not repeated."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    name = channel.brand.from_name or channel.brand.name
    sender = ChannelConfig(slug=channel.slug, config={"address": f"no-reply@{host}"}, from_name=name)
    message = OutboundMessage(
        uuid=uuid.uuid4().hex,
        recipient=Address(address=visitor.email, name=visitor.name),
        subject=mail.subject,
        text=mail.text,
        from_name=name,
        is_automatic=True,
    )
    state, error = MailedAnswer.State.SENT, ""
    try:
        adapter_class("email")(sender).send(message)
    except AdapterError as failure:
        state, error = MailedAnswer.State.FAILED, failure.message
    MailedAnswer.objects.filter(pk__in=mail.rows).update(state=state, error=error[:2000])
