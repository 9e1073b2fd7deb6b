"""``/api/v1/bots/``: set up by an administrator, never without a way to a person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_channel

pytestmark = pytest.mark.django_db
BOTS = "/api/v1/bots/"


def test_a_bot_is_set_up_read_and_refused_where_it_cannot_be(
    calling: Callable[..., Client], administrator: Any
) -> None:
    client = calling(administrator)
    channel = make_channel(kind="webchat")
    body = {
        "name": "Robin", "is_active": True, "channels": [channel.pk], "greeting": {"de": "Moin!"},
        "questions": [{"key": "order", "kind": "order_number", "ask": {"en": "Your order?"}}],
    }  # fmt: skip
    made = client.post(BOTS, body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["channels"] == [channel.pk]
    assert made.json()["rules"][0]["kind"] == "asked_for"
    one = f"{BOTS}{made.json()['id']}/"
    changed = client.patch(
        one, {"rules": [{"kind": "asked_for", "is_active": False}, {"kind": "vip"}]}, content_type="application/json"
    )
    assert [(rule["kind"], rule["is_active"]) for rule in changed.json()["rules"]] == [
        ("asked_for", True),
        ("vip", True),
    ]
    taken = client.post(BOTS, body | {"name": "Other"}, content_type="application/json")
    assert (taken.status_code, taken.json()["code"]) == (409, "channel_taken")
    wrong = client.patch(one, {"questions": [{"key": "A b", "ask": {"en": "?"}}]}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_bot")
