"""API keys in the admin: shown once, revoked with a click, never for somebody mightier."""

import logging
import re

import pytest
from django.urls import reverse

from helpdesk.accounts.models import ApiKey
from helpdesk.accounts.services import create_api_key, find_api_key

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/apikey/"
KEY = re.compile(r"hd_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def ask_for(client, user, **changes):
    values = {"user": user.pk, "name": "Shop", "scopes": ["read"], "expires_at_0": "", "expires_at_1": ""}
    return client.post(f"{LIST}add/", values | changes)


def test_new_key_works_and_is_shown_this_once(office, agent, caplog):
    with caplog.at_level(logging.DEBUG):
        response = ask_for(office, agent)
    text = KEY.search(response.content.decode())[0]
    key = find_api_key(text)
    assert (key.user, key.name, key.scopes) == (agent, "Shop", ["read"])
    assert "no-store" in response["Cache-Control"]
    for path in (LIST, f"{LIST}{key.pk}/change/", f"{LIST}{key.pk}/history/", "/admin/admin/logentry/"):
        assert not KEY.search(office.get(path).content.decode())
    assert text not in caplog.text
    assert text not in str(ApiKey.objects.values().get())


def test_key_of_somebody_with_more_rights_is_refused(office, superuser, auditor):
    for mightier in (superuser, auditor):
        assert ask_for(office, mightier).context["errors"]
    assert not ApiKey.objects.exists()


def test_unknown_scope_is_refused(office, agent):
    assert ask_for(office, agent, scopes=["everything"]).context["errors"]
    assert not ApiKey.objects.exists()


def test_revoked_key_is_dead_at_once(office, agent):
    key, text = create_api_key(user=agent, name="Shop")
    office.post(f"{LIST}{key.pk}/do/revoke/")
    assert find_api_key(text) is None
    assert "revoked" in office.get(LIST).content.decode()


def test_several_keys_are_revoked_at_once(office, agent):
    keys = [create_api_key(user=agent, name=f"Key {number}")[0].pk for number in range(2)]
    page = office.post(LIST, {"action": "revoke_selected", "_selected_action": keys}, follow=True).content.decode()
    assert "2 revoked" in page
    assert not ApiKey.objects.filter(revoked_at=None).exists()


def test_key_is_never_changed_or_deleted(client, superuser, agent):
    key, _text = create_api_key(user=agent, name="Shop")
    client.force_login(superuser)
    assert client.post(f"{LIST}{key.pk}/change/", {"name": "Mine", "scopes": ["admin"]}).status_code == 403
    assert client.post(f"{LIST}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    key.refresh_from_db()
    assert (key.name, key.scopes) == ("Shop", ["read", "write"])


@pytest.mark.parametrize("role", ["agent", "lead", "marketing", "auditor"])
def test_other_roles_make_and_revoke_no_keys(client, request, person, role):
    owner = person("olga", "agent")
    key, text = create_api_key(user=owner, name="Shop")
    user = request.getfixturevalue(role)
    client.force_login(user)
    assert ask_for(client, user).status_code == 403
    assert client.post(f"{LIST}{key.pk}/do/revoke/").status_code in (403, 404)
    assert find_api_key(text) == key


def test_key_page_shows_the_prefix_only(office, agent):
    key, text = create_api_key(user=agent, name="Shop")
    page = office.get(reverse("admin:accounts_apikey_change", args=[key.pk])).content.decode()
    assert f"hd_{key.prefix}_…" in page
    assert text not in page
