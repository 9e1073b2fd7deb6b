"""Opening a case: each signal counts once, each customer has at most one open case per cause, somebody owns it or the leads know.

Rows are taken in one order: customers (an advisory lock each, by id), cases, tickets. Whoever opens several at once takes them all in
that order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.failpoints import failpoint
from helpdesk.common.text import clean_text
from surveys.models import RecoveryCase, RecoverySignal, Response
from surveys.policies.recovery import cause_of, next_limit_at
from surveys.selectors.merges import follow_merges
from surveys.selectors.recovery import limits_of, recovery_settings
from surveys.services.customer_locks import lock_customers
from surveys.services.recovery_changes import LONGEST_TEXT, CaseChange
from surveys.services.recovery_owners import owner_for, tell_people
from tickets.models import BusinessHours, Customer, Review, Team, Ticket
from tickets.policies.business_time import add_business_seconds
from tickets.selectors.hours import week_of
from tickets.services.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A reason to open a case. ``score`` is a rating of 1 to 10. ``answered_by``: whose answer the customer was unhappy with."""

    customer_id: int
    source: str
    key: str
    ticket_id: int | None = None
    response_id: int | None = None
    review_id: int | None = None
    words: str = ""
    score: float | None = None
    at: datetime | None = None
    answered_by: int | None = None


@transaction.atomic
def open_case(
    *,
    customer_id: int,
    source: str,
    key: str,
    actor: Actor,
    ticket_id: int | None = None,
    response_id: int | None = None,
    review_id: int | None = None,
    words: str = "",
    score: float | None = None,
    at: datetime | None = None,
) -> RecoveryCase:
    """Open a case, or join the open one of this customer and cause; the same ``key`` again is the case that it has led to.

    Raises NotVisible for an unknown customer or ticket, InvalidInput for an unknown source, Conflict ("customer_erased",
    "customer_blocked", "ticket_spam", "other_customer") where nobody is to be won back.
    """
    if source not in RecoveryCase.Source.values or not key or len(key) > 80:
        raise InvalidInput("unknown_source", _("Say what the case is opened for."), fields={"source": "unknown"})
    signal = Signal(
        customer_id=customer_id, source=source, key=key, ticket_id=ticket_id, response_id=response_id,
        review_id=review_id, words=words, score=score, at=at,
    )  # fmt: skip
    known = RecoverySignal.objects.filter(key=key).select_related("case").first()
    if known is not None:
        return known.case
    signal = _settled(signal)
    lock_customers([signal.customer_id], purpose="recovery")
    opening = open_locked([signal], actor)
    write_down(opening.changes)
    failpoint("recovery.before_opened")
    return opening.cases[0]


def _settled(signal: Signal) -> Signal:
    """The signal of the customer and ticket that are meant, merges followed; raises where no case may be opened."""
    customer = follow_merges(Customer, [signal.customer_id]).get(signal.customer_id)
    ticket = follow_merges(Ticket, [signal.ticket_id or 0]).get(signal.ticket_id or 0)
    if customer is None or (ticket is None and signal.ticket_id is not None):
        raise NotVisible("customer_not_found", _("There is no such customer or ticket."))
    if customer.anonymized_at is not None:
        raise Conflict("customer_erased", _("This customer was erased; nobody can write to him any more."))
    if customer.is_blocked:
        raise Conflict("customer_blocked", _("This customer is blocked."))
    if ticket is not None and ticket.is_spam:
        raise Conflict("ticket_spam", _("This ticket is marked as spam."))
    if ticket is not None and ticket.customer_id != customer.pk:
        raise Conflict("other_customer", _("This ticket is another customer's."))
    return replace(signal, customer_id=customer.pk, ticket_id=ticket.pk if ticket is not None else None)


def lock_customers_of_case(case_id: int) -> None:
    """What is decided over all cases of a customer is decided one after the other: lock the one of this case. Call it before
    ``lock_case``.
    """
    lock_customers(RecoveryCase.objects.filter(pk=case_id).values_list("customer_id", flat=True), purpose="recovery")


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The cases of some signals, in their order, and the changes whose events are still to be written on the tickets."""

    cases: Sequence[RecoveryCase]
    changes: Sequence[CaseChange]


def lock_cases_of(signals: Sequence[Signal], *, besides: Iterable[int] = ()) -> None:
    """Take the cases that these signals may join, and those ``besides``, in the one order: before the first row is written that takes
    the key of a ticket. The caller has locked the customers.
    """
    theirs = Q(customer__in={one.customer_id for one in signals}, closed_at=None)
    cases = RecoveryCase.objects.select_for_update(of=("self",), no_key=True).filter(theirs | Q(pk__in=set(besides)))
    list(cases.order_by("pk").values_list("pk"))


def open_locked(signals: Sequence[Signal], actor: Actor) -> Opening:
    """A case for each signal, new or joined; the caller has locked the customers, checked who is meant, and calls ``write_down``.

    Everything is read behind the lock, so that a second opener finds what the first has written.
    """
    lock_cases_of(signals)
    stored = RecoverySignal.objects.filter(key__in=[one.key for one in signals]).select_related("case")
    known = {signal.key: signal.case for signal in stored}
    tickets = Ticket.objects.select_related("team").in_bulk([one.ticket_id for one in signals if one.ticket_id])
    cases, changes = [], []
    for signal in signals:
        case = known.get(signal.key)
        if case is None:
            case, is_new = _open_or_join(signal, tickets.get(signal.ticket_id or 0), actor)
            known[signal.key] = case
            if is_new:
                change = CaseChange(case, actor)
                change.tell("recovery.opened", source=signal.source)
                changes.append(change)
                tell_people(case)
        cases.append(case)
    failpoint("recovery.after_opening")
    return Opening(cases=cases, changes=changes)


def write_down(changes: Iterable[CaseChange]) -> None:
    """Save the changes of several cases, their tickets in the one order."""
    for change in sorted(changes, key=lambda one: one.case.ticket_id or 0):
        change.save()


def _open_or_join(signal: Signal, ticket: Ticket | None, actor: Actor) -> tuple[RecoveryCase, bool]:
    at = signal.at or now()
    topic_id = ticket.topic_id if ticket is not None else None
    words = clean_text(signal.words).strip()[:LONGEST_TEXT]
    case = RecoveryCase.objects.filter(customer=signal.customer_id, cause=cause_of(topic_id), closed_at=None).first()
    is_new = case is None
    if case is None:
        case = _new_case(signal, ticket, words, at, actor)
    else:
        _take_in(case, signal, words)
    RecoverySignal.objects.create(
        case=case, key=signal.key, source=signal.source, ticket_id=signal.ticket_id, response_id=signal.response_id,
        review_id=signal.review_id, words=words, at=at,
    )  # fmt: skip
    return case, is_new


def _new_case(signal: Signal, ticket: Ticket | None, words: str, at: datetime, actor: Actor) -> RecoveryCase:
    rules = recovery_settings()
    customer = Customer.objects.only("is_demo").get(pk=signal.customer_id)
    team = rules.team or (ticket.team if ticket is not None else None)
    topic_id = ticket.topic_id if ticket is not None else None
    case = RecoveryCase(
        customer_id=signal.customer_id,
        ticket=ticket,
        cause=cause_of(topic_id),
        topic_id=topic_id,
        source=signal.source,
        team=team,
        customer_words=words,
        score_before=signal.score,
        opened_at=at,
        opened_by_id=actor.user_id,
        first_contact_due_at=_due(team, at, rules.first_contact_within),
        correction_due_at=_due(team, at, rules.corrected_within),
        is_demo=customer.is_demo or (ticket is not None and ticket.is_demo),
    )
    case.owner_id = owner_for(case, ticket, besides=_unhappy_with(signal)).user_id
    case.next_due_at = next_limit_at(limits_of(case), told_until=None)
    case.save(force_insert=True)
    return case


def _take_in(case: RecoveryCase, signal: Signal, words: str) -> None:
    """What a further signal adds to an open case: the first words and the first vote, where there were none."""
    missing: dict[str, str | float] = {}
    if not case.customer_words and words:
        missing["customer_words"] = words
    if case.score_before is None and signal.score is not None and case.invitation_id is None:
        missing["score_before"] = signal.score
    if missing:
        RecoveryCase.objects.filter(pk=case.pk).update(**missing)


def _due(team: Team | None, at: datetime, within: timedelta) -> datetime:
    """When a limit runs out: in the hours of the team where it has some of its own, else around the clock."""
    hours = (
        BusinessHours.objects.filter(pk=team.business_hours_id or 0).prefetch_related("spans", "holidays").first()
        if team is not None
        else None
    )
    due = add_business_seconds(week_of(hours), at=at, seconds=within.total_seconds()) if hours is not None else None
    return due or at + within


def words_of_review(review: Review) -> str:
    """What its author wrote, word for word."""
    return "\n".join(filter(None, (review.title, review.message.text)))


def _unhappy_with(signal: Signal) -> int | None:
    """Whose answer the customer was unhappy with, as far as it is known."""
    if signal.answered_by is not None:
        return signal.answered_by
    if signal.response_id is not None:
        found: int | None = Response.objects.filter(pk=signal.response_id).values_list("agent_id", flat=True).first()
        return found
    return None
