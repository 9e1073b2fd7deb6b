"""The shell of the admin: groups by role, nothing inline, no state changed by a GET."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from helpdesk.admin_places import PLACES

pytestmark = pytest.mark.django_db


def groups_of(client):
    response = client.get("/admin/")
    return {item.group.key: [entry.label for entry in item.entries] for item in response.context["hd_groups"]}


def good_section(request):
    return format_html("<section>Good morning {}</section>", request.user.username)


def broken_section(request):
    raise RuntimeError("figures are gone")


@pytest.fixture
def signed_in(client, request, settings):
    settings.HELPDESK_DASHBOARD_SECTIONS = []
    client.force_login(request.getfixturevalue(request.param))
    return client


@pytest.mark.parametrize("signed_in", ["agent"], indirect=True)
def test_agent_finds_work_and_people(signed_in):
    groups = groups_of(signed_in)
    assert "tickets.ticket" in groups["work"]
    assert {"tickets.customer", "tickets.organization", "tickets.team"} <= set(groups["people"])
    assert list(groups) == ["work", "people"]


@pytest.mark.parametrize("signed_in", ["administrator"], indirect=True)
def test_administrator_finds_all_four_groups_in_order(signed_in):
    groups = groups_of(signed_in)
    assert list(groups) == ["work", "people", "set_up", "operate"]
    assert {"channels_app.channel", "core.sitesettings", "accounts.apikey"} <= set(groups["set_up"])
    assert {"channels_app.inboundevent", "core.jobrun", "admin.logentry"} <= set(groups["operate"])


@pytest.mark.parametrize("signed_in", ["auditor"], indirect=True)
def test_auditor_is_offered_nothing_to_add(signed_in):
    response = signed_in.get("/admin/")
    assert [entry.label for item in response.context["hd_groups"] for entry in item.entries if entry.add_url] == []


@pytest.mark.parametrize("signed_in", ["marketing"], indirect=True)
def test_marketing_reaches_the_overview(signed_in):
    assert not {"set_up", "operate"} & set(groups_of(signed_in))


def test_person_without_a_role_is_told_whom_to_ask(client, person):
    client.force_login(person("nora"))
    assert "Ask an administrator" in client.get("/admin/").content.decode()


def test_every_registered_model_has_its_place():
    labels = {model._meta.label_lower for model in admin.site._registry}
    assert labels - set(PLACES) == set()


def test_dashboard_sections_stand_above_the_groups(client, administrator, settings):
    settings.HELPDESK_DASHBOARD_SECTIONS = [f"{__name__}.good_section"]
    client.force_login(administrator)
    page = client.get("/admin/").content.decode()
    assert page.index("Good morning adam") < page.index("hd-group-work")


def test_face_in_the_bar_has_the_initials_of_first_and_last_name(client, person):
    client.force_login(person("mara", "agent", first_name="Mara", last_name="Holmquist"))
    assert (
        '<span class="hd-avatar hd-is-offline" aria-hidden="true">MH</span>' in client.get(reverse("admin:index")).text
    )


def test_broken_dashboard_section_does_not_close_the_overview(client, administrator, settings):
    settings.HELPDESK_DASHBOARD_SECTIONS = [f"{__name__}.broken_section", f"{__name__}.good_section"]
    client.force_login(administrator)
    page = client.get("/admin/").content.decode()
    assert "cannot be shown right now" in page
    assert "Good morning adam" in page
    assert "figures are gone" not in page


def test_pages_by_app_lead_back_to_the_overview(client, administrator):
    client.force_login(administrator)
    assert client.get("/admin/core/").url == "/admin/"


CHANGELISTS = sorted(label for label in PLACES if not label.startswith(("tickets.ticket", "surveys", "reporting")))


@pytest.mark.parametrize("label", CHANGELISTS)
@pytest.mark.parametrize("role", ["agent", "lead", "administrator", "auditor", "marketing"])
def test_every_list_opens_or_is_closed_by_role(client, request, label, role):
    """403 exactly where the role has no view permission; nothing in between."""
    user = request.getfixturevalue(role)
    client.force_login(user)
    app_label, model = label.split(".")
    response = client.get(reverse(f"admin:{app_label}_{model}_changelist"), follow=True)
    may_view = user.has_perm(f"{app_label}.view_{model}") or user.has_perm(f"{app_label}.change_{model}")
    assert response.status_code == (200 if may_view else 403)


@pytest.mark.parametrize("label", [*CHANGELISTS, "login"])
def test_pages_carry_nothing_inline(client, administrator, superuser, label):
    """No script, style or handler in the page: the policy would block it, and an injected one would look the same."""
    if label == "login":
        page = client.get("/admin/login/").content.decode()
    else:
        client.force_login(superuser)
        app_label, model = label.split(".")
        page = client.get(reverse(f"admin:{app_label}_{model}_changelist"), follow=True).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_every_page_has_the_strict_policy(client, administrator):
    client.force_login(administrator)
    for path in ("/admin/", "/admin/login/", "/admin/preferences/", "/nothing/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


def test_own_preferences_never_touch_rights(client, agent):
    client.force_login(agent)
    client.post(
        "/admin/preferences/",
        {
            "first_name": "Anna", "last_name": "Agent", "email": "ana@example.org", "languages": "en,de",
            "mail_notifications": "always", "signature": "Yours", "is_superuser": "on", "is_staff": "on", "groups": "1",
            "username": "root",
        },
    )  # fmt: skip
    agent.refresh_from_db()
    assert (agent.first_name, agent.languages, agent.mail_notifications) == ("Anna", ["en", "de"], "always")
    assert (agent.username, agent.is_superuser, list(agent.groups.values_list("name", flat=True))) == (
        "ana",
        False,
        ["agent"],
    )


def test_preferences_need_a_sign_in(client):
    assert client.get("/admin/preferences/").status_code == 302


BUTTONS = [
    "/admin/channels_app/channel/{channel}/do/test/",
    "/admin/channels_app/channel/{channel}/do/poll/",
    "/admin/channels_app/channel/{channel}/do/pause/",
    "/admin/channels_app/inboundevent/{event}/do/again/",
    "/admin/accounts/apikey/{key}/do/revoke/",
    "/admin/core/jobrun/run/send_messages/",
    "/admin/tickets/customer/{customer}/address/",
]


@pytest.fixture
def objects(email_channel, agent):
    from helpdesk.accounts.services import create_api_key
    from tests.factories import make_event, make_ticket

    key, _text = create_api_key(user=agent, name="Shop")
    return {
        "channel": email_channel.pk,
        "event": make_event(email_channel, state="quarantined").pk,
        "key": key.pk,
        "customer": make_ticket(email_channel).customer_id,
    }


@pytest.mark.parametrize("path", BUTTONS)
def test_nothing_is_changed_by_a_get(client, superuser, objects, path):
    client.force_login(superuser)
    assert client.get(path.format(**objects)).status_code == 405


@pytest.mark.parametrize("path", BUTTONS)
def test_buttons_need_the_csrf_token(superuser, objects, path):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(superuser)
    assert client.post(path.format(**objects)).status_code == 403


@pytest.mark.parametrize("path", BUTTONS)
def test_auditor_presses_no_button(client, auditor, objects, path):
    client.force_login(auditor)
    assert client.post(path.format(**objects)).status_code == 403


@pytest.mark.parametrize("path", [path for path in BUTTONS if "customer" not in path])
def test_agent_presses_no_button_of_the_operators(client, agent, objects, path):
    client.force_login(agent)
    assert client.post(path.format(**objects)).status_code in (403, 404)


@pytest.mark.parametrize("path", BUTTONS)
def test_signed_out_visitor_is_sent_to_the_login(client, objects, path):
    response = client.post(path.format(**objects))
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")
