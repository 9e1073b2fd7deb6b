"""The page of a corrective action or coaching note: what is done, by whom, until when, and whether it helped; and adding one."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.errors import HelpdeskError, PermissionRefused
from helpdesk.core.services import read_site_settings
from surveys.admin.improvement_forms import DetailForm, ImprovementForm, ResultForm
from surveys.admin.recovery_forms import NoFieldsForm, PageForm
from surveys.admin.recovery_words import cause_words, score_words
from surveys.models import CorrectiveAction
from surveys.selectors.results import FEW_VOTES
from surveys.services.improvement import (
    WINDOW,
    add_improvement,
    cancel_improvement,
    change_improvement,
    finish_improvement,
    may_change,
)
from tickets.admin.doors import in_zone
from tickets.services.actors import Actor

# How long an action may take where nobody says otherwise.
_USUAL = timedelta(days=14)


def about_words(action: CorrectiveAction) -> tuple[str, str]:
    """(what kind of thing it is about, its name)."""
    if action.case is not None:
        return _("one customer"), str(action.case.customer)
    if action.root_cause is not None:
        return _("root cause"), cause_words(action.root_cause)
    if action.topic is not None:
        return _("topic"), str(action.topic)
    return _("coaching note"), action.agent.display_name if action.agent is not None else "–"


def is_late(action: CorrectiveAction) -> bool:
    """Whether its day has passed, and it is neither done nor left out."""
    is_open = action.done_at is None and action.cancelled_at is None
    return is_open and action.due_on is not None and action.due_on < timezone.localdate()


def adding_page(site: ServiceAdmin, request: HttpRequest) -> HttpResponse:
    """The form; a refusal is told at its field and loses nothing."""
    user: Any = request.user
    rights = {
        "may_coach": user.has_perm("surveys.coach_agent"),
        "may_mend": user.has_perm("surveys.change_rootcause"),
    }
    initial: dict[str, Any] = {name: request.GET.get(name, "")[:20] for name in ("topic", "agent", "root_cause")}
    initial |= {"owner": str(user.pk), "due_on": timezone.localdate() + _USUAL}
    form = ImprovementForm(request.POST or None, key="action", initial=initial, **rights)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                action = add_improvement(**(_values(form.cleaned_data) | form.about()), actor=_actor(request))
            except PermissionRefused as error:
                raise PermissionDenied(error.message) from error
            except HelpdeskError as error:
                _tell(form, error)
            else:
                if action.agent_id is None:
                    site.log_addition(request, action, "")
                messages.success(request, _("It is added; its owner is told."))
                return HttpResponseRedirect(reverse("admin:surveys_correctiveaction_change", args=[action.pk]))
    title = _("Add an action or a coaching note")
    context = {**site.admin_site.each_context(request), "title": title, "opts": site.opts, "form": form, **rights}
    return render(request, "admin/surveys/action/add.html", context, status=status)


def action_page(
    site: ServiceAdmin,
    request: HttpRequest,
    action: CorrectiveAction,
    *,
    bound: PageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """``bound`` is the form that was refused, shown with what was typed and its error."""
    is_open = action.done_at is None and action.cancelled_at is None
    can_change = is_open and may_change(action, request.user)
    kind, name = about_words(action)
    with in_zone(read_site_settings().time_zone):
        context = {
            **site.admin_site.each_context(request),
            "title": action.title,
            "opts": site.opts,
            "action": action,
            "kind": kind,
            "name": name,
            "is_late": is_late(action),
            "scores": _scores(action),
            "few": FEW_VOTES,
            "counted_until": action.done_at + WINDOW if action.done_at is not None else None,
            "form": (_kept(bound, "action") or _form(action)) if can_change else None,
            "result_form": (_kept(bound, "result") or ResultForm(key="result")) if can_change else None,
        }
        return render(request, "admin/surveys/action/page.html", context, status=status)


def do(site: ServiceAdmin, request: HttpRequest, action: CorrectiveAction) -> HttpResponse:
    """What a form of the page asks for; when it is refused the page comes again with what was typed."""
    verb = request.POST.get("do", "")
    if verb not in _VERBS:
        return HttpResponseRedirect(request.path)
    form, run = _VERBS[verb]
    bound = form(request)
    if not bound.is_valid():
        return action_page(site, request, action, bound=bound, status=422)
    try:
        said = run(action.pk, bound.cleaned_data, _actor(request))
    except PermissionRefused as error:
        raise PermissionDenied(error.message) from error
    except HelpdeskError as error:
        _tell(bound, error)
        return action_page(site, request, action, bound=bound, status=error.status)
    # The log of changes is read by people whom coaching notes are none of the business of; the note says itself who did what.
    if action.agent_id is None:
        site.log_change(request, action, verb)
    messages.success(request, said)
    return HttpResponseRedirect(request.path)


def _change(action_id: int, values: Mapping[str, Any], actor: Actor) -> str:
    change_improvement(action_id=action_id, actor=actor, **_values(values))
    return _("Saved.")


def _finish(action_id: int, values: Mapping[str, Any], actor: Actor) -> str:
    action = finish_improvement(action_id=action_id, result=values["result"], actor=actor)
    if action.root_cause_id is not None:
        return _("It is done. The customers of this cause are told within a minute.")
    return _("It is done. The votes of the next 90 days will say whether it helped.")


def _cancel(action_id: int, values: Mapping[str, Any], actor: Actor) -> str:
    cancel_improvement(action_id=action_id, actor=actor)
    return _("The action is left out.")


_VERBS: dict[str, tuple[Callable[[HttpRequest], PageForm], Callable[[int, Mapping[str, Any], Actor], str]]] = {
    "change": (lambda request: DetailForm(request.POST, key="action"), _change),
    "finish": (lambda request: ResultForm(request.POST, key="result"), _finish),
    "cancel": (lambda request: NoFieldsForm(request.POST, key="cancel"), _cancel),
}


def _scores(action: CorrectiveAction) -> dict[str, Any] | None:
    """The two scores in words; None for an action about a cause, of which cases are counted."""
    if action.topic_id is None and action.agent_id is None:
        return None
    counts = (action.votes_before or 0, action.votes_after or 0)
    return {
        "before": score_words(action.score_before),
        "after": score_words(action.score_after),
        "votes_before": counts[0],
        "votes_after": counts[1],
        "are_few": counts[0] < FEW_VOTES or (action.done_at is not None and counts[1] < FEW_VOTES),
    }


def _form(action: CorrectiveAction) -> DetailForm:
    initial = {
        "title": action.title,
        "text": action.text,
        "owner": str(action.owner_id or ""),
        "due_on": action.due_on,
    }
    return DetailForm(key="action", initial=initial)


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The clean values as the service names them."""
    return {
        "title": values["title"],
        "text": values["text"],
        "owner_id": int(values["owner"]),
        "due_on": values["due_on"],
    }


def _kept(bound: PageForm | None, key: str) -> PageForm | None:
    return bound if bound is not None and bound.key == key else None


def _tell(form: PageForm, error: HelpdeskError) -> None:
    """The refusal of a service at its field, above the form where it is about none of it."""
    field = next((name for name in error.fields if name in form.fields), None)
    form.add_error(field, error.message)


def _actor(request: HttpRequest) -> Actor:
    return Actor.agent(request.user)  # type: ignore[arg-type]  # the admin lets nobody else in
