"""The page of a root cause: its cases, what is done about it and whom that was told, and whether it came back."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError, PermissionRefused
from helpdesk.core.services import read_site_settings
from surveys.admin.improvement_forms import CauseForm, DetailForm, ResultForm
from surveys.admin.recovery_forms import NoFieldsForm, PageForm
from surveys.admin.recovery_words import cause_words, reason_words, stage_badge
from surveys.admin.recurrence_picture import bars_of
from surveys.models import CorrectiveAction, RootCause
from surveys.selectors.cause_pages import (
    Telling,
    actions_of_cause,
    cases_of_cause,
    cause_tree,
    customers_to_tell,
    tellings_of,
)
from surveys.selectors.recurrence import recurrence_of
from surveys.services.causes import save_cause
from surveys.services.improvement import add_improvement, cancel_improvement, finish_improvement, may_change
from tickets.admin.doors import in_zone
from tickets.services.actors import Actor

Run = Callable[[HttpRequest, RootCause, Mapping[str, Any]], str]


def adding_page(site: ServiceAdmin, request: HttpRequest) -> HttpResponse:
    """The form of a new cause; a refusal is told at its field."""
    parent = request.GET.get("parent", "")
    initial = {"is_active": True, "parent": parent if RootCause.objects.filter(pk=_number(parent)).exists() else ""}
    form = CauseForm(request.POST or None, key="cause", initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                cause = save_cause(actor=_actor(request), **_values(form))
            except HelpdeskError as error:
                _tell(form, error)
            else:
                site.log_addition(request, cause, "")
                messages.success(request, _("The cause is added."))
                return HttpResponseRedirect(reverse("admin:surveys_rootcause_change", args=[cause.pk]))
    context = {**site.admin_site.each_context(request), "title": _("Add a cause"), "opts": site.opts, "form": form}
    return render(request, "admin/surveys/cause/add.html", context, status=status)


def cause_page(
    site: ServiceAdmin, request: HttpRequest, cause: RootCause, *, bound: PageForm | None = None, status: int = 200
) -> HttpResponse:
    """``bound`` is the form that was refused, shown with what was typed and its error."""
    user: Any = request.user
    with in_zone(read_site_settings().time_zone):
        node = next(node for node in cause_tree(user) if node.cause.pk == cause.pk)
        actions = actions_of_cause(cause.pk)
        tellings = tellings_of([action.pk for action in actions if action.done_at is not None], user)
        may_save = site.has_change_permission(request, cause)
        context = {
            **site.admin_site.each_context(request),
            "title": cause_words(cause),
            "opts": site.opts,
            "cause": cause,
            "node": node,
            "cases": [(case, stage_badge(case)) for case in cases_of_cause(cause.pk, user)],
            "actions": [_shown(action, user, tellings.get(action.pk), bound) for action in actions],
            "to_tell": customers_to_tell(cause.pk, user),
            "recurrence": [(row, bars_of(row)) for row in recurrence_of(cause.pk, reader=user, at=now())],
            "may_save": may_save,
            "form": _kept(bound, "cause") or (_cause_form(cause) if may_save else None),
            "action_form": _kept(bound, "action") or (_action_form(request) if may_save else None),
            "bound": bound,
        }
        return render(request, "admin/surveys/cause/page.html", context, status=status)


def do(site: ServiceAdmin, request: HttpRequest, cause: RootCause) -> HttpResponse:
    """What a form of the page asks for; when it is refused the page comes again with what was typed."""
    verb = request.POST.get("do", "")
    about = request.POST.get("action", "")
    if verb not in _VERBS:
        return HttpResponseRedirect(request.path)
    if verb in ("save", "add_action") and not site.has_change_permission(request, cause):
        raise PermissionDenied
    form, run = _VERBS[verb]
    bound = form(request, cause, about)
    if not bound.is_valid():
        return cause_page(site, request, cause, bound=bound, status=422)
    try:
        said = run(request, cause, bound.cleaned_data | {"action_id": _number(about)})
    except PermissionRefused as error:
        raise PermissionDenied(error.message) from error
    except HelpdeskError as error:
        _tell(bound, error)
        cause.refresh_from_db()
        return cause_page(site, request, cause, bound=bound, status=error.status)
    if verb == "save":
        site.log_change(request, cause, "")
    messages.success(request, said)
    return HttpResponseRedirect(request.path)


def _save(request: HttpRequest, cause: RootCause, values: Mapping[str, Any]) -> str:
    kept = {name: values[name] for name in ("kind", "is_systemic", "description", "is_active")}
    # One of our names that nobody has touched goes on speaking every language.
    name = cause.name if values["name"] == cause_words(cause) else values["name"]
    parent = _number(values["parent"]) or None
    save_cause(
        actor=_actor(request), cause_id=cause.pk, name=name, parent_id=parent, position=values["position"] or 0, **kept
    )
    return _("The cause is saved.")


def _add_action(request: HttpRequest, cause: RootCause, values: Mapping[str, Any]) -> str:
    add_improvement(
        root_cause_id=cause.pk, title=values["title"], text=values["text"], owner_id=int(values["owner"]),
        due_on=values["due_on"], actor=_actor(request),
    )  # fmt: skip
    return _("The action is added; its owner is told.")


def _finish(request: HttpRequest, cause: RootCause, values: Mapping[str, Any]) -> str:
    _of(cause, values["action_id"])
    finish_improvement(action_id=values["action_id"], result=values["result"], actor=_actor(request))
    return _("It is done. The customers of this cause are told within a minute.")


def _cancel(request: HttpRequest, cause: RootCause, values: Mapping[str, Any]) -> str:
    _of(cause, values["action_id"])
    cancel_improvement(action_id=values["action_id"], actor=_actor(request))
    return _("The action is left out.")


_VERBS: dict[str, tuple[Callable[[HttpRequest, RootCause, str], PageForm], Run]] = {
    "save": (lambda request, cause, about: _cause_form(cause, request.POST), _save),
    "add_action": (lambda request, cause, about: DetailForm(request.POST, key="action"), _add_action),
    "finish": (lambda request, cause, about: ResultForm(request.POST, key=f"finish-{_number(about)}"), _finish),
    "cancel": (lambda request, cause, about: NoFieldsForm(request.POST, key=f"cancel-{_number(about)}"), _cancel),
}


def _of(cause: RootCause, action_id: int) -> None:
    """Raises PermissionDenied unless the action is one of this cause."""
    if not CorrectiveAction.objects.filter(pk=action_id, root_cause=cause).exists():
        raise PermissionDenied


def _shown(action: CorrectiveAction, user: Any, telling: Telling | None, bound: PageForm | None) -> dict[str, Any]:
    can_change = action.done_at is None and may_change(action, user)
    key = f"finish-{action.pk}"
    untold = dict(telling.untold.most_common()) if telling is not None else {}
    return {
        "action": action,
        "is_late": action.done_at is None and action.due_on is not None and action.due_on < timezone.localdate(),
        "telling": telling,
        # Who has several cases is told once; that is no failure.
        "elsewhere": untold.pop("told_in_other_case", 0),
        "untold": [(reason_words(code), count) for code, count in untold.items()],
        "form": (_kept(bound, key) or ResultForm(key=key)) if can_change else None,
        "is_open": _kept(bound, key) is not None,
    }


def _cause_form(cause: RootCause, data: Any = None) -> CauseForm:
    initial = {
        "name": cause_words(cause), "parent": str(cause.parent_id or ""), "kind": cause.kind, "is_systemic": cause.is_systemic,
        "description": cause.description, "position": cause.position, "is_active": cause.is_active,
    }  # fmt: skip
    return CauseForm(data, key="cause", besides=str(cause.pk), initial=initial)


def _action_form(request: HttpRequest) -> DetailForm:
    return DetailForm(key="action", initial={"owner": str(request.user.pk)})


def _kept(bound: PageForm | None, key: str) -> PageForm | None:
    return bound if bound is not None and bound.key == key else None


def _values(form: CauseForm) -> dict[str, Any]:
    """The clean values as the service names them."""
    values = dict(form.cleaned_data)
    return values | {"parent_id": _number(values.pop("parent")) or None, "position": values["position"] or 0}


def _tell(form: PageForm, error: HelpdeskError) -> None:
    """The refusal of a service at its field, above the form where it is about none of it."""
    field = next((name for name in error.fields if name in form.fields), None)
    form.add_error(field, error.message)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _actor(request: HttpRequest) -> Actor:
    return Actor.agent(request.user)  # type: ignore[arg-type]  # the admin lets nobody else in
