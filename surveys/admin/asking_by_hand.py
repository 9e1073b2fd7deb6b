"""Asking the customer of a ticket by hand: which survey, and what came of it."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import HelpdeskError
from surveys.models import Invitation, Survey
from surveys.policies.reasons import REASONS
from surveys.services.inviting import invite_customer
from surveys.services.sending import ask_planned
from tickets.models import Ticket
from tickets.services.actors import Actor

_State = Invitation.State


class AskForm(forms.Form):
    """``key`` makes a second press the same question."""

    ticket = forms.CharField(
        label=gettext_lazy("Ticket number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    survey = forms.ModelChoiceField(
        label=gettext_lazy("Survey"), queryset=Survey.objects.none(), empty_label=None,
        help_text=gettext_lazy("The customer is asked at once, where he was talked with last."),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those for asking by hand come first.
        active = Survey.objects.filter(is_active=True)
        ordered = sorted(active, key=lambda survey: (survey.occasion != Survey.Occasion.MANUAL, survey.pk))
        field = self.fields["survey"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = active
        field.choices = [(survey.pk, str(survey)) for survey in ordered]


def ask_page(request: HttpRequest) -> HttpResponse:
    """The form; ``?ticket=`` (the key of a row) says whom it is about."""
    if not request.user.has_perm("surveys.add_invitation"):
        raise PermissionDenied
    ticket = _ticket(request, pk=request.GET.get("ticket", ""))
    if request.method != "POST":
        initial = {"ticket": ticket.number if ticket is not None else "", "key": _key(request)}
        return _show(request, AskForm(initial=initial, label_suffix=""), ticket)
    form = AskForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, form, ticket, status=422)
    asked = _ticket(request, number=form.cleaned_data["ticket"].strip().lstrip("#"))
    if asked is None:
        form.add_error("ticket", _("There is no ticket with this number."))
        return _show(request, form, ticket, status=422)
    try:
        invitation = _ask(request, asked, form.cleaned_data)
    except HelpdeskError as error:
        form.add_error(None, error.message)
        return _show(request, form, asked, status=error.status)
    _report(request, invitation)
    return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[asked.pk]))


def _key(request: HttpRequest) -> uuid.UUID:
    """The same until this person has asked somebody: however often the form is opened or pressed, it asks once."""
    asked = (
        Invitation.objects.filter(requested_by=request.user.pk).order_by("-id").values_list("uuid", flat=True).first()
    )
    return uuid.uuid5(asked or uuid.NAMESPACE_OID, f"survey:{request.user.pk}")


def _ask(request: HttpRequest, ticket: Ticket, values: dict[str, Any]) -> Invitation:
    invitation = invite_customer(
        survey_id=values["survey"].pk,
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        occasion=f"manual:{values['key']}",
        actor=Actor.agent(request.user),  # type: ignore[arg-type]  # the admin lets nobody else in
    )
    ask_planned(invitation.pk)
    invitation.refresh_from_db()
    return invitation


def _report(request: HttpRequest, invitation: Invitation) -> None:
    if invitation.state == _State.SUPPRESSED:
        reason = REASONS.get(invitation.reason, invitation.reason)
        messages.warning(request, _("The customer is not asked: %(reason)s.") % {"reason": reason})
    elif invitation.state == _State.SCHEDULED:
        messages.success(request, _("The customer will be asked as soon as the survey's hours allow it."))
    else:
        messages.success(request, _("The customer has been asked."))


def _ticket(request: HttpRequest, *, pk: str = "", number: str = "") -> Ticket | None:
    written = pk or number
    if not (written.isascii() and written.isdigit() and len(written) < 19):
        return None
    seen = Ticket.objects.visible_to(request.user).select_related("customer")
    found: Ticket | None = seen.filter(**({"pk": int(pk)} if pk else {"number": int(number)})).first()
    return found


def _show(request: HttpRequest, form: AskForm, ticket: Ticket | None, *, status: int = 200) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Ask how it was"),
        "opts": Invitation._meta,
        "form": form,
        "ticket": ticket,
        "has_survey": bool(form.fields["survey"].choices),  # type: ignore[attr-defined]
    }
    return render(request, "admin/surveys/ask.html", context, status=status)
