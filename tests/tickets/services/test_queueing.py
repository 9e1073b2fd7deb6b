"""From an answer to rows in the outbox: what is refused at which field, parts, undo, and that nothing private leaks."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from channels_app.adapters.base import AdapterError, Address, Choice, Receipt, TemplateUse
from channels_app.models import MessageTemplate
from channels_app.registry import adapter_class, kinds
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, HelpdeskError, Unprocessable
from tests.factories import make_channel, make_ticket
from tickets.models import Conversation, Draft, Message
from tickets.services.actors import Actor
from tickets.services.composing import compose_outbound
from tickets.services.delivery import send_due_messages
from tickets.services.files import StoredFile
from tickets.services.queueing import Answer, check_sendable
from tickets.services.replies import reply_to_ticket
from tickets.services.system_messages import queue_system_message
from tickets.services.template_texts import fill_template
from tickets.services.unsending import send_again, undo_send

pytestmark = pytest.mark.django_db
CUSTOMER = Address(address="+4917055501234", name="Sheena")
MB = 1024 * 1024


@pytest.fixture
def channel(db):
    channel = make_channel(kind="whatsapp", slug="wa")
    MessageTemplate.objects.create(channel=channel, name="late", language="en", body="Hello {{1}}", variables=["1"])
    MessageTemplate.objects.create(
        channel=channel, name="paused", language="en", body="Hello", variables=[], provider_status="paused"
    )
    return channel


@pytest.fixture
def ticket(channel):
    return make_ticket(channel, sender=CUSTOMER)


@pytest.fixture
def conversation(ticket):
    return ticket.active_conversations.select_related("channel", "identity", "customer").get()


def file(content_type="image/png", size=100, name="a.png"):
    return StoredFile(storage_key="2026/11/x", name=name, content_type=content_type, size=size, sha256="0" * 64)


def refusal(conversation, **answer):
    with pytest.raises(HelpdeskError) as caught:
        check_sendable(conversation, Answer(**({"text": "Hello"} | answer)))
    return caught.value


LATE = TemplateUse(name="late", language="en", variables=("Sheena",))
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "copies": ({"copies": ["boss@corp.example"]}, "channel_cannot", "cc"),
    "long text": ({"text": "x" * 4097}, "text_too_long", "text"),
    "long text over buttons": ({"text": "x" * 1025, "choices": [Choice(payload="y", title="Yes")]}, "text_too_long", "text"),
    "buttons without a question": ({"text": " ", "choices": [Choice(payload="y", title="Yes")]}, "text_missing", "text"),
    "long button": ({"choices": [Choice(payload="y", title="x" * 21)]}, "choice_title_too_long", "choices"),
    "many buttons": ({"choices": [Choice(payload=str(n), title=str(n)) for n in range(11)]}, "too_many_choices", "choices"),
    "zip": ({"files": [file("application/zip")]}, "file_type_refused", "attachments"),
    "large picture": ({"files": [file(size=5 * MB + 1)]}, "file_too_large", "attachments"),
    "large together": ({"files": [file("application/pdf", 13 * MB)] * 2}, "attachments_too_large", "attachments"),
    "public": ({"is_public": True}, "would_be_private", "visibility"),
    "no such template": ({"template": TemplateUse(name="late", language="de")}, "unknown_template", "template"),
    "paused template": ({"template": TemplateUse(name="paused", language="en")}, "unknown_template", "template"),
    "open variable": ({"template": TemplateUse(name="late", language="en")}, "open_placeholder", "template"),
    "blank variable": (
        {"template": TemplateUse(name="late", language="en", variables=(" ",))}, "open_placeholder", "template",
    ),
    "template with a file": ({"template": LATE, "files": [file()]}, "template_alone", "attachments"),
    "template with buttons": ({"template": LATE, "choices": [Choice(payload="y", title="Yes")]}, "template_alone", "choices"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_sent_is_refused_at_its_field_in_words(conversation, answer, code, field):
    found = refusal(conversation, **answer)
    assert found.code == code
    assert field in found.fields
    assert found.message


FITTING: dict[str, dict[str, Any]] = {
    "longest text": {"text": "x" * 4096},
    "largest picture": {"files": [file(size=5 * MB)]},
    "ten choices": {"choices": [Choice(payload=str(n), title="x" * 20) for n in range(10)]},
    "longest question": {"text": "x" * 1024, "choices": [Choice(payload="y", title="Yes")]},
    "template": {"template": LATE},
    "file alone": {"text": "", "files": [file()]},
}


@pytest.mark.parametrize("answer", FITTING.values(), ids=FITTING.keys())
def test_what_just_fits_is_taken(conversation, answer):
    assert check_sendable(conversation, Answer(**({"text": "Hello"} | answer)))


def test_window_closes_to_the_second_and_a_template_goes_through(conversation):
    conversation.last_customer_message_at = now() - timedelta(hours=24) + timedelta(minutes=1)
    assert check_sendable(conversation, Answer(text="Hello"))
    conversation.last_customer_message_at = now() - timedelta(hours=24)
    found = refusal(conversation)
    assert (found.code, found.fields) == ("window_closed", {"text": "window closed"})
    assert check_sendable(conversation, Answer(text="Hello Sheena", template=LATE))


def test_window_that_was_never_opened_is_not_called_over(conversation):
    conversation.last_customer_message_at = now() - timedelta(days=3)
    assert "wrote too long ago" in refusal(conversation).message
    conversation.last_customer_message_at = None
    assert "has not written here yet" in refusal(conversation).message


def test_channels_own_window_comes_before_the_kinds(conversation):
    conversation.channel.messaging_window = timedelta(hours=1)
    conversation.last_customer_message_at = now() - timedelta(hours=2)
    assert refusal(conversation).code == "window_closed"


def test_customer_who_said_stop_is_not_written_to(conversation):
    conversation.identity.unreachable_since = now()
    assert refusal(conversation).code == "customer_unreachable"
    assert refusal(conversation, template=LATE).code == "customer_unreachable"


def test_switched_off_channel_sends_nothing(conversation):
    conversation.channel.is_active = False
    assert refusal(conversation).code == "channel_cannot"


def test_values_are_put_into_a_template_once_and_literally(channel):
    template = MessageTemplate(body="{{1}} {{2}} {{ 1 }} {{name}}", variables=["1", "2", "name"])
    assert fill_template(template, {"1": "{{2}}", "2": r"\1"}) == r"{{2}} \1 {{2}} {{name}}"


def parts_of(ticket):
    return list(Message.objects.filter(ticket=ticket, direction="out").order_by("id"))


def answer(ticket, agent, **fields):
    return reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), **({"text": "Look"} | fields))


def test_every_file_is_a_message_of_its_own_behind_the_text(ticket, agent):
    files = [file(), file("application/pdf", name="b.pdf")]
    first = answer(ticket, agent, attachments=files, choices=[Choice(payload="y", title="Yes")])
    found = parts_of(ticket)
    assert [(one.text, one.attachments.count(), one.part_of_id) for one in found] == [
        ("Look", 0, None), ("", 1, first.pk), ("", 1, first.pk),
    ]  # fmt: skip
    assert ["choices" in one.details for one in found] == [True, False, False]
    ticket.refresh_from_db()
    assert ticket.agent_reply_count == 1


def test_short_text_is_the_caption_of_one_picture_and_never_of_a_recording(ticket, agent):
    answer(ticket, agent, attachments=[file()])
    assert [(one.text, one.attachments.count()) for one in parts_of(ticket)] == [("Look", 1)]
    answer(ticket, agent, attachments=[file("audio/ogg")])
    assert [(one.text, one.attachments.count()) for one in parts_of(ticket)[1:]] == [("Look", 0), ("", 1)]


def test_undo_takes_every_part_back_and_the_text_returns_as_a_draft(ticket, agent):
    first = answer(ticket, agent, attachments=[file(), file()], undo_seconds=30)
    undo_send(message_id=first.pk, actor=Actor.agent(agent))
    assert {one.delivery_state for one in parts_of(ticket)} == {"cancelled"}
    assert Draft.objects.get().text == "Look"
    ticket.refresh_from_db()
    assert ticket.agent_reply_count == 0
    assert send_due_messages() == 0


def test_files_of_an_answer_whose_text_fails_stay_and_leave_with_it_when_it_is_sent_again(ticket, agent, monkeypatch):
    adapter = adapter_class("whatsapp")

    def refuse(self, message):
        raise AdapterError("bad_text", "No.", permanent=True)

    message = reply_to_ticket(
        ticket_id=ticket.pk, actor=Actor.agent(agent), text="Look", attachments=[file(), file(name="b.png")]
    )
    monkeypatch.setattr(adapter, "send", refuse)
    send_due_messages()
    assert [(one.delivery_state, one.error_code) for one in parts_of(ticket)] == [
        ("failed", "bad_text"), ("failed", "answer_failed"), ("failed", "answer_failed"),
    ]  # fmt: skip
    monkeypatch.setattr(adapter, "send", lambda self, outbound: Receipt(external_id=outbound.uuid))
    send_again(message_id=message.pk, actor=Actor.agent(agent))
    send_due_messages()
    assert {one.delivery_state for one in parts_of(ticket)} == {"sent"}


def test_part_alone_cannot_be_undone(ticket, agent):
    answer(ticket, agent, attachments=[file(), file()], undo_seconds=30)
    with pytest.raises(Conflict):
        undo_send(message_id=parts_of(ticket)[1].pk, actor=Actor.agent(agent))


def test_parts_wait_for_their_text(ticket, agent):
    first = answer(ticket, agent, attachments=[file(), file()])
    Message.objects.filter(pk=first.pk).update(next_try_at=now() + timedelta(hours=1))
    assert send_due_messages() == 0


def test_details_reach_the_adapter_as_they_were_chosen(ticket, agent):
    answer(ticket, agent, template=LATE, text="")
    message = Message.objects.select_related(
        "ticket", "channel__brand", "conversation__identity", "conversation__customer", "author_agent"
    ).get(direction="out")
    outbound = compose_outbound(message)
    assert outbound.template == TemplateUse(name="late", language="en", variables=["Sheena"], names=["1"])
    assert outbound.text == "Hello Sheena"


# Nothing private in public ------------------------------------------------------------------------------------------

KINDS_THAT_SEND = [kind for kind in kinds() if kind not in ("email",)]


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(KINDS_THAT_SEND),
    began_public=st.booleans(),
    becomes=st.sampled_from(["public", "private"]),
    says_public=st.booleans(),
    composer=st.sampled_from(["agent", "system", "bot"]),
)
def test_no_private_text_leaves_on_a_public_conversation(agent, kind, began_public, becomes, says_public, composer):
    """Over every kind and whoever writes, also where a conversation changes between the click and the sending."""
    channel = make_channel(kind=kind)
    ticket = make_ticket(channel, sender=Address(address="+4917055501234"))
    conversation = Conversation.objects.get(messages__ticket=ticket)
    Conversation.objects.filter(pk=conversation.pk).update(visibility="public" if began_public else "private")
    try:
        if composer == "system":
            queue_system_message(
                conversation_id=conversation.pk,
                ticket_id=ticket.pk,
                purpose="notice",
                subject="s",
                text="private words",
            )
        else:
            actor = Actor.agent(agent) if composer == "agent" else Actor.bot()
            reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="words", is_public=says_public)
    except Unprocessable:
        pass
    Conversation.objects.filter(pk=conversation.pk).update(visibility=becomes)
    left = []
    adapter = adapter_class(kind)
    original = adapter.send
    adapter.send = lambda self, message: left.append(message) or Receipt(external_id=message.uuid)
    try:
        send_due_messages()
    finally:
        adapter.send = original
    if becomes == "public":
        assert all(message.is_public for message in left)
    if not says_public or composer == "system":
        assert not (left and becomes == "public")
    Message.objects.filter(channel=channel, direction="out").update(delivery_state="cancelled")
