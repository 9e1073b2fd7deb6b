"""Planted secrets, through everything that the product does with a channel: they come out nowhere."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery
from celery.app.task import Task
from django.db import connection
from django.test import Client

from channels_app.models import Channel
from channels_app.services.polling import check_channel, poll_channel
from channels_app.tasks import poll_channel as poll_task
from helpdesk.accounts.services import create_api_key
from helpdesk.api import RESOURCES
from helpdesk.common.logs import RedactSecrets
from helpdesk.core.services import record_job_run
from tests.factories import make_channel, make_event, make_ticket
from tests.support.admin_pages import admin_addresses, keys_of
from tickets.models import Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_message
from tickets.services.processing import run_event_again
from tickets.services.replies import reply_to_ticket

IMAP, SMTP, SIGNING = "canary-imap-5f1e", "canary-smtp-77ab", "whsec_" + "Y2FuYXJ5" * 5 + "Y2E="
SECRETS = (IMAP, SMTP, SIGNING)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox() -> Channel:
    """A mailbox and an outgoing server that nobody listens on."""
    config = {
        "address": "support@desk.example", "imap_host": "127.0.0.1", "imap_port": 9, "imap_security": "plain",
        "imap_username": "desk", "smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "plain",
        "smtp_username": "desk",
    }  # fmt: skip
    return make_channel(kind="email", config=config, secrets={"imap_password": IMAP, "smtp_password": SMTP})


@pytest.fixture
def shop() -> Channel:
    """A system that would be called at an address where nobody answers."""
    config = {"delivery_url": "http://127.0.0.1:9/replies"}
    return make_channel(kind="api", config=config, secrets={"signing_secrets": [SIGNING]})


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product's own handler would print, down to the last detail."""
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    handler.addFilter(RedactSecrets())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield printed
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every message that would go to the broker."""
    sent: list[Any] = []
    monkeypatch.setattr(
        Task, "apply_async", lambda self, args=(), kwargs=None, **more: sent.append([self.name, args, kwargs])
    )
    monkeypatch.setattr(
        Celery, "send_task", lambda self, name, args=(), kwargs=None, **more: sent.append([name, args, kwargs])
    )
    return sent


def whole_database() -> str:
    """Every row of every table as text, as a dump would show it."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def use_everything(mailbox: Channel, shop: Channel, agent: Any) -> list[Ticket]:
    """Poll, test, send, fail, run again and be called by strangers."""
    tickets = []
    poll_channel(channel_id=mailbox.pk)
    for channel in (mailbox, shop):
        check_channel(channel_id=channel.pk)
        ticket = make_ticket(channel)
        message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello")
        send_message(message_id=message.pk)
        assert Message.objects.get(pk=message.pk).delivery_state != "sent"
        tickets.append(ticket)
        run_event_again(event_id=make_event(channel, state="quarantined").pk)
    Client().post(f"/hooks/api/{shop.uuid}/?secret={SIGNING}", b"{}", content_type="application/json")
    with pytest.raises(ConnectionError), record_job_run("poll_channels"):
        raise ConnectionError(f"smtp://desk:{SMTP}@127.0.0.1:9 does not answer")
    return tickets


def test_secret_of_a_channel_is_in_no_row_no_log_and_no_message_to_the_broker(
    mailbox: Channel, shop: Channel, agent: Any, log: io.StringIO, broker: list[Any],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        use_everything(mailbox, shop, agent)
        poll_task.delay(mailbox.pk)
    dump, printed, rung = whole_database(), log.getvalue(), json.dumps(broker)
    assert mailbox.encrypted_secrets in dump
    assert "Unauthorized" in printed
    assert {name for name, _args, _kwargs in broker} >= {
        "channels_app.tasks.poll_channel",
        "tickets.tasks.send_message",
        "tickets.tasks.process_event",
    }
    for secret in SECRETS:
        assert secret not in dump
        assert secret not in printed
        assert secret not in rung


def test_broker_is_told_numbers_of_rows_and_nothing_else(
    mailbox: Channel, shop: Channel, agent: Any, broker: list[Any],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        use_everything(mailbox, shop, agent)
    assert broker
    for name, args, kwargs in broker:
        assert all(type(value) is int for value in args), name
        assert not kwargs, name


def test_secret_of_a_channel_is_on_no_page_and_in_no_answer_of_the_api(
    mailbox: Channel, shop: Channel, agent: Any, superuser: Any
) -> None:
    ticket = use_everything(mailbox, shop, agent)[0]
    browser = Client()
    browser.force_login(superuser)
    _key, text = create_api_key(user=superuser, name="All", scopes=("admin",))
    program = Client(headers={"authorization": f"Bearer {text}"})
    keys = keys_of(ticket)
    pages = [path for _name, path in admin_addresses(keys)]
    pages += [path for one in (mailbox, shop) for _n, path in admin_addresses(keys | {"channels_app_channel": one.pk})]
    answers = {path: b"".join(browser.get(path)).decode(errors="replace") for path in set(pages)}
    answers |= {
        f"{path} tested": browser.post(path).content.decode()
        for path in (f"/admin/channels_app/channel/{one.pk}/do/test/" for one in (mailbox, shop))
    }
    for resource in RESOURCES:
        path = f"/api/v1/{resource}/"
        answers[path] = program.get(path).content.decode()
    for one in (mailbox, shop):
        path = f"/api/v1/channels/{one.pk}/"
        answers[path] = program.get(path).content.decode()
    shown = [(path, secret) for path, page in answers.items() for secret in SECRETS if secret in page]
    encrypted = [path for path, page in answers.items() for one in (mailbox, shop) if one.encrypted_secrets in page]
    assert (shown, encrypted) == ([], [])
    assert len(answers) > 60


def test_page_of_an_error_shows_no_secret(
    mailbox: Channel, superuser: Any, settings: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks while a secret is saved: neither the page nor the log repeats what was typed."""

    def broken(self: Channel, secrets: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Channel, "store_secrets", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(superuser)
    typed = {
        "name": "Support", "slug": mailbox.slug, "brand": mailbox.brand_id, "position": "0", "coverage": "full",
        "poll_every_seconds": "30", "reopen_window": "7 d", "session_gap": "12 h", "messaging_window": "",
        **{f"config-{name}": value for name, value in mailbox.config.items()},
        "config-imap_password": "canary-typed",
    }  # fmt: skip
    answer = browser.post(f"/admin/channels_app/channel/{mailbox.pk}/change/", typed)
    assert answer.status_code == 500
    assert "canary-typed" not in answer.content.decode()
    assert "the disk is full" in log.getvalue()
    assert "canary-typed" not in log.getvalue()
