"""What the rules of recovery find in a batch of events: low votes, bad reviews, anger at the end of a contact, one contact too many.

Reads only. Each kind of event that is there is looked at with one statement; more follow only where something was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.rows import fetch_all
from surveys.models import RecoveryCase, RecoverySettings, RecoverySignal, Response
from surveys.policies.recovery import (
    bad_reviews,
    contact_key,
    rating_of_stars,
    repeat_key,
    response_key,
    review_key,
)
from surveys.services.recovery_opening import Signal, words_of_review
from tickets.models import Message, Review, Ticket, TicketEvent


@dataclass(kw_only=True)
class Findings:
    """What a batch says: signals; case -> when the customer heard from us; signal -> why it was a mistake; cases of whose words some were
    taken back before they left."""

    signals: list[Signal] = field(default_factory=list)
    first_words: dict[int, list[datetime]] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)


# Low votes --------------------------------------------------------------------------------------------------------------


def find_low_votes(events: Sequence[TicketEvent], rules: RecoverySettings, found: Findings) -> None:
    if not events or not rules.opens_on_low_score:
        return
    votes = Response.objects.filter(invitation__in={event.data["invitation"] for event in events}, is_demo=False)
    votes = votes.exclude(invitation__occasion__startswith="recovery:")
    for response in votes.select_related("invitation__ticket"):
        if response.is_low:
            found.signals.append(vote_signal(response))
        elif response.history:
            found.mistakes[response_key(response.pk)] = _changed_vote(response)


def vote_signal(response: Response) -> Signal:
    invitation = response.invitation
    ticket = invitation.ticket
    return Signal(
        customer_id=ticket.customer_id if ticket is not None else invitation.customer_id,
        source=RecoveryCase.Source.LOW_SCORE,
        key=response_key(response.pk),
        ticket_id=invitation.ticket_id,
        response_id=response.pk,
        words=response.comment,
        score=response.rating,
        at=response.answered_at,
        answered_by=response.agent_id,
    )


def _changed_vote(response: Response) -> str:
    before = response.history[-1].get("score") if response.history else "?"
    return _("The customer has changed his vote from %(before)s to %(after)s.") % {
        "before": before, "after": response.score,
    }  # fmt: skip


# Bad reviews --------------------------------------------------------------------------------------------------------------


def find_bad_reviews(events: Sequence[TicketEvent], rules: RecoverySettings, found: Findings) -> None:
    if not events or not rules.opens_on_bad_review:
        return
    is_bad = bad_reviews(events, up_to=rules.bad_review_up_to)
    changed = {event.data["review"] for event in events if event.kind == "review.changed"}
    wanted = [pk for pk, bad in is_bad.items() if bad or pk in changed]
    if not wanted:
        return
    for review in Review.objects.filter(pk__in=wanted).select_related("message__ticket"):
        ticket = review.message.ticket
        if is_bad[review.pk]:
            found.signals.append(
                Signal(
                    customer_id=ticket.customer_id,
                    source=RecoveryCase.Source.REVIEW,
                    key=review_key(review.pk, review.version_at),
                    ticket_id=ticket.pk,
                    review_id=review.pk,
                    words=words_of_review(review),
                    score=rating_of_stars(review.stars) if review.stars is not None else None,
                    at=review.version_at,
                )
            )
            continue
        stars = _("The author has changed the review to %(stars)g stars.") % {"stars": review.stars or 0}
        for earlier in RecoverySignal.objects.filter(review=review.pk, case__closed_at=None):
            found.mistakes[earlier.key] = stars


# Anger at the end of a contact --------------------------------------------------------------------------------------------


def find_angry_ends(events: Sequence[TicketEvent], rules: RecoverySettings, found: Findings) -> None:
    if not events or not rules.opens_on_strong_sentiment:
        return
    contacts = {event.ticket_id: (event.data.get("contact", 1), event.at) for event in events}
    angry = Ticket.objects.filter(pk__in=contacts, sentiment="negative", sentiment_is_strong=True)
    found.signals += [anger_signal(ticket, *contacts[ticket.pk]) for ticket in angry]


def anger_signal(ticket: Ticket, contact: int, at: datetime | None) -> Signal:
    theirs = Message.objects.filter(ticket=ticket, author=Message.Author.CUSTOMER, is_auto_reply=False)
    said = theirs.filter(sentiment="negative").order_by("-sort_at", "-pk").first()
    return Signal(
        customer_id=ticket.customer_id,
        source=RecoveryCase.Source.SENTIMENT,
        key=contact_key(ticket.pk, contact),
        ticket_id=ticket.pk,
        words=(said.reply_text or said.text) if said is not None else "",
        at=at,
        answered_by=ticket.assignee_id,
    )


# One contact too many -----------------------------------------------------------------------------------------------------

_CONTACTS = """
SELECT t.customer_id, t.topic_id, count(DISTINCT (m.ticket_id, m.contact_number))
FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id
WHERE t.customer_id = ANY(%(customers)s) AND t.topic_id = ANY(%(topics)s) AND NOT t.is_spam AND t.merged_into_id IS NULL AND NOT t.is_demo
    AND m.author = 'customer' AND NOT m.is_auto_reply AND m.sort_at >= greatest(%(since)s, (
        SELECT max(c.closed_at) FROM surveys_recoverycase c
        WHERE c.customer_id = t.customer_id AND c.cause = 'topic:' || t.topic_id
    ))
GROUP BY t.customer_id, t.topic_id
"""


def find_repeated_contacts(events: Sequence[TicketEvent], rules: RecoverySettings, found: Findings) -> None:
    """Customers who came back for one topic as often as the rules say, counted in contacts over all their tickets of it."""
    touched = {event.ticket_id: event.at for event in events if not event.data.get("is_auto_reply")}
    if not touched or not rules.opens_on_repeated_contact:
        return
    since = now() - rules.repeated_within
    tickets = list(
        Ticket.objects.filter(pk__in=touched, topic__isnull=False).only("customer_id", "topic_id", "contact_number")
    )
    if not tickets:
        return
    # An upper bound that an index answers: most customers are not near it.
    theirs = Ticket.objects.filter(customer__in={ticket.customer_id for ticket in tickets}, last_message_at__gte=since)
    near = {
        (customer, topic)
        for customer, topic, contacts in theirs.order_by()
        .values("customer_id", "topic_id")
        .annotate(contacts=Sum("contact_number"))
        .values_list("customer_id", "topic_id", "contacts")
        if contacts >= rules.repeated_contacts
    }
    tickets = [ticket for ticket in tickets if (ticket.customer_id, ticket.topic_id) in near]
    if not tickets:
        return
    parameters = {
        "customers": [ticket.customer_id for ticket in tickets],
        "topics": [ticket.topic_id for ticket in tickets],
        "since": since,
    }
    often = {(row[0], row[1]): row[2] for row in fetch_all(_CONTACTS, parameters)}
    found.signals += [
        _repetition(ticket, touched[ticket.pk])
        for ticket in tickets
        if often.get((ticket.customer_id, ticket.topic_id), 0) >= rules.repeated_contacts
    ]


def _repetition(ticket: Ticket, at: datetime | None) -> Signal:
    said = (
        Message.objects.filter(ticket=ticket, author=Message.Author.CUSTOMER, is_auto_reply=False)
        .order_by("-sort_at", "-pk")
        .first()
    )
    return Signal(
        customer_id=ticket.customer_id,
        source=RecoveryCase.Source.REPEATED,
        key=repeat_key(ticket.pk, ticket.contact_number),
        ticket_id=ticket.pk,
        words=(said.reply_text or said.text) if said is not None else "",
        at=at,
    )


# The first word -----------------------------------------------------------------------------------------------------------


def find_first_words(events: Sequence[TicketEvent], found: Findings) -> None:
    """An agent's answer on the ticket of a case is its first contact, whoever wrote it."""
    said_at: dict[int, list[datetime]] = {}
    for event in events:
        if event.actor_kind == "agent":
            said_at.setdefault(event.ticket_id, []).append(event.at)
    if not said_at:
        return
    waiting = RecoveryCase.objects.filter(ticket__in=said_at, closed_at=None, first_contact_at=None)
    found.first_words = {case_id: said_at[ticket_id] for case_id, ticket_id in waiting.values_list("pk", "ticket_id")}


def find_words_taken_back(events: Sequence[TicketEvent], found: Findings) -> None:
    """An answer that was undone before it left was no contact."""
    tickets = {event.ticket_id for event in events}
    if not tickets:
        return
    about = Q(ticket__in=tickets) | Q(steps__message__ticket__in=tickets) | Q(notices__message__ticket__in=tickets)
    cases = RecoveryCase.objects.filter(about, closed_at=None, first_contact_at__isnull=False)
    found.taken_back = set(cases.values_list("pk", flat=True))
