import json

import pytest
from django.test import Client

from tests.factories import make_team, make_ticket
from tests.support.webchat import Browser, make_webchat
from tickets.models import Ticket, Visitor
from tickets.services.live import tell_visitor_typing
from tickets.webchat.hub import hub

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(agent):
    signed_in = Client()
    signed_in.force_login(agent)
    return signed_in


@pytest.fixture
def ticket():
    browser = Browser(make_webchat(questions=["Order number"]))
    browser.start(
        email="carla@customer.example", language="de-DE", time_zone="Asia/Tokyo",
        page={"url": "https://shop.example/lamps?session=secret", "title": "Lamps", "referrer": "javascript:alert(1)"},
        answers=[{"question": "Order number", "answer": "10023"}],
    )  # fmt: skip
    browser.write("Hello")
    return Ticket.objects.get()


def test_panel_says_where_the_visitor_is_and_what_he_says_of_himself(client, ticket):
    page = client.get(f"/admin/tickets/ticket/{ticket.pk}/panel/").content.decode()
    for words in ("Unknown visitor", "In the chat now", "https://shop.example/lamps", "German", "Asia/Tokyo", "10023"):
        assert words in page
    assert "carla@customer.example" in page
    assert "as he says" in page
    assert "javascript:" not in page


def test_panel_of_a_mail_has_no_visitor(client, email_channel):
    mail = make_ticket(email_channel)
    assert "data-hd-live" not in client.get(f"/admin/tickets/ticket/{mail.pk}/panel/").content.decode()
    assert client.get(f"/admin/tickets/ticket/{mail.pk}/live/").status_code == 404


def test_agent_of_another_team_sees_no_visitor_and_tells_him_nothing(ticket, person):
    Ticket.objects.update(team=make_team("Board", is_private=True))
    outsider = Client()
    outsider.force_login(person("otto", "agent"))
    assert outsider.get(f"/admin/tickets/ticket/{ticket.pk}/live/").status_code == 404
    assert outsider.post(f"/admin/tickets/ticket/{ticket.pk}/live/").status_code == 404
    assert not Visitor.objects.visible_to(person("olga", "agent")).exists()


@pytest.mark.django_db(transaction=True)
def test_visitor_who_writes_is_seen_writing_by_every_process(client, ticket):
    address = f"/admin/tickets/ticket/{ticket.pk}/live/"
    try:
        assert json.loads(client.get(address).content)["is_typing"] is False
        assert hub.start()
        tell_visitor_typing(conversation_id=ticket.active_conversations.get().pk)
        for _ in range(200):
            if json.loads(client.get(address).content)["is_typing"]:
                break
        else:
            pytest.fail("nobody heard of it")
    finally:
        hub.stop()


def test_install_page_has_the_snippet_and_the_policy(administrator):
    channel = make_webchat()
    signed_in = Client()
    signed_in.force_login(administrator)
    page = signed_in.get(f"/admin/tickets/ticket/chat/{channel.pk}/install/")
    assert f"/widget/{channel.uuid}.js" in page.content.decode()
    assert "script-src" in page.content.decode()
    assert "s" * 64 not in page.content.decode()
    shown = signed_in.get(f"/admin/channels_app/channel/{channel.pk}/change/").content.decode()
    assert f"/admin/tickets/ticket/chat/{channel.pk}/install/" in shown
    assert "s" * 64 not in shown


def test_install_page_is_for_those_who_set_up_channels(client, email_channel, administrator):
    assert client.get(f"/admin/tickets/ticket/chat/{make_webchat().pk}/install/").status_code == 403
    signed_in = Client()
    signed_in.force_login(administrator)
    assert signed_in.get(f"/admin/tickets/ticket/chat/{email_channel.pk}/install/").status_code == 404
