"""Asking: due invitations become mails, each exactly once or not at all."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from helpdesk.core.services import read_site_settings
from surveys.models import Invitation
from surveys.policies.mail import mail_text, survey_mail
from surveys.policies.occasions import contact_key
from surveys.policies.reasons import Circumstances, reason_not_to_ask
from surveys.policies.texts import texts_for
from surveys.selectors.surveys import occasions_of
from tickets.models import Conversation, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket
from tickets.services.system_messages import queue_system_message

logger = logging.getLogger(__name__)

MOST_A_RUN = 500
# A channel whose secrets cannot be read, or whose kind is gone: somebody has to mend it first.
PUT_OFF = timedelta(hours=1)


def send_due_surveys(*, limit: int = MOST_A_RUN) -> int:
    """Ask whoever is due; returns how many invitations were decided (asked, put off or not asked).

    Any number of workers may run this at once: each claims one row at a time, and the mail, the state and the event of one
    invitation commit together.
    """
    decided = 0
    while decided < limit and _ask_next():
        decided += 1
    return decided


def expire_invitations() -> int:
    """Close the questions nobody has answered in time; returns how many."""
    open_ones = Invitation.objects.filter(state=Invitation.State.SENT, expires_at__lte=now())
    return open_ones.update(state=Invitation.State.EXPIRED)


@transaction.atomic
def _ask_next() -> bool:
    """Decide about one due invitation. False when none is due that nobody else holds.

    Order of locks: invitation, customer, then what ``queue_system_message`` takes (conversation, ticket).
    """
    moment = now()
    invitation = (
        Invitation.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("survey", "ticket__channel__brand", "ticket__customer")
        .filter(state=Invitation.State.SCHEDULED, due_at__lte=moment)
        .order_by("due_at", "id")
        .first()
    )
    if invitation is None:
        return False
    try:
        with transaction.atomic():
            _decide(invitation, moment)
    except HelpdeskError as error:
        # It would be the first one due at every run: one channel out of order must not keep everybody from being asked.
        logger.warning("invitation %s is put off: %s", invitation.pk, error.code)
        invitation.due_at = moment + PUT_OFF
        invitation.save(update_fields=["due_at"])
    return True


def _decide(invitation: Invitation, moment: datetime) -> None:
    """Ask, put off or suppress one due invitation, whose row the caller holds."""
    ticket = invitation.ticket
    assert ticket is not None, "only contacts are asked about"
    _lock_customer(ticket.customer_id)
    occasions = occasions_of([ticket])[ticket.pk]
    ends_at = {contact_key(number): at for number, at in occasions.ends_at.items()}.get(invitation.occasion)
    if ends_at is not None and not occasions.refusal and ends_at + invitation.survey.delay > moment:
        # Somebody wrote after the plan was made: the contact goes on.
        invitation.due_at = ends_at + invitation.survey.delay
        invitation.save(update_fields=["due_at"])
        return
    conversation = _conversation_of(invitation, ticket)
    if ends_at is not None:
        invitation.due_at = (
            ends_at + invitation.survey.delay
        )  # "too late" counts from the plan, however often it was put off
    reason = reason_not_to_ask(
        _circumstances(invitation, ticket, conversation, moment, occasions.refusal, ends_at is not None)
    )
    if reason or conversation is None:
        _suppress(invitation, reason or "no_way")
    else:
        ask_customer(invitation, ticket, conversation, moment)


def _lock_customer(customer_id: int) -> None:
    """One question at a time per customer, so that two workers cannot both find the quiet period over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"survey-customer:{customer_id}"])


def _conversation_of(invitation: Invitation, ticket: Ticket) -> Conversation | None:
    """Where the contact took place: the conversation of its last message."""
    number = int(invitation.occasion.partition(":")[2])
    message = (
        Message.objects.filter(ticket=ticket, contact_number=number, kind=Message.Kind.MESSAGE, purpose="")
        .select_related("conversation__channel__brand")
        .order_by("-sort_at", "-id")
        .first()
    )
    return message.conversation if message else None


def _circumstances(
    invitation: Invitation,
    ticket: Ticket,
    conversation: Conversation | None,
    moment: datetime,
    refusal: str,
    is_answered: bool,
) -> Circumstances:
    customer = ticket.customer
    channel = conversation.channel if conversation else None
    asked_before = Invitation.objects.filter(
        Q(customer=customer) | Q(customer_id=invitation.customer_id), sent_at__isnull=False
    )
    return Circumstances(
        at=moment,
        due_at=invitation.due_at,
        quiet_period=invitation.survey.quiet_period,
        refusal=refusal,
        is_survey_active=invitation.survey.is_active,
        is_answered=is_answered,
        is_demo=ticket.is_demo or customer.is_demo,
        is_blocked=customer.is_blocked,
        is_erased=customer.anonymized_at is not None,
        do_not_survey_until=customer.do_not_survey_until,
        last_asked_at=asked_before.order_by("-sent_at").values_list("sent_at", flat=True).first(),
        is_public=conversation is not None and conversation.visibility == Conversation.Visibility.PUBLIC,
        can_carry=channel is not None and channel.is_active and Can.SEND in adapter_class(channel.kind).can,
    )


def ask_customer(invitation: Invitation, ticket: Ticket, conversation: Conversation, moment: datetime) -> None:
    """Queue the question of a planned invitation and mark it as asked. Call inside a transaction that holds the invitation."""
    texts = texts_for(ticket.customer.language, ticket.language, read_site_settings().default_language)
    mail = survey_mail(
        invitation.survey,
        texts=texts,
        brand=conversation.channel.brand.name,
        name=ticket.customer.name,
        subject=ticket.subject,
    )
    failpoint("survey.before_queue")
    message = queue_system_message(
        conversation_id=conversation.pk,
        ticket_id=ticket.pk,
        purpose="survey",
        subject=mail.words.subject,
        text=mail_text(mail),
        language=texts.language,
    )
    failpoint("survey.after_queue")
    if message is None:
        _suppress(invitation, "no_way")
        return
    invitation.state = Invitation.State.SENT
    invitation.message = message
    invitation.language = texts.language
    invitation.sent_at = moment
    invitation.expires_at = moment + invitation.survey.expires_after
    invitation.save(update_fields=["state", "message", "language", "sent_at", "expires_at"])
    write_event(
        ticket=lock_ticket(ticket.pk),
        kind="survey.sent",
        actor=Actor.system(),
        data={"invitation": invitation.pk, "message": message.pk},
    )


def _suppress(invitation: Invitation, reason: str) -> None:
    invitation.state = Invitation.State.SUPPRESSED
    invitation.reason = reason
    invitation.save(update_fields=["state", "reason"])
    assert invitation.ticket_id is not None
    write_event(
        ticket=lock_ticket(invitation.ticket_id),
        kind="survey.suppressed",
        actor=Actor.system(),
        data={"invitation": invitation.pk, "reason": reason},
    )
