"""The question itself: built for its way, then stored for a whole batch at once, with the state and the events of each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.common.failpoints import failpoint
from helpdesk.common.rows import Batch
from helpdesk.core.services import read_site_settings
from surveys.models import Invitation, Survey
from surveys.policies.chat_question import chat_question
from surveys.policies.mail import mail_text, survey_mail
from surveys.policies.texts import SurveyTexts, texts_for
from surveys.policies.wordings import words_of
from surveys.selectors.awaiting import is_anybody_awaited
from surveys.services.subjects import keep_subjects
from surveys.services.ways import SentVia, Way
from tickets.models import Conversation, Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.events import new_event
from tickets.services.system_messages import SystemText, new_system_message, store_system_messages

PURPOSE = "survey"
# How long a number in a chat is read as the answer.
AWAITED_FOR = timedelta(hours=24)
IN_CHAT = frozenset({SentVia.CHAT, SentVia.WIDGET, SentVia.TEMPLATE})
_ASKED = (
    "state", "reason", "message", "conversation", "sent_via", "language", "due_at", "sent_at", "expires_at", "awaits_until",
    "asks", "remind_at", "reminded_at", "attempts", "of_channel", "of_team", "of_agent", "of_topic",
)  # fmt: skip


@dataclass
class Batched:
    """What is to be stored: changed invitations, new messages, and events of tickets whose rows the caller holds.

    ``asked``: those of the invitations that are asked now and keep what they are about.
    """

    tickets: dict[int, Ticket]
    site_language: str
    invitations: list[Invitation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    asked: list[Invitation] = field(default_factory=list)
    _told: list[tuple[int, str, dict[str, str | int | None], Message | None]] = field(default_factory=list)

    def tell(
        self, ticket_id: int | None, kind: str, *, message: Message | None = None, **data: str | int | None
    ) -> None:
        """One more event of the system; ``message`` adds the key of a message that gets it when it is stored."""
        if ticket_id in self.tickets:
            self._told.append((ticket_id or 0, kind, data, message))

    def store(self) -> None:
        """Write everything, in a number of queries that does not depend on how much it is."""
        keep_subjects(self.asked)
        batch = Batch()
        store_system_messages(self.messages, batch)
        events = [self._event(*one) for one in self._told]
        batch.insert(events)
        for ticket_id in sorted({event.ticket_id for event in events}):
            ticket = self.tickets[ticket_id]
            ticket.version += 1
            batch.update(ticket, ("event_sequence", "version"))
        for invitation in self.invitations:
            if invitation.message is not None:
                invitation.message = invitation.message  # its key is known now
            batch.update(invitation, _ASKED)
        batch.run()
        self._end_older_waits()

    def _event(
        self, ticket_id: int, kind: str, data: dict[str, str | int | None], message: Message | None
    ) -> TicketEvent:
        known = data if message is None else {**data, "message": message.pk}
        return new_event(ticket=self.tickets[ticket_id], kind=kind, actor=Actor.system(), data=known)

    def _end_older_waits(self) -> None:
        """What is written in a chat answers the newest question there.

        An older one that is being answered at this moment is left alone: its answer holds it and waits for our conversation.
        """
        newest = {one.conversation_id: one.pk for one in self.invitations if one.awaits_until is not None}
        if newest:
            older = Invitation.objects.filter(conversation__in=newest, awaits_until__isnull=False)
            older = older.exclude(pk__in=newest.values()).select_for_update(skip_locked=True, no_key=True)
            Invitation.objects.filter(pk__in=list(older.values_list("pk", flat=True))).update(awaits_until=None)
            is_anybody_awaited.forget()


def site_language() -> str:
    """The language of the installation, for customers of whom we know none."""
    return str(read_site_settings().default_language)


def texts_of(invitation: Invitation, ticket: Ticket | None, site_language: str) -> SurveyTexts:
    """The language to ask in: the customer's, the ticket's, the site's; the first of them that we speak."""
    customer = ticket.customer if ticket is not None else invitation.customer
    return texts_for(customer.language, ticket.language if ticket else "", site_language)


def put_question(batch: Batched, invitation: Invitation, ticket: Ticket, way: Way, moment: datetime) -> None:
    """Ask by this way: the message, the invitation as asked and its events go into the batch.

    ``ticket`` comes with its customer; ``invitation.survey`` with its wordings. Raises HelpdeskError for a channel that is out of
    order; the batch is then as it was.
    """
    failpoint("survey.before_queue")
    way = way.begun()
    assert way.conversation is not None, "a way that was begun has a conversation"
    texts = texts_of(invitation, ticket, batch.site_language)
    said = question_text(invitation, ticket, way, texts)
    message = new_system_message(batch.tickets[ticket.pk], way.conversation, said)
    _mark_as_asked(invitation, way, texts, moment)
    invitation.message = message
    adopt(batch, ticket, way.conversation)
    batch.messages.append(message)
    batch.invitations.append(invitation)
    batch.asked.append(invitation)
    batch.tell(ticket.pk, "message.queued", message=message, purpose=PURPOSE)
    batch.tell(ticket.pk, "survey.sent", message=message, invitation=invitation.pk)


def question_text(
    invitation: Invitation, ticket: Ticket, way: Way, texts: SurveyTexts, *, is_reminder: bool = False
) -> SystemText:
    """What is said by this way."""
    survey, channel = invitation.survey, way.channel
    details = {"survey": {"invitation": invitation.uuid.hex, "is_reminder": is_reminder}}
    if way.via == SentVia.MAIL:
        mail = survey_mail(
            survey, texts=texts, brand=channel.brand.name, name=ticket.customer.name, subject=ticket.subject
        )
        text = f"{texts.reminder}\n\n{mail_text(mail)}" if is_reminder else mail_text(mail)
        return SystemText(
            purpose=PURPOSE, subject=mail.words.subject, text=text, language=texts.language, details=details
        )
    adapter = adapter_class(channel.kind)
    question = chat_question(
        invitation=invitation.uuid,
        scale=survey.values,
        words=words_of(survey, texts),
        texts=texts,
        limits=adapter.limits if Can.CHOICES in adapter.can else None,
        brand=channel.brand.name if adapter.identity_kind == "phone" and adapter.messaging_window is None else "",
        is_reminder=is_reminder,
    )
    return SystemText(
        purpose=PURPOSE,
        text=question.text,
        language=texts.language,
        choices=question.choices,
        template=way.template,
        details=details,
    )


def _mark_as_asked(invitation: Invitation, way: Way, texts: SurveyTexts, moment: datetime) -> None:
    mark_as_sent(invitation, invitation.survey, moment)
    invitation.conversation, invitation.sent_via, invitation.language = way.conversation, way.via, texts.language
    invitation.asks = None
    invitation.awaits_until = awaited_until(invitation, moment) if way.via in IN_CHAT else None


def mark_as_sent(invitation: Invitation, survey: Survey, moment: datetime) -> None:
    """The state and the times of a question that is asked at ``moment``; not saved."""
    invitation.state, invitation.reason = Invitation.State.SENT, ""
    invitation.sent_at, invitation.expires_at = moment, moment + survey.expires_after
    remind_at = moment + survey.remind_after if survey.remind_after is not None else None
    is_in_time = remind_at is not None and remind_at < invitation.expires_at
    invitation.remind_at, invitation.reminded_at = (remind_at if is_in_time else None), None


def awaited_until(invitation: Invitation, moment: datetime) -> datetime:
    """Until when what the customer writes in the chat is read as his answer."""
    until = moment + AWAITED_FOR
    return until if invitation.expires_at is None else min(until, invitation.expires_at)


def adopt(batch: Batched, ticket: Ticket, conversation: Conversation) -> None:
    """Let what is answered in a new thread land on the ticket that the question is about."""
    if conversation.active_ticket_id is not None or conversation.last_message_at is not None:
        return
    is_open = batch.tickets[ticket.pk].status != Ticket.Status.CLOSED
    if is_open and not conversation.messages.exists():
        conversation.active_ticket = batch.tickets[ticket.pk]
        conversation.save(update_fields=["active_ticket"])
        batch.tell(ticket.pk, "conversation.linked", conversation=conversation.pk, other=None)


def put_suppression(batch: Batched, invitation: Invitation, reason: str) -> None:
    """Do not ask, and say why."""
    invitation.state, invitation.reason = Invitation.State.SUPPRESSED, reason
    batch.invitations.append(invitation)
    batch.tell(invitation.ticket_id, "survey.suppressed", invitation=invitation.pk, reason=reason)
