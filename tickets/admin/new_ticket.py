"""The page on which an agent writes first."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import Can
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.errors import HelpdeskError
from tickets.admin.doors import AgentRequest
from tickets.admin.writing import template_use
from tickets.models import Customer
from tickets.selectors.customers import identities_of_customer, suggest_identities
from tickets.services.actors import Actor
from tickets.services.opening import open_ticket


def sending_channels() -> list[Channel]:
    """Active channels whose kind can send, in the team's order."""
    channels = Channel.objects.filter(is_active=True).order_by("position", "name")
    return [channel for channel in channels if Can.SEND in adapter_class(channel.kind).can]


class NewTicketForm(forms.Form):
    """Shape only: what a channel or an address allows, the service says."""

    channel = forms.ChoiceField(label=_("Channel"))
    address = forms.CharField(label=_("To"), max_length=320)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=500)
    text = forms.CharField(label=_("Message"), widget=forms.Textarea, max_length=100_000, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        # A template is a whole message of its own.
        if not cleaned.get("text", "").strip() and not self.data.get("template") and "text" not in self.errors:
            self.add_error("text", self.fields["text"].error_messages["required"])
        return cleaned

    def __init__(self, *args: Any, channels: list[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(channel.pk), channel.name) for channel in channels]
        for name, bound in self.fields.items():
            bound.widget.attrs |= {"class": "hd-input", "dir": "auto"}
            if name == "address":
                bound.widget.attrs |= {"list": "hd-known-addresses", "autocomplete": "off"}


def new_ticket(request: AgentRequest) -> HttpResponse:
    """Choose a channel and an address, write, send; what was typed stays on every error."""
    if not request.user.has_perm("tickets.add_ticket"):
        raise PermissionDenied
    channels = sending_channels()
    form = NewTicketForm(request.POST or None, channels=channels, initial=_initial(request, channels), label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            ticket = open_ticket(
                channel_id=int(form.cleaned_data["channel"]),
                address=form.cleaned_data["address"],
                name=form.cleaned_data["name"],
                subject=form.cleaned_data["subject"],
                text=form.cleaned_data["text"],
                actor=Actor.agent(request.user),
                undo_seconds=settings.HELPDESK_UNDO_SECONDS,
                template=template_use(request.POST),
            )
        except HelpdeskError as error:
            form.add_error(next((name for name in error.fields if name in form.fields), None), error.message)
        else:
            return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))
    context = {
        "form": form,
        "title": _("New ticket"),
        "has_channels": bool(channels),
        # Where the provider lets nobody write first but with a template, the page asks for one.
        "template_channels": [channel.pk for channel in channels if Can.TEMPLATES in adapter_class(channel.kind).can],
    }
    status = 422 if form.is_bound else 200
    return render(request, "tickets/new_ticket.html", admin.site.each_context(request) | context, status=status)


def _initial(request: AgentRequest, channels: list[Channel]) -> dict[str, Any]:
    """Prefilled for a customer (``?customer=``) and a subject, where a ticket's page leads here."""
    initial: dict[str, Any] = {"subject": request.GET.get("subject", "")[:500]}
    asked = request.GET.get("customer", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return initial
    customer = Customer.objects.visible_to(request.user).filter(pk=int(asked)).first()
    if customer is None:
        return initial
    ways = [
        (channel, identity)
        for identity in identities_of_customer(customer_id=customer.pk)
        for channel in channels
        if adapter_class(channel.kind).identity_kind == identity.kind and identity.channel_id in (None, channel.pk)
    ]
    # The channel that he likes best, else the first address that proves something.
    for channel, identity in sorted(ways, key=lambda way: way[0].pk != customer.preferred_channel_id)[:1]:
        return initial | {"channel": str(channel.pk), "address": identity.address, "name": customer.name}
    return initial | {"name": customer.name}


def suggestions(request: AgentRequest) -> HttpResponse:
    """Known addresses for the "To" field, as options of its list."""
    asked = request.GET.get("channel", "")
    channel = next((one for one in sending_channels() if str(one.pk) == asked), None)
    found = []
    if channel is not None and request.user.has_perm("tickets.add_ticket"):
        kind = adapter_class(channel.kind).identity_kind
        found = suggest_identities(user=request.user, kind=kind, text=request.GET.get("address", "")[:100])
    return render(request, "tickets/suggestions.html", {"identities": found})
