"""The providers' doors under attack, every kind alike: forged, tampered with, replayed, of an older secret (C1-C3, C13)."""

import json
from datetime import timedelta

import pytest
import time_machine

from channels_app.models import InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.core.models import RateCounter
from tests.support.webhook_doors import DOORS, TIMED, UNSIGNED_BODIES, open_door, signing_secrets

pytestmark = pytest.mark.django_db

CANARY = "canary-of-the-caller"


@pytest.fixture(params=DOORS)
def name(request):
    return request.param


@pytest.fixture
def door(name):
    return open_door(name)


def every_value(call, spoil):
    """The call's proofs, in headers and query, each spoilt."""
    return {
        "headers": {key: spoil(value) for key, value in call.headers.items()},
        "query": {key: spoil(value) for key, value in call.query.items()},
    }


FORGERIES = {
    "no proof at all": lambda call: {"headers": {}, "query": {}},
    "empty ones": lambda call: every_value(call, lambda value: ""),
    "wrong ones": lambda call: every_value(call, lambda value: value[:-4] + "0000"),
    "cut ones": lambda call: every_value(call, lambda value: value[:-1]),
    "another algorithm": lambda call: every_value(call, lambda value: "sha1=" + value.rpartition("=")[2]),
    "another version": lambda call: every_value(call, lambda value: "v0" + value.removeprefix("v1")),
    "a good header behind a bad one": lambda call: every_value(call, lambda value: f"{CANARY},{value}"),
    "a good header before a bad one": lambda call: every_value(call, lambda value: f"{value},{CANARY}"),
    "letters outside ASCII": lambda call: every_value(call, lambda value: "é\u0660" + value),
    "very long ones": lambda call: every_value(call, lambda value: value * 500),
    "in the other place": lambda call: {"headers": dict(call.query), "query": dict(call.headers)},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_call_is_refused_counted_neither_stored_nor_repeated(door, forgery):
    call = door.sign()
    answer = door.post(call, **FORGERIES[forgery](call))
    assert answer.status_code in (401, 403)
    assert InboundEvent.objects.count() == 0
    assert RateCounter.objects.get(key=f"webhook-refused:{door.channel.pk}").count == 1
    assert CANARY not in answer.content.decode() + str(answer.headers)
    assert len(answer.content) < 100


def test_proof_of_another_account_opens_nothing(door, name):
    answer = door.post(door.sign(), **vars_of(open_door(name).sign()))
    assert answer.status_code == 401
    assert InboundEvent.objects.count() == 0


def vars_of(call):
    return {"headers": call.headers, "query": call.query}


@pytest.mark.parametrize("stored", [None, "", [], [""], [None], {}])
def test_door_without_a_secret_is_closed_to_everybody(door, stored):
    signed = door.sign()
    keep(door, dict.fromkeys(signing_secrets(door.channel), stored))
    for changes in ({}, *(forge(signed) for forge in FORGERIES.values())):
        assert door.post(signed, **changes).status_code == 401
    assert InboundEvent.objects.count() == 0


def keep(door, secrets):
    """Store these secrets over those of the channel."""
    door.channel.store_secrets({**door.channel.read_secrets(), **secrets})
    door.channel.save()


def test_call_in_other_bytes_than_were_signed_is_refused(door, name):
    if name in UNSIGNED_BODIES:
        assert not adapter_class(door.channel.kind).signs_body
        return
    call = door.sign()
    for body in rewritten(call.body):
        assert body != call.body
        assert door.post(call, body=body).status_code == 401, body[:100]
    assert InboundEvent.objects.count() == 0


def rewritten(body):
    """The same content in other bytes, and content with a little more in it."""
    if b"<Encrypt>" in body:
        # What stands around the encrypted text is signed by nobody and read by nobody.
        inside = body.index(b"<Encrypt>") + len(b"<Encrypt><![CDATA[")
        for at in (0, 40, 200):
            changed = b"A" if body[inside + at : inside + at + 1] != b"A" else b"B"
            yield body[: inside + at] + changed + body[inside + at + 1 :]
        return
    yield from (body + b"\r\n", body[:-1], body + b"&Body=more", body.replace(b"a", b"b", 1))
    if body.startswith(b"{"):
        document = json.loads(body)
        yield json.dumps(document, sort_keys=True, indent=3).encode()
        yield json.dumps(dict(reversed(document.items())), ensure_ascii=True).encode() + b" "


def test_replayed_call_has_no_effect_and_an_old_one_is_refused(door, name):
    call = door.sign()
    assert [door.post(call).status_code for _ in range(3)] == [200, 200, 200]
    with time_machine.travel(now() + timedelta(minutes=6)):
        late = door.post(call)
    assert late.status_code == (400 if name in TIMED else 200)
    assert InboundEvent.objects.count() == 1


def test_older_secret_stays_good_until_it_is_taken_away(door, name):
    old_call, mine = door.sign(), signing_secrets(door.channel)
    newer = signing_secrets(open_door(name).channel)
    keep(door, {key: [*newer[key], *mine[key]] for key in mine})
    new_call = door.sign()
    assert [door.post(call).status_code for call in (old_call, new_call)] == [200, 200]
    keep(door, newer)
    assert [door.post(call).status_code for call in (old_call, new_call)] == [401, 200]


def test_made_up_secrets_of_a_trial_channel_cannot_be_guessed(door, name):
    mine, others = signing_secrets(door.channel), signing_secrets(open_door(name).channel)
    assert all(mine[key] != others[key] for key in mine)
