"""The page on which a customer hands in what was asked for."""

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from channels_app.adapters.base import Address
from tests.factories import make_channel, make_ticket
from tests.test_admin_routes import writes_noted
from tickets.models import InformationRequest, Message, Ticket
from tickets.policies.texts import TEXTS
from tickets.services.actors import Actor
from tickets.services.asking import ask_for, cancel_request, make_token
from tickets.services.files import open_file
from tickets.services.lifecycle import mark_spam

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PDF = b"%PDF-1.7\n1 0 obj"


def file(name="lamp.png", content=PNG, content_type="image/png"):
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture
def asked(email_channel, agent):
    ticket = make_ticket(email_channel, subject="Secret matter", text="My very private story")
    return ask_for(ticket_id=ticket.pk, kind="photo", actor=Actor.agent(agent))


@pytest.fixture
def page(asked):
    return f"/upload/{make_token(asked)}/"


def send(client, page, *files, form="a" * 32):
    return client.post(page, {"files": list(files), "form": form})


def test_files_become_a_message_of_the_customer_on_the_ticket_and_open_it(client, asked, page):
    response = send(client, page, file(), file("door.png"))
    assert (response.status_code, response["Location"]) == (302, f"{page}?sent")
    message = asked.ticket.messages.latest("pk")
    assert (message.author, message.flags, message.conversation) == ("customer", ["uploaded"], asked.conversation)
    assert sorted(message.attachments.values_list("name", "content_type")) == [
        ("door.png", "image/png"),
        ("lamp.png", "image/png"),
    ]
    assert open_file(message.attachments.all()[0]) == PNG
    ticket = Ticket.objects.get()
    asked.refresh_from_db()
    assert (ticket.status, ticket.missing_count, ticket.unread_count) == ("open", 0, 1)
    assert (asked.state, asked.received_message) == ("received", message)
    assert "Thank you, it has arrived." in client.get(response["Location"]).content.decode()


def test_same_form_sent_again_is_one_message(client, page):
    for _ in range(3):
        assert send(client, page, file()).status_code == 302
    assert Message.objects.filter(flags=["uploaded"]).count() == 1
    send(client, page, file(), form="b" * 32)
    assert Message.objects.filter(flags=["uploaded"]).count() == 2


def test_page_says_nothing_of_the_ticket(client, page):
    response = client.get(page)
    shown = response.content.decode()
    assert "Send us a photo" in shown
    assert not re.search("secret|private|story|carla|ana|late", shown, re.I)
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_looking_writes_nothing(client, page):
    with writes_noted() as noted:
        for method in (client.get, client.head):
            assert method(page).status_code == 200
            assert method(f"{page}?sent").status_code == 200
    assert noted == []
    assert InformationRequest.objects.get().state == "asked"


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_page_speaks_the_customers_language(client, asked, page, language):
    Ticket.objects.update(language=language)
    shown = client.get(page, headers={"accept-language": "ja"}).content.decode()
    assert TEXTS[language].title_photo in shown
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in shown
    assert translation.get_language() != "ar"


@pytest.mark.parametrize(
    "wrong",
    [
        file("page.html", b"<html><script>alert(1)</script>", "text/html"),
        file("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png"),
        file("photo.jpg", b"MZ\x90\x00" + b"\x00" * 100, "image/jpeg"),
        file("paper.pdf", PDF, "application/pdf"),
        file("notes.txt", b"hello", "text/plain"),
    ],
    ids=lambda one: one.name,
)
def test_file_that_its_bytes_do_not_prove_a_picture_is_refused(client, page, wrong):
    response = send(client, page, file(), wrong)
    assert response.status_code == 400
    assert wrong.name in response.content.decode()
    assert Message.objects.filter(flags=["uploaded"]).count() == 0


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (PDF, "text/html", 302),
        (b"just words", "text/plain", 302),
        (b"  <html>", "text/plain", 400),
        (b"\xff\xfe\x00", "text/plain", 400),
        (b"words", "application/pdf", 400),
    ],
)
def test_document_is_what_its_bytes_prove_or_plain_text(client, email_channel, agent, content, content_type, status):
    ticket = make_ticket(email_channel)
    asked = ask_for(ticket_id=ticket.pk, kind="document", actor=Actor.agent(agent))
    page = f"/upload/{make_token(asked)}/"
    assert send(client, page, file("paper", content, content_type)).status_code == status


def test_empty_forms_too_many_and_too_large_files_are_refused_kindly(client, page, settings):
    assert client.post(page, {"form": "x"}).status_code == 400
    assert send(client, page, file(content=b"")).status_code == 400
    assert send(client, page, *[file(f"{n}.png") for n in range(11)]).status_code == 400
    settings.HELPDESK_MAX_ATTACHMENT_BYTES = 100
    response = send(client, page, file(content=PNG * 3))
    assert (response.status_code, "larger than 0 MB" in response.content.decode()) == (413, True)
    assert send(client, page, file(content=PNG * 9000)).status_code == 413
    assert Message.objects.filter(flags=["uploaded"]).count() == 0


def test_guessed_cut_off_and_foreign_tokens_open_nothing(client, asked, page):
    token = make_token(asked)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert client.get(f"/upload/{token[:40]}/").status_code == 400
    assert client.get(f"/upload/{forged}/").status_code == 404
    assert send(client, f"/upload/{forged}/", file()).status_code == 404
    InformationRequest.objects.update(token_hash=b"0" * 32)
    assert client.get(page).status_code == 404


def test_link_ends_with_time_with_the_ticket_and_when_nothing_is_needed_any_more(client, asked, page, agent):
    with time_machine.travel(asked.expires_at, tick=False):
        assert client.get(page).status_code == 410
        assert send(client, page, file()).status_code == 410
    cancel_request(request_id=asked.pk, actor=Actor.agent(agent))
    assert client.get(page).status_code == 410
    InformationRequest.objects.update(state="asked", settled_at=None)
    mark_spam(ticket_id=asked.ticket_id, actor=Actor.agent(agent))
    assert send(client, page, file()).status_code == 410
    assert Message.objects.filter(flags=["uploaded"]).count() == 0


def test_who_tries_too_often_waits(client, asked):
    with time_machine.travel("2026-03-02T09:00:10Z", tick=False):
        codes = [client.get(f"/upload/{asked.uuid.hex}{'A' * 22}/").status_code for _ in range(12)]
    assert codes == [404] * 10 + [429] * 2


def test_link_takes_sixty_files_a_day(client, page):
    with time_machine.travel("2026-03-02T09:00:10Z", tick=False) as clock:
        codes = []
        for form in range(7):
            clock.shift(60)
            codes.append(send(client, page, *[file(f"{n}.png") for n in range(10)], form=str(form)).status_code)
    assert codes == [302] * 6 + [429]


def test_form_of_another_site_needs_no_token_of_ours_because_the_address_is_the_right(page):
    assert send(Client(enforce_csrf_checks=True), page, file()).status_code == 302


def test_upload_opens_no_window_at_the_provider(client, agent):
    channel = make_channel(kind="whatsapp", slug="wa")
    ticket = make_ticket(channel, sender=Address(address="+4915112345678", name="Carla"))
    asked = ask_for(ticket_id=ticket.pk, kind="photo", actor=Actor.agent(agent))
    before = asked.conversation.last_customer_message_at, asked.conversation.window_expires_at
    assert send(client, f"/upload/{make_token(asked)}/", file()).status_code == 302
    asked.conversation.refresh_from_db()
    assert (asked.conversation.last_customer_message_at, asked.conversation.window_expires_at) == before
    assert ticket.messages.filter(flags=["uploaded"]).count() == 1
