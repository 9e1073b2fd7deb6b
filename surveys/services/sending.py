"""Asking: due invitations become messages, each exactly once or not at all."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import OperationalError, transaction

from channels_app.registry import adapter_for
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from surveys.models import Invitation
from surveys.policies.occasions import contact_number
from surveys.policies.reasons import TOO_LATE_AFTER, reason_not_to_ask
from surveys.services.asking import Batched, put_question, put_suppression, site_language, texts_of
from surveys.services.circumstances import Deciding, customer_keys, read_surveys
from surveys.services.customer_locks import lock_customers
from surveys.services.mailing import mail_due_invitations
from surveys.services.ways import Way, WaySearch
from tickets.models import Conversation, Message, Ticket
from tickets.services.locking import lock_tickets

logger = logging.getLogger(__name__)

MOST_A_RUN = 5000
BATCH = 50
# Well inside the time after which a task is killed.
RUN_SECONDS = 45.0
# A channel whose secrets cannot be read, or whose kind is gone: somebody has to mend it first.
PUT_OFF = timedelta(hours=1)


def send_due_surveys(*, limit: int = MOST_A_RUN) -> int:
    """Ask whoever is due; returns how many invitations were decided (asked, put off or not asked).

    Any number of workers may run this at once: each claims a few rows that nobody else holds, and the messages, states and events of
    what it claimed commit together. Questions without a ticket go by mail of their own.
    """
    decided, deadline = 0, monotonic() + RUN_SECONDS
    while decided < limit and monotonic() < deadline:
        count = _ask_next(min(BATCH, limit - decided))
        decided += count
        if not count:
            break
    return decided + mail_due_invitations(limit=limit - decided, deadline=deadline)


def ask_planned(invitation_id: int) -> None:
    """Ask, put off or suppress this one question now, where it is due and about a ticket; another worker may be quicker."""
    _ask_next(1, only=invitation_id)


@transaction.atomic
def expire_invitations() -> int:
    """Close the questions nobody has answered in time; returns how many. One that somebody holds is left for the next run."""
    open_ones = Invitation.objects.filter(state=Invitation.State.SENT, expires_at__lte=now())
    free = open_ones.select_for_update(skip_locked=True, no_key=True).order_by("pk").values_list("pk", flat=True)
    expired = Invitation.objects.filter(pk__in=list(free))
    return expired.update(state=Invitation.State.EXPIRED, awaits_until=None, remind_at=None)


def _ask_next(limit: int, *, only: int | None = None) -> int:
    """Decide about due invitations of tickets that nobody else holds, ``only`` one where it is named; returns how many.

    What cannot be decided for a reason that nobody foresaw is put off alone: the others of its batch are decided one by one.
    """
    claimed: list[int] = []
    try:
        _ask_batch(limit, only, claimed)
    except OperationalError:
        # The database is away, or chose us to end a deadlock: no fault of any invitation.
        raise
    except Exception:
        if not claimed:
            raise
        if len(claimed) == 1:
            logger.exception("invitation %s is put off: it could not be decided", claimed[0])
            _put_off_alone(claimed[0])
        else:
            logger.warning("a batch of %s invitations failed and is decided one by one", len(claimed))
            for invitation_id in claimed:
                _ask_next(1, only=invitation_id)
    return len(claimed)


@transaction.atomic
def _ask_batch(limit: int, only: int | None, claimed: list[int]) -> None:
    """Decide about due invitations in one transaction; their keys are in ``claimed`` even where it fails.

    Order of locks: invitations, customers, conversations, tickets, each in ascending order.
    """
    moment = now()
    due = (
        Invitation.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("customer__merged_into", "ticket__channel__brand", "ticket__customer")
        .filter(state=Invitation.State.SCHEDULED, due_at__lte=moment, ticket__isnull=False)
    )
    due = due if only is None else due.filter(pk=only)
    invitations = list(due.order_by("due_at", "id")[:limit])
    claimed.extend(invitation.pk for invitation in invitations)
    if invitations:
        _decide_all(invitations, moment)


@transaction.atomic
def _put_off_alone(invitation_id: int) -> None:
    """Put off one invitation, unless somebody else holds it or has decided meanwhile."""
    free = Invitation.objects.select_for_update(skip_locked=True, of=("self",))
    invitation = free.filter(pk=invitation_id, state=Invitation.State.SCHEDULED).first()
    if invitation is None:
        return
    tickets = lock_tickets([invitation.ticket_id] if invitation.ticket_id else [])
    batch = Batched(tickets=tickets, site_language=site_language())
    _put_off(batch, invitation, now())
    batch.store()


def _decide_all(invitations: list[Invitation], moment: datetime) -> None:
    read_surveys(invitations)
    lock_customers({customer for invitation in invitations for customer in customer_keys(invitation)})
    places = _lock_conversations(invitations)
    search, language = WaySearch(moment), site_language()
    ways = {one.pk: _way_of(one, places, search, language) for one in invitations}
    tickets = lock_tickets({invitation.ticket_id for invitation in invitations if invitation.ticket_id})
    batch, deciding = Batched(tickets=tickets, site_language=language), Deciding(invitations, moment)
    for invitation in invitations:
        _decide(batch, deciding, invitation, ways[invitation.pk])
    batch.store()
    for _message in batch.messages:
        failpoint("survey.after_queue")


def _decide(batch: Batched, deciding: Deciding, invitation: Invitation, way: Way | str) -> None:
    """Ask, put off or suppress one due invitation."""
    ticket = invitation.ticket
    assert ticket is not None, "what has no ticket goes by mail of its own"
    later = deciding.put_off_until(invitation)
    if later is not None:
        # Somebody wrote after the plan was made: the contact goes on. Or it is closing time.
        invitation.due_at = later
        batch.invitations.append(invitation)
        return
    reason = reason_not_to_ask(deciding.circumstances(invitation, "" if isinstance(way, Way) else way))
    if reason or isinstance(way, str):
        put_suppression(batch, invitation, reason or str(way))
        return
    try:
        adapter_for(way.channel)
        put_question(batch, invitation, ticket, way, deciding.moment)
    except HelpdeskError as error:
        # It would be among the first due at every run: one channel out of order must not keep everybody from being asked.
        logger.warning("invitation %s is put off: %s", invitation.pk, error.code)
        _put_off(batch, invitation, deciding.moment)
    else:
        deciding.remember_asked(invitation)


def _put_off(batch: Batched, invitation: Invitation, moment: datetime) -> None:
    invitation.attempts += 1
    invitation.due_at = moment + PUT_OFF
    if invitation.attempts * PUT_OFF > TOO_LATE_AFTER:
        put_suppression(batch, invitation, "too_late")
    else:
        batch.invitations.append(invitation)


def _way_of(invitation: Invitation, places: dict[int, Conversation], search: WaySearch, language: str) -> Way | str:
    ticket = invitation.ticket
    assert ticket is not None, "what has no ticket goes by mail of its own"
    return search.find(
        places.get(invitation.pk),
        customer=ticket.customer,
        survey=invitation.survey,
        texts=texts_of(invitation, ticket, language),
    )


def _lock_conversations(invitations: list[Invitation]) -> dict[int, Conversation]:
    """Invitation id -> where it took place: the conversation of the contact's last message, else of the ticket's; locked.

    Intake holds a conversation and then wants its ticket; whoever writes into one must come the same way.
    """
    last: dict[tuple[int, int], int] = {}
    tickets = {invitation.ticket_id for invitation in invitations}
    rows = (
        Message.objects.filter(ticket__in=tickets, kind=Message.Kind.MESSAGE, purpose="", conversation__isnull=False)
        .order_by("ticket_id", "contact_number", "-sort_at", "-id")
        .distinct("ticket_id", "contact_number")
        .values_list("ticket_id", "contact_number", "conversation_id", "sort_at")
    )
    newest: dict[int, datetime] = {}
    for ticket_id, number, conversation_id, sort_at in rows:
        last[ticket_id, number] = conversation_id
        if ticket_id not in newest or sort_at >= newest[ticket_id]:
            newest[ticket_id] = sort_at
            last[ticket_id, 0] = conversation_id
    wanted = {one.pk: last.get((one.ticket_id or 0, contact_number(one.occasion))) for one in invitations}
    locked = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("channel__brand", "identity", "customer")
        .filter(pk__in={pk for pk in wanted.values() if pk is not None})
        .order_by("pk")
    )
    found = {conversation.pk: conversation for conversation in locked}
    return {pk: found[place] for pk, place in wanted.items() if place in found}


def ask_customer(invitation: Invitation, ticket: Ticket, conversation: Conversation, moment: datetime) -> None:
    """Ask in this conversation now, whatever the survey's times. Call inside a transaction that holds the invitation."""
    read_surveys([invitation])
    language = site_language()
    texts = texts_of(invitation, ticket, language)
    way = WaySearch(moment).find(conversation, customer=ticket.customer, survey=invitation.survey, texts=texts)
    batch = Batched(tickets=lock_tickets([ticket.pk]), site_language=language)
    if isinstance(way, str):
        put_suppression(batch, invitation, way)
    else:
        put_question(batch, invitation, ticket, way, moment)
    batch.store()
