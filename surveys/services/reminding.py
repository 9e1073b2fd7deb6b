"""Once more, for those who have not answered: the same question one time, in the same place where that can still be written to."""

import logging
from datetime import datetime
from time import monotonic

from django.db import OperationalError, transaction

from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from surveys.models import Invitation
from surveys.policies.reasons import NOT_REMINDED, reason_not_to_ask
from surveys.policies.texts import texts_for
from surveys.services.asking import IN_CHAT, PURPOSE, Batched, adopt, awaited_until, question_text, site_language
from surveys.services.circumstances import Deciding, customer_keys, read_surveys
from surveys.services.customer_locks import lock_customers
from surveys.services.mailing import LEASE, mail_address, send_survey_mail
from surveys.services.ways import SentVia, Way, WaySearch
from tickets.models import Conversation, Ticket
from tickets.services.locking import lock_tickets
from tickets.services.system_messages import new_system_message

logger = logging.getLogger(__name__)

RUN_SECONDS = 30.0
MOST_A_RUN = 2000
_State = Invitation.State
_DECIDED = ["remind_at", "reminded_at", "awaits_until", "lease_until", "reason"]


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


def _remind_next() -> Invitation | None:
    """Decide about one due reminder; None when none is due that nobody else holds."""
    claimed: list[int] = []
    try:
        return _decide_next(claimed)
    except OperationalError:
        # The database is away, or chose us to end a deadlock: no fault of the invitation.
        raise
    except Exception:
        if not claimed:
            raise
        # It would be the first due at every run, and nobody after it would be reminded.
        logger.exception("invitation %s is not reminded of", claimed[0])
        return _give_up(claimed[0])


@transaction.atomic
def _decide_next(claimed: list[int]) -> Invitation | None:
    """Decide about the first due reminder that is free; its key is in ``claimed`` even where that fails.

    Order of locks: invitation, customer, conversation, ticket.
    """
    moment = now()
    found = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer__merged_into", "ticket__channel__brand", "ticket__customer"
    )
    due = found.filter(state=_State.SENT, remind_at__lte=moment).order_by("remind_at")
    invitation: Invitation | None = due.first()
    if invitation is None:
        return None
    claimed.append(invitation.pk)
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
            invitation.reason = "" if _remind(invitation, moment) else NOT_REMINDED
    invitation.save(update_fields=_DECIDED)
    return invitation


@transaction.atomic
def _give_up(invitation_id: int) -> Invitation | None:
    """Remind nobody of this one, and let the row say so; None where somebody else holds it."""
    free = Invitation.objects.select_for_update(skip_locked=True, of=("self",))
    invitation: Invitation | None = free.filter(pk=invitation_id, state=_State.SENT).first()
    if invitation is not None:
        invitation.remind_at, invitation.lease_until, invitation.reason = None, None, NOT_REMINDED
        invitation.save(update_fields=_DECIDED)
    return invitation


def _remind(invitation: Invitation, moment: datetime) -> bool:
    """Whether there was a way: the one he was asked by, an approved message after the provider's window, or a mail."""
    if invitation.ticket is None:
        if invitation.sent_via != SentVia.MAIL or not mail_address(invitation.customer):
            return False
        invitation.reminded_at, invitation.lease_until = moment, moment + LEASE
        return True
    way = WaySearch(moment).find(
        _lock_place(invitation),
        customer=invitation.ticket.customer,
        survey=invitation.survey,
        texts=texts_for(invitation.language),
    )
    if isinstance(way, str):
        return False
    try:
        with transaction.atomic():
            _write(invitation, invitation.ticket, way, moment)
    except HelpdeskError as error:
        # It is the customer's second message about the same: not worth waiting until somebody has mended the channel.
        logger.warning("invitation %s is not reminded of: %s", invitation.pk, error.code)
        return False
    return True


def _lock_place(invitation: Invitation) -> Conversation | None:
    """Where he was asked, locked."""
    places = Conversation.objects.select_for_update(of=("self",), no_key=True)
    found = places.select_related("channel__brand", "identity", "customer")
    conversation: Conversation | None = found.filter(pk=invitation.conversation_id or 0).first()
    return conversation


def _write(invitation: Invitation, ticket: Ticket, way: Way, moment: datetime) -> None:
    """Put the question once more by this way. The invitation stays where he was asked first: a button there still counts.

    Raises HelpdeskError for a channel that is out of order; the invitation is then as it was.
    """
    way = way.begun()
    assert way.conversation is not None, "a way that was begun has a conversation"
    said = question_text(invitation, ticket, way, texts_for(invitation.language), is_reminder=True)
    batch = Batched(tickets=lock_tickets([ticket.pk]), site_language=site_language())
    message = new_system_message(batch.tickets[ticket.pk], way.conversation, said)
    invitation.reminded_at = moment
    if way.via in IN_CHAT:
        invitation.awaits_until = awaited_until(invitation, moment)
    adopt(batch, ticket, way.conversation)
    batch.messages.append(message)
    batch.invitations.append(invitation)
    batch.tell(ticket.pk, "message.queued", message=message, purpose=PURPOSE)
    batch.tell(ticket.pk, "survey.reminded", message=message, invitation=invitation.pk)
    batch.store()
    failpoint("survey.after_reminder")
