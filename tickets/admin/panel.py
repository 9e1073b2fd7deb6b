"""The panel beside the conversation: who the customer is, who else he might be, what he ordered, what else he has with us."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, NotVisible
from tickets.admin.choices import Option
from tickets.admin.doors import AgentRequest, in_zone, in_zone_of
from tickets.admin.further_panels import rendered_panels
from tickets.models import Customer, RoutingDecision, Ticket
from tickets.models.visibility import ticket_condition
from tickets.selectors.customer_pages import outside_events
from tickets.selectors.customer_suggestions import suggest_same
from tickets.selectors.customers import identities_of_customer, tickets_of_customer
from tickets.selectors.inbox import site_time_zone
from tickets.services.actors import Actor
from tickets.services.customers import update_customer
from tickets.services.telling_apart import tell_apart

SHOWN_EVENTS = 5
MOST_EVENTS = 100
CHANNELS_CAP = 200


def panel_tickets(user: Any) -> QuerySet[Ticket]:
    """A ticket with its customer, as the panel beside it needs it."""
    customer = Ticket.objects.visible_to(user).select_related("customer__organization", "customer__preferred_channel")
    return customer.annotate(site_zone=site_time_zone())


def panel(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Loaded after the timeline. ``?events=all`` shows all that other systems told, and not the newest few."""
    customer, user = ticket.customer, request.user
    asked = MOST_EVENTS if request.GET.get("events") == "all" else SHOWN_EVENTS
    events = list(outside_events(customer_id=customer.pk)[: asked + 1])
    with in_zone_of(ticket):
        context = {
            "ticket": ticket,
            "customer": customer,
            "identities": identities_of_customer(customer_id=customer.pk),
            "suggestions": suggest_same(customer_id=customer.pk, user=user),
            "events": events[:asked],
            "has_more_events": len(events) > asked and asked < MOST_EVENTS,
            "others": _others(ticket, user),
            "customer_url": _customer_url(request, ticket),
            "language": _language_name(customer.language),
            "local_time": _local_time(customer.time_zone),
            "panels": rendered_panels(settings.HELPDESK_WORKSPACE_PANELS, ticket, user),
            "topic_words": _topic_words(ticket),
            "may_write_first": user.has_perm("tickets.add_ticket"),
            "may_change": user.has_perm("tickets.change_customer") and customer.anonymized_at is None,
        }
        return render(request, "tickets/panel.html", context)


def preferred_channels(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The channels that can be preferred, as the buttons of a menu."""
    channels = Channel.objects.filter(is_active=True).order_by("position", "name")[:CHANNELS_CAP]
    offered = [Option(value=str(channel.pk), label=channel.name) for channel in channels]
    options = [Option(value="", label=_("No preference")), *offered]
    return render(request, "tickets/choices.html", {"options": options, "name": "channel", "can_add": False})


def prefer(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Set the channel that the customer likes best, or none; answers the panel."""
    value = request.POST.get("channel", "")
    channel = Channel.objects.filter(pk=int(value), is_active=True).first() if _is_key(value) else None
    if value and channel is None:
        raise InvalidInput("unknown_channel", _("There is no such channel."), fields={"channel": "unknown"})
    changes = {"preferred_channel_id": channel.pk if channel else None}
    update_customer(customer_id=ticket.customer_id, actor=Actor.agent(request.user), changes=changes)
    return panel(request, panel_tickets(request.user).get(pk=ticket.pk))


def apart(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The agent says that a suggested customer is somebody else; answers the panel."""
    other = request.POST.get("other", "")
    if not _is_key(other) or not Customer.objects.visible_to(request.user).filter(pk=int(other)).exists():
        raise NotVisible("customer_not_found", _("There is no such customer."))
    tell_apart(customer_id=ticket.customer_id, other_id=int(other), actor=Actor.agent(request.user))
    return panel(request, panel_tickets(request.user).get(pk=ticket.pk))


def _others(ticket: Ticket, user: Any) -> list[tuple[Ticket, bool]]:
    """The customer's other tickets, and whether they are open to this agent: of the rest he sees the outline."""
    others = tickets_of_customer(customer_id=ticket.customer_id, besides=ticket.pk)
    if not others or ticket_condition(user) is None:
        return [(other, True) for other in others]
    ids = [other.pk for other in others]
    seen = set(Ticket.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [(other, other.pk in seen) for other in others]


def _topic_words(ticket: Ticket) -> str:
    """The keywords that gave the ticket its topic; "" where a person or a rule did."""
    if ticket.topic_id is None or ticket.topic_source != "keyword":
        return ""
    found = RoutingDecision.objects.filter(ticket_id=ticket.pk, kind=RoutingDecision.Kind.TOPIC).order_by("-id").first()
    return ", ".join(found.data.get("words", [])) if found is not None else ""


def _customer_url(request: AgentRequest, ticket: Ticket) -> str:
    if not request.user.has_perm("tickets.view_customer"):
        return ""
    try:
        return reverse("admin:tickets_customer_change", args=[ticket.customer_id])
    except NoReverseMatch:
        return ""


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code


def _local_time(zone: str) -> Any:
    if not zone:
        return None
    with in_zone(zone):
        return timezone.localtime(now())


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
