"""What was decided once because it cannot be changed later, read from the models and from the database itself."""

import stat
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import PROTECT, ProtectedError

from channels_app.models import Channel
from helpdesk.accounts.models import IdempotencyKey
from helpdesk.accounts.roles import ROLES
from helpdesk.common.clock import now
from helpdesk.common.keys import read_or_create_key
from helpdesk.core.models import SiteSettings
from surveys.models import Invitation
from tests.factories import last_message, make_channel, make_item, make_ticket, receive_message
from tickets.models import Attachment, Conversation, Customer, CustomerIdentity, FollowerPosition, Message, Ticket
from tickets.services import assignment, lifecycle
from tickets.services.actors import Actor
from tickets.services.files import store_file
from tickets.services.intake import receive
from tickets.services.replies import add_note, reply_to_ticket

pytestmark = pytest.mark.django_db
OURS = [
    model
    for app in ("core", "accounts", "channels_app", "tickets", "surveys", "reporting")
    for model in apps.get_app_config(app).get_models()
]


def test_keys_are_bigints_and_what_leaves_the_house_has_a_uuid() -> None:
    # One row, and one row a reader: these are known by what they are.
    for model in set(OURS) - {SiteSettings, FollowerPosition}:
        assert isinstance(model._meta.pk, models.BigAutoField | models.OneToOneField), model
    for model in (Channel, Conversation, Message, Attachment, Invitation):
        field = model._meta.get_field("uuid")
        assert isinstance(field, models.UUIDField)
        assert field.unique
    assert Ticket._meta.get_field("number").unique


def test_no_table_has_a_column_for_a_tenant() -> None:
    names = {field.name for model in OURS for field in model._meta.concrete_fields}
    assert not names & {"tenant", "account", "installation", "company"}


def test_message_is_known_by_channel_and_key_and_not_by_the_id_its_sender_chose(email_channel: Any) -> None:
    item = make_item(external_id="squatted@x")
    receive(channel=email_channel, item=item)
    receive_message(email_channel, external_id="squatted@x")
    first, second = Message.objects.order_by("pk")
    assert first.external_id == second.external_id
    assert len(bytes(first.dedup_key)) == 32
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(dedup_key=first.dedup_key)
    assert receive(channel=make_channel(kind="email"), item=item).outcome == "created"


def test_id_of_any_length_is_stored_and_found_again(email_channel: Any) -> None:
    filed = receive_message(email_channel, external_id="x" * 9_600 + "@x")
    reply = receive_message(email_channel, references=["x" * 9_600 + "@x"])
    assert reply.ticket_id == filed.ticket_id


def test_token_of_a_conversation_is_128_random_bits_and_its_own(email_channel: Any) -> None:
    conversations = [Conversation.objects.get(active_ticket=make_ticket(email_channel)) for _ in range(2)]
    tokens = {conversation.reply_token for conversation in conversations}
    assert len(tokens) == 2
    assert all(len(bytes.fromhex(token)) == 16 for token in tokens)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.update(reply_token=tokens.pop())


def test_one_address_of_a_kind_exists_once_also_without_a_channel(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerIdentity.objects.create(customer=ticket.customer, kind="email", address="carla@customer.example")


@pytest.mark.parametrize("author", ["agent", "bot"])
def test_author_that_says_one_thing_and_names_another_is_refused(email_channel: Any, author: str) -> None:
    make_ticket(email_channel)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(author=author)


def test_note_belongs_to_a_ticket_and_to_no_conversation(email_channel: Any, agent: Any) -> None:
    note = add_note(ticket_id=make_ticket(email_channel).pk, actor=Actor.agent(agent), text="Ask her again.")
    assert (note.conversation_id, note.channel_id, note.delivery_state) == (None, None, "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=note.pk).update(ticket=None)


def test_acknowledgements_are_off_in_a_new_installation() -> None:
    assert SiteSettings().acknowledge_new_tickets is False


def test_nothing_that_a_customer_said_can_be_deleted(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    for row in (ticket.customer, ticket.channel, last_message(ticket).conversation, ticket):
        with pytest.raises(ProtectedError), transaction.atomic():
            row.delete()
    for model in (Ticket, Message, Conversation, CustomerIdentity):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in (
                Ticket,
                Customer,
                Conversation,
                Channel,
            ):
                assert field.remote_field.on_delete is PROTECT, field


def test_no_role_may_delete_a_ticket_a_message_a_customer_or_a_conversation() -> None:
    for codes in ROLES.values():
        assert not {f"tickets.delete_{name}" for name in ("ticket", "message", "customer", "conversation")} & codes


def test_superuser_is_offered_no_deletion_of_them_either(rf: Any, superuser: Any) -> None:
    request = rf.get("/")
    request.user = superuser
    for model in (Ticket, Customer, Channel):
        assert not admin.site._registry[model].has_delete_permission(request), model


def test_times_are_stored_in_utc_and_days_are_those_of_one_site() -> None:
    assert settings.USE_TZ
    with connection.cursor() as cursor:
        cursor.execute("SHOW timezone")
        assert cursor.fetchone()[0] == "UTC"
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"
        )
        assert cursor.fetchall() == []


def test_stored_file_lies_under_its_day_and_a_random_name() -> None:
    stored = store_file(name="../../plan.pdf", content=b"%PDF-1.7", content_type="application/pdf")
    year, month, name = stored.storage_key.split("/")
    assert (int(year), int(month)) == (now().year, now().month)
    assert uuid.UUID(name).version == 4
    assert default_storage.exists(stored.storage_key)


def test_key_file_is_closed_to_others_and_lies_outside_the_files(tmp_path: Any) -> None:
    path = tmp_path / "keys" / "secret_key"
    read_or_create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_call_is_repeated_by_owner_and_key_alone() -> None:
    constraints = [
        set(found.fields) for found in IdempotencyKey._meta.constraints if isinstance(found, models.UniqueConstraint)
    ]
    assert any({"key"} < fields and len(fields) == 2 for fields in constraints)


def test_every_service_that_changes_a_ticket_raises_its_version(email_channel: Any, agent: Any) -> None:
    ticket, actor = make_ticket(email_channel), Actor.agent(agent)
    version = Ticket.objects.get(pk=ticket.pk).version
    for change in (
        lambda: assignment.assign_ticket(ticket_id=ticket.pk, actor=actor, assignee_id=agent.pk),
        lambda: assignment.change_priority(ticket_id=ticket.pk, actor=actor, priority="high"),
        lambda: assignment.change_subject(ticket_id=ticket.pk, actor=actor, subject="Lamp"),
        lambda: assignment.change_tags(ticket_id=ticket.pk, actor=actor, add=["late"]),
        lambda: add_note(ticket_id=ticket.pk, actor=actor, text="A note"),
        lambda: reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="Hello"),
        lambda: lifecycle.set_pending(ticket_id=ticket.pk, actor=actor),
        lambda: lifecycle.put_on_hold(ticket_id=ticket.pk, actor=actor),
        lambda: lifecycle.resolve_ticket(ticket_id=ticket.pk, actor=actor),
        lambda: lifecycle.reopen_ticket(ticket_id=ticket.pk, actor=actor),
        lambda: lifecycle.mark_spam(ticket_id=ticket.pk, actor=actor),
        lambda: lifecycle.unmark_spam(ticket_id=ticket.pk, actor=actor),
        lambda: receive_message(email_channel, thread_tokens=[last_message(ticket).conversation.reply_token]),
    ):
        change()
        raised = Ticket.objects.get(pk=ticket.pk).version
        assert raised > version
        version = raised
