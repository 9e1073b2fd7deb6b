import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels_app.models import InboundEvent
from tests.support.webchat import Browser, answer_chat, make_webchat
from tickets.models import Conversation, Customer, Message, Ticket, Visitor
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket
from tickets.services.processing import process_waiting_events
from tickets.services.replies import add_note
from tickets.webchat import receiving

pytestmark = pytest.mark.django_db


def test_first_words_open_a_ticket_and_the_next_ones_join_it():
    browser = Browser(make_webchat())
    assert browser.write("Hello").json()["message"]["text"] == "Hello"
    browser.write("Anybody there?")
    assert Ticket.objects.count() == Conversation.objects.count() == 1
    assert browser.texts() == ["Hello", "Anybody there?"]


def test_same_message_three_times_is_filed_once():
    browser = Browser(make_webchat())
    client_id = str(uuid.uuid4())
    for _ in range(3):
        assert browser.write("Hello", client_id=client_id).status_code == 201
    assert Message.objects.count() == InboundEvent.objects.count() == 1


def test_message_is_safe_when_filing_fails_and_the_sweep_brings_it(monkeypatch):
    def broken(**_kwargs):
        raise RuntimeError("the machine is tired")

    browser = Browser(make_webchat())
    monkeypatch.setattr(receiving, "process_event", broken)
    answer = browser.write("Hello")
    assert (answer.status_code, answer.json()["is_filed"]) == (201, False)
    assert Message.objects.count() == 0
    process_waiting_events()
    assert browser.texts() == ["Hello"]


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"text": "  "}, {"text": "x", "id": "short"}, {"text": "x" * 10_001}, {"text": 7}]
)
def test_message_that_says_nothing_or_too_much_is_refused(body):
    browser = Browser(make_webchat())
    browser.start()
    assert browser.call("POST", "messages", {"id": str(uuid.uuid4()), **body}).status_code == 400
    assert InboundEvent.objects.count() == 0


def test_agents_answer_carries_his_shown_name_and_nothing_else_of_him(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    answer_chat(agent, "Hi Carla")
    answer = browser.messages()["messages"][1]
    assert (answer["from"], answer["name"], answer["text"]) == ("agent", "Ana Agent", "Hi Carla")
    assert agent.email not in str(answer)
    assert agent.username not in str(answer).replace("Ana", "")


def test_notes_and_answers_that_have_not_left_stay_unseen(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    ticket = Ticket.objects.get()
    add_note(ticket_id=ticket.pk, actor=Actor.agent(agent), text="He is a bit odd.")
    message = answer_chat(agent, "Hi")
    Message.objects.filter(pk=message.pk).update(delivery_state="queued")
    assert browser.texts() == ["Hello"]


def test_answer_behind_a_position_comes_once(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    position = browser.messages()["position"]
    assert browser.messages(f"?after={position}")["messages"] == []
    answer_chat(agent, "Hi")
    changed = browser.messages(f"?after={position}")
    assert [message["text"] for message in changed["messages"]] == ["Hi"]
    browser.messages(f"?after={changed['position']}")
    settled = browser.messages(f"?after={changed['position']}")["position"]
    assert browser.messages(f"?after={settled}")["messages"] == []


def test_answer_on_an_older_case_is_not_skipped_by_a_newer_one(agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    first = Ticket.objects.get()
    resolve_ticket(ticket_id=first.pk, actor=Actor.agent(agent), reason="")
    Conversation.objects.update(active_ticket=None)
    Ticket.objects.filter(pk=first.pk).update(status="closed")
    browser.write("Something else, days later")
    assert Ticket.objects.count() == 2
    position = browser.messages()["position"]
    Ticket.objects.filter(pk=first.pk).update(status="open")
    answer_chat(agent, "About the first", ticket=first)
    assert [m["text"] for m in browser.messages(f"?after={position}")["messages"]] == ["About the first"]
    assert Customer.objects.count() == 1


def test_long_conversation_comes_page_by_page():
    browser = Browser(make_webchat())
    browser.start()
    visitor = Visitor.objects.select_related("channel").get()
    for number in range(35):
        words = receiving.Words(client_id=str(uuid.uuid4()), text=f"Message {number}")
        receiving.take_words(visitor=visitor, words=words)
    newest = browser.messages()
    assert len(newest["messages"]) == 30
    assert newest["has_older"]
    older = browser.messages(f"?before={newest['messages'][0]['id']}")
    assert [message["text"] for message in older["messages"]] == [f"Message {number}" for number in range(5)]
    assert not older["has_older"]


@pytest.mark.parametrize("after", ["x", "1", "1.", "1.1~", "1.1;drop", "9" * 30, "1.1~" * 40 + "1.1", "٣.٣"])
def test_position_that_is_none_gives_the_newest_page(after):
    browser = Browser(make_webchat())
    browser.write("Hello")
    assert [message["text"] for message in browser.messages(f"?after={after}")["messages"]] == ["Hello"]


def test_poll_costs_the_same_for_one_message_and_for_twenty(agent):
    browser = Browser(make_webchat())
    counts = []
    for number in (1, 19):
        for _ in range(number):
            browser.write("Hello")
        browser.messages()
        with CaptureQueriesContext(connection) as captured:
            browser.messages()
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 9


def test_what_the_visitor_says_of_his_page_stands_on_the_message():
    browser = Browser(make_webchat())
    browser.start(language="de-DE", time_zone="Europe/Berlin", page={"url": "https://shop.example/a", "title": "A"})
    browser.write("Hello", page={"url": "https://shop.example/b", "title": "B", "referrer": ""})
    message = Message.objects.get()
    assert message.details["page"] == {"url": "https://shop.example/b", "title": "B"}
    assert message.details["browser"] == {"language": "de-DE", "time_zone": "Europe/Berlin"}


def test_button_that_is_pressed_brings_its_payload():
    browser = Browser(make_webchat())
    browser.write("Yes", payload="confirm:1")
    assert Message.objects.get().details["payload"] == "confirm:1"
