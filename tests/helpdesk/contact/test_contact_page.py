"""The public contact page: where customers get an answer."""

from datetime import UTC, datetime, time

import pytest
import time_machine
from django.test import Client

from channels_app.models import Channel
from helpdesk.contact.entries import contact_entries, reply_words
from tests.factories import make_channel
from tickets.models import BusinessHours, BusinessHoursSpan

pytestmark = pytest.mark.django_db


def page(**headers):
    return Client().get("/contact/", **headers)


def test_active_channels_stand_in_the_teams_order():
    make_channel(kind="email", slug="b", name="Second", position=2)
    make_channel(kind="email", slug="a", name="First", position=1)
    text = page().content.decode()
    assert text.index("First") < text.index("Second")
    assert "mailto:support" in text


def test_mail_address_can_be_read_and_written_down():
    make_channel(kind="email", config={"address": "help@desk.example"})
    assert "<bdi>help@desk.example</bdi>" in page().content.decode()


@pytest.mark.parametrize("field", ["is_demo", "is_simulated"])
def test_trial_and_demo_channels_are_nobodys_business(field):
    make_channel(kind="email", name="Playground", **{field: True})
    assert "Playground" not in page().content.decode()


@pytest.mark.parametrize("field", ["is_active", "is_listed"])
def test_channel_that_is_off_or_unlisted_is_left_out(field):
    make_channel(kind="email", name="Old mailbox", **{field: False})
    assert "Old mailbox" not in page().content.decode()


def test_page_without_a_channel_says_so():
    answer = page()
    assert answer.status_code == 200
    assert "Nothing here yet" in answer.content.decode()


def test_opening_state_says_when_it_opens_next():
    channel = make_channel(kind="email")
    hours = BusinessHours.objects.create(name="Office", is_default=True)
    BusinessHoursSpan.objects.create(hours=hours, weekday=0, starts_at=time(9), ends_at=time(17))
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        (entry,) = contact_entries()
    assert (entry.channel.id, entry.is_open, entry.opens_at) == (
        channel.pk,
        False,
        datetime(2026, 11, 23, 9, tzinfo=UTC),
    )
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False):
        assert contact_entries()[0].is_open


def test_less_used_channel_sets_the_expectation():
    make_channel(kind="email", coverage=Channel.Coverage.REDIRECT)
    assert "Not answered here" in page().content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (10, "Usually answers within 5 minutes"),
        (301, "Usually answers within an hour"),
        (3600, "Usually answers within an hour"),
        (3661, "Usually answers within 2 hours"),
        (86400, "Usually answers within 24 hours"),
        (86461, "Usually answers within 2 days"),
    ],
)
def test_usual_reply_time_is_rounded_up(seconds, words):
    assert reply_words(seconds) == words


def test_page_costs_the_same_for_many_channels(django_assert_max_num_queries):
    for number in range(8):
        make_channel(kind="email", name=f"Mailbox {number}")
    with django_assert_max_num_queries(8):
        page()


def test_page_needs_no_script_and_sets_no_cookie():
    answer = page()
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "<script" not in answer.content.decode()
    assert not answer.cookies


def test_page_speaks_the_visitors_language():
    assert 'lang="de"' in page(headers={"accept-language": "de"}).content.decode()


def test_post_changes_nothing():
    assert Client().post("/contact/").status_code == 405
