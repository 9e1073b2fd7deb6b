import pytest

from tests.support.webchat import Browser, answer_chat, make_webchat
from tickets.models import Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


def state(message):
    return Message.objects.get(pk=message.pk).delivery_state


def test_answer_is_sent_then_delivered_when_fetched_then_read_when_shown(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    message = answer_chat(agent, "Hi")
    assert state(message) == "sent"
    browser.messages()
    assert state(message) == "delivered"
    assert browser.call("POST", "read", {"messages": [str(message.uuid)]}).status_code == 204
    assert state(message) == "read"


def test_answer_that_waits_for_its_undo_is_not_there_yet(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    ticket = Ticket.objects.get()
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hi", undo_seconds=60)
    assert browser.texts() == ["Hello"]
    assert state(message) == "queued"


def test_read_never_goes_back_and_is_told_once(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    message = answer_chat(agent, "Hi")
    for _ in range(3):
        browser.call("POST", "read", {"messages": [str(message.uuid)]})
        browser.messages()
    assert state(message) == "read"
    told = TicketEvent.objects.filter(kind="message.delivery_changed").values_list("data__state", flat=True)
    assert list(told) == ["sent", "read"]


def test_visitor_cannot_report_on_anothers_answer(agent):
    channel = make_webchat()
    carla, dora = Browser(channel), Browser(channel)
    dora.write("Hello from Dora")
    carla.write("Hello from Carla")
    message = answer_chat(agent, "Hi Carla")
    assert dora.call("POST", "read", {"messages": [str(message.uuid)]}).status_code == 204
    assert state(message) == "sent"


@pytest.mark.parametrize("ids", [["x"], [1], "x", ["x"] * 200])
def test_hostile_list_of_ids_is_refused(ids):
    browser = Browser(make_webchat())
    browser.write("Hello")
    assert browser.call("POST", "read", {"messages": ids}).status_code == 400
