"""The page of a recovery case: its story beside the steps, one of which is open. Whole for a browser, its inner part for our script."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.common.errors import HelpdeskError, NotVisible, PermissionRefused, Stale
from helpdesk.core.services import read_site_settings
from surveys.admin.recovery_boxes import Reading, box
from surveys.admin.recovery_forms import PageForm
from surveys.admin.recovery_steps import current_kind, stages_shown, steps_shown
from surveys.admin.recovery_timeline import tell
from surveys.admin.recovery_verbs import CHANGE, REPLY, VERBS, Attempt, Verb, form_of, messages_of
from surveys.admin.recovery_words import cause_words, limit_chip, limits_of, rating_chip, score_line, stage_badge
from surveys.models import RecoveryCase, RecoveryStep
from surveys.selectors.recovery_page import (
    actions_of,
    cases_of_customer,
    cases_to_read,
    key_messages,
    review_of,
    signals_of,
    steps_of,
    votes_of,
)
from tickets.admin.doors import in_zone, is_fragment
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.unsending import undo_send


def page(
    request: HttpRequest, case: RecoveryCase, *, step: str = "", bound: PageForm | None = None, status: int = 200
) -> HttpResponse:
    """``step`` is the box to open (default: the current one); ``bound`` the form that was refused, shown with its error."""
    with in_zone(read_site_settings().time_zone):
        reading = _read(request, case, bound)
        context = _context(reading, step)
        if is_fragment(request):
            return render(request, "admin/surveys/recovery/case.html", context, status=status)
        context |= {**admin.site.each_context(request), "title": str(case.customer), "opts": case._meta}
        return render(request, "admin/surveys/recovery/page.html", context, status=status)


def _read(request: HttpRequest, case: RecoveryCase, bound: PageForm | None) -> Reading:
    user: Any = request.user
    signals = signals_of(case, user)
    return Reading(
        case=case,
        user=user,
        steps=steps_of(case),
        signals=signals,
        votes=votes_of(case, user),
        actions=actions_of(case),
        review=review_of(signals, user),
        bound=bound,
        template=request.GET.get("text", "")[:20],
        action=request.GET.get("action", "")[:20],
    )


def _context(reading: Reading, step: str) -> dict[str, Any]:
    case, is_closed = reading.case, reading.case.closed_at is not None
    current = current_kind(reading.steps, is_closed=is_closed, has_untold=reading.has_untold)
    shown = steps_shown(reading.steps, current=current, has_review=reading.review is not None)
    opened = next((one for one in shown if one.kind == step), None) or next(
        (one for one in shown if one.kind == current), None
    )
    story = tell(
        case,
        signals=reading.signals,
        votes=reading.votes,
        messages=key_messages(case, reading.user),
        steps=reading.steps,
        actions=reading.actions,
    )
    return {
        "case": case,
        "base": reverse("admin:surveys_recoverycase_change", args=[case.pk]),
        "do": reverse("admin:surveys_recoverycase_do", args=[case.pk, "verb"]).removesuffix("verb/"),
        "badge": stage_badge(case),
        "limits": [limit_chip(what, due) for what, due in limits_of(case)],
        "cause": cause_words(case.root_cause),
        "stages": stages_shown(case, reading.steps, current=current),
        "steps": shown,
        "opened": opened.kind if opened is not None else "",
        "box": box(reading, opened) if opened is not None else {},
        "story": story,
        "review_waits": _review_waits(reading) and (opened is None or opened.kind != RecoveryStep.Kind.REVIEW_UPDATE),
        "votes": [(rating_chip(vote), vote) for vote in reading.votes],
        "curve": score_line(reading.votes),
        "others": cases_of_customer(customer_id=case.customer_id, user=reading.user, besides=case.pk),
        "held": reading.held if not is_closed and reading.user.has_perm(REPLY) else None,
        "take": reading.form("take") if case.owner_id != reading.user.pk else None,
        "assign": reading.form("assign", owner=case.owner_id),
        "may_see_ticket": _sees_ticket(reading),
    }


def _review_waits(reading: Reading) -> bool:
    """Whether the review of an open case stands without an answer of ours."""
    review = reading.review
    return reading.case.closed_at is None and review is not None and review.reply_state == review.ReplyState.NONE


def _sees_ticket(reading: Reading) -> bool:
    """An owner keeps his case also where its ticket has gone to a team that he is not in."""
    ticket = reading.case.ticket
    return ticket is not None and type(ticket).objects.visible_to(reading.user).filter(pk=ticket.pk).exists()


# Doing ----------------------------------------------------------------------------------------------------------------


def do(request: HttpRequest, case: RecoveryCase, name: str) -> HttpResponse:
    """Carry out a verb. What is refused comes back with all that was typed, under the box where it was typed."""
    if name == "undo":
        return _undo(request, case)
    verb = VERBS.get(name)
    if verb is None:
        raise NotVisible("verb_not_found", _("There is no such step."))
    about = request.POST.get("about", "")[:40]
    form = form_of(name, verb, case, request.POST, about=about)
    step = verb.step or (about if name == "skip" else "")
    try:
        _check(request, case, verb)
        if not form.is_valid():
            return page(request, case, step=step, bound=form, status=422)
        said = verb.run(_attempt(request, case, form, about))
    except HelpdeskError as error:
        return _refused(request, case, step, form, error)
    return _done(request, case, said, step if name in _STAYS else "")


# After these the box stays where it is: the next thing is done in it as well.
_STAYS = ("add-action", "change-action", "cancel-action", "finish-action", "reply-in-public", "go-private")


def _check(request: HttpRequest, case: RecoveryCase, verb: Verb) -> None:
    if not all(request.user.has_perm(right) for right in verb.rights):
        raise PermissionRefused("not_allowed", _("Your role does not allow this."))
    seen = request.POST.get("version", "")
    if seen and seen != str(case.version):
        text = _(
            "Somebody has changed this case in the meantime. What you typed is still here: look at what is new, then press once more."
        )
        raise Stale("stale", text)


def _attempt(request: HttpRequest, case: RecoveryCase, form: PageForm, about: str) -> Attempt:
    user: Any = request.user
    review = review_of(signals_of(case, user), user)
    return Attempt(case=case, actor=Actor.agent(user), values=form.cleaned_data, about=about, review=review)


def _refused(request: HttpRequest, case: RecoveryCase, step: str, form: PageForm, error: HelpdeskError) -> HttpResponse:
    """Beside its field where the service names one, else above the form; the case as it stands by now."""
    form.is_valid()
    field = next((name for name in error.fields if name in form.fields), None)
    form.add_error(field, error.message)
    if not form.fields or isinstance(error, PermissionRefused):
        messages.error(request, error.message)
    fresh = cases_to_read().get(pk=case.pk)
    return page(request, fresh, step=step, bound=form, status=error.status)


def _done(request: HttpRequest, case: RecoveryCase, said: str, step: str) -> HttpResponse:
    messages.success(request, said)
    fresh = cases_to_read().visible_to(request.user).filter(pk=case.pk).first()  # type: ignore[attr-defined]
    if fresh is None:
        # He gave it away, and its ticket was never his to see.
        there = reverse("admin:surveys_recoverycase_changelist")
        return (
            HttpResponse(status=204, headers={"HX-Redirect": there})
            if is_fragment(request)
            else HttpResponseRedirect(there)
        )
    if is_fragment(request):
        return page(request, fresh, step=step)
    query = f"?step={step}#hd-step-{step}" if step else ""
    return HttpResponseRedirect(reverse("admin:surveys_recoverycase_change", args=[case.pk]) + query)


def _undo(request: HttpRequest, case: RecoveryCase) -> HttpResponse:
    """Take back a message of this case that has not left yet."""
    number = request.POST.get("message", "")
    try:
        if not request.user.has_perm(CHANGE) or not request.user.has_perm(REPLY):
            raise PermissionRefused("not_allowed", _("Your role does not allow this."))
        if not number.isascii() or not number.isdigit() or len(number) > 18 or int(number) not in messages_of(case):
            raise NotVisible("message_not_found", _("There is no such message."))
        undo_send(message_id=int(number), actor=Actor.agent(request.user))  # type: ignore[arg-type]
    except HelpdeskError as error:
        messages.error(request, error.message)
        return page(request, cases_to_read().get(pk=case.pk), status=error.status)
    words = Message.objects.values_list("text", flat=True).get(pk=int(number))
    return _done(request, case, _("Taken back: it is not sent. “%(text)s”") % {"text": words[:200]}, "")
