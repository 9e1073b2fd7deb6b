"""The commands of channels as people type them."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from channels_app.models import Brand, Channel, InboundEvent
from channels_app.registry import adapter_for
from tests.factories import make_channel

ROOT = Path(__file__).resolve().parents[3]
PROMISED = [
    *("type", "external_id", "thread_id", "sender", "is_echo", "payload", "subject", "text", "html", "attachments"),
    *("sent_at", "in_reply_to", "references", "is_auto_reply", "is_bounce", "status", "status_of", "change_of"),
    *("recipient", "error_code", "rating", "reason"),
]


def run(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def parse_in_a_process(*args, stdin=b""):
    """``manage.py parse`` where no database can be reached."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }
    return subprocess.run(
        [sys.executable, "-m", "django", "parse", *args], cwd=ROOT, env=environment, input=stdin, capture_output=True
    )


def test_parse_needs_no_database_and_reads_the_standard_input(tmp_path):
    mail = tmp_path / "a.eml"
    mail.write_bytes(b"From: Carla <c@x.example>\nTo: s@y.example\nMessage-ID: <1@x.example>\nSubject: Hi\n\nHello\n")
    done = parse_in_a_process("email", str(mail), "-", stdin=b"From: d@x.example\n\nSecond\n")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.returncode, first["file"], first["error"], second["file"]) == (0, str(mail), None, "-")
    (item,) = first["items"]
    assert list(item) == [*PROMISED, "to", "cc", "reply_to", "reply_text"]
    assert (item["type"], item["external_id"], item["text"]) == ("message", "1@x.example", "Hello")
    assert item["sender"] == {"address": "c@x.example", "name": "Carla"}
    assert (item["to"], item["status"], item["rating"]) == (["s@y.example"], None, None)
    assert second["items"][0]["external_id"] is None


def test_parse_prints_every_promised_name_for_the_api_kind(tmp_path):
    body = tmp_path / "a.json"
    body.write_text(
        json.dumps(
            {
                "items": [
                    {"type": "status", "status_of": "u1", "status": "read"},
                    {"type": "typing", "id": "t"},
                    {"type": "change", "id": "x", "change_of": "m1", "change": "deleted"},
                ]
            }
        )
    )
    (line,) = run("parse", "api", str(body))
    assert [item["type"] for item in line["items"]] == ["status", "ignored", "change"]
    assert all(list(item) == PROMISED for item in line["items"])
    assert (line["items"][0]["status_of"], line["items"][0]["status"]) == ("u1", "read")
    assert line["items"][1]["reason"] == "unknown_type:typing"
    assert line["items"][2]["change_of"] == "m1"


def test_parse_names_the_fault_and_goes_on(tmp_path):
    broken, good = tmp_path / "broken.json", tmp_path / "good.json"
    broken.write_bytes(b"{")
    good.write_bytes(b'{"items": []}')
    lines = run("parse", "api", str(broken), str(good))
    assert lines[0]["error"].startswith("invalid_json: ")
    assert lines[1] == {"file": str(good), "error": None, "items": []}


def test_parse_of_an_unknown_kind_names_the_known_ones():
    with pytest.raises(CommandError, match="email"):
        call_command("parse", "pigeon", "-")


def test_missing_file_is_named_and_the_others_are_read(tmp_path, capsys):
    good = tmp_path / "good.json"
    good.write_bytes(b'{"items": []}')
    with pytest.raises(SystemExit) as stopped:
        call_command("parse", "api", str(tmp_path / "none"), str(good))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert stopped.value.code == 1
    assert lines[0]["error"].startswith("unreadable_file")
    assert lines[1]["error"] is None


@pytest.mark.django_db
def test_created_api_channel_takes_what_sign_signs(tmp_path):
    (made,) = run("create_channel", "api", "shop", "--name", "Shop", "--brand", "Acme")
    assert made["secrets"]["signing_secrets"][0].startswith("whsec_")
    channel = Channel.objects.get(slug="shop")
    assert (channel.name, channel.brand.name) == ("Shop", "Acme")
    assert made["secrets"]["signing_secrets"][0] not in channel.encrypted_secrets
    body = tmp_path / "body.json"
    body.write_bytes(b'{"items": []}')
    out = io.StringIO()
    call_command("sign", "shop", str(body), stdout=out)
    headers = dict(line.split(": ", 1) for line in out.getvalue().splitlines())
    answer = Client().post(made["webhook_path"], body.read_bytes(), content_type="application/json", headers=headers)
    assert answer.json() == {"stored": 1}


@pytest.mark.django_db
def test_given_secrets_are_stored_and_not_printed():
    secret = "whsec_" + "QUJD" * 10
    (made,) = run("create_channel", "api", "shop", "--secrets", json.dumps({"signing_secrets": [secret]}))
    assert "secrets" not in made
    assert Channel.objects.get().read_secrets() == {"signing_secrets": [secret]}


@pytest.mark.django_db
def test_email_channel_is_made_with_its_address_in_normal_form():
    run("create_channel", "email", "support", "--config", '{"address": "Support@Müller.example"}')
    channel = Channel.objects.get()
    assert channel.config["address"] == "support@xn--mller-kva.example"
    assert adapter_for(channel).own_addresses() == {"support@xn--mller-kva.example"}
    assert Brand.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("pigeon", "x"), "no channel kind"),
        (("email", "x"), "address"),
        (("email", "x", "--config", '{"address": "nobody"}'), "no mail address"),
        (("email", "x", "--config", '{"address": "a@b.example", "adress": 1}'), "no setting adress"),
        (("email", "x", "--config", "[]"), "not a JSON object"),
        (
            ("email", "x", "--config", '{"address": "a@b.example", "imap_host": "h", "imap_security": "plain"}'),
            "in clear",
        ),
        (("email", "x", "--config", '{"address": "a@b.example", "imap_host": "h"}'), "wants a password"),
        (("api", "x", "--secrets", '{"signing_secrets": ["short"]}'), "whsec_"),
        (("api", "not a slug"), "slug"),
        (("api", "taken"), "already"),
    ],
)
def test_wrong_channel_is_refused_with_what_is_wrong(args, message):
    make_channel(kind="api", slug="taken")
    with pytest.raises(CommandError, match=message):
        call_command("create_channel", *args)
    assert Channel.objects.count() == 1


@pytest.mark.django_db
def test_poll_says_how_much_was_stored_and_what_failed(dovecot):
    dovecot.deliver(b"From: c@x.example\n\nHi\n")
    channel = make_channel(
        kind="email", slug="mailbox", config=dovecot.config(), secrets={"imap_password": "pass-word"}
    )
    assert run("poll", "mailbox") == [{"stored": 1}]
    assert run("poll", "mailbox") == [{"stored": 0}]
    assert InboundEvent.objects.count() == 1
    channel.store_secrets({"imap_password": "wrong"})
    channel.save()
    with pytest.raises(CommandError, match="refuses the login"):
        call_command("poll", "mailbox", stdout=io.StringIO())
    with pytest.raises(CommandError, match="mailbox"):
        call_command("poll", "nowhere")


@pytest.mark.django_db
def test_poll_of_a_channel_that_is_not_polled_is_refused_and_is_no_failure_of_the_channel():
    channel = make_channel(kind="email", slug="pushed")
    with pytest.raises(CommandError, match="not polled"):
        call_command("poll", "pushed", stdout=io.StringIO())
    channel.refresh_from_db()
    assert (channel.consecutive_failures, channel.last_error) == (0, "")
