"""``receive`` and ``replay``: one honest line for every item."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from channels_app.models import InboundEvent
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

NAMES = ["file", "outcome", "reason", "event", "ticket", "conversation", "message"]


def run(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def mail(tmp_path):
    def write(number=1, *, answers=0, text="Hello"):
        path = tmp_path / f"{number}.eml"
        reference = f"In-Reply-To: <m{answers}@customer.example>\n" if answers else ""
        path.write_text(
            f"From: Carla <carla@customer.example>\nTo: support@desk.example\nSubject: Parcel\n"
            f"Message-ID: <m{number}@customer.example>\n{reference}\n{text}\n"
        )
        return str(path)

    return write


def test_mail_opens_a_ticket_its_answer_is_appended_and_a_repetition_is_known(email_channel, mail):
    first, answer, again = run("receive", "support", mail(1), mail(2, answers=1), mail(1))
    assert list(first) == NAMES
    assert (first["outcome"], answer["outcome"], again["outcome"]) == ("created", "appended", "duplicate")
    assert first["ticket"] == answer["ticket"] == again["ticket"] == Ticket.objects.get().pk
    assert again["event"] == first["event"]
    assert Message.objects.count() == 2


def test_unreadable_mail_is_quarantined_with_its_reason_and_exit_0(email_channel, tmp_path):
    path = tmp_path / "empty.eml"
    path.write_bytes(b"")
    (line,) = run("receive", "support", str(path))
    assert line["outcome"] == "quarantined"
    assert line["reason"]
    assert InboundEvent.objects.get(pk=line["event"]).state == "quarantined"


def test_good_items_beside_a_bad_one_are_filed_once(api_channel, tmp_path):
    path = tmp_path / "call.json"
    good = {"type": "message", "id": "m1", "sender": {"id": "c1"}, "text": "Hi"}
    path.write_text(json.dumps({"items": [good, {"type": "message", "id": "m2"}]}))
    filed, quarantined = run("receive", "shop", str(path))
    assert (filed["outcome"], quarantined["outcome"]) == ("created", "quarantined")
    assert "items[1].sender" in quarantined["reason"]
    assert [line["outcome"] for line in run("replay", str(filed["event"]))] == ["duplicate", "quarantined"]
    assert Message.objects.count() == 1


def test_replay_of_a_filed_event_changes_nothing(email_channel, mail):
    (first,) = run("receive", "support", mail())
    (again,) = run("replay", str(first["event"]))
    assert (again["outcome"], again["file"]) == ("duplicate", None)
    assert Message.objects.count() == 1


def test_replay_of_an_unknown_event_is_refused():
    with pytest.raises(CommandError, match="no such event"):
        call_command("replay", "4711")


def test_event_that_waits_is_processed_by_the_repetition(email_channel, mail):
    (line,) = run("receive", "support", mail())
    InboundEvent.objects.filter(pk=line["event"]).update(state="received")
    assert run("receive", "support", mail())[0]["event"] == line["event"]
    assert InboundEvent.objects.get().state == "processed"


def test_missing_file_is_named_and_exit_is_1(email_channel, mail, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("receive", "support", str(tmp_path / "none.eml"), mail())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert stopped.value.code == 1
    assert lines[0]["reason"].startswith("not stored")
    assert lines[1]["outcome"] == "created"


def test_unknown_channel_is_refused_with_the_known_ones(email_channel):
    with pytest.raises(CommandError, match="support"):
        call_command("receive", "nowhere", "-")


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_mail_server_is_told_to_try_again(mail, monkeypatch, capsys):
    path = mail()
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with pytest.raises(SystemExit) as stopped:
        call_command("receive", "support", path)
    monkeypatch.undo()
    connection.close()
    assert stopped.value.code == 75
