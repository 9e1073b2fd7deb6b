"""Keys of the API: shown once, digests at rest, scoped, dying with their user."""

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from helpdesk.accounts import authentication
from helpdesk.accounts.models import ApiKey
from helpdesk.accounts.services import create_api_key, find_api_key, revoke_api_key
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from helpdesk.common.logs import redact

TICKETS = "/api/v1/tickets/"


def call(text, path=TICKETS, method="get", **extra):
    return getattr(Client(headers={"authorization": f"Bearer {text}"}), method)(path, **extra)


@pytest.fixture
def key(agent):
    return create_api_key(user=agent, name="test", scopes=("read", "write"))


def test_only_a_digest_is_stored(key):
    row, text = key
    stored = ApiKey.objects.values().get()
    secret = text.split("_", 2)[2]
    assert secret not in repr(stored)
    assert len(bytes(row.digest)) == hashlib.sha256().digest_size


def test_key_opens_the_api(key):
    assert call(key[1]).status_code == 200


def test_key_and_permissions_are_read_in_one_query(key, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = find_api_key(key[1])
        assert found.user.has_perm("tickets.view_ticket")
        assert not found.user.has_perm("accounts.change_user")


@pytest.mark.parametrize("change", ["cut", "longer", "other_secret", "other_prefix", "empty", "accents", "two"])
def test_changed_key_is_refused_in_the_same_words(key, change):
    text = key[1]
    other = {
        "cut": text[:-1],
        "longer": text + "A",
        "other_secret": text[:-4] + ("AAAA" if not text.endswith("AAAA") else "BBBB"),
        "other_prefix": f"hd_{'0' * 12}_{text.split('_', 2)[2]}",
        "empty": "",
        "accents": "hd_é",
        "two": f"{text} {text}",
    }[change]
    response = call(other)
    assert response.status_code == 401
    assert response.json() == {
        "code": "authentication_failed",
        "message": "This API key is not valid.",
        "fields": {},
    }
    assert response["WWW-Authenticate"] == "Bearer"


def test_key_dies_with_its_user(key, agent):
    agent.is_active = False
    agent.save()
    assert call(key[1]).status_code == 401


def test_revoked_key_is_refused(key):
    revoke_api_key(key=key[0])
    assert call(key[1]).status_code == 401


def test_expired_key_is_refused(agent):
    _row, text = create_api_key(user=agent, name="old", expires_at=now() - timedelta(seconds=1))
    assert call(text).status_code == 401


def test_key_in_the_address_is_no_key(key):
    assert Client().get(f"{TICKETS}?api_key={key[1]}").status_code == 401
    assert Client().get(f"{TICKETS}?access_token={key[1]}").status_code == 401


def test_key_in_a_log_line_is_blotted_out(key):
    assert key[1].split("_", 2)[2] not in redact(f"GET / Authorization: Bearer {key[1]} and {key[1]}")


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (("read",), 200, 403),
        (("write",), 403, 404),
        (("admin",), 200, 404),
        (("tickets:read",), 200, 403),
        (("tickets:write",), 403, 404),
        (("messages:read",), 403, 403),
        (("read", "tickets:write"), 200, 404),
    ],
)
def test_scopes_limit_what_a_key_may_do(agent, scopes, reads, writes):
    _row, text = create_api_key(user=agent, name="scoped", scopes=scopes)
    assert call(text).status_code == reads
    missing = call(text, f"{TICKETS}999/resolve/", "post", data={}, content_type="application/json")
    assert missing.status_code == writes


def test_channels_are_changed_with_the_admin_scope_only(administrator, email_channel):
    path = f"/api/v1/channels/{email_channel.pk}/"
    _row, writer = create_api_key(user=administrator, name="w", scopes=("read", "write"))
    _row, admin = create_api_key(user=administrator, name="a", scopes=("channels:admin",))
    change = {"data": {"name": "Front desk"}, "content_type": "application/json"}
    assert call(writer, path, "patch", **change).status_code == 403
    assert call(admin, path, "patch", **change).json()["name"] == "Front desk"


def test_unknown_scope_makes_no_key(agent):
    with pytest.raises(InvalidInput):
        create_api_key(user=agent, name="x", scopes=("everything",))
    assert not ApiKey.objects.exists()


def test_last_use_is_written_once_a_minute(key, django_assert_num_queries):
    call(key[1])
    first = ApiKey.objects.get().last_used_at
    call(key[1])
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    call(key[1])
    assert ApiKey.objects.get().last_used_at > first


def test_guessing_from_one_address_is_slowed_down(db, monkeypatch):
    monkeypatch.setattr(authentication, "FAILURES_PER_MINUTE", 3)
    answers = [call("hd_wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["code"] == "too_many_requests"


def test_right_key_passes_while_its_address_is_slowed_down(key, monkeypatch):
    monkeypatch.setattr(authentication, "FAILURES_PER_MINUTE", 1)
    for _ in range(3):
        call("hd_wrong")
    assert call(key[1]).status_code == 200


def test_admin_session_may_read(client, agent):
    client.force_login(agent)
    assert client.get(TICKETS).status_code == 200


def test_admin_session_writes_only_with_the_csrf_token(agent):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    refused = client.post(TICKETS, data={}, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["code"] == "permission_denied"


def test_command_prints_a_key_that_opens_the_api(agent):
    out = StringIO()
    call_command("create_api_key", agent.username, scopes="read", stdout=out)
    assert call(out.getvalue().strip()).status_code == 200


def test_command_refuses_a_user_who_left(agent):
    agent.is_active = False
    agent.save()
    with pytest.raises(CommandError):
        call_command("create_api_key", agent.username)
