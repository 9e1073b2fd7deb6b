"""Opening a recovery case by hand: from a ticket, from a vote, or for a customer whom somebody names."""

from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import HelpdeskError
from surveys.models import RecoveryCase, Response
from surveys.policies.recovery import response_key
from surveys.services.recovery_by_hand import open_by_hand
from tickets.models import Ticket
from tickets.services.actors import Actor


class OpeningForm(forms.Form):
    """What a person knows of it."""

    ticket = forms.CharField(
        label=gettext_lazy("Ticket number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=gettext_lazy("What happened"), max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("What you noticed, or the customer's own words."),
    )  # fmt: skip

    def __init__(self, *args: Any, vote: Response | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if vote is not None:
            # Which ticket it is about, the vote says, and what happened often as well.
            del self.fields["ticket"]
            self.fields["words"].required = False


def opening_page(request: HttpRequest) -> HttpResponse:
    """The form; ``?ticket=`` and ``?response=`` (keys of rows) say what it is about."""
    vote = _vote(request)
    ticket = vote.invitation.ticket if vote is not None else _ticket(request, pk=request.GET.get("ticket", ""))
    if request.method == "POST":
        return _open(request, vote, ticket)
    known = _case_of(request, vote) if vote is not None else None
    if known is not None:
        return HttpResponseRedirect(reverse("admin:surveys_recoverycase_change", args=[known.pk]))
    initial = {
        "ticket": ticket.number if ticket is not None else "",
        "words": vote.comment if vote is not None else "",
    }
    return _show(request, OpeningForm(initial=initial, label_suffix="", vote=vote), ticket)


def _show(request: HttpRequest, form: OpeningForm, ticket: Ticket | None, *, status: int = 200) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Win a customer back"),
        "opts": RecoveryCase._meta,
        "form": form,
        "ticket": ticket,
    }
    return render(request, "admin/surveys/recovery/open.html", context, status=status)


def _open(request: HttpRequest, vote: Response | None, ticket: Ticket | None) -> HttpResponse:
    form = OpeningForm(request.POST, label_suffix="", vote=vote)
    if not form.is_valid():
        return _show(request, form, ticket, status=422)
    values = form.cleaned_data
    if vote is None:
        ticket = _ticket(request, number=values["ticket"].strip().lstrip("#"))
        if ticket is None:
            form.add_error("ticket", _("There is no ticket with this number."))
            return _show(request, form, None, status=422)
    try:
        case = open_by_hand(actor=Actor.agent(request.user), **_signal(request, values, vote, ticket))  # type: ignore[arg-type]
    except HelpdeskError as error:
        form.add_error(None, error.message)
        return _show(request, form, ticket, status=error.status)
    messages.success(request, _("The case is open: here is what happened, and what comes first."))
    return HttpResponseRedirect(reverse("admin:surveys_recoverycase_change", args=[case.pk]))


def _signal(
    request: HttpRequest, values: dict[str, Any], vote: Response | None, ticket: Ticket | None
) -> dict[str, Any]:
    """What ``open_case`` is told. A vote leaves the same signal as by itself, and a second press the same as the first."""
    if vote is None:
        assert ticket is not None
        return {
            "customer_id": ticket.customer_id, "source": RecoveryCase.Source.MANUAL, "key": _key(request, ticket, values["words"]),
            "ticket_id": ticket.pk, "words": values["words"],
        }  # fmt: skip
    return {
        "customer_id": vote.invitation.customer_id,
        "source": RecoveryCase.Source.LOW_SCORE if vote.is_low else RecoveryCase.Source.MANUAL,
        "key": response_key(vote.pk),
        "ticket_id": ticket.pk if ticket is not None else None,
        "response_id": vote.pk,
        "words": values["words"] or vote.comment,
        "score": vote.rating,
        "at": vote.answered_at,
    }


def _key(request: HttpRequest, ticket: Ticket, words: str) -> str:
    """The same for the same words of the same person about the same ticket, until the case that they opened is closed."""
    closed = RecoveryCase.objects.filter(customer=ticket.customer_id, closed_at__isnull=False).count()
    said = f"{ticket.pk}:{request.user.pk}:{closed}:{words.strip()}"
    return f"manual:{sha256(said.encode()).hexdigest()[:32]}"


def _case_of(request: HttpRequest, vote: Response) -> RecoveryCase | None:
    """The case that a vote has led to already."""
    cases = RecoveryCase.objects.visible_to(request.user).filter(signals__key=response_key(vote.pk))
    found: RecoveryCase | None = cases.first()
    return found


def _ticket(request: HttpRequest, **key: Any) -> Ticket | None:
    ((name, value),) = key.items()
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        return None
    found: Ticket | None = (
        Ticket.objects.visible_to(request.user).select_related("customer").filter(**{name: int(value)}).first()
    )
    return found


def _vote(request: HttpRequest) -> Response | None:
    value = request.GET.get("response", "")
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        return None
    votes = Response.objects.visible_to(request.user).select_related("invitation__ticket", "invitation__customer")
    found = votes.filter(pk=int(value)).first()
    if found is None or found.invitation.ticket is None:
        return found
    seen = Ticket.objects.visible_to(request.user).filter(pk=found.invitation.ticket.pk).exists()
    return found if seen else None
