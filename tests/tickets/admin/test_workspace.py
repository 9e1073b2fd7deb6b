"""The workspace page and the pieces that keep it fresh."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from channels_app.adapters.base import Address as Sender
from helpdesk.common.clock import now
from tests.factories import last_message, make_team, make_ticket, receive_message
from tests.support.talking import Talk, make_bot
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Customer, Message, MessageRecipient, Ticket
from tickets.selectors.topics import learned_topics
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket, change_tags
from tickets.services.drafts import save_draft
from tickets.services.lifecycle import resolve_ticket
from tickets.services.llm import llm_settings
from tickets.services.replies import add_note, reply_to_ticket
from tickets.services.unsending import send_again

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def long_thread(channel: Any, agent: Any, count: int) -> Ticket:
    """A ticket with ``count`` messages of every kind, recipients, events and drafts."""
    ticket = make_ticket(channel)
    token = ticket.active_conversations.get().reply_token
    actor = Actor.agent(agent)
    change_tags(ticket_id=ticket.pk, actor=actor, add=["one", "two"])
    for number in range(1, count):
        if number % 3 == 0:
            reply_to_ticket(ticket_id=ticket.pk, actor=actor, text=f"answer {number}", cc=["boss@corp.example"])
        elif number % 7 == 0:
            add_note(ticket_id=ticket.pk, actor=actor, text=f"note {number}")
        else:
            receive_message(channel, text=f"message {number}", thread_tokens=(token,))
    save_draft(ticket_id=ticket.pk, actor=actor, kind="message", text="dear Carla")
    ticket.refresh_from_db()
    return ticket


def bubbles(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<li class="hd-item[^"]*" id="m-(\d+)"', html)]


@pytest.mark.parametrize("count", [10, 100])
def test_workspace_costs_the_same_at_any_length(
    desk: Client, url: Address, agent: Any, email_channel: Any, count: int, django_assert_num_queries: Any
) -> None:
    ticket = long_thread(email_channel, agent, count)
    learned_topics()  # read once in minutes, like the settings of the language model
    llm_settings()
    with django_assert_num_queries(8):
        page = desk.get(url("change", ticket))
    with django_assert_num_queries(8):
        piece = desk.get(url("change", ticket), headers=FRAGMENT)
    assert len(bubbles(page.content.decode())) == len(bubbles(piece.content.decode())) == min(count, 50)
    assert len(gzip.compress(page.content)) < 10 * 1024


def test_empty_poll_costs_three_queries_and_answers_nothing(
    desk: Client, url: Address, agent: Any, email_channel: Any, django_assert_num_queries: Any
) -> None:
    ticket = long_thread(email_channel, agent, 4)
    with django_assert_num_queries(3):
        response = desk.get(url("messages", ticket), {"after": ticket.event_sequence}, headers=FRAGMENT)
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("count", [20, 60])
def test_poll_with_news_and_older_page_cost_the_same_at_any_length(
    desk: Client, url: Address, agent: Any, email_channel: Any, count: int
) -> None:
    ticket = long_thread(email_channel, agent, count)
    learned_topics()  # read once in minutes, like the settings of the language model
    llm_settings()
    with CaptureQueriesContext(connection) as news:
        desk.get(url("messages", ticket), {"after": 2}, headers=FRAGMENT)
    assert len(news) == 8
    page = desk.get(url("change", ticket)).content.decode()
    older = re.search(r'data-hd-older="([^"]+)"', page)
    assert bool(older) is (count > 50)
    if older:
        with CaptureQueriesContext(connection) as before:
            response = desk.get(url("messages", ticket), {"before": older[1]}, headers=FRAGMENT)
        assert len(before) == 7
        assert len(bubbles(response.content.decode())) == count - 50


def test_panel_costs_the_same_for_many_other_tickets(
    desk: Client, url: Address, email_channel: Any, settings: Any
) -> None:
    settings.HELPDESK_WORKSPACE_PANELS = []
    ticket = make_ticket(email_channel)
    make_ticket(email_channel)
    with CaptureQueriesContext(connection) as few:
        desk.get(url("panel", ticket))
    for _ in range(8):
        make_ticket(email_channel)
    with CaptureQueriesContext(connection) as many:
        desk.get(url("panel", ticket))
    # Two more than the tickets and addresses need: what other systems told, and who might be the same person.
    assert len(few) == len(many) == 8


def test_poll_brings_what_is_new_once_and_says_where_to_go_on(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    token = ticket.active_conversations.get().reply_token
    receive_message(email_channel, text="one more thing", thread_tokens=(token,))
    html = desk.get(url("messages", ticket), {"after": ticket.event_sequence}, headers=FRAGMENT).content.decode()
    assert bubbles(html) == [last_message(ticket).pk]
    assert "one more thing" in html
    assert 'id="hd-bar"' in html
    sequence = re.search(r'data-sequence="(\d+)"', html)
    assert sequence is not None
    again = desk.get(url("messages", ticket), {"after": sequence[1]}, headers=FRAGMENT)
    assert again.status_code == 204


@pytest.mark.parametrize("asked", [{}, {"after": "x"}, {"after": "-1"}, {"before": "x"}, {"after": "9" * 30}])
def test_poll_from_nowhere_is_not_found(desk: Client, url: Address, email_channel: Any, asked: dict[str, str]) -> None:
    assert desk.get(url("messages", make_ticket(email_channel)), asked).status_code == 404


def test_delivery_state_comes_with_the_next_poll_and_leaves_the_bar_alone(
    desk: Client, url: Address, agent: Any, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="hello")
    Message.objects.filter(pk=message.pk).update(delivery_state="failed", error="550 mailbox full")
    MessageRecipient.objects.filter(message=message).update(state="failed", reason="mailbox full", code="5.2.2")
    page = desk.get(url("change", ticket)).content.decode()
    for words in ("not delivered", "550 mailbox full", "5.2.2", "Send again"):
        assert words in page, words
    ticket.refresh_from_db()
    send_again(message_id=message.pk, actor=Actor.agent(agent))
    html = desk.get(url("messages", ticket), {"after": ticket.event_sequence}, headers=FRAGMENT).content.decode()
    assert bubbles(html) == [message.pk]
    assert "waiting to be sent" in html
    assert 'id="hd-bar"' not in html


def test_reason_of_a_bounce_is_read_once(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="hello")
    reason = "550 5.1.1 user unknown"
    Message.objects.filter(pk=message.pk).update(delivery_state="failed", error=reason)
    MessageRecipient.objects.filter(message=message).update(state="failed", reason=reason, code="5.1.1")
    page = desk.get(url("change", ticket)).content.decode()
    assert (page.count(reason), page.count("5.1.1")) == (1, 1)


def test_states_of_a_message_are_told_in_words(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="hello", undo_seconds=600)
    expected = {
        "queued": ("leaves in a moment", "Undo"), "sending": ("being sent",), "sent": ("sent",),
        "delivered": ("delivered",), "read": ("read",), "unknown": ("nobody knows whether it arrived", "Leave it"),
        "cancelled": ("Taken back before it was sent",),
    }  # fmt: skip
    for state, words in expected.items():
        Message.objects.filter(pk=message.pk).update(delivery_state=state)
        html = desk.get(url("change", ticket)).content.decode()
        assert all(word in html for word in words), state


def test_timeline_names_days_contacts_events_and_real_addresses(
    desk: Client, url: Address, agent: Any, email_channel: Any
) -> None:
    sender = Sender(address="evil@x.example", name="boss@corp.example", raw="evil@x.example")
    ticket = make_ticket(email_channel, sender=sender)
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=agent.pk)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    Message.objects.filter(ticket=ticket).update(contact_number=2, flags=["several_from"])
    add_note(ticket_id=ticket.pk, actor=Actor.agent(agent), text="careful")
    html = desk.get(url("change", ticket)).content.decode()
    for words in ("Today", "Contact 2", "Ana Agent took this", "Ana Agent resolved this", "Internal note", "careful",
                  "evil@x.example", "names several senders", 'role="log"', 'aria-live="polite"'):  # fmt: skip
        assert words in html, words


def test_stranger_in_a_thread_and_spam_stand_above_the_timeline(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel, notice="not_a_participant:1042")
    assert "refers to #1042 but takes no part in it" in desk.get(url("change", ticket)).content.decode()
    Ticket.objects.filter(pk=ticket.pk).update(is_spam=True, status="closed")
    html = desk.get(url("change", ticket)).content.decode()
    assert "Marked as spam" in html
    assert "Not spam" in html


def test_composer_says_through_which_conversation_and_to_whom(desk: Client, url: Address, email_channel: Any) -> None:
    html = desk.get(url("change", make_ticket(email_channel))).content.decode()
    assert 'data-address="carla@customer.example"' in html
    assert email_channel.name in html
    assert "Write to Carla Customer" in html


@pytest.mark.parametrize(
    ("ticket_fields", "channel_fields", "words"),
    [
        ({"status": "closed"}, {}, "This ticket is closed"),
        ({}, {"is_active": False}, "is switched off"),
        ({"is_spam": True, "status": "closed"}, {}, "Take it out of spam to answer"),
    ],
)
def test_composer_refuses_before_anybody_writes(
    desk: Client,
    url: Address,
    email_channel: Any,
    ticket_fields: dict[str, Any],
    channel_fields: dict[str, Any],
    words: str,
) -> None:
    ticket = make_ticket(email_channel, **ticket_fields)
    type(email_channel).objects.filter(pk=email_channel.pk).update(**(channel_fields or {"is_active": True}))
    html = desk.get(url("change", ticket)).content.decode()
    assert words in html
    assert "hd-composing-note" in html


def test_draft_is_there_again_after_a_reload(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(agent), kind="message", text="Dear <Carla>,")
    assert "Dear &lt;Carla&gt;,</textarea>" in desk.get(url("change", ticket)).content.decode()


def test_panel_shows_tickets_outside_the_scope_as_an_outline(
    desk: Client, url: Address, lead: Any, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    hidden = make_ticket(email_channel, subject="Secret lawsuit", team=make_team("Legal", lead, is_private=True))
    Customer.objects.update(time_zone="Asia/Tokyo", language="ja", note="Call after five", is_vip=True)
    html = desk.get(url("panel", ticket)).content.decode()
    assert f"#{hidden.number}" in html
    assert "Another team" in html
    assert "Secret lawsuit" not in html
    for words in ("carla@customer.example", "Asia/Tokyo", "Japanese", "Call after five", "VIP"):
        assert words in html, words


def test_panel_of_a_higher_app_that_fails_leaves_the_customer_in_sight(
    desk: Client, url: Address, email_channel: Any, settings: Any
) -> None:
    settings.HELPDESK_WORKSPACE_PANELS = ["tests.tickets.admin.nowhere.panel"]
    response = desk.get(url("panel", make_ticket(email_channel)))
    assert response.status_code == 200
    assert "Carla Customer" in response.content.decode()


def test_looking_at_a_ticket_writes_nothing(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = long_thread(email_channel, agent, 5)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    with CaptureQueriesContext(connection) as queries:
        for address in (url("change", ticket), url("panel", ticket), url("messages", ticket) + "?after=0"):
            assert desk.get(address).status_code == 200
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert not [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_headings_are_in_order_and_pictures_have_names(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    html = desk.get(url("change", ticket)).content.decode()
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|hx-on", html)


def test_new_contact_of_another_day_brings_no_separator_of_today(
    desk: Client, url: Address, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    Message.objects.filter(ticket=ticket).update(contact_number=2, sort_at=now() - timedelta(days=3))
    assert "Today" not in desk.get(url("change", ticket)).content.decode()


def test_heading_of_a_chat_stays_with_what_the_customer_asked(desk, url, agent, api_channel):
    ticket = make_ticket(api_channel, subject="", text="Where is my parcel?")
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It comes tomorrow.")
    page = desk.get(url("change", ticket)).content.decode()
    assert '<h1 id="hd-heading" tabindex="-1"><bdi>Where is my parcel?</bdi></h1>' in page


def test_chat_is_called_by_its_first_words_whatever_a_bot_said_since(desk, url):
    talk = Talk()
    make_bot(talk.channel)
    talk.write("Hello!").write("Where is my\n order?")
    ticket = talk.ticket
    assert (ticket.agent_reply_count, ticket.preview != "Hello!") == (0, True)
    page = desk.get(url("change", ticket)).content.decode()
    assert '<h1 id="hd-heading" tabindex="-1"><bdi>Hello!</bdi></h1>' in page
    row = desk.get(url("changelist")).content.decode()
    assert "<bdi>Hello!</bdi></a>" in row
    assert f"<bdi>{escape(ticket.preview)}</bdi></span>" in row
    pane = desk.get(url("pane"), {"current": ticket.pk}).content.decode()
    assert '<bdi class="hd-pane-subject">Hello!</bdi>' in pane


def test_ticket_in_which_no_customer_has_spoken_is_called_by_what_was_written(desk, url, api_channel):
    ticket = make_ticket(api_channel, subject="", text="")
    Ticket.objects.filter(pk=ticket.pk).update(preview="Picture")
    page = desk.get(url("change", ticket)).content.decode()
    assert '<h1 id="hd-heading" tabindex="-1"><bdi>Picture</bdi></h1>' in page
