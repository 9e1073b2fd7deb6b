"""Idempotency-Key: one effect, one answer."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from helpdesk.accounts.models import IdempotencyKey
from helpdesk.accounts.services import create_api_key, delete_old_idempotency_keys
from helpdesk.common.clock import now
from tickets.models import Message

TICKETS = "/api/v1/tickets/"


def reply(client, ticket, key, text="It leaves today.", **more):
    return client.post(
        f"{TICKETS}{ticket.pk}/reply/",
        data=json.dumps({"text": text} | more),
        content_type="application/json",
        headers={"idempotency-key": key},
    )


def replies():
    return Message.objects.filter(direction="out").count()


def test_repeated_call_gets_the_first_answer(client, ticket):
    first, second = reply(client, ticket, "a"), reply(client, ticket, "a")
    assert (second.status_code, second.json()) == (first.status_code, first.json()) == (201, first.json())
    assert second["Idempotency-Replayed"] == "true"
    assert replies() == 1


def test_order_of_the_keys_in_the_body_does_not_matter(client, ticket):
    path, headers = f"{TICKETS}{ticket.pk}/reply/", {"idempotency-key": "a"}
    for body in ('{"text": "x", "cc": []}', '{"cc":[],"text":"x"}'):
        assert client.post(path, body, content_type="application/json", headers=headers).status_code == 201
    assert replies() == 1


def test_other_body_under_the_same_key_is_a_conflict(client, ticket):
    reply(client, ticket, "a")
    second = reply(client, ticket, "a", "Something else.")
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_key_reused")
    assert replies() == 1


def test_other_address_under_the_same_key_is_a_conflict(client, ticket):
    reply(client, ticket, "a", "x")
    note = client.post(
        f"{TICKETS}{ticket.pk}/note/",
        '{"text": "x"}',
        content_type="application/json",
        headers={"idempotency-key": "a"},
    )
    assert note.json()["code"] == "idempotency_key_reused"


def test_keys_of_two_people_do_not_meet(client, calling, stranger, ticket):
    reply(client, ticket, "a")
    reply(calling(stranger), ticket, "a")
    assert replies() == 2


def test_refused_call_leaves_the_key_free(client, ticket):
    assert reply(client, ticket, "a", "").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert reply(client, ticket, "a", "").status_code == 422
    assert reply(client, ticket, "a", "Now with text.").status_code == 201


def test_repeated_opening_gives_the_same_ticket_and_headers(client, email_channel):
    body = {"channel": email_channel.pk, "address": "a@customer.example", "subject": "s", "text": "t"}
    answers = [
        client.post(TICKETS, json.dumps(body), content_type="application/json", headers={"idempotency-key": "o"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[0]["Location"] == answers[1]["Location"]
    assert answers[0]["ETag"] == answers[1]["ETag"]


@pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel", "a\tb"])
def test_unusable_key_is_refused(client, ticket, key):
    assert reply(client, ticket, key).status_code == 400
    assert replies() == 0


def test_after_a_day_the_key_is_free_again(client, ticket):
    reply(client, ticket, "a")
    IdempotencyKey.objects.update(created_at=now() - timedelta(hours=25))
    assert reply(client, ticket, "a", "Other text.").status_code == 201
    assert replies() == 2


def test_clean_up_forgets_answers_of_yesterday_only(client, ticket):
    reply(client, ticket, "old")
    IdempotencyKey.objects.update(created_at=now() - timedelta(hours=25))
    reply(client, ticket, "new")
    assert delete_old_idempotency_keys() == 1
    assert IdempotencyKey.objects.get().key == "new"


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_have_one_effect(agent, ticket):
    _row, text = create_api_key(user=agent, name="x")
    answers = []
    start = threading.Barrier(4)

    def call():
        start.wait()
        client = Client(headers={"authorization": f"Bearer {text}"})
        response = reply(client, ticket, "same")
        answers.append((response.status_code, response.json().get("id")))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies() == 1
    assert set(answers) == {(201, Message.objects.get(direction="out").pk)}
