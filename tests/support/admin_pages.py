"""Every address of the admin as the URL resolver knows it, and a private ticket that reaches into all of them."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client

from channels_app.adapters.base import Address
from channels_app.models import Channel, InboundEvent
from helpdesk.accounts.services import create_api_key
from helpdesk.core.models import JobRun
from reporting.services.facts import refresh_facts
from surveys.models import CorrectiveAction, Incentive, Invitation, RecoveryCase, RootCause
from surveys.services.preset import ensure_preset_survey
from surveys.services.recovery import add_action, open_case
from surveys.services.voting import Vote, record_vote
from tests.factories import make_event, make_item
from tests.test_permissions import routes
from tickets.models import ArticleTranslation, Attachment, Tag, Ticket
from tickets.services.actors import Actor
from tickets.services.article_reading import give_feedback
from tickets.services.articles import publish_article, save_article
from tickets.services.drafts import save_draft
from tickets.services.files import store_file
from tickets.services.intake import receive
from tickets.services.replies import add_note, reply_to_ticket

SECRET = "quokka"
MISSING = 999_999_999
VOTE = "bandicoot"  # the word that only the vote about it holds: whoever reads every figure may read that


def private_ticket(channel: Any, member: Any, *, team: Any, sender: Address | None = None) -> Ticket:
    """A ticket whose every text holds the secret word, in all the places that a ticket reaches.

    So does its customer, unless it is the known ``sender``.
    """
    event = make_event(channel, state="processed", headers={"Subject": f"Affair {SECRET}"}, reason="")
    writer = sender or Address(address=f"{SECRET}@secret.example", name=f"Henry {SECRET}")
    item = make_item(sender=writer, subject=f"Affair {SECRET}", text=f"zebrafish {SECRET}")
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
    case = open_case(
        customer_id=ticket.customer_id, source="manual", key=f"manual:{ticket.pk}", actor=actor, ticket_id=ticket.pk,
        words=f"Lost {SECRET}",
    )  # fmt: skip
    RecoveryCase.objects.filter(pk=case.pk).update(root_cause=RootCause.objects.get(key="product.defect"))
    add_action(case_id=case.pk, title=f"Mend {SECRET}", owner_id=None, due_on=None, actor=actor)
    if sender is None:
        _change_customer(ticket, member)
    refresh_facts()
    cache.clear()
    return Ticket.objects.get(pk=ticket.pk)


def _change_customer(ticket: Ticket, member: Any) -> None:
    """By hand, so that it stands in the log of changes."""
    customer = f"/admin/tickets/customer/{ticket.customer_id}/"
    client = signed_in(member)
    assert client.post(f"{customer}change/", {"name": f"Henry {SECRET}", "is_vip": "on"}).status_code == 302
    assert client.post(f"{customer}address/", {"kind": "email", "address": f"{SECRET}@x.example"}).status_code == 302
    assert LogEntry.objects.filter(object_id=str(ticket.customer_id)).count() == 2


def keys_of(ticket: Ticket) -> dict[str, Any]:
    """What stands in the place of an object in an address: model (or name of the parameter) -> key."""
    message = ticket.messages.order_by("pk").first()
    invitation = Invitation.objects.filter(ticket=ticket).first()
    return {
        "tickets_ticket": ticket.pk,
        "tickets_customer": ticket.customer_id,
        "channels_app_inboundevent": message.inbound_event_id or InboundEvent.objects.values_list("pk", flat=True)[0],
        "surveys_recoverycase": RecoveryCase.objects.filter(ticket=ticket).values_list("pk", flat=True).first()
        or MISSING,
        "surveys_correctiveaction": CorrectiveAction.objects.filter(case__ticket=ticket)
        .values_list("pk", flat=True)
        .first()
        or MISSING,
        "surveys_invitation": invitation.pk if invitation else MISSING,
        "surveys_response": invitation.response.pk if invitation else MISSING,
        "reporting_ticketfact": ticket.pk,
        "message_id": message.pk,
        "uuid": Attachment.objects.filter(message__ticket=ticket).values_list("uuid", flat=True).first(),
    }


def every_key(ticket: Ticket, user: Any) -> dict[str, Any]:
    """The same with an object of every model that the admin has."""
    return keys_of(ticket) | {
        "channels_app_channel": ticket.channel_id,
        "accounts_apikey": create_api_key(user=user, name="Shop")[0].pk,
        "accounts_user": user.pk,
        "auth_user": user.pk,
        "auth_group": user.groups.model.objects.values_list("pk", flat=True)[0],
        "channels_app_brand": ticket.channel.brand_id,
        "core_jobrun": JobRun.objects.values_list("pk", flat=True)[0],
        "core_sitesettings": 1,
        "tickets_team": ticket.team_id,
        "tickets_tag": Tag.objects.get_or_create(name="late")[0].pk,
        "surveys_incentive": Incentive.objects.get_or_create(name="Ten percent", description="10 %")[0].pk,
        "surveys_rootcause": RootCause.objects.values_list("pk", flat=True)[0],
        "surveys_survey": ensure_preset_survey().pk,
        "tickets_article": published_article().article_id,
        "admin_logentry": LogEntry.objects.values_list("pk", flat=True)[0],
    }  # fmt: skip


def published_article() -> ArticleTranslation:
    """A help article with a comment of a reader."""
    text = save_article(language="en", title="Returns", body="Within 30 days.", actor=Actor.system())
    give_feedback(translation_id=text.pk, visitor="somebody", is_helpful=False, comment="What of shoes?")
    return publish_article(translation_id=text.pk, actor=Actor.system())


WORDS = {
    "verb": "resolve",
    "what": "team",
    "button_name": "again",
    "language": "en",
    "job": "send_messages",
    "code_id": MISSING,
}
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
    """The addresses of every picker that a form could open, one for each set of rows that it offers."""
    found, offered = [], set()
    for model in admin.site._registry:
        for field in (*model._meta.get_fields(), *model._meta.many_to_many):
            if not field.is_relation or field.auto_created:
                continue
            # What a picker shows follows from these alone, whatever form it stands in.
            rows = (field.related_model, repr(field.get_limit_choices_to()))
            if rows not in offered:
                offered.add(rows)
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
