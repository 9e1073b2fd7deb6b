"""A channel that is answered less often says so once."""

from datetime import timedelta

import pytest

from channels_app.models import Channel
from channels_app.selectors import bio_text
from helpdesk.common.clock import now
from tests.factories import make_channel, make_item, make_ticket
from tickets.models import Message, Ticket
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def limited():
    return make_channel(kind="api", coverage=Channel.Coverage.LIMITED)


def expectations():
    return Message.objects.filter(purpose="expectation")


def test_customer_is_told_once_and_his_ticket_is_there(limited, email_channel):
    first = make_ticket(limited)
    assert expectations().get().ticket_id == first.pk
    Ticket.objects.filter(pk=first.pk).update(status="closed")
    receive(channel=limited, item=make_item(text="And one more thing"))
    assert expectations().count() == 1


def test_better_channel_is_named(limited):
    make_channel(kind="email", config={"address": "help@desk.example"})
    make_ticket(limited)
    assert "help@desk.example" in expectations().get().text


def test_contact_page_is_named_where_no_channel_is_better(limited):
    make_ticket(limited)
    assert "/contact/" in expectations().get().text


def test_channel_that_is_not_answered_says_so():
    make_ticket(make_channel(kind="api", coverage=Channel.Coverage.REDIRECT))
    assert "We do not answer here" in expectations().get().text


def test_it_never_counts_as_a_response(limited):
    ticket = make_ticket(limited)
    assert (ticket.first_response_at, ticket.agent_reply_count) == (None, 0)
    assert ticket.waiting_since is not None


def test_fully_covered_channel_says_nothing(api_channel):
    make_ticket(api_channel)
    assert not expectations().exists()


@pytest.mark.parametrize("fields", [{"is_auto_reply": True}, {"no_auto_answer": True}, {"is_standby": True}])
def test_robot_is_told_nothing(limited, fields):
    receive(channel=limited, item=make_item(**fields))
    assert not expectations().exists()


def test_public_comment_gets_no_private_sentence(limited):
    receive(channel=limited, item=make_item(is_public=True, thread_id="post-1"))
    assert not expectations().exists()


def test_customer_who_comes_back_after_a_month_is_told_again(limited):
    ticket = make_ticket(limited)
    expectations().update(received_at=now() - timedelta(days=31))
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved", closes_at=now() - timedelta(hours=1))
    receive(channel=limited, item=make_item(text="Back again"))
    assert expectations().count() == 2


def test_customers_language_is_spoken(limited):
    receive(channel=limited, item=make_item(language="de"))
    assert expectations().get().language == "de"


def test_text_for_the_profile_names_the_better_channel(limited):
    make_channel(kind="email", config={"address": "help@desk.example"})
    assert bio_text(limited.pk) == "Questions? We answer fastest here: E-mail: help@desk.example"
