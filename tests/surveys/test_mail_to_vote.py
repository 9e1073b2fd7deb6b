"""The whole way of a question: out by real SMTP, in by the link that stands in the mail."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from surveys.models import Invitation, Response
from tests.support.smtp_sink import SmtpSink, running_smtp_sink
from tickets.services.delivery import send_due_messages

_LINK = re.compile(r"https?://\S+?/survey/[\w-]+/\?score=(\d+)")


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with running_smtp_sink() as server:
        yield server


@pytest.mark.django_db(transaction=True)
def test_link_of_the_mail_opens_the_page_that_takes_the_vote(
    asked: Callable[..., Invitation], email_channel: Any, sink: SmtpSink, client: Client
) -> None:
    email_channel.config |= sink.config()
    email_channel.save()
    asked()
    send_due_messages()
    [_reply, mail] = sink.messages
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert sorted({int(score) for score in _LINK.findall(text)}) == list(range(1, 11))
    assert sorted({int(score) for score in _LINK.findall(html)}) == list(range(1, 11))
    link = urlsplit(next(found[0] for found in _LINK.finditer(text) if found[1] == "8"))
    page = client.get(f"{link.path}?{link.query}")
    assert 'value="8" required checked' in page.text
    client.post(link.path, {"score": "8", "comment": "Thank you"})
    assert Response.objects.get().score == 8
