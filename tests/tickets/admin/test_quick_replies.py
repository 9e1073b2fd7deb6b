"""The doors of quick replies and macros: what agents are offered, what forms keep, files in and out, who is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_team, make_ticket
from tests.support.library import make_macro, make_quick_reply
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Macro, Message, QuickReply, Ticket
from tickets.services.actors import Actor
from tickets.services.macros import GivenMacro, create_macro

pytestmark = pytest.mark.django_db

ADD = "/admin/tickets/quickreply/add/"


def form(**fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": "Late", "shortcut": "late", "folder": "", "scope": "personal", "team": "", "language": "en", "text": "It is late.",
        "is_active": "on", "variants-TOTAL_FORMS": "0", "variants-INITIAL_FORMS": "0",
    }  # fmt: skip
    return values | fields


def suggested(desk: Client, **asked: Any) -> str:
    response = desk.get(reverse("admin:tickets_quickreply_suggest"), asked, headers=FRAGMENT)
    assert response.status_code == 200
    return str(response.content.decode())


def test_list_is_filled_in_for_the_ticket_in_few_statements(desk: Client, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    for number in range(12):
        make_quick_reply(f"Reply {number}", "Dear {{customer.first_name}}, {{crm.plan}}", ("de", "", "Hallo {{crm.x}}"))
    desk.get(reverse("admin:index"))
    with CaptureQueriesContext(connection) as counted:
        page = suggested(desk, ticket=ticket.pk, q="")
    assert page.count('role="option"') == 12
    assert "Dear Carla, {{ crm.plan }}" in page
    assert len(counted) <= 10


def test_list_of_a_ticket_that_is_not_ones_own_to_see_is_not_found(
    desk: Client, email_channel: Any, stranger: Any
) -> None:
    ticket = make_ticket(email_channel, team=make_team("Board", stranger, is_private=True))
    response = desk.get(reverse("admin:tickets_quickreply_suggest"), {"ticket": ticket.pk}, headers=FRAGMENT)
    assert response.status_code == 404


def test_customers_markup_in_a_value_is_text(desk: Client, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    type(ticket.customer).objects.update(attributes={"plan": "<img src=x onerror=alert(1)>"})
    make_quick_reply("Plan", "Plan {{crm.plan}}")
    page = suggested(desk, ticket=ticket.pk)
    assert "<img" not in page
    assert "&lt;img" in page


def test_use_is_counted_with_the_answer_and_not_with_a_refused_one(
    desk: Client, email_channel: Any, url: Callable[..., str]
) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Late", "It is late.")
    refused = desk.post(url("reply", ticket), {"text": "{{ x }}", "quick_reply": reply.pk}, headers=FRAGMENT)
    sent = desk.post(
        url("reply", ticket), {"text": "It is late.", "quick_reply": [reply.pk, "x", reply.pk]}, headers=FRAGMENT
    )
    reply.refresh_from_db()
    assert (refused.status_code, sent.status_code, reply.use_count) == (422, 204, 1)


def test_macro_goes_with_the_answer_and_a_refused_one_leaves_nothing(
    desk: Client, email_channel: Any, url: Callable[..., str]
) -> None:
    ticket = make_ticket(email_channel)
    good = make_macro("Good", {"do": "set_priority", "to": "high"})
    bad = make_macro("Bad", {"do": "assign_team", "to": 4711})
    refused = desk.post(url("reply", ticket), {"text": "Hello", "macro": bad.pk}, headers=FRAGMENT)
    assert (refused.status_code, refused.json()["code"]) == (409, "macro_refused")
    assert not Message.objects.filter(direction="out").exists()
    sent = desk.post(url("reply", ticket), {"text": "Hello", "macro": good.pk, "next": "1"}, headers=FRAGMENT)
    assert sent.json() == {"next": reverse("admin:tickets_ticket_changelist") + "?view=open"}
    ticket.refresh_from_db()
    assert ticket.priority == "high"


def test_macro_is_run_on_the_selected_tickets(desk: Client, many_tickets: Callable[[int], list[Ticket]]) -> None:
    tickets = many_tickets(3)
    macro = make_macro("Urgent", {"do": "set_priority", "to": "urgent"})
    data = {"action": f"macro:{macro.pk}", "_selected_action": [ticket.pk for ticket in tickets[:2]]}
    page = desk.post(reverse("admin:tickets_ticket_changelist"), data, follow=True).content.decode()
    assert "The macro was run on 2" in page
    assert Ticket.objects.filter(priority="urgent").count() == 2


def test_macros_of_others_and_beyond_ones_rights_are_neither_offered_nor_run(
    desk: Client, agent: Any, lead: Any, email_channel: Any, url: Callable[..., str]
) -> None:
    ticket = make_ticket(email_channel)
    given = GivenMacro(name="Lead's own", actions=[{"do": "unassign"}])
    foreign = create_macro(given=given, actor=Actor.agent(lead))
    spam = make_macro("Spam it", {"do": "mark_spam"})
    agent.groups.clear()
    agent.user_permissions.set(_permissions("view_ticket", "change_ticket", "reply_ticket"))
    menu = desk.get(url("macros", ticket), headers=FRAGMENT).content.decode()
    assert "Lead&#x27;s own" not in menu
    assert "Spam it" not in menu
    codes = [
        desk.post(url("do", ticket, "macro"), {"macro": macro.pk}, headers=FRAGMENT).status_code
        for macro in (foreign, spam)
    ]
    assert codes == [404, 403]


def _permissions(*names: str) -> Any:
    return Permission.objects.filter(codename__in=names)


def test_macro_does_not_show_a_private_teams_text_to_others(
    desk: Client, agent: Any, stranger: Any, email_channel: Any, url: Callable[..., str]
) -> None:
    team = make_team("Board", stranger, is_private=True)
    secret = make_quick_reply("Secret", "the board's words", scope="team", team_id=team.pk)
    Macro.objects.create(name="Mine", scope="personal", owner=agent, quick_reply=secret)
    assert "board" not in desk.get(url("macros", make_ticket(email_channel)), headers=FRAGMENT).content.decode()


def test_agent_keeps_a_reply_of_his_own_with_its_variants(desk: Client, agent: Any) -> None:
    variants = {
        "variants-TOTAL_FORMS": "2", "variants-INITIAL_FORMS": "0", "variants-0-language": "de", "variants-0-channel_kind": "",
        "variants-0-text": "Es dauert.", "variants-1-language": "", "variants-1-channel_kind": "sms", "variants-1-text": "late",
    }  # fmt: skip
    page = desk.get(ADD).content.decode()
    assert 'value="shared"' not in page
    response = desk.post(ADD, form(**variants))
    assert response.status_code == 302, response.context["errors"]
    reply = QuickReply.objects.get()
    assert (reply.owner, reply.scope, [str(one) for one in reply.variants.all()]) == (agent, "personal", ["sms", "de"])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "Hello {{customer.nmae}}"}, "Line 1, character 7"),
        ({"shortcut": "two words"}, "one word"),
        ({"title": "Taken"}, "already"),
        ({"variants-TOTAL_FORMS": "1", "variants-0-text": "{{x}}", "variants-0-language": "de"}, "no placeholder"),
        ({"variants-TOTAL_FORMS": "1", "variants-0-text": "x"}, "for a language"),
    ],
)
def test_form_tells_what_is_wrong_at_its_place_and_keeps_what_was_typed(
    desk: Client, agent: Any, fields: dict[str, str], told: str
) -> None:
    make_quick_reply("Taken", "x", actor=agent)
    response = desk.post(ADD, form(**fields))
    assert response.status_code == 200
    assert told in response.content.decode()
    assert QuickReply.objects.count() == 1


def test_stale_variant_stands_beside_its_source_until_it_is_said_to_be_right(
    lead: Any, signed_in: Callable[[Any], Client]
) -> None:
    reply = make_quick_reply("Late", "Late.", ("de", "", "Spät."), language="en")
    variant = reply.variants.get()
    change = reverse("admin:tickets_quickreply_change", args=[reply.pk])
    kept = {
        "variants-TOTAL_FORMS": "1", "variants-INITIAL_FORMS": "1", "variants-0-id": variant.pk, "variants-0-quick_reply": reply.pk,
        "variants-0-language": "de", "variants-0-channel_kind": "", "variants-0-text": "Spät.", "scope": "shared",
    }  # fmt: skip
    client = signed_in(lead)
    assert client.post(change, form(**kept, text="Very late.")).status_code == 302
    page = client.get(change).content.decode()
    assert "The source now says:" in page
    assert "1 stale" in client.get(reverse("admin:tickets_quickreply_changelist")).content.decode()
    client.post(change, form(**kept, text="Very late.", **{f"_right_{variant.pk}": "1"}))
    assert "The source now says:" not in client.get(change).content.decode()


def test_agent_reads_what_is_shared_and_changes_nothing_of_it(desk: Client) -> None:
    reply = make_quick_reply("Late", "Late.")
    change = reverse("admin:tickets_quickreply_change", args=[reply.pk])
    assert desk.get(change).status_code == 200
    assert desk.post(change, form(scope="shared", text="Mine now")).status_code == 403
    assert desk.post(reverse("admin:tickets_quickreply_delete", args=[reply.pk]), {"post": "yes"}).status_code == 403
    reply.refresh_from_db()
    assert reply.text == "Late."


def test_preview_shows_a_text_as_one_customer_would_read_it(desk: Client, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    address = reverse("admin:tickets_quickreply_preview")
    told = desk.post(address, {"text": "Dear {{customer.first_name}} {{crm.plan}}", "number": f"#{ticket.number}"})
    assert "Dear Carla {{ crm.plan }}" in told.content.decode()
    assert "Missing: crm.plan" in told.content.decode()
    assert "Line 1" in desk.post(address, {"text": "{{nope}}"}).content.decode()


def test_lead_writes_a_macro_with_the_builder_and_the_list_says_what_it_does(
    lead: Any, signed_in: Callable[[Any], Client]
) -> None:
    reply = make_quick_reply("Late", "Late.")
    client = signed_in(lead)
    data = {
        "name": "Late parcel", "scope": "shared", "team": "", "quick_reply": reply.pk, "status_after": "pending", "position": "0",
        "is_active": "on", "actions": json.dumps([{"do": "set_priority", "to": "high"}]),
    }  # fmt: skip
    response = client.post(reverse("admin:tickets_macro_add"), data)
    assert response.status_code == 302, response.context["errors"]
    page = client.get(reverse("admin:tickets_macro_changelist")).content.decode()
    assert "set the priority: high · waiting for the customer" in page
    refused = client.post(reverse("admin:tickets_macro_add"), data | {"actions": '[{"do": "reply", "quick_reply": 1}]'})
    assert refused.status_code == 200


def test_file_is_tried_first_then_taken_and_the_second_time_changes_nothing(
    lead: Any, signed_in: Callable[[Any], Client]
) -> None:
    make_quick_reply("=1+1", 'Old\nlines, and "quotes"', ("de", "sms", "Kürzer"), language="en", shortcut="sum")
    client = signed_in(lead)
    exported = client.get(reverse("admin:tickets_quickreply_export", args=["csv"])).content
    assert b"'=1+1" in exported
    QuickReply.objects.all().delete()
    address = reverse("admin:tickets_quickreply_import")

    def post(content: bytes, **fields: str) -> Any:
        return client.post(address, {"file": SimpleUploadedFile("q.csv", content), **fields})

    assert "1 would be new" in post(exported, is_dry_run="on").content.decode()
    assert not QuickReply.objects.exists()
    assert post(exported).status_code == 302
    reply = QuickReply.objects.get()
    assert (reply.title, reply.text, reply.variants.get().text) == ("=1+1", 'Old\nlines, and "quotes"', "Kürzer")
    assert "0 would be new, 0 would change, 1 are as they were" in post(exported, is_dry_run="on").content.decode()
    faulty = b"title,text\r\nFine,Hello\r\nBroken,{{nope}}\r\n,empty\r\n"
    told = post(faulty).content.decode()
    assert "1 new, 0 changed" in told
    assert "Line 3: " in told
    assert "Line 4: " in told
    assert "no valid" in post(b'{"quick_replies": [').content.decode()


def test_composer_points_at_the_tone_until_somebody_does_not_want_it(
    desk: Client, agent: Any, email_channel: Any, url: Callable[..., str]
) -> None:
    ticket = make_ticket(email_channel, language="en")
    text = "PLEASE READ THAT MAIL AGAIN, since you should have known better than to write to us on a Sunday."
    told = desk.post(url("tone", ticket), {"text": text}, headers=FRAGMENT).content.decode()
    assert [word in told for word in ("Carla", "shouting", "blame")] == [True, True, True]
    assert desk.post(url("tone", ticket), {"text": "Dear Carla, thank you."}, headers=FRAGMENT).status_code == 204
    type(agent).objects.update(tone_hints_enabled=False)
    assert desk.post(url("tone", ticket), {"text": text}, headers=FRAGMENT).status_code == 204
