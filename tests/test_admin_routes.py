"""Every address of the admin, as the URL resolver knows them: what outsiders see of a private team, and what a GET changes."""

import contextlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from channels_app.adapters.base import Address
from helpdesk.accounts.services import create_api_key
from helpdesk.core.models import JobRun
from reporting.services.facts import refresh_facts
from surveys.services.preset import ensure_preset_survey
from tests.factories import make_channel, make_event, make_team, make_ticket
from tests.support.admin_pages import (
    CHOICES,
    MISSING,
    SECRET,
    VOTE,
    admin_addresses,
    every_key,
    keys_of,
    pickers,
    private_ticket,
    signed_in,
    text_of,
    variants,
)  # fmt: skip
from tests.test_permissions import address as api_address
from tests.test_permissions import api_routes
from tickets.models import Tag, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def private(email_channel: Any, lead: Any, stranger: Any) -> Ticket:
    """Of a team to which one person belongs, beside a ticket that everybody sees."""
    make_ticket(email_channel)
    return private_ticket(email_channel, stranger, team=make_team("Board", stranger, is_private=True))


@pytest.mark.parametrize("role", ["agent", "lead", "administrator", "marketing"])
def test_no_page_of_the_admin_shows_an_outsider_anything_of_a_private_ticket(
    request: pytest.FixtureRequest, private: Ticket, role: str
) -> None:
    client = signed_in(request.getfixturevalue(role))
    shown = []
    for name, path in admin_addresses(keys_of(private)):
        for address in variants(path):
            page = text_of(client.get(address))
            if SECRET in page or (VOTE in page and role == "agent"):
                shown.append((name, address))
    shown += [("picker", address) for address in pickers() if SECRET in text_of(client.get(address))]
    assert shown == []


def test_private_ticket_of_a_customer_in_sight_is_an_outline_without_a_word_of_it(
    email_channel: Any, agent: Any, stranger: Any
) -> None:
    known = Address(address="carla@customer.example", name="Carla Customer")
    open_ticket = make_ticket(email_channel, sender=known)
    hidden = private_ticket(email_channel, stranger, team=make_team("Board", stranger, is_private=True), sender=known)
    assert hidden.customer_id == open_ticket.customer_id
    client = signed_in(agent)
    pages = {path for ticket in (open_ticket, hidden) for _name, path in admin_addresses(keys_of(ticket))}
    texts = {path: text_of(client.get(path)) for path in pages}
    assert [path for path, text in texts.items() if SECRET in text or VOTE in text] == []
    assert f"#{hidden.number}" in texts[f"/admin/tickets/customer/{hidden.customer_id}/change/"]
    assert f"#{hidden.number}" in texts[f"/admin/tickets/ticket/{open_ticket.pk}/panel/"]


def test_member_of_the_private_team_sees_what_the_others_do_not(private: Ticket, stranger: Any) -> None:
    """So that the test above looks for something that would be there."""
    client = signed_in(stranger)
    wanted = {
        "tickets_ticket_changelist", "tickets_ticket_pane", "tickets_ticket_change", "tickets_ticket_messages",
        "tickets_ticket_panel", "tickets_customer_changelist", "tickets_customer_change", "surveys_response_changelist",
        "surveys_invitation_changelist", "surveys_recoverycase_changelist", "surveys_recoverycase_change",
        "surveys_correctiveaction_changelist",
        "tickets_ticket_suggestions",
    }  # fmt: skip
    pages = {name.removeprefix("admin:"): path for name, path in admin_addresses(keys_of(private))}
    missed = [
        name for name in wanted if not any(SECRET in text_of(client.get(address)) for address in variants(pages[name]))
    ]
    assert missed == []


def test_object_of_a_private_ticket_is_answered_like_one_that_nobody_has(private: Ticket, agent: Any) -> None:
    """Status, place of redirect and words: nothing tells the two apart."""
    client = signed_in(agent)
    keys = keys_of(private)
    nobodys = dict.fromkeys(keys, MISSING) | {"uuid": "00000000-0000-4000-8000-000000000000"}
    there, missing = dict(admin_addresses(keys)), dict(admin_addresses(nobodys))
    told = []
    for name in there.keys() & missing.keys():
        if there[name] == missing[name]:
            continue
        for method in ("get", "post"):
            answers = [getattr(client, method)(place[name]) for place in (there, missing)]
            seen = [(answer.status_code, answer.headers.get("Location")) for answer in answers]
            words = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", a.content.decode()) for a in answers]
            numbers = [words[0].replace(there[name], "X"), words[1].replace(missing[name], "X")]
            if seen[0][0] != seen[1][0] or (numbers[0] != numbers[1] and seen[0][0] != 302):
                told.append((method, name, seen))
    assert told == []


def readable(response: Any) -> str:
    """The page without what is drawn anew for each reading: the token, and the key that makes a second press the same."""
    return re.sub(r'name="(csrfmiddlewaretoken|key)" value="[\w-]+"', "", response.content.decode())


def test_lists_counts_and_figures_stay_as_they_were_when_a_private_ticket_comes(
    email_channel: Any, agent: Any, stranger: Any
) -> None:
    """The same page before and after, to the letter: no row, no number, no choice in a menu gives it away."""
    with time_machine.travel("2026-03-02T09:10:00Z", tick=False):
        make_event(email_channel, state="processed")
        make_ticket(email_channel)
        ensure_preset_survey()
        team = make_team("Board", stranger, is_private=True)
        signed_in(stranger)  # that he was here is on the list of users
        client = signed_in(agent)
        lists = [path for name, path in admin_addresses({}) if "<" not in path]
        lists += [f"/admin/tickets/ticket/choices/{what}/" for what in CHOICES]
        addresses = [address for path in lists for address in variants(path)]
        refresh_facts()
        cache.clear()
        before = {address: readable(client.get(address)) for address in addresses}
        private_ticket(email_channel, stranger, team=team)
        assert [address for address in addresses if readable(client.get(address)) != before[address]] == []


ATTACK = '"><svg onload=alert(1)>{{7*7}}'


def test_strangers_words_are_text_on_every_page_of_the_admin(email_channel: Any, superuser: Any, agent: Any) -> None:
    """In whatever column of whatever row, also where operators rather than strangers write."""
    ticket = private_ticket(email_channel, agent, team=make_team("Board", agent))
    make_event(email_channel, state="quarantined")
    JobRun.objects.create(job="send_messages", started_at=ticket.opened_at)
    Tag.objects.create(name="late")
    create_api_key(user=superuser, name="Shop")
    kept = {"django_session", "auth_permission", "django_content_type", "django_migrations", "auth_group"}
    kept_columns = {
        "password",
        "username",
        "slug",
        "kind",
        "key",
        "job",
        "colour",
        "storage_key",
        "body_file",
        "time_zone",
        "language",
    }
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_words = type(field) in (models.CharField, models.TextField) and not field.choices and not field.unique
            if is_words and model._meta.db_table not in kept and field.name not in kept_columns:
                room = field.max_length or 200
                with contextlib.suppress(DatabaseError), transaction.atomic():
                    model._default_manager.update(**{field.name: ATTACK[:room]})
    client = signed_in(superuser)
    keys = every_key(ticket, superuser)
    raw = []
    for name, path in admin_addresses(keys):
        for address in variants(path):
            answer = client.get(address)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            if is_page and ("<svg onload" in text_of(answer) or answer.status_code >= 500):
                raw.append((name, address, answer.status_code))
    assert raw == []


WRITES = re.compile(r"^\s*(?:WITH .*?)?(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE | re.DOTALL)
# Being signed in, being counted, and when a key was last used.
NO_STATE = {"django_session", "core_ratecounter", "accounts_apikey"}


@contextmanager
def writes_noted() -> Iterator[list[str]]:
    """The statements within the block that change a table of the product."""
    noted: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and found[2] not in NO_STATE:
            noted.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield noted


def test_no_address_of_the_product_changes_anything_by_a_get(email_channel: Any, superuser: Any) -> None:
    """Every route there is, with objects that exist, by somebody who may do everything."""
    ticket = private_ticket(email_channel, superuser, team=make_team("Board", superuser))
    Ticket.objects.filter(pk=ticket.pk).update(unread_count=3)
    make_event(email_channel, state="quarantined")
    JobRun.objects.create(job="send_messages", started_at=ticket.opened_at)
    keys = every_key(ticket, superuser)
    client = signed_in(superuser)
    addresses = {path for _name, path in admin_addresses(keys)}
    addresses |= {f"/admin/tickets/ticket/{ticket.pk}/do/{verb}/" for verb in ("resolve", "assign", "merge", "spam")}
    addresses |= {api_address(name, ticket) for _method, name in api_routes()}
    addresses |= {
        "/health/live",
        "/health/ready",
        "/survey/x/",
        "/survey/x/logo/",
        "/help/",
        "/help/en/",
        "/help/en/returns/",
        "/help/en/search/?q=returns",
        f"/hooks/email/{email_channel.uuid}/",
    }
    guilty = []
    for address in sorted(addresses):
        for method in ("get", "head", "options"):
            with writes_noted() as noted:
                getattr(client, method)(address)
            if noted:
                guilty.append((method, address, noted))
    assert guilty == []
    assert len(addresses) > 150


def test_channel_without_a_challenge_answers_no_get(email_channel: Any) -> None:
    other = make_channel(kind="api")
    assert Client().get(f"/hooks/api/{other.uuid}/").status_code == 405
