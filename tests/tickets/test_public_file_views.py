"""What a provider gets behind a signed link, and what everybody else gets."""

import pytest

from tests.factories import make_ticket
from tickets.services.actors import Actor
from tickets.services.files import store_file
from tickets.services.public_files import public_file_url
from tickets.services.replies import reply_to_ticket

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def link_to(email_channel, agent, settings):
    settings.SITE_URL = ""
    ticket = make_ticket(email_channel)

    def make(name, content):
        file = store_file(name=name, content=content)
        answer = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="x", attachments=[file])
        return public_file_url(answer.attachments.get())

    return make


def test_link_gives_the_bytes_as_a_locked_download(client, link_to):
    response = client.get(link_to("Foto ü.png", PNG))
    assert (response.status_code, response.content) == (200, PNG)
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "photo.png"])
def test_what_a_browser_could_run_is_a_stream_of_bytes(client, link_to, name):
    response = client.get(link_to(name, b"<svg onload=alert(1)><script>alert(1)</script>"))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_link_works_without_the_name_and_for_head_but_takes_no_post(client, link_to):
    link = link_to("a.png", PNG)
    assert client.get(link.rpartition("/")[0] + "/").content == PNG
    assert client.head(link).status_code == 200
    assert client.post(link).status_code == 405


def test_guessing_is_slowed_down(client, link_to):
    link = link_to("a.png", PNG)
    answers = [client.get(f"/files/guess{number}.0.x/").status_code for number in range(22)]
    assert answers == [404] * 20 + [429] * 2
    assert client.get(link).status_code == 200


def test_one_file_cannot_be_served_to_a_crowd(client, link_to):
    link = link_to("a.png", PNG)
    answers = [client.get(link).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
