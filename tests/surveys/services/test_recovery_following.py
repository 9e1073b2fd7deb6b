from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels_app.adapters.base import Address, ReviewReceived, digest
from helpdesk.common.clock import now
from surveys.models import Invitation, RecoveryCase, RecoverySettings, RecoverySignal, Response
from surveys.services.recovery import find_signals, skip_step
from surveys.services.recovery_following import take_events
from surveys.services.recovery_preset import ensure_recovery_settings
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Customer, Ticket, TicketEvent, Topic
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.lifecycle import mark_spam, resolve_ticket
from tickets.services.merging import merge_tickets
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import undo_send

SYSTEM = Actor.system()
pytestmark = pytest.mark.django_db
Asked = Callable[..., Invitation]


@pytest.fixture(autouse=True)
def rules(db: None) -> RecoverySettings:
    return ensure_recovery_settings()


def follow() -> int:
    """What the follower does with the whole log."""
    return take_events(TicketEvent.objects.order_by("pk"))


def vote(invitation: Invitation, score: int, comment: str = "") -> Response:
    return record_vote(invitation_id=invitation.pk, vote=Vote(score=score, comment=comment))


def test_low_vote_opens_a_case_in_the_customers_own_words_once(clock: Any, asked: Asked) -> None:
    invitation = asked()
    vote(invitation, 3, "Nobody called back.")
    assert [follow(), follow()] == [1, 0]
    case = RecoveryCase.objects.get()
    assert (case.source, case.customer_words, case.score_before) == ("low_score", "Nobody called back.", 3.0)
    assert (case.ticket, case.customer, case.stage) == (invitation.ticket, invitation.customer, "noticed")
    assert RecoverySignal.objects.get().response.invitation == invitation
    events = TicketEvent.objects.filter(kind="recovery.opened")
    assert [event.data for event in events] == [{"case": case.pk, "source": "low_score"}]


def test_good_vote_and_a_switched_off_rule_open_nothing(clock: Any, asked: Asked, rules: RecoverySettings) -> None:
    vote(asked(), 7)
    rules.opens_on_low_score = False
    rules.save()
    vote(asked(sender=Address(address="dora@customer.example", name="Dora")), 1)
    assert follow() == 0


def test_second_low_vote_about_the_same_joins_the_open_case(clock: Any, asked: Asked) -> None:
    vote(asked(), 3)
    follow()
    clock.shift(timedelta(days=2))
    vote(asked(subject="Again"), 2, "Still not.")
    assert follow() == 1
    case = RecoveryCase.objects.get()
    assert (case.signals.count(), case.score_before, case.customer_words) == (2, 3.0, "Still not.")


@pytest.mark.parametrize(
    "change",
    [
        lambda ticket: Ticket.objects.update(is_demo=True),
        lambda ticket: mark_spam(ticket_id=ticket.pk, actor=SYSTEM),
        lambda ticket: Customer.objects.update(is_blocked=True),
        lambda ticket: Customer.objects.update(anonymized_at=now()),
        lambda ticket: Customer.objects.update(is_demo=True),
    ],
    ids=["demo ticket", "spam", "blocked", "erased", "demo customer"],
)
def test_who_cannot_be_won_back_is_left_out(clock: Any, asked: Asked, change: Callable[[Ticket], Any]) -> None:
    invitation = asked()
    vote(invitation, 1)
    assert invitation.ticket is not None
    change(invitation.ticket)
    assert (follow(), RecoveryCase.objects.count()) == (0, 0)


def test_vote_on_what_was_merged_meanwhile_opens_a_case_on_what_it_was_merged_into(
    clock: Any, asked: Asked, email_channel: Any
) -> None:
    invitation = asked()
    assert invitation.ticket is not None
    second, last = (make_ticket(email_channel, subject=subject) for subject in ("Again", "Once more"))
    vote(invitation, 1)
    for loser, winner in ((invitation.ticket, second), (second, last)):
        merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=SYSTEM)
    assert [follow(), follow()] == [1, 0]
    case = RecoveryCase.objects.get()
    assert (case.ticket, RecoverySignal.objects.get().ticket, case.customer) == (last, last, last.customer)


def test_vote_of_a_merged_customer_is_his_who_he_is_now(clock: Any, asked: Asked) -> None:
    invitation = asked()
    vote(invitation, 1)
    known = Customer.objects.create(name="Carla C.")
    Customer.objects.filter(pk=invitation.customer_id).update(merged_into=known)
    assert follow() == 1
    # The ticket is still another's; nothing of it is shown to him.
    assert RecoveryCase.objects.values_list("customer", "ticket").get() == (known.pk, None)


def test_vote_that_turns_good_before_anybody_worked_closes_its_case(clock: Any, asked: Asked) -> None:
    invitation = asked()
    vote(invitation, 2)
    follow()
    vote(invitation, 9)
    follow()
    case = RecoveryCase.objects.get()
    assert (case.outcome, case.stage, case.next_due_at) == ("mistaken", "closed", None)
    assert case.closing_note == "The customer has changed his vote from 2 to 9."


def test_vote_that_turns_good_changes_nothing_once_somebody_worked(clock: Any, asked: Asked, agent: Any) -> None:
    invitation = asked()
    vote(invitation, 2)
    follow()
    case = RecoveryCase.objects.get()
    skip_step(case_id=case.pk, kind="cause", reason="Known.", actor=Actor.agent(agent))
    vote(invitation, 9)
    follow()
    case.refresh_from_db()
    assert case.closed_at is None


def test_vote_on_being_asked_again_is_no_new_signal(clock: Any, asked: Asked) -> None:
    invitation = asked()
    Invitation.objects.update(occasion="recovery:1")
    vote(invitation, 1)
    assert follow() == 0


def test_low_vote_about_no_ticket_opens_a_case(clock: Any, survey: Any) -> None:
    customer = Customer.objects.create(name="Carla")
    bought = Invitation.objects.create(
        survey=survey, customer=customer, occasion="api:1", state="answered", due_at=now(), sent_at=now()
    )
    Response.objects.create(invitation=bought, score=1, rating=1.0, is_low=True, comment="Bad.", answered_at=now())
    assert [find_signals(), find_signals()] == [1, 0]
    case = RecoveryCase.objects.get()
    assert (case.customer, case.ticket, case.customer_words) == (customer, None, "Bad.")


# Reviews ------------------------------------------------------------------------------------------------------------------


def write_review(channel: Any, stars: float | None, text: str) -> None:
    item = ReviewReceived(
        dedup_key=digest("r1", now().isoformat()),
        external_id="r1",
        author=Address(address="carla", name="Carla"),
        rating=stars,
        text=text,
        sent_at=now(),
        edited_at=now(),
    )
    receive(channel=channel, item=item)


@pytest.mark.parametrize(("stars", "cases"), [(1, 1), (3, 1), (4, 0), (None, 0)])
def test_review_up_to_the_limit_opens_a_case(clock: Any, stars: float | None, cases: int) -> None:
    write_review(make_channel(kind="google_reviews", is_public=True), stars, "Cold soup.")
    follow()
    assert [(case.source, case.customer_words) for case in RecoveryCase.objects.all()] == [
        ("review", "Cold soup.")
    ] * cases


def test_review_that_turns_bad_opens_a_case_and_one_that_turns_good_closes_it(clock: Any) -> None:
    channel = make_channel(kind="google_reviews", is_public=True)
    write_review(channel, 5, "Fine.")
    clock.shift(timedelta(hours=1))
    write_review(channel, 1, "No longer.")
    assert follow() == 1
    case = RecoveryCase.objects.get()
    assert (case.score_before, case.closed_at) == (1.0, None)
    clock.shift(timedelta(hours=1))
    write_review(channel, 5, "They called.")
    follow()
    case.refresh_from_db()
    assert (case.outcome, case.closing_note) == ("mistaken", "The author has changed the review to 5 stars.")


# Anger --------------------------------------------------------------------------------------------------------------------


def angry(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(sentiment="negative", sentiment_is_strong=True)


def test_contact_resolved_in_anger_opens_a_case(clock: Any, email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel, text="You are useless!")
    angry(ticket)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert follow() == 1
    assert RecoverySignal.objects.get().key == f"ticket:{ticket.pk}:contact:1"
    assert RecoveryCase.objects.get().source == "sentiment"


def test_contact_that_went_quiet_in_anger_opens_the_same_case_once(clock: Any, email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    angry(ticket)
    assert find_signals() == 0
    clock.shift(timedelta(days=1))
    assert [find_signals(), find_signals()] == [1, 0]
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert (follow(), RecoveryCase.objects.count()) == (0, 1)


def test_calm_end_opens_nothing(clock: Any, email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    Ticket.objects.update(sentiment="negative")
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert follow() == 0


# Coming back --------------------------------------------------------------------------------------------------------------


def come_back(clock: Any, channel: Any, topic: Topic | None, times: int) -> None:
    for _time in range(times):
        receive_message(channel, text="It is broken again.")
        Ticket.objects.update(topic=topic)
        clock.shift(timedelta(hours=20))


@pytest.mark.parametrize(("times", "cases"), [(2, 0), (3, 1), (4, 1)])
def test_third_contact_about_one_topic_opens_a_case(clock: Any, api_channel: Any, times: int, cases: int) -> None:
    come_back(clock, api_channel, Topic.objects.create(name="Repairs"), times)
    follow()
    assert [case.source for case in RecoveryCase.objects.all()] == ["repeated"] * cases
    assert Ticket.objects.get().contact_number == times


def test_contacts_about_no_topic_or_long_ago_are_not_counted(clock: Any, api_channel: Any) -> None:
    come_back(clock, api_channel, None, 4)
    assert follow() == 0
    topic = Topic.objects.create(name="Repairs")
    Ticket.objects.update(topic=topic)
    clock.shift(timedelta(days=14))
    receive_message(api_channel)
    assert take_events(TicketEvent.objects.order_by("pk")) == 0


def test_closed_case_is_a_new_beginning_for_the_count(clock: Any, api_channel: Any) -> None:
    topic = Topic.objects.create(name="Repairs")
    come_back(clock, api_channel, topic, 3)
    follow()
    RecoveryCase.objects.update(closed_at=now(), outcome="regained")
    come_back(clock, api_channel, topic, 2)
    assert follow() == 0
    come_back(clock, api_channel, topic, 1)
    assert follow() == 1


# The first word, and what it costs ----------------------------------------------------------------------------------------


def test_any_answer_of_an_agent_is_the_first_contact(clock: Any, asked: Asked, agent: Any) -> None:
    invitation = asked()
    vote(invitation, 2)
    follow()
    clock.shift(timedelta(hours=1))
    assert invitation.ticket is not None
    reply_to_ticket(ticket_id=invitation.ticket.pk, actor=Actor.agent(agent), text="I have just read that. I am on it.")
    follow()
    assert RecoveryCase.objects.get().first_contact_at == now()


def test_answer_taken_back_was_no_contact(clock: Any, asked: Asked, agent: Any) -> None:
    invitation = asked()
    vote(invitation, 2)
    follow()
    clock.shift(timedelta(hours=1))
    assert invitation.ticket is not None
    sent = reply_to_ticket(ticket_id=invitation.ticket.pk, actor=Actor.agent(agent), text="Oh no.", undo_seconds=30)
    follow()
    undo_send(message_id=sent.pk, actor=Actor.agent(agent))
    follow()
    case = RecoveryCase.objects.get()
    assert (case.first_contact_at, case.next_due_at) == (None, case.first_contact_due_at)


def test_batch_that_says_nothing_costs_next_to_nothing(
    clock: Any, asked: Asked, email_channel: Any, django_assert_num_queries: Any
) -> None:
    vote(asked(), 9)
    ticket = make_ticket(email_channel)
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    follow()
    events = list(TicketEvent.objects.order_by("pk"))
    dull = [event for event in events if event.kind in ("message.received", "ticket.opened", "ticket.assigned")]
    # Topics of the tickets that somebody wrote on.
    with django_assert_num_queries(1):
        take_events(dull)
    with django_assert_num_queries(0):
        take_events([event for event in events if event.kind.startswith(("message.queued", "survey.sent"))])
    # One more each for votes, resolutions and answers, however many there are.
    with CaptureQueriesContext(
        connection,
    ) as spent:
        take_events(events * 50)
    assert len(spent) == 4
