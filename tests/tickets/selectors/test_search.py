"""Finding tickets: exact things first, words in every script, and only what the caller may see."""

import pytest

from channels_app.adapters.base import Address
from tests.factories import last_message, make_team, make_ticket, receive_message
from tickets.selectors import search
from tickets.selectors.search import find_messages, search_messages, search_tickets
from tickets.services.search import index_messages


@pytest.fixture
def parcel(email_channel):
    return make_ticket(email_channel, text="My parcel from Zürich is late")


@pytest.mark.parametrize("query", ["parcel", "PARCEL late", "zurich", "Zürich", "carla@customer.example", "Carla Cust"])
def test_ticket_is_found_by_words_address_and_name(agent, parcel, query):
    assert search_tickets(query=query, user=agent) == [parcel.pk]


@pytest.mark.parametrize("mark", ["", "#", " "])
def test_ticket_is_found_by_its_number(agent, parcel, mark):
    assert search_tickets(query=f"{mark}{parcel.number}", user=agent) == [parcel.pk]


@pytest.mark.parametrize("query", ["letter", "parcel never", "arcel", "%", "%%%", "", " ", "_", "a@b", "\0", "\ud800"])
def test_what_nobody_wrote_is_not_found(agent, parcel, query):
    assert search_tickets(query=query, user=agent) == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("ខ្ញុំចង់ដឹងអំពីការដឹកជញ្ជូន", "ដឹកជញ្ជូន"),
        ("我想知道退货政策是什么", "退货政策"),
        ("อยากทราบเรื่องการคืนเงิน", "คืนเงิน"),
        ("配送状況を知りたいです", "配送状況"),
        ("배송이 늦어요", "배송"),
        ("Где мой заказ", "заказ"),
        ("أين طلبي", "طلبي"),
    ],
    ids=["khmer", "chinese", "thai", "japanese", "korean", "russian", "arabic"],
)
def test_words_are_found_in_their_script(agent, email_channel, text, query):
    ticket = make_ticket(email_channel, text=text)
    make_ticket(email_channel, sender=Address(address="x@customer.example"), text="something else")
    assert search_tickets(query=query, user=agent) == [ticket.pk]


@pytest.mark.parametrize("query", ["+49 (170) 123-4567", "+491701234567", "491701234567"])
def test_ticket_is_found_by_the_phone_number_however_it_is_written(agent, api_channel, query):
    ticket = make_ticket(api_channel, sender=Address(address="+491701234567"))
    assert search_tickets(query=query, user=agent) == [ticket.pk]


def test_exact_number_comes_first_then_the_newest(agent, email_channel):
    old, middle, new = [
        make_ticket(email_channel, sender=Address(address=f"{n}@customer.example"), text="hello") for n in range(3)
    ]
    for ticket in (middle, new):
        index_messages([(last_message(ticket).pk, str(old.number))])
    assert search_tickets(query=str(old.number), user=agent) == [old.pk, new.pk, middle.pk]


def test_limit_cuts_the_end(agent, email_channel):
    made = [make_ticket(email_channel, sender=Address(address=f"{n}@customer.example")) for n in range(3)]
    assert search_tickets(query="parcel", user=agent, limit=2) == [made[2].pk, made[1].pk]


def test_ticket_of_a_private_team_is_not_found_by_outsiders(agent, lead, parcel):
    parcel.team = make_team("Directors", lead, is_private=True)
    parcel.save()
    for query in ("parcel", str(parcel.number), "carla@customer.example", "Carla Cust"):
        assert search_tickets(query=query, user=agent) == []
        assert search_tickets(query=query, user=lead) == [parcel.pk]
    assert search_messages(query="parcel", user=agent) == []
    assert search_messages(query="parcel", user=lead) == [last_message(parcel).pk]


def test_common_word_still_finds_the_newest_messages(agent, email_channel, monkeypatch):
    monkeypatch.setattr(search, "HITS_CAP", 2)
    ids = [receive_message(email_channel, text="hello again").message_id for _ in range(6)]
    assert find_messages("hello") == ids[:-3:-1]


def test_search_of_tickets_costs_two_queries(agent, parcel, django_assert_num_queries):
    agent.has_perm("tickets.view_ticket")  # a request has read the permissions with the user
    with django_assert_num_queries(2):
        search_tickets(query="parcel", user=agent)
