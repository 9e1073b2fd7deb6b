"""What every test may use: a real database, people in their roles, channels, and no network but loopback."""

import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import environ
import pytest
from celery import Celery
from celery.app.task import Task
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache

from channels_app.selectors import forget_own_mail_addresses
from helpdesk.common.remembered import forget_everything
from helpdesk.embedded import postgres

_resources = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Without DATABASE_URL the suite brings its own PostgreSQL; xdist workers get its address by the environment."""
    if "DATABASE_URL" in os.environ or hasattr(config, "workerinput"):
        return
    url = _resources.enter_context(postgres.temporary_server())
    os.environ["DATABASE_URL"] = url
    database = settings.DATABASES["default"]
    parsed = environ.Env.db_url_config(url)
    database.update({key: parsed[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def pytest_unconfigure(config: pytest.Config) -> None:
    _resources.close()


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other address is refused before a packet leaves."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in ("127.0.0.1", "localhost", "::1"):
            raise OSError(f"tests may not connect to {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Nothing that one test's process remembers reaches the next."""
    cache.clear()
    forget_own_mail_addresses()
    forget_everything()


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    """Files of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.HELPDESK_KEYS_DIR = tmp_path / "keys"


@pytest.fixture(autouse=True)
def silent_doorbell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in ordinary tests: the bell is cut, as when the broker is down. Tests of tasks call them directly."""
    if "broker" not in request.keywords:
        monkeypatch.setattr(Task, "apply_async", lambda *args, **kwargs: None)
        monkeypatch.setattr(Celery, "send_task", lambda *args, **kwargs: None)


@pytest.fixture
def person(db: None, django_user_model: Any) -> Callable[..., Any]:
    """Make a user with a role: ``person("ana", "agent")``."""

    def make(username: str, *roles: str, **extra: Any) -> Any:
        user = django_user_model.objects.create_user(
            username, f"{username}@example.org", "a long password", is_staff=True, **extra
        )
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


@pytest.fixture
def agent(person: Callable[..., Any]) -> Any:
    return person("ana", "agent", first_name="Ana", last_name="Agent")


@pytest.fixture
def lead(person: Callable[..., Any]) -> Any:
    return person("lena", "lead", first_name="Lena", last_name="Lead")


@pytest.fixture
def administrator(person: Callable[..., Any]) -> Any:
    return person("adam", "administrator")


@pytest.fixture
def superuser(person: Callable[..., Any]) -> Any:
    return person("root", is_superuser=True)


@pytest.fixture
def auditor(person: Callable[..., Any]) -> Any:
    return person("audrey", "auditor")


@pytest.fixture
def marketing(person: Callable[..., Any]) -> Any:
    return person("mark", "marketing")


@pytest.fixture
def stranger(person: Callable[..., Any]) -> Any:
    """An agent who is in no team: private teams are closed to him."""
    return person("stan", "agent")


@pytest.fixture
def email_channel(db: None) -> Any:
    from tests.factories import make_channel

    return make_channel(kind="email", slug="support", config={"address": "support@desk.example"})


@pytest.fixture
def api_channel(db: None) -> Any:
    from tests.factories import make_channel

    return make_channel(kind="api", slug="shop")
