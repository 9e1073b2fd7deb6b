"""Who gets in: every page and verb of a ticket against strangers, readers and the signed out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.factories import last_message, make_team, make_ticket
from tests.tickets.admin.conftest import FRAGMENT
from tickets.admin import changes
from tickets.admin.ticket import TicketAdmin
from tickets.models import Attachment, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.files import store_file
from tickets.services.replies import add_note

pytestmark = pytest.mark.django_db

READ = ["change", "open", "history", "messages", "panel", "whole_message", "file", "picture"]
# What they answer depends on the file or the channel; who may ask is the same.
PIECES = ["media", "templates", "more", "closing", "hand_over", "preferred_channels", "live",
          "clocks", "decisions", "macros", "snooze_menu", "colleagues", "bot"]  # fmt: skip
WRITE = ["reply", "draft", "read", "undo", "again", "leave", "take_back", "call_back", "prefer", "apart",
         "ai_draft", "ai_summary", "tone", "work"]  # fmt: skip
VERBS = sorted(changes.VERBS)


@pytest.fixture
def private(lead: Any, email_channel: Any) -> Ticket:
    """A ticket of a private team with a message and a file."""
    ticket = make_ticket(email_channel, team=make_team("Legal", lead, is_private=True))
    stored = store_file(name="a.png", content=b"\x89PNG\r\n\x1a\n0000", content_type="image/png")
    stored.as_attachment(last_message(ticket).pk).save()
    return ticket


def address(name: str, ticket: Ticket) -> str:
    more: list[Any] = []
    if name in ("whole_message", "undo", "again", "leave", "take_back"):
        more = [last_message(ticket).pk]
    elif name in ("file", "picture", "media"):
        more = [Attachment.objects.get(message__ticket=ticket).uuid]
    return reverse(f"admin:tickets_ticket_{name}", args=[ticket.pk, *more])


def verb_address(verb: str, ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_do", args=[ticket.pk, verb])


def row(ticket: Ticket) -> dict[str, Any]:
    return Ticket.objects.filter(pk=ticket.pk).values().get()


def test_every_ticket_route_stands_in_a_test_here() -> None:
    named = {p.name.removeprefix("tickets_ticket_") for p in TicketAdmin(Ticket, admin.site).get_urls()}
    others = {
        "changelist",
        "pane",
        "choices",
        "add",
        "suggestions",
        "channel_templates",
        "do",
        "chat_install",
        "macros_of_selected",
        "shortcuts",
    }
    assert named == set(READ) | set(PIECES) | set(WRITE) | others


@pytest.mark.parametrize("name", [*READ, *PIECES])
def test_stranger_is_told_that_a_private_ticket_does_not_exist(desk: Client, private: Ticket, name: str) -> None:
    assert desk.get(address(name, private) + "?after=0").status_code == 404


@pytest.mark.parametrize("name", WRITE)
def test_stranger_changes_nothing_of_a_private_ticket(desk: Client, private: Ticket, name: str) -> None:
    before = row(private)
    assert desk.post(address(name, private), {"text": "x", "kind": "note"}).status_code == 404
    assert row(private) == before
    assert Message.objects.filter(ticket=private).count() == 1


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_reaches_a_private_ticket(desk: Client, private: Ticket, verb: str) -> None:
    before = row(private)
    data = {"value": "", "subject": "x", "number": "1", "name": "t"}
    assert desk.post(verb_address(verb, private), data).status_code == 404
    assert row(private) == before


def test_private_ticket_cannot_be_merged_into_by_its_number(desk: Client, private: Ticket, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    response = desk.post(verb_address("merge", ticket), {"number": str(private.number)})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_ticket")


@pytest.mark.parametrize("name", ["undo", "again", "leave", "whole_message"])
def test_message_of_another_ticket_is_none_of_this_page(
    desk: Client, private: Ticket, email_channel: Any, name: str
) -> None:
    own = make_ticket(email_channel)
    route = reverse(f"admin:tickets_ticket_{name}", args=[own.pk, last_message(private).pk])
    response = desk.get(route) if name == "whole_message" else desk.post(route)
    assert response.status_code == 404


@pytest.mark.parametrize("name", ["file", "picture", "media"])
def test_file_of_another_ticket_is_none_of_this_page(
    desk: Client, private: Ticket, email_channel: Any, name: str
) -> None:
    own = make_ticket(email_channel)
    uuid = Attachment.objects.get(message__ticket=private).uuid
    assert desk.get(reverse(f"admin:tickets_ticket_{name}", args=[own.pk, uuid])).status_code == 404


@pytest.mark.parametrize("name", READ)
def test_auditor_reads_every_ticket(
    auditor: Any, signed_in: Callable[[Any], Client], private: Ticket, name: str
) -> None:
    response = signed_in(auditor).get(address(name, private) + "?after=0")
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("name", WRITE)
def test_auditor_writes_nothing(auditor: Any, signed_in: Callable[[Any], Client], private: Ticket, name: str) -> None:
    before = row(private)
    response = signed_in(auditor).post(address(name, private), {"text": "x", "kind": "note"})
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert row(private) == before


@pytest.mark.parametrize("verb", VERBS)
def test_auditor_carries_out_no_verb(
    auditor: Any, signed_in: Callable[[Any], Client], private: Ticket, verb: str
) -> None:
    before = row(private)
    assert signed_in(auditor).post(verb_address(verb, private), {"value": "me"}).status_code == 403
    assert row(private) == before


def test_auditor_sees_no_composer_and_no_verb(
    auditor: Any, signed_in: Callable[[Any], Client], private: Ticket
) -> None:
    html = signed_in(auditor).get(address("change", private)).content.decode()
    for control in ("hd-composer", "/do/", "data-hd-post", "data-may-read"):
        assert control not in html, control
    assert "Your role does not answer customers" in html


@pytest.mark.parametrize("name", WRITE)
def test_nothing_is_written_by_get(desk: Client, email_channel: Any, name: str) -> None:
    ticket = make_ticket(email_channel, unread_count=1)
    before = row(ticket)
    assert desk.get(address(name, ticket)).status_code == 405
    assert row(ticket) == before


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_is_carried_out_by_get(desk: Client, email_channel: Any, verb: str) -> None:
    assert desk.get(verb_address(verb, make_ticket(email_channel))).status_code == 405


def test_page_itself_takes_no_post(desk: Client, email_channel: Any) -> None:
    assert desk.post(address("change", make_ticket(email_channel)), {"status": "closed"}).status_code == 405


def test_post_without_a_token_is_refused(agent: Any, email_channel: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    ticket = make_ticket(email_channel)
    assert client.post(verb_address("resolve", ticket)).status_code == 403
    assert client.post(address("reply", ticket), {"text": "x"}).status_code == 403
    assert row(ticket)["status"] == "new"


def test_signed_out_page_leads_to_the_login_and_signed_out_script_is_told(client: Client, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    page = client.get(address("change", ticket))
    assert page.status_code == 302
    assert "/login/" in page.headers["Location"]
    answer = client.post(address("reply", ticket), {"text": "x"}, headers=FRAGMENT)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_somebody_without_any_right_to_tickets_stays_out(
    person: Callable[..., Any], signed_in: Callable[[Any], Client], email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    client = signed_in(person("clerk"))
    assert client.get(address("change", ticket)).status_code == 403
    assert client.get(reverse("admin:tickets_ticket_changelist")).status_code == 403


def test_marketing_sees_public_channels_alone_and_answers_nobody(
    marketing: Any, signed_in: Callable[[Any], Client], email_channel: Any, api_channel: Any
) -> None:
    type(api_channel).objects.filter(pk=api_channel.pk).update(is_public=True)
    private, public = make_ticket(email_channel), make_ticket(api_channel)
    client = signed_in(marketing)
    assert client.get(address("change", private)).status_code == 404
    assert client.get(address("change", public)).status_code == 200
    assert client.post(address("reply", public), {"text": "x"}).status_code == 403


def test_picker_of_another_page_finds_no_private_ticket(
    agent: Any, rf: Any, private: Ticket, email_channel: Any
) -> None:
    own = make_ticket(email_channel)
    request = rf.get("/")
    request.user = agent
    page = TicketAdmin(Ticket, admin.site)
    found, _may_repeat = page.get_search_results(request, page.get_queryset(request), "parcel")
    assert [ticket.pk for ticket in found] == [own.pk]


def test_note_on_a_visible_ticket_does_not_open_the_private_one(
    desk: Client, agent: Any, private: Ticket, email_channel: Any
) -> None:
    own = make_ticket(email_channel)
    add_note(ticket_id=own.pk, actor=Actor.agent(agent), text=f"see #{private.number}")
    html = desk.get(address("panel", own)).content.decode()
    assert f'href="{address("change", private)}"' not in html
