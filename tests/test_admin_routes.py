"""Every address of the admin, as the URL resolver knows them: what outsiders see of a private team, and what a GET changes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.test import Client

from channels_app.adapters.base import Address
from channels_app.models import Channel, InboundEvent
from helpdesk.accounts.services import create_api_key
from helpdesk.core.models import JobRun
from reporting.services.facts import refresh_facts
from surveys.models import Invitation
from surveys.services.preset import ensure_preset_survey
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_event, make_item, make_team, make_ticket
from tests.test_permissions import address as api_address
from tests.test_permissions import api_routes, routes
from tickets.models import Attachment, Tag, Ticket
from tickets.services.actors import Actor
from tickets.services.drafts import save_draft
from tickets.services.files import store_file
from tickets.services.intake import receive
from tickets.services.replies import add_note, reply_to_ticket

pytestmark = pytest.mark.django_db
SECRET = "quokka"
MISSING = 999_999_999
VOTE = "bandicoot"  # the word that only the vote about it holds: whoever reads every figure may read that


def private_ticket(channel: Any, member: Any, *, team: Any) -> Ticket:
    """A ticket whose every text holds the secret word, in all the places that a ticket reaches."""
    event = make_event(channel, state="processed", headers={"Subject": f"Affair {SECRET}"}, reason="")
    sender = Address(address=f"{SECRET}@secret.example", name=f"Henry {SECRET}")
    item = make_item(sender=sender, subject=f"Affair {SECRET}", text=f"zebrafish {SECRET}")
    ticket = Ticket.objects.get(pk=receive(channel=channel, item=item, event=event).ticket_id)
    Ticket.objects.filter(pk=ticket.pk).update(team=team)
    actor = Actor.agent(member)
    stored = store_file(name=f"{SECRET}.png", content=b"\x89PNG\r\n\x1a\n0000", content_type="image/png")
    stored.as_attachment(ticket.messages.get().pk).save()
    reply_to_ticket(ticket_id=ticket.pk, actor=actor, text=f"Answer {SECRET}", undo_seconds=3600)
    add_note(ticket_id=ticket.pk, actor=actor, text=f"Note {SECRET}")
    save_draft(ticket_id=ticket.pk, actor=actor, kind="note", text=f"Draft {SECRET}")
    invitation = Invitation.objects.create(
        survey=ensure_preset_survey(), customer=ticket.customer, ticket=ticket, occasion="contact:1", state="sent",
        due_at=ticket.opened_at, sent_at=ticket.opened_at, expires_at=None,
    )  # fmt: skip
    record_vote(invitation_id=invitation.pk, vote=Vote(score=2, comment=f"Comment {VOTE}"))
    customer = f"/admin/tickets/customer/{ticket.customer_id}/"
    client = signed_in(member)
    assert client.post(f"{customer}change/", {"name": f"Henry {SECRET}", "is_vip": "on"}).status_code == 302
    assert client.post(f"{customer}address/", {"kind": "email", "address": f"{SECRET}@x.example"}).status_code == 302
    assert LogEntry.objects.filter(object_id=str(ticket.customer_id)).count() == 2
    refresh_facts()
    cache.clear()
    return Ticket.objects.get(pk=ticket.pk)


def keys_of(ticket: Ticket) -> dict[str, Any]:
    """What stands in the place of an object in an address: model (or name of the parameter) -> key."""
    message = ticket.messages.order_by("pk").first()
    invitation = Invitation.objects.filter(ticket=ticket).first()
    return {
        "tickets_ticket": ticket.pk,
        "tickets_customer": ticket.customer_id,
        "channels_app_inboundevent": message.inbound_event_id or InboundEvent.objects.values_list("pk", flat=True)[0],
        "surveys_invitation": invitation.pk if invitation else MISSING,
        "surveys_response": invitation.response.pk if invitation else MISSING,
        "reporting_ticketfact": ticket.pk,
        "message_id": message.pk,
        "uuid": Attachment.objects.filter(message__ticket=ticket).values_list("uuid", flat=True).first(),
    }


WORDS = {"verb": "resolve", "what": "team", "button_name": "again", "language": "en", "job": "send_messages"}
CHOICES = ("assign", "team", "tag", "priority", "filters")


def filled(name: str, path: str, keys: dict[str, Any]) -> str | None:
    """The address with its parameters filled in; None where nothing of that ticket stands there."""
    path = re.sub(r"\^?\(\?P<app_label>[^)]*\)/\$", "tickets/", path)
    if "(?P" in path:
        return None
    model = "_".join(name.removeprefix("admin:").split("_")[:-1])
    own = next((keys[known] for known in keys if name.removeprefix("admin:").startswith(f"{known}_")), None)
    for parameter in re.findall(r"<[^>]+>", path):
        word = parameter.strip("<>").rpartition(":")[2]
        value = keys.get(word) or WORDS.get(word) or own
        if value is None:
            return None
        path = path.replace(parameter, str(value))
    return f"/{path}" if model or path else None


def admin_addresses(keys: dict[str, Any]) -> list[tuple[str, str]]:
    """(route, address) of every page of the admin that exists for these keys."""
    found = [(name, filled(name, path, keys)) for name, path, _view in routes() if name.startswith("admin:")]
    return [(name, path) for name, path in found if path and name != "admin:logout"]


def pickers() -> list[str]:
    """The addresses of every picker that a form could open."""
    found = []
    for model in admin.site._registry:
        for field in (*model._meta.get_fields(), *model._meta.many_to_many):
            if field.is_relation and not field.auto_created:
                names = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={field.name}"
                found += [f"/admin/autocomplete/?{names}&term={term}" for term in ("", "zebrafish", "Henry", "1")]
    return sorted(set(found))


def variants(path: str) -> list[str]:
    """The page, its popup, its search and its narrowing; of one object's page the popup and the newest messages."""
    of_one = ["", "?_popup=1&after=0"]
    of_many = ["", "?_popup=1", "?q=zebrafish", "?q=Henry&view=all", "?view=all&state=processed"]
    if path.endswith("/known-addresses/"):
        of_many.append(f"?address=Henry&channel={Channel.objects.values_list('pk', flat=True)[0]}")
    return [path + query for query in (of_one if re.search(r"/\d+/", path) else of_many)]


def text_of(response: Any) -> str:
    return b"".join(response).decode(errors="replace")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


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


def test_member_of_the_private_team_sees_what_the_others_do_not(private: Ticket, stranger: Any) -> None:
    """So that the test above looks for something that would be there."""
    client = signed_in(stranger)
    seen = {
        name for name, path in admin_addresses(keys_of(private)) for address in variants(path)
        if SECRET in text_of(client.get(address))
    }  # fmt: skip
    wanted = {
        "tickets_ticket_changelist", "tickets_ticket_pane", "tickets_ticket_change", "tickets_ticket_messages",
        "tickets_ticket_panel", "tickets_customer_changelist", "tickets_customer_change", "surveys_response_changelist",
        "surveys_invitation_changelist", "tickets_ticket_suggestions",
    }  # fmt: skip
    assert {f"admin:{name}" for name in wanted} - seen == set()


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
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


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
    keys = keys_of(ticket) | {
        "channels_app_channel": email_channel.pk,
        "accounts_apikey": create_api_key(user=superuser, name="Shop")[0].pk,
        "accounts_user": superuser.pk,
        "auth_user": superuser.pk,
        "auth_group": superuser.groups.model.objects.values_list("pk", flat=True)[0],
        "channels_app_brand": email_channel.brand_id,
        "core_jobrun": JobRun.objects.values_list("pk", flat=True)[0],
        "core_sitesettings": 1,
        "tickets_team": ticket.team_id,
        "tickets_tag": Tag.objects.create(name="late").pk,
        "surveys_survey": ensure_preset_survey().pk,
        "admin_logentry": LogEntry.objects.values_list("pk", flat=True)[0],
    }  # fmt: skip
    client = signed_in(superuser)
    addresses = {path for _name, path in admin_addresses(keys)}
    addresses |= {f"/admin/tickets/ticket/{ticket.pk}/do/{verb}/" for verb in ("resolve", "assign", "merge", "spam")}
    addresses |= {api_address(name, ticket) for _method, name in api_routes()}
    addresses |= {
        "/health/live",
        "/health/ready",
        "/survey/x/",
        "/survey/x/logo/",
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
