"""Asking one customer on purpose: by hand, for another system, or again after a case of recovery."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from surveys.models import Invitation, Survey
from surveys.policies.occasions import API, CONTACT, contact_key, is_asked_for, kind_of
from surveys.policies.reasons import Circumstances, reason_not_to_ask
from surveys.policies.sampling import is_in_sample
from surveys.selectors.surveys import AskingHours, SurveyChoice, occasions_of
from surveys.services.asking import mark_as_sent, site_language, texts_of
from surveys.services.customer_locks import lock_customers
from surveys.services.subjects import keep_subjects
from tickets.models import Customer, Ticket
from tickets.services.actors import Actor

_State = Invitation.State


@transaction.atomic
def invite_customer(
    *,
    survey_id: int,
    customer_id: int,
    ticket_id: int | None = None,
    occasion: str,
    actor: Actor,
    send: bool = True,
    due_at: datetime | None = None,
) -> Invitation:
    """Ask a customer once per survey, customer, ticket and ``occasion`` ("manual:<uuid>", "api:<key>", "recovery:<case>", at most 60
    characters); the same again is the same invitation, whatever else is given.

    With ``send`` it is planned for ``due_at`` (default: now, or the next opening where the survey keeps to business hours) and asked
    by the way that fits then, or suppressed with its reason; a survey that asks a share of its customers leaves others out of
    ``api`` occasions too. Without ``send`` it counts as asked, nothing leaves, and the caller shows ``survey_url(invitation)``; of a
    customer who must not be asked it comes back suppressed.
    Raises InvalidInput ("unknown_occasion", "other_customer"), NotVisible ("survey_not_found", "customer_not_found",
    "ticket_not_found"), Conflict "survey_off".
    """
    if not is_asked_for(occasion):
        text = _("An occasion is “manual:”, “api:” or “recovery:” and a key, at most 60 characters.")
        raise InvalidInput("unknown_occasion", text, fields={"occasion": "unknown"})
    survey, customer = _survey(survey_id), _customer(customer_id)
    ticket = _ticket(ticket_id, customer) if ticket_id is not None else None
    invitation = Invitation(
        survey=survey, customer=customer, ticket=ticket, occasion=occasion, requested_by_id=actor.user_id, due_at=now()
    )
    known = _stored(invitation)
    if known is not None:
        return known
    if send:
        _plan(invitation, due_at)
    else:
        _hand_out(invitation)
    Invitation.objects.bulk_create([invitation], ignore_conflicts=True)
    stored = _stored(invitation)
    assert stored is not None, "it was stored by us or by somebody who was quicker"
    if send and stored.due_at <= now():
        ring_on_commit("surveys.tasks.ask_now")
    return stored


@transaction.atomic
def invite_caller(*, ticket_id: int, contact_number: int, language: str = "") -> Invitation | None:
    """The question for the end of a call: the invitation of this contact, counted as asked in the call. None where the customer is
    not to be asked about it, or was asked already; whoever hangs up before he was asked is asked in writing.

    Call it when the question is about to be put, and not before.
    """
    ticket = Ticket.objects.select_related("channel", "customer").get(pk=ticket_id)
    survey = SurveyChoice().for_channel(ticket.channel_id, CONTACT)
    if survey is None:
        return None
    occasion = contact_key(contact_number)
    if Invitation.objects.filter(ticket=ticket, occasion=occasion).exclude(survey=survey).exists():
        return None
    new = Invitation(survey=survey, customer=ticket.customer, ticket=ticket, occasion=occasion, due_at=now())
    Invitation.objects.bulk_create([new], ignore_conflicts=True)
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("survey")
    invitation = locked.get(ticket=ticket, occasion=occasion, survey=survey, customer=ticket.customer)
    # Whoever asks him in writing about another matter at this moment is seen below, or sees us.
    lock_customers([ticket.customer_id])
    reason = _reason(invitation, ticket.customer) or occasions_of([ticket])[ticket.pk].refusal
    is_chosen = is_in_sample(
        percent=survey.sample_percent,
        survey_id=survey.pk,
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        occasion=occasion,
    )
    if invitation.state != _State.SCHEDULED or reason or not is_chosen or _was_asked_lately(invitation):
        return None
    mark_as_sent(invitation, survey, now())
    invitation.sent_via, invitation.remind_at = Invitation.SentVia.CALL, None
    invitation.language = language or texts_of(invitation, ticket, site_language()).language
    keep_subjects([invitation])
    invitation.save()
    return invitation


def _survey(survey_id: int) -> Survey:
    survey: Survey | None = Survey.objects.filter(pk=survey_id).first()
    if survey is None:
        raise NotVisible("survey_not_found", _("There is no such survey."), fields={"survey": "not found"})
    if not survey.is_active:
        raise Conflict("survey_off", _("This survey is switched off."), fields={"survey": "off"})
    return survey


def _customer(customer_id: int) -> Customer:
    customer = Customer.objects.select_related("merged_into").filter(pk=customer_id).first()
    if customer is None:
        raise NotVisible("customer_not_found", _("There is no such customer."), fields={"customer": "not found"})
    found: Customer = customer.merged_into or customer
    return found


def _ticket(ticket_id: int, customer: Customer) -> Ticket:
    ticket = Ticket.objects.select_related("channel", "customer").filter(pk=ticket_id).first()
    if ticket is None:
        raise NotVisible("ticket_not_found", _("There is no such ticket."), fields={"ticket": "not found"})
    if ticket.customer_id != customer.pk:
        text = _("This is a ticket of another customer.")
        raise InvalidInput("other_customer", text, fields={"ticket": "other customer"})
    found: Ticket = ticket
    return found


def _stored(invitation: Invitation) -> Invitation | None:
    same = Invitation.objects.select_related("survey").filter(
        survey=invitation.survey,
        customer=invitation.customer,
        occasion=invitation.occasion,
        **({"ticket": invitation.ticket} if invitation.ticket is not None else {"ticket__isnull": True}),
    )
    return same.first()


def _plan(invitation: Invitation, due_at: datetime | None) -> None:
    survey, ticket = invitation.survey, invitation.ticket
    channel_id = ticket.channel_id if ticket is not None else None
    invitation.due_at = due_at or AskingHours().from_on(survey, channel_id, now())
    is_chosen = kind_of(invitation.occasion) != API or is_in_sample(
        percent=survey.sample_percent,
        survey_id=survey.pk,
        customer_id=invitation.customer.pk,
        ticket_id=ticket.pk if ticket is not None else None,
        occasion=invitation.occasion,
    )
    if not is_chosen:
        invitation.state, invitation.reason = _State.SUPPRESSED, "not_sampled"


def _hand_out(invitation: Invitation) -> None:
    """Count it as asked without sending anything; the quiet period is the caller's business, who shows the link himself."""
    reason = _reason(invitation, invitation.customer)
    if reason:
        invitation.state, invitation.reason = _State.SUPPRESSED, reason
        return
    mark_as_sent(invitation, invitation.survey, now())
    invitation.sent_via, invitation.remind_at = Invitation.SentVia.LINK, None
    invitation.language = texts_of(invitation, invitation.ticket, site_language()).language
    keep_subjects([invitation])


def _reason(invitation: Invitation, customer: Customer) -> str:
    """What speaks against asking this customer at all."""
    moment, ticket = now(), invitation.ticket
    return reason_not_to_ask(
        Circumstances(
            at=moment,
            due_at=moment,
            quiet_period=invitation.survey.quiet_period,
            is_demo=customer.is_demo or (ticket is not None and ticket.is_demo),
            is_blocked=customer.is_blocked,
            is_erased=customer.anonymized_at is not None,
            do_not_survey_until=customer.do_not_survey_until,
        )
    )


def _was_asked_lately(invitation: Invitation) -> bool:
    asked = Invitation.objects.filter(customer=invitation.customer, sent_at__gt=now() - invitation.survey.quiet_period)
    return asked.exists()
