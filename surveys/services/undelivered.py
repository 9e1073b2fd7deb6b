"""Questions that the provider did not deliver: put once more by the next way, else taken back, as if nobody had been asked."""

import logging
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from surveys.models import Invitation
from surveys.policies.reasons import TOO_LATE_AFTER, reason_not_to_ask
from surveys.policies.texts import texts_for
from surveys.services.asking import PURPOSE, Batched, put_question, put_suppression, site_language
from surveys.services.circumstances import Deciding, customer_keys, read_surveys
from surveys.services.customer_locks import lock_customers
from surveys.services.ways import Way, WaySearch
from tickets.models import Conversation, Message, Ticket
from tickets.services.locking import lock_tickets

logger = logging.getLogger(__name__)

MOST_A_RUN = 500
# Bounces of mail come within days; what is older has its figures closed.
RECENT = timedelta(days=7)
# In the details of the message that was the second attempt.
SECOND = "is_second_way"
_State = Invitation.State


def mend_undelivered(*, limit: int = MOST_A_RUN) -> int:
    """Decide about open questions of the last days whose message failed; returns how many.

    Each is decided in a transaction of its own, once: afterwards it has a message that is under way, or counts as not asked. Any number
    of workers may run this at once.
    """
    failed = Invitation.objects.filter(
        state=_State.SENT,
        # As the index of such messages has it.
        message__purpose=PURPOSE,
        message__delivery_state=Message.DeliveryState.FAILED,
        message__received_at__gt=now() - RECENT,
    )
    return sum(_mend_safely(pk) for pk in failed.order_by("message__received_at").values_list("pk", flat=True)[:limit])


def _mend_safely(invitation_id: int) -> bool:
    try:
        return _mend(invitation_id)
    except OperationalError:
        # The database is away, or chose us to end a deadlock: no fault of the invitation.
        raise
    except Exception:
        logger.exception("invitation %s has no second way", invitation_id)
        return _mend(invitation_id, may_ask=False)


@transaction.atomic
def _mend(invitation_id: int, *, may_ask: bool = True) -> bool:
    """Decide about one; False where somebody else holds it or has decided, or it is not the time to ask.

    Order of locks: invitation, customer, conversation, ticket.
    """
    moment = now()
    rows = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer__merged_into", "ticket__channel__brand", "ticket__customer", "message"
    )
    undelivered = rows.filter(state=_State.SENT, message__delivery_state=Message.DeliveryState.FAILED)
    invitation: Invitation | None = undelivered.filter(pk=invitation_id).first()
    if invitation is None or invitation.ticket is None:
        return False
    read_surveys([invitation])
    lock_customers(customer_keys(invitation))
    way = None
    if may_ask and _may_go_again(invitation, moment):
        deciding = Deciding([invitation], moment)
        if deciding.put_off_until(invitation) is not None:
            return False
        if not reason_not_to_ask(deciding.circumstances_of_reminder(invitation)):
            way = _next_way(invitation, invitation.ticket, moment)
    batch = Batched(tickets=lock_tickets([invitation.ticket.pk]), site_language=site_language())
    if way is None or not _ask_again(batch, invitation, invitation.ticket, way, moment):
        _take_back(batch, invitation)
    batch.store()
    return True


def _may_go_again(invitation: Invitation, moment: datetime) -> bool:
    """Whether this was the first attempt, and the contact is not too long ago."""
    assert invitation.message is not None, "what has not been delivered is a message"
    assert invitation.sent_at is not None, "what was put has a time"
    is_second = bool(invitation.message.details.get("survey", {}).get(SECOND))
    return not is_second and invitation.sent_at + TOO_LATE_AFTER > moment


def _next_way(invitation: Invitation, ticket: Ticket, moment: datetime) -> Way | None:
    places = Conversation.objects.select_for_update(of=("self",), no_key=True)
    found = places.select_related("channel__brand", "identity", "customer")
    return WaySearch(moment).find_other(
        found.get(pk=invitation.conversation_id or 0),
        via=invitation.sent_via,
        customer=ticket.customer,
        survey=invitation.survey,
        texts=texts_for(invitation.language),
    )


def _ask_again(batch: Batched, invitation: Invitation, ticket: Ticket, way: Way, moment: datetime) -> bool:
    """Whether the question is put by this way; nothing has changed where it is not."""
    try:
        with transaction.atomic():
            put_question(batch, invitation, ticket, way, moment)
    except HelpdeskError as error:
        logger.warning("invitation %s has no second way: %s", invitation.pk, error.code)
        return False
    assert invitation.message is not None, "a question in a conversation is a message"
    invitation.message.details["survey"][SECOND] = True
    return True


def _take_back(batch: Batched, invitation: Invitation) -> None:
    """Nobody was asked: no quiet period runs, no reminder comes, and no figure counts it."""
    invitation.sent_at = invitation.expires_at = invitation.remind_at = invitation.awaits_until = None
    invitation.asks = None
    put_suppression(batch, invitation, "not_delivered")
