"""What every test may use: a real database, people in their roles, channels, and no network but loopback."""

import gc
import itertools
import os
import socket
from collections.abc import Callable, Iterator
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
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from channels_app.selectors import forget_own_mail_addresses
from helpdesk.common.remembered import forget_everything
from helpdesk.embedded import postgres
from tests.support.clean_tables import CleanTables
from tests.support.longest_first import longest_first

_resources = ExitStack()
_number_of_test = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Without DATABASE_URL every process that runs tests brings its own PostgreSQL.

    Its own, because the followers of the event log wait for the oldest transaction of the whole server: with one
    server for all they would wait for whatever test another process is in.
    """
    if hasattr(config.option, "loadscopereorder"):
        # xdist would begin with the files of the most tests, which are the shortest ones.
        config.option.loadscopereorder = False
    # What this installation has collected is none of the tests' business, and WhiteNoise would list it for every client.
    settings.STATIC_ROOT = Path("/nonexistent")
    runs_tests = hasattr(config, "workerinput") or config.getoption("dist", "no") == "no"
    if "DATABASE_URL" in os.environ or not runs_tests:
        return
    url = _resources.enter_context(postgres.temporary_server())
    os.environ["DATABASE_URL"] = url
    database = settings.DATABASES["default"]
    parsed = environ.Env.db_url_config(url)
    database.update({key: parsed[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def pytest_unconfigure(config: pytest.Config) -> None:
    _resources.close()


def pytest_collection() -> None:
    # Nearly all that is made here stays until the end: looking through it again and again for garbage finds none.
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_collection_finish() -> None:
    """What the tests make is collected; the product, the tests and Django are no longer looked through for it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of the tests; tests with transactions of their own leave it as the migrations did."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        tables = CleanTables()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: tables.restore())
        yield


@pytest.fixture(scope="session")
def files_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def own_files(files_of_tests: Path, settings: Any) -> None:
    """Files of a test stay in its own folder, which is made by the first of them."""
    folder = files_of_tests / str(next(_number_of_test))
    settings.MEDIA_ROOT = folder / "media"
    settings.HELPDESK_KEYS_DIR = folder / "keys"


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
