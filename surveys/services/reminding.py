"""Once more, for those who have not answered: the same question in the same place, one time."""

import logging
from datetime import datetime
from time import monotonic

from django.db import transaction

from channels_app.registry import adapter_class, adapter_for
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from surveys.models import Invitation
from surveys.policies.reasons import reason_not_to_ask
from surveys.policies.texts import texts_for
from surveys.services.asking import IN_CHAT, PURPOSE, awaited_until, question_text
from surveys.services.circumstances import Deciding, customer_keys, read_surveys
from surveys.services.customer_locks import lock_customers
from surveys.services.mailing import LEASE, mail_address, send_survey_mail
from surveys.services.ways import SentVia, Way
from tickets.models import Conversation, Ticket
from tickets.policies.outgoing import Window
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket
from tickets.services.queueing import conversation_window
from tickets.services.system_messages import can_be_written_to, new_system_message, store_system_messages

logger = logging.getLogger(__name__)

RUN_SECONDS = 30.0
MOST_A_RUN = 2000
_State = Invitation.State


def send_due_reminders(*, limit: int = MOST_A_RUN) -> int:
    """Remind whoever is due; returns how many invitations were decided. Any number of workers may run it at once."""
    decided, deadline = 0, monotonic() + RUN_SECONDS
    while decided < limit and monotonic() < deadline:
        invitation = _remind_next()
        if invitation is None:
            break
        decided += 1
        if invitation.lease_until is not None:
            failpoint("survey.after_reminder_claim")
            send_survey_mail(invitation, is_reminder=True)
    return decided


@transaction.atomic
def _remind_next() -> Invitation | None:
    """Decide about one due reminder; None when none is due that nobody else holds."""
    moment = now()
    found = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer__merged_into", "ticket__channel__brand", "ticket__customer"
    )
    due = found.filter(state=_State.SENT, remind_at__lte=moment).order_by("remind_at")
    invitation: Invitation | None = due.first()
    if invitation is None:
        return None
    read_surveys([invitation])
    lock_customers(customer_keys(invitation))
    deciding = Deciding([invitation], moment)
    opens_at = deciding.opens_at(invitation)
    if opens_at is not None and (invitation.expires_at is None or opens_at < invitation.expires_at):
        invitation.remind_at = opens_at
    else:
        invitation.remind_at = None
        is_in_time = invitation.expires_at is None or moment < invitation.expires_at
        if is_in_time and not reason_not_to_ask(deciding.circumstances_of_reminder(invitation)):
            _remind(invitation, moment)
    invitation.save(update_fields=["remind_at", "reminded_at", "awaits_until", "lease_until"])
    return invitation


def _remind(invitation: Invitation, moment: datetime) -> None:
    if invitation.ticket is None:
        if invitation.sent_via == SentVia.MAIL and mail_address(invitation.customer):
            invitation.reminded_at, invitation.lease_until = moment, moment + LEASE
        return
    conversation = _lock_place(invitation, moment)
    if conversation is None:
        return
    try:
        adapter_for(conversation.channel)
    except HelpdeskError as error:
        # It is the customer's second mail about the same: not worth waiting until somebody has mended the channel.
        logger.warning("invitation %s is not reminded of: %s", invitation.pk, error.code)
        return
    _write(invitation, invitation.ticket, conversation, moment)


def _lock_place(invitation: Invitation, moment: datetime) -> Conversation | None:
    """Where he was asked, locked; None where nothing can be written any more."""
    places = Conversation.objects.select_for_update(of=("self",), no_key=True)
    conversation: Conversation | None = (
        places.select_related("channel__brand", "identity", "customer")
        .filter(pk=invitation.conversation_id or 0)
        .first()
    )
    if conversation is None or not conversation.channel.is_active or not can_be_written_to(conversation):
        return None
    is_open = conversation_window(conversation, at=moment) is Window.OPEN
    return conversation if is_open or adapter_class(conversation.channel.kind).is_threaded else None


def _write(invitation: Invitation, ticket: Ticket, conversation: Conversation, moment: datetime) -> None:
    is_mail = adapter_class(conversation.channel.kind).is_threaded
    via = SentVia.MAIL if is_mail else SentVia.CHAT
    way = Way(via=via, channel=conversation.channel, conversation=conversation)
    said = question_text(invitation, ticket, way, texts_for(invitation.language), is_reminder=True)
    locked = lock_ticket(ticket.pk)
    message = new_system_message(locked, conversation, said)
    store_system_messages([message])
    queued = {"message": message.pk, "purpose": PURPOSE}
    write_event(ticket=locked, kind="message.queued", actor=Actor.system(), data=queued)
    reminded = {"message": message.pk, "invitation": invitation.pk}
    write_event(ticket=locked, kind="survey.reminded", actor=Actor.system(), data=reminded)
    failpoint("survey.after_reminder")
    invitation.reminded_at = moment
    if via in IN_CHAT:
        invitation.awaits_until = awaited_until(invitation, moment)
        others = Invitation.objects.filter(conversation=conversation, awaits_until__isnull=False)
        others.exclude(pk=invitation.pk).update(awaits_until=None)
