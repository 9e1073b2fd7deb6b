"""Who read the help pages and then writes in the chat found no answer there."""

import pytest

from tests.support.webchat import Browser, make_webchat
from tickets.models import HelpVisit, Ticket
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, save_article
from tickets.services.help_visits import digests_of, note_read

pytestmark = pytest.mark.django_db


def test_message_in_the_chat_is_the_contact_that_followed_a_visit():
    text = save_article(language="en", title="Returns", body="", actor=Actor.system())
    publish_article(translation_id=text.pk, actor=Actor.system())
    for address in ("203.0.113.7", "203.0.113.8"):
        note_read(translation_id=text.pk, source="page", digests=digests_of(address=address, browser=""))
    browser = Browser(make_webchat(), address="203.0.113.7")
    browser.start()
    assert browser.write("It does not fit. What now?").status_code == 201
    first, second = HelpVisit.objects.order_by("pk")
    assert (first.contacted_at is not None, first.ticket, second.contacted_at) == (True, Ticket.objects.get(), None)
