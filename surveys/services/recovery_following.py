"""Following the event log for signals: low votes, bad reviews, anger at the end of a contact, one contact too many.

A batch without a signal costs next to nothing: events that can be none are passed over without a look, and each kind that is there is
looked at with one statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Concat

from helpdesk.common.clock import now
from helpdesk.common.failpoints import failpoint
from surveys.models import RecoveryCase, RecoverySignal, RecoveryStep, Response
from surveys.policies.recovery import MISTAKEN, SIGNAL_KINDS, next_limit_at
from surveys.selectors.merges import follow_merges
from surveys.selectors.recovery import limits_of, recovery_settings
from surveys.services.customer_locks import lock_customers
from surveys.services.recovery_cases import close_locked
from surveys.services.recovery_changes import CaseChange, lock_case
from surveys.services.recovery_opening import (
    Signal,
    lock_cases_of,
    open_locked,
    write_down,
)
from surveys.services.recovery_signals import (
    Findings,
    anger_signal,
    find_angry_ends,
    find_bad_reviews,
    find_first_words,
    find_low_votes,
    find_repeated_contacts,
    find_words_taken_back,
    vote_signal,
)
from tickets.models import Customer, Message, Ticket, TicketEvent
from tickets.models.ticket import OPEN_STATUSES
from tickets.services.actors import Actor
from tickets.services.following import read_new_events

FOLLOWER = "recovery"
BATCH = 500
# What happened longer ago (a log that is followed for the first time, jobs that stood still) is nothing to be noticed now.
TOO_LATE_AFTER = timedelta(days=7)
# A vote about no ticket is no event of a ticket; those of the last days are looked through.
VOTES_LOOKED_BACK = timedelta(days=3)
SWEEP_BATCH = 200


def find_signals() -> int:
    """All that opens cases by itself: the event log, and what is no event of a ticket (sweep); returns how many signals were new."""
    return open_new_cases() + open_for_votes_without_ticket() + open_for_ended_contacts()


def open_new_cases() -> int:
    """Follow the event log to its end; returns how many signals were taken.

    Each batch commits with the position behind it; a signal has its key and a customer his open case, so that repeating changes nothing.
    """
    taken = 0
    while True:
        with read_new_events(name=FOLLOWER, limit=BATCH) as events:
            oldest = now() - TOO_LATE_AFTER
            taken += take_events([event for event in events if event.at >= oldest])
            failpoint("recovery.before_position")
        if len(events) < BATCH:
            return taken


def take_events(events: Iterable[TicketEvent]) -> int:
    """Take what these events say, oldest first, inside the caller's transaction; returns how many signals were new."""
    events = [event for event in events if event.kind in SIGNAL_KINDS]
    if not events:
        return 0
    rules, found = recovery_settings(), Findings()
    by_kind: dict[str, list[TicketEvent]] = {}
    for event in events:
        by_kind.setdefault(event.kind, []).append(event)
    find_low_votes(by_kind.get("survey.answered", ()), rules, found)
    find_bad_reviews([event for event in events if event.kind.startswith("review.")], rules, found)
    find_angry_ends(by_kind.get("ticket.resolved", ()), rules, found)
    find_repeated_contacts(by_kind.get("message.received", ()), rules, found)
    find_first_words(by_kind.get("ticket.replied", ()), found)
    find_words_taken_back(by_kind.get("message.cancelled", ()), found)
    return _take(found)


def _take(found: Findings) -> int:
    """Customers first, then cases, then tickets: whoever else opens or changes a case waits for us or we for him, never both."""
    new = _new_signals(found.signals)
    if not (new or found.first_words or found.mistakes or found.taken_back):
        return 0
    lock_customers({signal.customer_id for signal in new}, purpose="recovery")
    mistaken = _mistaken(found)
    lock_cases_of(new, besides={*found.first_words, *mistaken, *found.taken_back})
    changes = _correct_cases(found, mistaken)
    changes += open_locked(new, Actor.system()).changes if new else []
    write_down(changes)
    return len(new)


def take_signals(signals: Iterable[Signal]) -> int:
    """Open or join cases for what the rules have found, inside the caller's transaction; returns how many signals were new.

    Demo, spam, blocked and erased are left out; of what was merged it is what it was merged into that counts.
    """
    return _take(Findings(signals=list(signals)))


def _new_signals(signals: Sequence[Signal]) -> list[Signal]:
    if not signals:
        return []
    found = {signal.key: signal for signal in signals}
    known = set(RecoverySignal.objects.filter(key__in=found).values_list("key", flat=True))
    return _allowed([signal for key, signal in found.items() if key not in known])


def _mistaken(found: Findings) -> dict[int, str]:
    """The open cases of signals that were a mistake: case -> key of the signal."""
    if not found.mistakes:
        return {}
    signals = RecoverySignal.objects.filter(key__in=found.mistakes, case__closed_at=None)
    return dict(signals.values_list("case_id", "key"))


def _correct_cases(found: Findings, mistaken: Mapping[int, str]) -> list[CaseChange]:
    """Note first words, and close the cases of signals that were a mistake: unless there was another one, or somebody has worked on it."""
    changes = []
    for case_id in sorted({*found.first_words, *mistaken, *found.taken_back}):
        change = CaseChange(lock_case(case_id), Actor.system())
        case = change.case
        if case.closed_at is not None:
            continue
        first_word = min((at for at in found.first_words.get(case_id, ()) if at > case.opened_at), default=None)
        if first_word is not None and case.first_contact_at is None:
            change.set(first_contact_at=first_word)
        if case_id in found.taken_back:
            _count_first_contact_anew(change)
        if case_id in mistaken and _is_untouched(case):
            close_locked(change, outcome=MISTAKEN, note=found.mistakes[mistaken[case_id]])
        changes.append(change)
    return changes


def _count_first_contact_anew(change: CaseChange) -> None:
    """The first contact is the first answer that was not taken back; where none is left, its limit runs again."""
    case = change.case
    told = Q(ticket=case.ticket_id) | Q(pk__in=case.steps.values("message")) | Q(pk__in=case.notices.values("message"))
    answers = Message.objects.filter(told, author=Message.Author.AGENT, sort_at__gt=case.opened_at)
    left = answers.exclude(delivery_state=Message.DeliveryState.CANCELLED).order_by("sort_at")
    first = left.values_list("sort_at", flat=True).first()
    if first != case.first_contact_at:
        change.set(first_contact_at=first)
        change.set(next_due_at=next_limit_at(limits_of(case), told_until=None))


def _allowed(signals: Sequence[Signal]) -> list[Signal]:
    """Those of real people who can be won back, about the customer and the ticket that they were merged into."""
    if not signals:
        return []
    customers = follow_merges(Customer, {signal.customer_id for signal in signals})
    tickets = follow_merges(Ticket, {signal.ticket_id for signal in signals if signal.ticket_id is not None})
    allowed = []
    for signal in signals:
        customer, ticket = customers.get(signal.customer_id), tickets.get(signal.ticket_id or 0)
        if customer is None or not _can_be_won_back(customer):
            continue
        if signal.ticket_id is not None and (ticket is None or ticket.is_demo or ticket.is_spam):
            continue
        if ticket is not None and ticket.customer_id != customer.pk:
            # It went into the ticket of somebody else, which is not his to be written to on.
            ticket = None
        ticket_id = ticket.pk if ticket is not None else None
        allowed.append(replace(signal, customer_id=customer.pk, ticket_id=ticket_id))
    return allowed


def _can_be_won_back(customer: Customer) -> bool:
    return not (customer.is_demo or customer.is_blocked or customer.anonymized_at is not None)


def _is_untouched(case: RecoveryCase) -> bool:
    """Whether nothing but this one signal is known of a case: no step, no action, no word to the customer, nothing written down."""
    is_worked_on = (
        case.first_contact_at is not None
        or bool(case.analysis)
        or case.source == RecoveryCase.Source.MANUAL
        or RecoveryStep.objects.filter(case=case).exists()
        or case.actions.exists()
    )
    return not is_worked_on and case.signals.count() == 1


@transaction.atomic
def open_for_votes_without_ticket() -> int:
    """Take the low votes about no ticket, such as after a purchase (sweep); returns how many were new."""
    if not recovery_settings().opens_on_low_score:
        return 0
    recent = Response.objects.filter(answered_at__gte=now() - VOTES_LOOKED_BACK, is_low=True, is_demo=False)
    votes = recent.filter(invitation__ticket=None).exclude(invitation__occasion__startswith="recovery:")
    votes = votes.exclude(Exists(RecoverySignal.objects.filter(response=OuterRef("pk"))))
    return take_signals(vote_signal(vote) for vote in votes.select_related("invitation__ticket")[:SWEEP_BATCH])


@transaction.atomic
def open_for_ended_contacts() -> int:
    """Take the contacts that have ended in anger without being resolved (sweep); returns how many were new."""
    if not recovery_settings().opens_on_strong_sentiment:
        return 0
    moment = now()
    ended = Ticket.objects.filter(
        status__in=OPEN_STATUSES,
        sentiment="negative",
        sentiment_is_strong=True,
        contact_ends_at__gte=moment - TOO_LATE_AFTER,
        contact_ends_at__lte=moment,
        is_demo=False,
    )
    # As ``policies.recovery.contact_key`` says it.
    key = Concat(
        Value("ticket:"), OuterRef("pk"), Value(":contact:"), OuterRef("contact_number"), output_field=CharField()
    )
    new = ended.exclude(Exists(RecoverySignal.objects.filter(key=key)))
    rows = list(new.order_by("contact_ends_at")[:SWEEP_BATCH])
    return take_signals(anger_signal(ticket, ticket.contact_number, ticket.contact_ends_at) for ticket in rows)
