"""Health probes and error pages: short answers that tell a stranger nothing."""

import pytest
from django.db import DatabaseError, connection

from helpdesk import views

LEAKS = ("Traceback", "settings", "postgres", "django", "Exception", "/work", "urlpatterns", "tickets.")


def test_live_answers_without_a_database(client, django_db_blocker):
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_answers_when_the_database_does(client, db):
    assert client.get("/health/ready").json() == {"status": "ok"}


def test_ready_says_no_more_than_unavailable_when_the_database_is_gone(rf, db):
    def broken(*args):
        raise DatabaseError("password authentication failed for user helpdesk at 10.0.0.5")

    with connection.execute_wrapper(broken):
        response = views.ready(rf.get("/health/ready"))
    assert response.status_code == 503
    assert response.content == b'{"status": "unavailable"}'


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_take_no_post_and_are_never_cached(client, db, path):
    assert client.post(path).status_code == 405
    assert "no-store" in client.get(path)["Cache-Control"]


def test_health_reports_nothing_but_its_state(client, db):
    for path in ("/health/live", "/health/ready"):
        assert set(client.get(path).json()) == {"status"}


@pytest.mark.parametrize(
    "path", ["/nothing/", "/admin/nothing/", "/setup/", "/install", "/debug/", "/.env", "/__debug__/"]
)
def test_doors_that_do_not_exist_tell_nothing(client, db, path):
    response = client.get(path, follow=True)
    text = response.content.decode()
    assert response.status_code in (200, 404)  # below /admin/ everybody is asked to sign in first
    assert not [word for word in LEAKS if word in text]


def test_missing_page_is_a_calm_page_with_a_way_back(client, db):
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert b"Nothing here" in response.content
    assert b'href="/admin/"' in response.content


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (views.bad_request, 400),
        (views.forbidden, 403),
        (views.not_found, 404),
        (views.server_error, 500),
        (views.stale_form, 403),
    ],
)
def test_error_pages_need_no_database_and_leak_nothing(rf, view, status):
    response = view(rf.get("/somewhere/"))
    text = response.content.decode()
    assert response.status_code == status
    assert not [word for word in LEAKS if word in text]
    assert "<script" not in text
    assert "style=" not in text


@pytest.mark.parametrize(("view", "code"), [(views.not_found, "not_found"), (views.server_error, "internal_error")])
def test_errors_below_the_api_are_json(rf, view, code):
    response = view(rf.get("/api/v1/nothing/"))
    assert response["Content-Type"] == "application/json"
    assert f'"code": "{code}"' in response.content.decode()


def test_broken_page_shows_the_error_page_and_not_the_error(client, administrator, settings, monkeypatch):
    settings.DEBUG = False
    client.raise_request_exception = False
    monkeypatch.setattr("helpdesk.accounts.views.render", lambda *args: 1 / 0)
    client.force_login(administrator)
    response = client.get("/admin/preferences/")
    assert response.status_code == 500
    assert b"ZeroDivision" not in response.content
