"""Quick replies and macros over the API."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_team
from tests.support.library import make_macro, make_quick_reply
from tickets.models import Message, QuickReply

pytestmark = pytest.mark.django_db
REPLIES, MACROS = "/api/v1/quick-replies/", "/api/v1/macros/"


def post(client: Client, address: str, body: dict[str, Any]) -> tuple[int, Any]:
    response = client.post(address, body, content_type="application/json")
    return response.status_code, response.json()


def test_text_is_written_filled_in_and_used_by_a_macro(client: Client, ticket: Any) -> None:
    body = {
        "title": "Plan", "text": "Dear {{customer.first_name}}, {{crm.plan}}", "language": "en",
        "variants": [{"language": "de", "text": "Hallo {{crm.plan}}"}],
    }  # fmt: skip
    status, made = post(client, REPLIES, body)
    assert (status, made["scope"], made["variants"][0]["is_stale"]) == (201, "personal", False)
    own = f"{REPLIES}{made['id']}/"
    changed = client.patch(own, {"text": "Dear {{customer.first_name}}: {{crm.plan}}"}, content_type="application/json")
    assert (changed.status_code, changed.json()["version"], changed.json()["variants"][0]["is_stale"]) == (200, 2, True)
    status, rendered = post(client, f"{own}render/", {"ticket": ticket.pk})
    assert (status, rendered["text"], rendered["missing"]) == (200, "Dear Carla: {{ crm.plan }}", ["crm.plan"])
    actions = [{"do": "set_priority", "to": "high"}]
    status, macro = post(client, MACROS, {"name": "Plan", "quick_reply": made["id"], "actions": actions})
    assert status == 201
    run = f"{MACROS}{macro['id']}/run/"
    assert post(client, run, {"ticket": ticket.pk})[1]["code"] == "open_placeholder"
    status, done = post(client, run, {"ticket": ticket.pk, "text": "Dear Carla: gold"})
    assert (status, done["outcomes"][0]["state"]) == (200, "done")
    assert Message.objects.get(pk=done["message"]).reply_text == "Dear Carla: gold"
    assert client.delete(own).status_code == 409
    assert [client.delete(address).status_code for address in (f"{MACROS}{macro['id']}/", own)] == [204, 204]


def test_faults_name_the_fields_of_the_body(client: Client) -> None:
    status, told = post(client, REPLIES, {"title": "x", "text": "Hello {{password}}"})
    assert (status, told["code"], told["fields"]) == (400, "unknown_placeholder", {"text": "1:7"})
    assert post(client, REPLIES, {"title": "x", "text": "x", "folder": 4711})[1]["fields"].keys() == {"folder"}
    assert post(client, REPLIES, {"title": "x", "text": "x", "scope": "shared"})[0] == 403
    assert post(client, MACROS, {"name": "x", "actions": [{"do": "reply"}]})[1]["fields"].keys() == {"actions.0.do"}


def test_what_belongs_to_others_is_not_found(client: Client, lead: Any, ticket: Any, hidden_ticket: Any) -> None:
    team = make_team("Board", lead, is_private=True)
    secret = make_quick_reply("Secret", "zebrafish", scope="team", team_id=team.pk)
    macro = make_macro("Secret", scope="team", team_id=team.pk, quick_reply_id=secret.pk)
    shared = make_quick_reply("Shared", "x")
    for address in (f"{REPLIES}{secret.pk}/", f"{MACROS}{macro.pk}/"):
        assert client.get(address).status_code == 404
    assert post(client, f"{REPLIES}{secret.pk}/render/", {"ticket": ticket.pk})[0] == 404
    assert post(client, f"{MACROS}{macro.pk}/run/", {"ticket": ticket.pk})[0] == 404
    assert post(client, f"{REPLIES}{shared.pk}/render/", {"ticket": hidden_ticket.pk})[0] == 404
    # A macro of one's own is no way to somebody else's text.
    assert post(client, MACROS, {"name": "Mine", "quick_reply": secret.pk})[0] == 400
    pages = client.get(REPLIES).content + client.get(f"{REPLIES}export/").content + client.get(MACROS).content
    assert b"zebrafish" not in pages
    assert b"Secret" not in pages


def test_file_goes_out_and_in_again_and_names_its_faults(client: Client, agent: Any) -> None:
    make_quick_reply("Mine", "Hello", ("de", "sms", "Hallo"), actor=agent)
    exported = client.get(f"{REPLIES}export/").content.decode()
    QuickReply.objects.all().delete()
    tried = post(client, f"{REPLIES}import/", {"content": exported})[1]
    assert (tried["is_dry_run"], tried["created"], QuickReply.objects.count()) == (True, 1, 0)
    for created in (1, 0):
        assert post(client, f"{REPLIES}import/", {"content": exported, "is_dry_run": False})[1]["created"] == created
    shared = post(client, f"{REPLIES}import/", {"content": "title,text\nFor all,x\n"})[1]
    assert [fault["line"] for fault in shared["faults"]] == [2]
