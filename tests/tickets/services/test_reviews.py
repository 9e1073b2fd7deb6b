"""Reviews: one public conversation each, edits kept, deletions marked, answers matched."""

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from channels_app.adapters.base import Address, Receipt, ReviewReceived, digest
from helpdesk.common.errors import Unprocessable
from tests.factories import make_channel, make_event, make_ticket
from tickets.models import Customer, Message, Review, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.delivery import record_receipt
from tickets.services.intake import receive
from tickets.services.intake_steps import NotHereYet
from tickets.services.lifecycle import resolve_ticket
from tickets.services.merging import merge_tickets
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture
def channel(db):
    return make_channel(kind="google_reviews", slug="google", is_public=True)


def review_item(**fields):
    values = {
        "external_id": "accounts/1/locations/2/reviews/r1",
        "author": Address(address="r1", name="Carla Cruz", kind="review_author"),
        "rating": 2.0,
        "scale": 5,
        "text": "Cold soup.",
        "sent_at": MONDAY,
        "edited_at": MONDAY,
        "url": "https://maps.example/r1",
    }
    values |= fields
    return ReviewReceived(
        dedup_key=digest("review", values["external_id"], str(values["edited_at"]), values["text"]), **values
    )


def file(channel, **fields):
    return receive(channel=channel, item=review_item(**fields))


def answer(review, agent, text="We are sorry."):
    return reply_to_ticket(ticket_id=review.message.ticket_id, actor=Actor.agent(agent), text=text, is_public=True)


def publish(message):
    Message.objects.filter(pk=message.pk).update(delivery_state="sending", attempts=1)
    record_receipt(Message.objects.get(pk=message.pk), 1, Receipt(external_id="r1/reply"))


def test_new_review_opens_a_public_conversation_and_a_ticket(channel):
    filed = file(channel)
    review = Review.objects.select_related("message__conversation").get()
    assert filed.outcome == "created"
    assert (review.stars, review.rating, review.scale, review.reply_state) == (2.0, 2.0, 5, "none")
    assert review.message.visibility == review.message.conversation.visibility == "public"
    assert review.message.details["review"]["stars"] == 2.0
    assert review.message.ticket.waiting_since is not None
    assert TicketEvent.objects.get(kind="review.received").data == {
        "review": review.pk,
        "message": review.message_id,
        "stars": 2.0,
    }


def test_same_review_twice_changes_nothing(channel):
    file(channel)
    before = TicketEvent.objects.count()
    assert file(channel).outcome == "duplicate"
    assert (Review.objects.count(), Ticket.objects.count(), TicketEvent.objects.count()) == (1, 1, before)


def test_rating_on_ten_becomes_five_stars(channel):
    file(channel, rating=10.0, scale=10)
    assert Review.objects.get().stars == 5.0


def test_edit_changes_the_message_and_keeps_the_earlier_version(channel):
    file(channel)
    edited = file(channel, text="They called. Better now.", rating=4.0, edited_at=MONDAY + timedelta(days=1))
    review = Review.objects.select_related("message").get()
    assert edited.outcome == "changed"
    assert review.message.text == "They called. Better now."
    assert (review.stars, [kept["text"] for kept in review.history]) == (4.0, ["Cold soup."])
    assert review.history[0]["rating"] == 2.0
    told = TicketEvent.objects.get(kind="review.changed").data
    assert (told["previous"], told["stars"]) == (2.0, 4.0)


def test_edit_reopens_a_resolved_ticket(channel, agent):
    ticket_id = file(channel).ticket_id
    resolve_ticket(ticket_id=ticket_id, actor=Actor.agent(agent))
    assert file(channel, text="Still cold.", edited_at=MONDAY + timedelta(days=1)).outcome == "reopened"
    ticket = Ticket.objects.get(pk=ticket_id)
    assert (ticket.status, ticket.reopen_count) == ("open", 1)
    assert ticket.waiting_since is not None


def test_new_time_without_a_new_word_wakes_nobody(channel, agent):
    ticket_id = file(channel).ticket_id
    resolve_ticket(ticket_id=ticket_id, actor=Actor.agent(agent))
    assert file(channel, edited_at=MONDAY + timedelta(days=1)).outcome == "duplicate"
    assert Ticket.objects.get(pk=ticket_id).status == "resolved"


def test_edit_of_a_closed_case_opens_the_next_one_and_leaves_the_old_text(channel, agent):
    ticket_id = file(channel).ticket_id
    Ticket.objects.filter(pk=ticket_id).update(status="closed")
    assert file(channel, text="Again!", edited_at=MONDAY + timedelta(days=1)).outcome == "created"
    review = Review.objects.select_related("message__ticket").get()
    assert review.message.ticket.follow_up_of_id == ticket_id
    assert review.message.text == "Again!"
    assert Message.objects.filter(ticket=ticket_id, text="Cold soup.").exists()


def test_older_version_that_comes_late_only_joins_the_history(channel):
    file(channel, text="Third", edited_at=MONDAY + timedelta(days=2))
    assert file(channel, text="First").outcome == "ignored"
    review = Review.objects.select_related("message").get()
    assert (review.message.text, [kept["text"] for kept in review.history]) == ("Third", ["First"])


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_repetition_gives_the_same_review(channel, seed):
    versions = [
        {"text": text, "rating": rating, "edited_at": MONDAY + timedelta(days=day)}
        for day, (text, rating) in enumerate([("One", 1.0), ("Two", 2.0), ("Three", 3.0)])
    ]
    calls = list(itertools.chain.from_iterable([versions] * 3))
    random.Random(seed).shuffle(calls)
    for version in calls:
        file(channel, **version)
    review = Review.objects.select_related("message").get()
    assert (review.message.text, review.stars, Ticket.objects.count()) == ("Three", 3.0, 1)
    assert [kept["text"] for kept in review.history] == ["One", "Two"]


def test_file_without_times_read_again_goes_not_back(channel):
    for text in ("One", "Two", "One"):
        last = file(channel, text=text, edited_at=None)
    assert last.outcome == "ignored"
    assert Review.objects.get().message.text == "Two"


def test_deletion_is_marked_and_keeps_the_text(channel):
    filed = file(channel)
    assert file(channel, is_deleted=True, text="", rating=None, edited_at=None).outcome == "changed"
    review = Review.objects.select_related("message__ticket").get()
    assert review.deleted_at is not None
    assert review.message.text == "Cold soup."
    assert review.message.ticket.waiting_since is None
    assert TicketEvent.objects.filter(ticket=filed.ticket_id, kind="review.deleted").count() == 1
    assert file(channel, is_deleted=True, text="", edited_at=None).outcome == "duplicate"


def test_deletion_does_not_end_the_waiting_of_who_has_asked_something_else(channel):
    filed = file(channel)
    chat = make_ticket(make_channel(kind="api"), sender=Address(address="user-7"), text="Where is my order?")
    review_ticket = Ticket.objects.get(pk=filed.ticket_id)
    Ticket.objects.filter(pk=chat.pk).update(customer=review_ticket.customer)
    merge_tickets(ticket_id=chat.pk, into_ticket_id=review_ticket.pk, actor=Actor.system())
    file(channel, is_deleted=True, text="", rating=None, edited_at=None)
    review_ticket.refresh_from_db()
    assert review_ticket.waiting_since == chat.waiting_since
    assert TicketEvent.objects.get(ticket=review_ticket, kind="review.deleted").data["is_waiting"] is True


def test_answer_taken_back_on_a_deleted_review_starts_no_clock(channel, agent):
    filed = file(channel)
    file(channel, is_deleted=True, text="", rating=None, edited_at=None)
    reply = answer(Review.objects.get(), agent)
    undo_send(message_id=reply.pk, actor=Actor.agent(agent))
    assert Ticket.objects.get(pk=filed.ticket_id).waiting_since is None


def test_deletion_of_a_review_that_nobody_knows_opens_no_ticket(channel):
    assert file(channel, is_deleted=True).outcome == "ignored"
    assert not Ticket.objects.exists()


def test_deletion_that_overtakes_its_review_waits_for_it(channel):
    event = make_event(channel, source="webhook", attempts=1)
    with pytest.raises(NotHereYet):
        receive(channel=channel, item=review_item(is_deleted=True), event=event)
    event.attempts = 5
    assert receive(channel=channel, item=review_item(is_deleted=True), event=event).outcome == "ignored"


def test_author_is_nobody_else_whatever_he_says(channel):
    known = Customer.objects.create(name="Carla Cruz", sort_name="carla cruz")
    file(channel, details={"claimed": {"order": "4711", "email": "carla@customer.example"}})
    review = Review.objects.select_related("message__ticket").get()
    assert review.message.ticket.customer_id != known.pk
    assert review.message.details["review"]["claimed"]["order"] == "4711"


def test_answer_is_queued_then_published_then_outdated(channel, agent):
    file(channel)
    review = Review.objects.get()
    message = answer(review, agent)
    review.refresh_from_db()
    assert review.reply_state == "queued"
    publish(message)
    review.refresh_from_db()
    assert (review.reply_state, review.reply_text) == ("published", "We are sorry.")
    file(channel, text="Worse!", edited_at=Message.objects.get(pk=message.pk).sent_at + timedelta(hours=1))
    review.refresh_from_db()
    assert review.reply_state == "outdated"


def test_answer_taken_back_leaves_the_review_unanswered(channel, agent):
    file(channel)
    message = reply_to_ticket(
        ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="Sorry", is_public=True, undo_seconds=30
    )
    undo_send(message_id=message.pk, actor=Actor.agent(agent))
    assert Review.objects.get().reply_state == "none"


def test_private_answer_never_leaves_on_a_review(channel, agent):
    file(channel)
    with pytest.raises(Unprocessable) as refusal:
        reply_to_ticket(ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="Your order 4711")
    assert refusal.value.code == "would_be_public"


def test_our_own_answer_seen_at_the_site_is_not_a_second_one(channel, agent):
    file(channel)
    message = answer(Review.objects.get(), agent, text="We are\nsorry.")
    publish(message)
    file(channel, reply="We are sorry.")
    assert Message.objects.filter(direction="out").count() == 1
    assert Message.objects.get(pk=message.pk).delivery_state == "delivered"


def test_answer_of_unknown_outcome_that_stands_at_the_site_has_arrived(channel, agent):
    file(channel)
    message = answer(Review.objects.get(), agent)
    Message.objects.filter(pk=message.pk).update(delivery_state="unknown")
    file(channel, reply="We are sorry.")
    assert Message.objects.get(pk=message.pk).delivery_state == "delivered"
    assert Review.objects.get().reply_state == "published"


def test_answer_written_at_the_site_is_shown_and_ends_the_waiting(channel):
    file(channel)
    assert file(channel, reply="Thank you, the owner").outcome == "changed"
    review = Review.objects.select_related("message__ticket").get()
    assert (review.reply_state, review.is_reply_foreign) == ("published", True)
    assert review.message.ticket.waiting_since is None
    file(channel, reply="Thank you again, the owner")
    assert Message.objects.get(purpose="elsewhere").text == "Thank you again, the owner"


def test_review_that_was_answered_before_we_saw_it_is_no_work(channel):
    file(channel, reply="Thank you, the owner")
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.waiting_since) == ("resolved", None)


def test_answer_taken_down_at_the_site_is_told(channel, agent):
    file(channel)
    publish(answer(Review.objects.get(), agent))
    Review.objects.update(replied_at=MONDAY)
    file(channel, details={"has_reply": False})
    review = Review.objects.get()
    assert (review.reply_state, review.reply_text) == ("none", "")
    assert TicketEvent.objects.filter(kind="review.answer_removed").count() == 1


def test_page_read_just_before_our_answer_takes_nothing_down(channel, agent):
    file(channel)
    publish(answer(Review.objects.get(), agent))
    file(channel, details={"has_reply": False})
    assert Review.objects.get().reply_state == "published"


def test_script_is_no_address(channel):
    file(channel, url="javascript:alert(1)")
    assert Review.objects.get().url == ""


def test_review_is_announced_by_its_id_on_commit(channel, django_capture_on_commit_callbacks):
    from tickets.signals import review_received

    seen = []

    def keep(sender, review_id, **kwargs):
        seen.append(review_id)

    review_received.connect(keep)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            file(channel)
        with django_capture_on_commit_callbacks(execute=True):
            file(channel)
    finally:
        review_received.disconnect(keep)
    assert seen == [Review.objects.get().pk]


@pytest.mark.django_db(transaction=True)
def test_versions_that_come_at_once_are_filed_one_behind_the_other():
    channel = make_channel(kind="google_reviews", slug="busy", is_public=True)
    versions = [
        review_item(text=text, edited_at=MONDAY + timedelta(days=day))
        for day, text in enumerate(("One", "Two", "Three"))
    ]

    def file_one(item):
        try:
            return receive(channel=channel, item=item).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        outcomes = list(pool.map(file_one, versions * 3))
    review = Review.objects.select_related("message").get()
    assert outcomes.count("created") == 1
    assert (review.message.text, Ticket.objects.count(), Message.objects.count()) == ("Three", 1, 1)
    assert [kept["text"] for kept in review.history] == ["One", "Two"]
