"""Signed links to files of our answers."""

from datetime import timedelta

import pytest

from helpdesk.common.clock import now, told_time
from helpdesk.common.errors import NotVisible
from tests.factories import last_message, make_ticket
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.composing import compose_outbound
from tickets.services.files import store_file
from tickets.services.public_files import find_public_file, public_file_url
from tickets.services.replies import add_note, reply_to_ticket

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def answer(email_channel, agent):
    ticket = make_ticket(email_channel)
    file = store_file(name="Rechnung Nr. 7.PNG", content=PNG)
    return reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Here it is.", attachments=[file])


def token_of(url):
    return url.split("/files/")[1].split("/")[0]


def test_provider_gets_a_link_to_the_file_with_the_message(answer, settings):
    settings.SITE_URL = "https://desk.example"
    [file] = compose_outbound(last_message(answer.ticket)).attachments
    assert file.url.startswith("https://desk.example/files/")
    assert file.url.endswith("/file.png")
    assert "Rechnung" not in file.url
    assert find_public_file(token_of(file.url)).message_id == answer.pk


@pytest.mark.parametrize("change", ["", "x", "0.0.0", "." * 50, "x" * 5000, "\0", "ü.ü.ü"])
def test_token_that_is_not_ours_opens_nothing(answer, change):
    with pytest.raises(NotVisible):
        find_public_file(change)


def test_token_cannot_be_prolonged(answer):
    uuid, expires, signature = token_of(public_file_url(answer.attachments.get())).split(".")
    for forged in (f"{uuid}.{int(expires, 16) + 1:x}.{signature}", f"{uuid}.{expires}.{signature[:-1]}"):
        with pytest.raises(NotVisible):
            find_public_file(forged)


def test_link_lives_a_day(answer):
    token = token_of(public_file_url(answer.attachments.get()))
    with told_time(now() + timedelta(hours=23, minutes=59)):
        find_public_file(token)
    with told_time(now() + timedelta(hours=24, minutes=1)), pytest.raises(NotVisible):
        find_public_file(token)


def test_file_of_a_note_or_of_a_cancelled_answer_is_never_handed_out(answer, agent):
    file = store_file(name="secret.png", content=PNG)
    note = add_note(ticket_id=answer.ticket_id, actor=Actor.agent(agent), text="x", attachments=[file])
    Message.objects.filter(pk=answer.pk).update(delivery_state="cancelled")
    for message in (note, answer):
        with pytest.raises(NotVisible):
            find_public_file(token_of(public_file_url(message.attachments.get())))
