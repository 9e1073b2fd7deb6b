"""Filing inbound messages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels_app.adapters.base import Address, DeliveryUpdate, Ignored, MessageChanged, digest
from helpdesk.common.clock import now
from tests.factories import last_message, make_channel, make_item, make_ticket, receive_message
from tickets.models import (
    Conversation,
    ConversationParticipant,
    Customer,
    CustomerIdentity,
    Message,
    Ticket,
    TicketEvent,
)
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.lifecycle import close_due_tickets, put_on_hold, resolve_ticket, set_pending
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db
STRANGER = Address(address="eve@elsewhere.example", name="Eve")


def token_of(ticket: Ticket) -> str:
    return Conversation.objects.get(active_ticket=ticket).reply_token


def test_first_message_opens_a_ticket_with_customer_conversation_and_events(email_channel):
    filed = receive_message(email_channel, subject="Broken lamp", text="It does not light up.")
    ticket = Ticket.objects.get(pk=filed.ticket_id)
    assert filed.outcome == "created"
    assert (ticket.subject, ticket.status, ticket.unread_count) == ("Broken lamp", "new", 1)
    assert ticket.customer.name == "Carla Customer"
    assert ticket.waiting_since == ticket.opened_at == last_message(ticket).sort_at
    kinds = list(ticket.events.order_by("sequence").values_list("sequence", "kind"))
    assert kinds == [(1, "ticket.opened"), (2, "message.received")]
    assert ticket.event_sequence == 2


def test_ticket_numbers_come_from_a_sequence(email_channel):
    first = make_ticket(email_channel)
    second = make_ticket(email_channel)
    assert second.number == first.number + 1


def test_same_item_twice_is_filed_once(email_channel):
    item = make_item()
    first = receive(channel=email_channel, item=item)
    second = receive(channel=email_channel, item=item)
    assert (first.outcome, second.outcome) == ("created", "duplicate")
    assert second.message_id == first.message_id
    assert Message.objects.count() == Ticket.objects.count() == 1


def test_two_mails_with_one_message_id_and_other_bodies_are_both_kept(email_channel):
    receive_message(email_channel, external_id="same@x", dedup_key=digest("same@x", "one"))
    receive_message(email_channel, external_id="same@x", dedup_key=digest("same@x", "two"))
    assert Message.objects.count() == 2


def test_reply_with_our_token_is_filed_on_the_ticket(email_channel):
    ticket = make_ticket(email_channel)
    filed = receive_message(email_channel, thread_tokens=[token_of(ticket)], subject="Something else entirely")
    assert (filed.outcome, filed.ticket_id) == ("appended", ticket.pk)


def test_reply_that_only_references_an_earlier_mail_is_filed_on_the_ticket(email_channel):
    ticket = make_ticket(email_channel)
    external_id = last_message(ticket).external_id
    assert receive_message(email_channel, references=["unknown@x", external_id]).ticket_id == ticket.pk


def test_same_subject_alone_opens_another_ticket(email_channel):
    ticket = make_ticket(email_channel, subject="Invoice")
    assert receive_message(email_channel, subject="Re: Invoice").ticket_id != ticket.pk


def test_token_of_a_wrong_length_proves_nothing(email_channel):
    ticket = make_ticket(email_channel)
    assert receive_message(email_channel, thread_tokens=[token_of(ticket)[:-1]]).ticket_id != ticket.pk


def test_sender_who_is_no_participant_gets_a_ticket_that_says_so(email_channel):
    ticket = make_ticket(email_channel)
    filed = receive_message(email_channel, sender=STRANGER, thread_tokens=[token_of(ticket)])
    other = Ticket.objects.get(pk=filed.ticket_id)
    assert filed.outcome == "created"
    assert other.pk != ticket.pk
    assert other.notice == f"not_a_participant:{ticket.number}"


def test_being_copied_gives_no_right_to_write_into_the_conversation(email_channel):
    ticket = make_ticket(email_channel)
    receive_message(email_channel, thread_tokens=[token_of(ticket)], cc=[STRANGER])
    filed = receive_message(email_channel, sender=STRANGER, thread_tokens=[token_of(ticket)])
    assert filed.ticket_id != ticket.pk


def test_participant_added_by_an_agent_writes_into_the_conversation(email_channel):
    ticket = make_ticket(email_channel)
    receive_message(email_channel, sender=STRANGER)
    conversation = Conversation.objects.get(active_ticket=ticket)
    identity = CustomerIdentity.objects.get(address=STRANGER.address)
    ConversationParticipant.objects.create(conversation=conversation, identity=identity, role="added")
    assert receive_message(email_channel, sender=STRANGER, thread_tokens=[token_of(ticket)]).ticket_id == ticket.pk


def test_customer_writes_from_his_second_address(email_channel):
    ticket = make_ticket(email_channel)
    CustomerIdentity.objects.create(customer=ticket.customer, kind="email", address="carla@home.example")
    sender = Address(address="carla@home.example")
    assert receive_message(email_channel, sender=sender, thread_tokens=[token_of(ticket)]).ticket_id == ticket.pk


def test_message_on_a_resolved_ticket_reopens_it(email_channel, agent):
    ticket = make_ticket(email_channel)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    filed = receive_message(email_channel, thread_tokens=[token_of(ticket)])
    ticket.refresh_from_db()
    assert filed.outcome == "reopened"
    assert (ticket.status, ticket.reopen_count, ticket.closes_at) == ("open", 1, None)
    assert ticket.waiting_since is not None


def test_message_after_the_reopen_window_opens_a_follow_up(email_channel, agent):
    ticket = make_ticket(email_channel)
    token = token_of(ticket)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    Ticket.objects.filter(pk=ticket.pk).update(closes_at=now() - timedelta(seconds=1))
    filed = receive_message(email_channel, thread_tokens=[token])
    assert filed.outcome == "created"
    assert Ticket.objects.get(pk=filed.ticket_id).follow_up_of_id == ticket.pk
    assert close_due_tickets() == 1
    assert Conversation.objects.get(reply_token=token).active_ticket_id == filed.ticket_id


def test_message_on_a_closed_ticket_opens_a_follow_up(email_channel, agent):
    ticket = make_ticket(email_channel)
    token = token_of(ticket)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    Ticket.objects.filter(pk=ticket.pk).update(closes_at=now())
    close_due_tickets()
    filed = receive_message(email_channel, thread_tokens=[token])
    assert Ticket.objects.get(pk=filed.ticket_id).follow_up_of_id == ticket.pk


def test_customer_message_wakes_a_pending_ticket(email_channel, agent):
    ticket = make_ticket(email_channel)
    set_pending(ticket_id=ticket.pk, actor=Actor.agent(agent))
    receive_message(email_channel, thread_tokens=[token_of(ticket)])
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_vacation_note_starts_no_clock_and_wakes_nothing(email_channel, agent):
    ticket = make_ticket(email_channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Done", status_after="resolved")
    receive_message(email_channel, thread_tokens=[token_of(ticket)], is_auto_reply=True)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, ticket.unread_count) == ("resolved", None, 1)


def test_vacation_note_on_a_closed_case_opens_no_other(email_channel, agent):
    ticket = make_ticket(email_channel)
    token = token_of(ticket)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    Ticket.objects.filter(pk=ticket.pk).update(closes_at=now())
    close_due_tickets()
    filed = receive_message(email_channel, thread_tokens=[token], is_auto_reply=True)
    ticket.refresh_from_db()
    assert (filed.ticket_id, ticket.status) == (ticket.pk, "closed")


def test_waiting_time_counts_from_the_first_unanswered_message(email_channel):
    ticket = make_ticket(email_channel)
    for _ in range(2):
        receive_message(email_channel, thread_tokens=[token_of(ticket)])
    ticket.refresh_from_db()
    assert ticket.waiting_since == ticket.messages.order_by("id")[0].sort_at
    assert ticket.unread_count == 3


def test_silence_longer_than_the_gap_begins_a_new_contact(email_channel):
    ticket = make_ticket(email_channel)
    receive_message(email_channel, thread_tokens=[token_of(ticket)])
    Ticket.objects.filter(pk=ticket.pk).update(contact_ends_at=now() - timedelta(minutes=1))
    receive_message(email_channel, thread_tokens=[token_of(ticket)])
    ticket.refresh_from_db()
    assert ticket.contact_number == 2
    assert list(ticket.messages.order_by("id").values_list("contact_number", flat=True)) == [1, 1, 2]


def test_hold_ends_the_contact(email_channel, agent):
    ticket = make_ticket(email_channel)
    put_on_hold(ticket_id=ticket.pk, actor=Actor.agent(agent))
    receive_message(email_channel, thread_tokens=[token_of(ticket)])
    ticket.refresh_from_db()
    assert (ticket.contact_number, ticket.status) == (2, "open")


def test_mail_from_one_of_our_own_channels_is_dropped_as_a_loop(email_channel):
    make_channel(kind="email", slug="sales", config={"address": "sales@desk.example"})
    filed = receive_message(email_channel, sender=Address(address="sales@desk.example"))
    assert (filed.outcome, filed.reason) == ("ignored", "loop")
    assert not Ticket.objects.exists()


def test_message_of_a_blocked_customer_is_kept_as_spam(email_channel):
    ticket = make_ticket(email_channel)
    Customer.objects.update(is_blocked=True)
    filed = receive_message(email_channel)
    spam = Ticket.objects.get(pk=filed.ticket_id)
    assert spam.pk != ticket.pk
    assert (spam.is_spam, spam.status, spam.waiting_since) == (True, "closed", None)


def test_bounce_changes_the_message_that_bounced_and_opens_no_ticket(email_channel, agent):
    ticket = make_ticket(email_channel)
    sent = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Answer")
    Message.objects.filter(pk=sent.pk).update(delivery_state="sent")
    bounce = DeliveryUpdate(
        dedup_key=digest("bounce"), status="failed", status_of=sent.external_id, error_code="5.1.1", reason="No such user",
        is_bounce=True, recipient="carla@customer.example",
    )  # fmt: skip
    filed = receive(channel=email_channel, item=bounce)
    sent.refresh_from_db()
    assert (filed.outcome, filed.message_id) == ("status", sent.pk)
    assert (sent.delivery_state, sent.error_code) == ("failed", "5.1.1")
    assert Ticket.objects.get().notice == "delivery_failed"


def test_soft_bounce_keeps_the_state_and_stores_its_code(email_channel, agent):
    ticket = make_ticket(email_channel)
    sent = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Answer")
    Message.objects.filter(pk=sent.pk).update(delivery_state="sent")
    soft = DeliveryUpdate(
        dedup_key=digest("soft"),
        status="failed",
        status_of=sent.external_id,
        error_code="4.2.2",
        is_soft=True,
        is_bounce=True,
    )
    receive(channel=email_channel, item=soft)
    sent.refresh_from_db()
    assert (sent.delivery_state, sent.error_code) == ("sent", "4.2.2")


def test_bounce_of_an_unknown_message_is_ignored(email_channel):
    item = DeliveryUpdate(dedup_key=digest("x"), status="failed", status_of="nobody@knows", is_bounce=True)
    assert receive(channel=email_channel, item=item).outcome == "ignored"


def test_edit_and_deletion_change_the_message_in_place(api_channel):
    filed = receive_message(api_channel, external_id="m-1")
    edit = MessageChanged(dedup_key=digest("e"), change_of="m-1", change="edited", text="Corrected")
    assert receive(channel=api_channel, item=edit).outcome == "changed"
    message = Message.objects.get(pk=filed.message_id)
    assert (message.text, message.edited_at is not None) == ("Corrected", True)
    assert TicketEvent.objects.filter(kind="message.changed").count() == 1


def test_ignored_item_leaves_nothing_but_its_reason(api_channel):
    filed = receive(channel=api_channel, item=Ignored(dedup_key=digest("t"), reason="typing"))
    assert (filed.outcome, filed.reason) == ("ignored", "typing")


def test_messaging_keeps_one_conversation_per_identity(api_channel):
    first = receive_message(api_channel)
    second = receive_message(api_channel)
    assert first.conversation_id == second.conversation_id
    assert first.ticket_id == second.ticket_id


def test_addresses_of_a_messaging_channel_belong_to_that_channel(api_channel):
    other = make_channel(kind="api")
    first = Ticket.objects.get(pk=receive_message(api_channel).ticket_id)
    second = Ticket.objects.get(pk=receive_message(other).ticket_id)
    assert first.customer_id != second.customer_id


def test_provider_time_orders_messaging_and_is_clamped(api_channel):
    early = now() - timedelta(hours=1)
    filed = receive_message(api_channel, sent_at=early)
    assert Message.objects.get(pk=filed.message_id).sort_at == early
    ancient = receive_message(api_channel, sent_at=now() - timedelta(days=400))
    assert Message.objects.get(pk=ancient.message_id).sort_at > now() - timedelta(days=8)
    future = receive_message(api_channel, sent_at=now() + timedelta(days=400))
    assert Message.objects.get(pk=future.message_id).sort_at <= now()


def test_hostile_text_is_stored_without_nul_and_surrogates(email_channel):
    filed = receive_message(email_channel, subject="a\x00b\ud800", text="c\x00d", external_id="x\x00" + "y" * 10_000)
    message = Message.objects.get(pk=filed.message_id)
    assert "\x00" not in message.subject + message.text + message.external_id


def test_reply_on_a_known_ticket_takes_at_most_twelve_statements(email_channel, agent):
    ticket = make_ticket(email_channel)
    token = token_of(ticket)
    receive_message(email_channel, thread_tokens=[token])
    with CaptureQueriesContext(connection) as queries:
        receive_message(email_channel, thread_tokens=[token])
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 12, "\n".join(statements)


def test_identity_keeps_the_address_as_written_without_the_name(email_channel):
    sender = Address(address="carla@customer.example", name="Carla", raw='"Carla" <Carla@Customer.Example>')
    receive_message(email_channel, sender=sender)
    identity = CustomerIdentity.objects.get()
    assert (identity.address, identity.address_raw) == ("carla@customer.example", "Carla@Customer.Example")


def test_address_that_an_agent_copied_writes_into_the_conversation(email_channel, agent):
    ticket = make_ticket(email_channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Eve knows more", cc=[STRANGER.address])
    filed = receive_message(email_channel, sender=STRANGER, thread_tokens=[token_of(ticket)])
    assert (filed.outcome, filed.ticket_id) == ("appended", ticket.pk)


def test_copy_of_an_undone_reply_makes_nobody_a_participant(email_channel, agent):
    ticket = make_ticket(email_channel)
    sent = reply_to_ticket(
        ticket_id=ticket.pk, actor=Actor.agent(agent), text="x", cc=[STRANGER.address], undo_seconds=5
    )
    undo_send(message_id=sent.pk, actor=Actor.agent(agent))
    assert receive_message(email_channel, sender=STRANGER, thread_tokens=[token_of(ticket)]).ticket_id != ticket.pk


def test_blocked_customer_starts_no_clock_on_a_ticket_that_is_open(email_channel, agent):
    ticket = make_ticket(email_channel)
    token = token_of(ticket)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Done", status_after="resolved")
    Customer.objects.update(is_blocked=True)
    filed = receive_message(email_channel, thread_tokens=[token])
    ticket.refresh_from_db()
    assert (filed.outcome, ticket.status, ticket.unread_count, ticket.waiting_since) == (
        "appended",
        "resolved",
        0,
        None,
    )
    assert Message.objects.get(pk=filed.message_id).flags == ["blocked"]


def test_vacation_note_after_the_window_opens_no_follow_up(email_channel, agent):
    ticket = make_ticket(email_channel)
    token = token_of(ticket)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    Ticket.objects.filter(pk=ticket.pk).update(closes_at=now() - timedelta(seconds=1))
    assert receive_message(email_channel, thread_tokens=[token], is_auto_reply=True).ticket_id == ticket.pk


def test_same_reaction_twice_is_kept_once(api_channel):
    filed = receive_message(api_channel, external_id="m-1")
    reaction = MessageChanged(dedup_key=digest("r"), change_of="m-1", change="reaction", text="👍")
    outcomes = [receive(channel=api_channel, item=reaction).outcome for _ in range(2)]
    assert outcomes == ["changed", "duplicate"]
    assert len(Message.objects.get(pk=filed.message_id).reactions) == 1
