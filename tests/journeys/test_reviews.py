"""A review, end to end: read at Google, answered in public, changed, found outdated, deleted; and reviews by API and file."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from channels_app.adapters.api.forms import make_secret
from channels_app.models import InboundEvent
from channels_app.services.polling import poll_channel
from tests.factories import make_channel
from tests.support.desk import call_webhook, timeline
from tests.support.google_reviews_fake import SECRETS, GoogleReviewsFake, running_google_reviews_fake
from tickets.models import Message, Review, Ticket
from tickets.selectors.inbox import list_tickets
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import resolve_ticket
from tickets.services.processing import process_waiting_events

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture
def google(settings: Any) -> Iterator[GoogleReviewsFake]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    with running_google_reviews_fake() as fake:
        yield fake


@pytest.fixture
def channel(google):
    return make_channel(kind="google_reviews", slug="google", is_public=True, config=google.config, secrets=SECRETS)


def read(channel):
    poll_channel(channel_id=channel.pk)
    process_waiting_events()


def answer_in_public(ticket, agent, text):
    """What the composer sends when the agent has seen that everybody reads it; the status of the page's answer."""
    client = Client()
    client.force_login(agent)
    address = reverse("admin:tickets_ticket_reply", args=[ticket.pk])
    response = client.post(address, {"kind": "message", "text": text, "visibility": "public"})
    while send_due_messages():
        pass
    return response.status_code


def waiting_in_public(agent):
    return [ticket.pk for ticket in list_tickets(user=agent, view="public").rows]


def test_review_is_answered_changed_found_outdated_and_deleted(google, channel, agent):
    name = google.write("r1", stars="ONE", comment="Cold soup.", at="2026-11-16T08:00:00Z")
    with time_machine.travel(MONDAY, tick=False) as clock:
        read(channel)
        ticket, review = Ticket.objects.get(), Review.objects.get()
        assert waiting_in_public(agent) == [ticket.pk]
        assert "★☆☆☆☆" in timeline(ticket, agent)

        assert answer_in_public(ticket, agent, "We are sorry.") == 204
        assert google.reviews[name]["reviewReply"]["comment"] == "We are sorry."
        review.refresh_from_db()
        assert review.reply_state == "published"
        assert waiting_in_public(agent) == []
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))

        clock.move_to(MONDAY + timedelta(hours=2))
        google.reviews[name]["reviewReply"]["updateTime"] = "2026-11-16T09:00:01Z"
        read(channel)
        assert Message.objects.filter(direction="out").count() == 1  # our own answer, seen at the site

        google.write("r1", stars="FOUR", comment="They called. Better.", at="2026-11-16T12:00:00Z")
        clock.move_to(MONDAY + timedelta(hours=4))
        read(channel)
        review.refresh_from_db()
        ticket.refresh_from_db()
        assert (review.stars, review.reply_state, ticket.status) == (4.0, "outdated", "open")
        page = timeline(ticket, agent)
        assert "from 1 to 4" in page
        assert "Cold soup." in page

        answer_in_public(ticket, agent, "Thank you!")
        assert google.reviews[name]["reviewReply"]["comment"] == "Thank you!"

        del google.reviews[name]
        google.write("r2", at="2026-11-17T08:00:00Z")
        clock.move_to(MONDAY + timedelta(hours=26))
        read(channel)
    review.refresh_from_db()
    assert review.deleted_at is not None
    assert "They called. Better." in timeline(ticket, agent)


def test_answer_that_google_refuses_is_shown_as_failed(google, channel, agent):
    google.write("r1", at="2026-11-16T08:00:00Z")
    read(channel)
    google.refuse_next = [(403, "PERMISSION_DENIED")] * 3
    answer_in_public(Ticket.objects.get(), agent, "We are sorry.")
    message = Message.objects.get(direction="out")
    assert message.delivery_state in ("failed", "queued")
    assert "may not do that" in message.error


def test_text_that_is_too_long_for_google_is_refused_before_it_leaves(google, channel, agent):
    google.write("r1", at="2026-11-16T08:00:00Z")
    read(channel)
    assert answer_in_public(Ticket.objects.get(), agent, "ü" * 2049) == 422
    assert not Message.objects.filter(direction="out").exists()


def test_review_of_a_feed_leads_to_the_site_for_the_answer(agent, tmp_path):
    channel = make_channel(
        kind="review_feed", slug="sites", is_public=True, config={"site_url": "https://site.example/acme"}
    )
    file = tmp_path / "reviews.csv"
    file.write_text("id,author,rating,text,date\nr1,Carla,1,Cold soup,2026-11-16\nr2,Ben,nine,x,2026-11-16\n")
    call_command("import_reviews", "sites", str(file), "--dry-run")
    assert not InboundEvent.objects.exists()
    call_command("import_reviews", "sites", str(file))
    ticket = Ticket.objects.get()
    page = timeline(ticket, agent)
    assert "Answer there" in page
    assert "https://site.example/acme" in page
    client = Client()
    client.force_login(agent)
    refused = client.post(
        reverse("admin:tickets_ticket_reply", args=[ticket.pk]),
        {"kind": "message", "text": "Sorry", "visibility": "public"},
    )
    assert refused.status_code == 422
    assert "https://site.example/acme" in refused.content.decode()
    assert channel.inbound_events.get().state == "quarantined"


def test_file_is_tried_and_imported_in_the_admin(lead):
    channel = make_channel(kind="review_feed", slug="sites", is_public=True)
    client = Client()
    client.force_login(lead)
    address = reverse("admin:tickets_review_import")

    def hand_in(**more):
        file = SimpleUploadedFile(
            "r.csv", b"id,rating,text\nr1,5,<b>Warm</b> soup\nr2,x,bad\n", content_type="text/csv"
        )
        return client.post(address, {"channel": channel.pk, "file": file, **more}, follow=True)

    tried = hand_in(is_dry_run="on").content.decode()
    assert "line 3" in tried
    assert "&lt;b&gt;Warm&lt;/b&gt; soup" in tried
    assert not Review.objects.exists()
    hand_in()
    process_waiting_events()
    listed = client.get(reverse("admin:tickets_review_changelist")).content.decode()
    assert "★★★★★" in listed
    assert "imported before" in hand_in().content.decode()


def test_agent_may_not_import_files(agent):
    client = Client()
    client.force_login(agent)
    assert client.get(reverse("admin:tickets_review_import")).status_code == 403


def test_shop_hands_in_reviews_over_the_api(agent):
    channel = make_channel(kind="api", slug="shop", secrets={"signing_secrets": [make_secret()]})
    item = {"type": "review", "id": "s1", "rating": 3, "scale": 10, "text": "Slow", "sent_at": "2026-11-16T08:00:00Z"}
    body = json.dumps(
        {"items": [item | {"author": {"name": "Carla"}, "order": "4711", "url": "https://shop.example/s1"}]}
    )
    assert call_webhook(channel, body.encode()).status_code == 200
    review = Review.objects.select_related("message__author_identity").get()
    assert (review.stars, review.message.author_identity.kind) == (1.9, "review_author")
    assert "nothing proves it" in timeline(Ticket.objects.get(), agent)
