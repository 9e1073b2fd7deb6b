"""``parse``, ``receive`` and ``sign`` as people type them, for every kind on its captured payloads."""

import io
import json

import pytest
from django.core.management import call_command
from django.test import Client

from channels_app.adapters.base import Can
from channels_app.models import InboundEvent
from channels_app.registry import adapter_class, kinds
from channels_app.services.trying import create_trial_channel
from tests.support.hostile_payloads import ADAPTERS, CONTENT_TYPES, payload_files

PROMISED = [
    *("type", "external_id", "thread_id", "sender", "is_echo", "payload", "subject", "text", "html", "attachments"),
    *("sent_at", "in_reply_to", "references", "is_auto_reply", "is_bounce", "status", "status_of", "change_of"),
    *("recipient", "error_code", "rating", "reason"),
]
TYPES = {"message", "change", "status", "review", "call", "ignored"}
OUTCOMES = {
    "created",
    "appended",
    "reopened",
    "status",
    "survey_answer",
    "changed",
    "ignored",
    "duplicate",
    "quarantined",
}
PROMISED_LINE = {"file", "outcome", "reason", "event", "ticket", "conversation", "message"}


@pytest.fixture(params=kinds())
def kind(request):
    return request.param


def run(*args):
    """What the command printed, line by line; an exit with another code than 0 ends the test."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*args, stdout=out, stderr=err)
    return out.getvalue().splitlines(), err.getvalue()


def test_parse_reads_every_payload_into_the_promised_names(kind):
    files = payload_files(kind)
    lines = [json.loads(line) for line in run("parse", kind, *map(str, files))[0]]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    for line in lines:
        assert set(line) == {"file", "error", "items"}
        # LINE tests an address by a call without any event.
        assert line["items"] or line["error"] or line["file"].endswith("verify.json"), line["file"]
        for item in line["items"]:
            assert list(item) == PROMISED + (["to", "cc", "reply_to", "reply_text"] if kind == "email" else [])
            assert item["type"] in TYPES
            assert item["sender"] is None or set(item["sender"]) == {"address", "name"}
            for attachment in item["attachments"] or []:
                assert set(attachment) == {"name", "content_type", "size", "sha256", "is_inline"}


def example_of(kind):
    return next(file for file in (ADAPTERS / kind / "payloads").iterdir() if file.stem == "example")


@pytest.mark.django_db
def test_received_example_is_filed_once(kind):
    channel = create_trial_channel(kind=kind)
    file = example_of(kind)
    arguments = ("receive", channel.slug, str(file), "--content-type", CONTENT_TYPES[file.suffix])
    first, second = ([json.loads(line) for line in run(*arguments)[0]] for _ in range(2))
    for line in first + second:
        assert set(line) == PROMISED_LINE
        assert line["file"] == str(file)
        assert line["outcome"] in OUTCOMES
    assert {line["outcome"] for line in first} & {"created", "changed"}, first
    assert {line["outcome"] for line in second} == {"duplicate"}
    assert InboundEvent.objects.get().state == "processed"


@pytest.mark.django_db
def test_what_sign_prints_opens_the_door(kind):
    channel = create_trial_channel(kind=kind)
    file = example_of(kind)
    printed, said = run("sign", channel.slug, str(file))
    if Can.WEBHOOK not in adapter_class(kind).can:
        assert not printed
        assert "nothing to sign" in said
        return
    headers = dict(line.split(": ", 1) for line in printed)
    address = said.strip().rpartition(" ")[2]
    assert str(channel.uuid) in address
    assert printed or "?" in address, "neither a header nor a query is signed"
    answer = Client().post(
        address.partition("://")[2].partition("/")[1] + address.partition("://")[2].partition("/")[2],
        file.read_bytes(),
        content_type=CONTENT_TYPES[file.suffix],
        headers=headers,
    )
    assert answer.status_code == 200
    assert InboundEvent.objects.count() == 1
