"""Answering."""

import pytest

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, Stale, Unprocessable
from tests.factories import last_message, make_channel, make_team, make_ticket, receive_message
from tickets.models import Conversation, Draft, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.drafts import save_draft
from tickets.services.files import store_file
from tickets.services.lifecycle import resolve_ticket
from tickets.services.opening import open_ticket
from tickets.services.replies import add_note, reply_to_ticket
from tickets.services.system_messages import queue_system_message
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(email_channel):
    return make_ticket(email_channel, subject="Broken lamp")


@pytest.fixture
def ana(agent):
    return Actor.agent(agent)


def test_reply_is_queued_for_the_customer_and_stops_the_clocks(ticket, ana, agent):
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="We send a new one.")
    ticket.refresh_from_db()
    assert (message.delivery_state, message.subject) == ("queued", "Re: Broken lamp")
    assert list(message.recipients.values_list("role", "address")) == [("to", "carla@customer.example")]
    assert (ticket.status, ticket.waiting_since, ticket.unread_count) == ("open", None, 0)
    assert (ticket.first_response_at, ticket.agent_reply_count) == (message.sort_at, 1)
    assert ticket.assignee == agent
    assert ticket.preview == "We send a new one."


def test_message_id_carries_the_conversation_token(ticket, ana):
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Hello")
    token = Conversation.objects.get(active_ticket=ticket).reply_token
    assert message.external_id == f"{message.uuid.hex}.{token}@desk.example"


@pytest.mark.parametrize(
    ("text", "code"), [("  \n ", "empty_reply"), ("Hi {{customer.first_name}}", "open_placeholder")]
)
def test_reply_that_cannot_be_meant_is_refused(ticket, ana, text, code):
    with pytest.raises(Unprocessable) as refusal:
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text=text)
    assert refusal.value.code == code
    assert not Message.objects.filter(direction="out").exists()


def test_reply_is_stopped_when_something_newer_arrived(ticket, ana, email_channel):
    seen = ticket.event_sequence
    receive_message(email_channel, thread_tokens=[Conversation.objects.get().reply_token])
    with pytest.raises(Conflict) as refusal:
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Hello", seen_sequence=seen)
    assert refusal.value.code == "unseen_messages"


def test_own_note_does_not_stop_the_reply(ticket, ana):
    seen = ticket.event_sequence
    add_note(ticket_id=ticket.pk, actor=ana, text="Called the warehouse")
    assert reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Hello", seen_sequence=seen).pk


def test_reply_to_a_closed_ticket_is_refused_and_says_what_to_do(ticket, ana):
    Ticket.objects.filter(pk=ticket.pk).update(status="closed")
    with pytest.raises(Conflict, match="follow-up"):
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Hello")


def test_reply_to_a_resolved_ticket_leaves_it_resolved(ticket, ana):
    resolve_ticket(ticket_id=ticket.pk, actor=ana)
    reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="One more thing")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_send_and_resolve_is_one_step(ticket, ana):
    reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Solved", status_after="resolved")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    kinds = list(ticket.events.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-2:] == ["ticket.assigned", "ticket.resolved"]


def test_copies_are_normalised_and_never_the_customer_himself(ticket, ana):
    message = reply_to_ticket(
        ticket_id=ticket.pk, actor=ana, text="x", cc=["Bob@Example.ORG", "carla@customer.example", "bob@example.org"]
    )
    assert list(message.recipients.filter(role="cc").values_list("address", flat=True)) == ["bob@example.org"]


@pytest.mark.parametrize("address", ["no-address", "a@b.c, evil@x.org", "x" * 400 + "@y.z"])
def test_bad_copy_address_is_refused_with_its_field(ticket, ana, address):
    with pytest.raises(InvalidInput) as refusal:
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="x", cc=[address])
    assert "cc" in refusal.value.fields


def test_channel_that_cannot_copy_refuses_aloud(ana):
    ticket = make_ticket(make_channel(kind="api"))
    with pytest.raises(Unprocessable) as refusal:
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="x", cc=["bob@example.org"])
    assert refusal.value.code == "channel_cannot"


def test_switched_off_channel_refuses_before_sending(ticket, ana, email_channel):
    email_channel.is_active = False
    email_channel.save()
    with pytest.raises(Unprocessable):
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="x")


def test_files_go_with_the_reply(ticket, ana):
    file = store_file(name="../../photo.png", content=b"\x89PNG\r\n\x1a\n" + b"0" * 64, content_type="text/html")
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="", attachments=[file])
    attachment = message.attachments.get()
    assert (attachment.name, attachment.content_type) == ("photo.png", "image/png")


def test_signature_stands_below_a_mail_and_not_in_the_preview(ticket, ana, agent):
    agent.signature = "Ana\nAcme"
    agent.save()
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Hello")
    assert message.text == "Hello\n\n-- \nAna\nAcme"
    assert message.reply_text == "Hello"


def test_stale_version_is_refused(ticket, ana):
    with pytest.raises(Stale):
        reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="x", expected_version=ticket.version + 1)


def test_sent_reply_takes_its_draft_along(ticket, ana):
    save_draft(ticket_id=ticket.pk, actor=ana, kind="message", text="Hel")
    save_draft(ticket_id=ticket.pk, actor=ana, kind="note", text="other")
    reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Hello")
    assert list(Draft.objects.values_list("kind", flat=True)) == ["note"]


def test_note_stops_no_clock_and_is_never_queued(ticket, ana):
    note = add_note(ticket_id=ticket.pk, actor=ana, text="Internal")
    ticket.refresh_from_db()
    assert (note.kind, note.delivery_state, note.conversation) == ("note", "", None)
    assert ticket.waiting_since is not None
    assert ticket.first_response_at is None


def test_undo_puts_everything_back(ticket, ana):
    waiting = ticket.waiting_since
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Oops", undo_seconds=5)
    undo_send(message_id=message.pk, actor=ana)
    ticket.refresh_from_db()
    message.refresh_from_db()
    assert message.delivery_state == "cancelled"
    assert (ticket.waiting_since, ticket.first_response_at, ticket.agent_reply_count) == (waiting, None, 0)
    assert ticket.preview == "Where is my parcel?"
    assert Draft.objects.get().text == "Oops"


def test_undoing_the_first_of_two_replies_leaves_the_second_as_the_first_response(ticket, ana):
    first = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Oops", undo_seconds=5)
    second = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="It is on its way.")
    undo_send(message_id=first.pk, actor=ana)
    ticket.refresh_from_db()
    assert (ticket.first_response_at, ticket.agent_reply_count) == (second.sort_at, 1)


def test_mail_of_the_system_is_no_reply_that_could_be_undone(ticket, ana):
    conversation = Conversation.objects.get(active_ticket=ticket)
    mail = queue_system_message(
        conversation_id=conversation.pk, ticket_id=ticket.pk, purpose="survey", subject="How was it?", text="1 2 3"
    )
    with pytest.raises(Conflict) as refused:
        undo_send(message_id=mail.pk, actor=ana)
    assert refused.value.code == "not_a_reply"


def test_what_a_sender_has_taken_cannot_be_undone(ticket, ana):
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Oops")
    Message.objects.filter(pk=message.pk).update(delivery_state="sending")
    with pytest.raises(Conflict) as refusal:
        undo_send(message_id=message.pk, actor=ana)
    assert refusal.value.code == "already_sent"


def test_agent_writes_first(email_channel, ana):
    ticket = open_ticket(
        channel_id=email_channel.pk,
        subject="Your order",
        text="Hello",
        actor=ana,
        address="Neu@Kunde.example",
        name="Neu",
    )
    assert (ticket.opened_by_agent, ticket.status, ticket.customer.name) == (True, "open", "Neu")
    assert ticket.first_response_at is None
    message = last_message(ticket)
    assert (message.subject, message.delivery_state) == ("Your order", "queued")
    conversation = Conversation.objects.get(active_ticket=ticket)
    assert (
        receive_message(email_channel, thread_tokens=[conversation.reply_token], sender=_sender(conversation)).ticket_id
        == ticket.pk
    )


def _sender(conversation):
    from channels_app.adapters.base import Address

    return Address(address=conversation.identity.address)


def test_reply_of_a_person_outside_the_private_team_does_not_assign_him(ticket, stranger, agent):
    team = make_team("Private", agent, is_private=True)
    Ticket.objects.filter(pk=ticket.pk).update(team=team)
    with pytest.raises(InvalidInput):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(stranger), text="x")


def test_times_are_those_of_the_click(ticket, ana):
    before = now()
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="x")
    assert before <= message.sort_at <= now()


def test_undo_of_send_and_resolve_leaves_the_customer_waiting(ticket, ana):
    waiting = ticket.waiting_since
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Oops", status_after="resolved", undo_seconds=5)
    undo_send(message_id=message.pk, actor=ana)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, ticket.closes_at, ticket.assignee) == ("new", waiting, None, None)
    assert (ticket.first_resolved_at, ticket.last_resolved_at, ticket.resolution_count, ticket.reopen_count) == (
        None,
        None,
        0,
        0,
    )


def test_undo_leaves_the_owner_alone_whom_somebody_has_chosen_since(ticket, ana, lead):
    message = reply_to_ticket(ticket_id=ticket.pk, actor=ana, text="Oops", undo_seconds=5)
    assign_ticket(ticket_id=ticket.pk, actor=ana, assignee_id=lead.pk)
    undo_send(message_id=message.pk, actor=ana)
    ticket.refresh_from_db()
    assert ticket.assignee == lead
