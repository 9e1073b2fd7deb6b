"""Signing in: one answer for every wrong guess, and a lock after too many."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from helpdesk.accounts import throttling
from helpdesk.core.models import RateCounter

pytestmark = pytest.mark.django_db
URL = "/admin/login/"


def try_to_sign_in(client, username, password, **headers):
    return client.post(URL, {"username": username, "password": password, "next": "/admin/"}, **headers)


def errors_of(response):
    return [str(error) for error in response.context_data["form"].non_field_errors()]


def test_right_password_opens_the_overview(client, agent):
    response = try_to_sign_in(client, "ana", "a long password")
    assert response.status_code == 302
    assert response.url == "/admin/"


def test_unknown_user_and_wrong_password_get_the_same_words(client, agent):
    assert errors_of(try_to_sign_in(client, "ana", "wrong")) == errors_of(try_to_sign_in(client, "nobody", "wrong"))


@pytest.mark.parametrize("username", ["ana", "nobody", "left"])
def test_every_wrong_guess_costs_the_time_of_one_hash(client, agent, person, monkeypatch, username):
    """So that the clock does not tell which names exist, nor whose account is switched off."""
    person("left", "agent", is_active=False)
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args, **more: hashed.append(1) or encode(self, *args, **more)
    )
    try_to_sign_in(client, username, "wrong")
    assert len(hashed) == 1


@pytest.mark.parametrize("username", ["ana", "nobody"])
def test_too_many_wrong_tries_lock_the_account_for_this_address(client, agent, username):
    for _ in range(throttling.LIMIT_PER_ACCOUNT_AND_ADDRESS):
        assert try_to_sign_in(client, username, "wrong").status_code == 200
    response = try_to_sign_in(client, username, "a long password")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= throttling.WINDOW_SECONDS
    assert "Too many wrong tries" in errors_of(response)[0]


def test_locked_page_tells_how_to_get_help(client, agent):
    for _ in range(throttling.LIMIT_PER_ACCOUNT_AND_ADDRESS + 1):
        response = try_to_sign_in(client, "ana", "wrong")
    assert '<details class="hd-login-help" open>' in response.content.decode()


def test_lock_of_one_account_leaves_the_others_open(client, agent, lead):
    for _ in range(throttling.LIMIT_PER_ACCOUNT_AND_ADDRESS + 1):
        try_to_sign_in(client, "ana", "wrong")
    assert try_to_sign_in(client, "lena", "a long password").status_code == 302


def test_lock_at_one_address_leaves_the_owner_at_another_in(client, agent):
    for _ in range(throttling.LIMIT_PER_ACCOUNT_AND_ADDRESS + 1):
        try_to_sign_in(client, "ana", "wrong", REMOTE_ADDR="203.0.113.9")
    assert try_to_sign_in(client, "ana", "a long password", REMOTE_ADDR="198.51.100.4").status_code == 302


def test_one_address_that_tries_many_accounts_is_locked(client, agent, monkeypatch):
    monkeypatch.setattr(throttling, "LIMIT_PER_ADDRESS", 5)
    answers = [try_to_sign_in(client, f"user{number}", "wrong").status_code for number in range(6)]
    assert answers == [200] * 5 + [429]


def test_one_account_tried_from_many_addresses_is_locked(client, agent, monkeypatch):
    monkeypatch.setattr(throttling, "LIMIT_PER_ACCOUNT", 5)
    answers = [
        try_to_sign_in(client, "ana", "wrong", REMOTE_ADDR=f"203.0.113.{number}").status_code for number in range(6)
    ]
    assert answers == [200] * 5 + [429]


def test_spelling_of_the_name_does_not_reset_the_count(client, agent):
    for spelling in ["ana", "ANA", " ana", "ａｎａ", "Ana", "ana", "aNa", "anA", "ana"]:
        response = try_to_sign_in(client, spelling, "wrong")
    assert response.status_code == 429


def test_successful_sign_ins_never_lock_anybody_out(client, agent):
    for _ in range(throttling.LIMIT_PER_ACCOUNT_AND_ADDRESS + 3):
        assert try_to_sign_in(Client(), "ana", "a long password").status_code == 302
    assert set(RateCounter.objects.values_list("count", flat=True)) == {0}


def test_forged_forwarding_header_does_not_dodge_the_lock(client, agent):
    for number in range(throttling.LIMIT_PER_ACCOUNT_AND_ADDRESS + 1):
        response = try_to_sign_in(client, "ana", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert response.status_code == 429


def test_counters_hold_no_user_name(client, agent):
    try_to_sign_in(client, "ana", "wrong")
    assert not [key for key in RateCounter.objects.values_list("key", flat=True) if "ana" in key]


def test_account_that_is_switched_off_gets_the_same_words(client, agent):
    agent.is_active = False
    agent.save()
    assert errors_of(try_to_sign_in(client, "ana", "a long password")) == errors_of(
        try_to_sign_in(client, "nobody", "x")
    )


def test_customer_of_the_api_without_staff_right_cannot_enter(client, agent):
    agent.is_staff = False
    agent.save()
    assert try_to_sign_in(client, "ana", "a long password").status_code == 200


def test_login_needs_the_csrf_token(agent):
    response = try_to_sign_in(Client(enforce_csrf_checks=True), "ana", "a long password")
    assert response.status_code == 403


@pytest.mark.parametrize("username", ["a\x00b", "x" * 100_000])
def test_impossible_user_names_are_refused_without_an_error(client, db, username):
    assert try_to_sign_in(client, username, "y" * 1000).status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_never_leads_to_a_foreign_page(client, agent, target):
    response = client.post(URL, {"username": "ana", "password": "a long password", "next": target})
    assert response.status_code == 302
    assert "evil" not in response.url
    assert "javascript" not in response.url


def test_logging_out_is_a_post(client, agent):
    client.force_login(agent)
    assert client.get("/admin/logout/").status_code == 405
    client.post("/admin/logout/")
    assert isinstance(client.get(URL).context["user"], AnonymousUser)
