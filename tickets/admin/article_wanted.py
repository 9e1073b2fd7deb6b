"""The list of what is asked again and again and has no article: write one, or dismiss it."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.common.errors import HelpdeskError
from tickets.admin.topic_form import language_name
from tickets.models import DismissedQuestion
from tickets.selectors.article_demand import LOOK_BACK, Wanted, wanted_articles
from tickets.services.actors import Actor
from tickets.services.article_settings import dismiss_question, take_up_question

DISMISSED_SHOWN = 50


def wanted(request: HttpRequest) -> HttpResponse:
    """Each matter with how often it was asked, examples, and the way to an article."""
    if not request.user.has_perm("tickets.view_article"):
        raise PermissionDenied
    found = wanted_articles(request.user)
    context = {
        **admin.site.each_context(request),
        "title": _("Repeated questions without an article"),
        "days": LOOK_BACK.days,
        "rows": [(one, language_name(one.repeated.language), _address(one)) for one in found],
        "dismissed": DismissedQuestion.objects.select_related("by")[:DISMISSED_SHOWN],
        "may_write": request.user.has_perm("tickets.add_article"),
    }
    return TemplateResponse(request, "admin/tickets/article/wanted.html", context)


def _address(one: Wanted) -> str:
    """The editor with title, language and the ticket with the answer filled in."""
    given = {"language": one.repeated.language, "title": one.title, "answer_from": one.answer_from or ""}
    return f"{reverse('admin:tickets_article_add')}?{urlencode(given)}"


def decide(request: HttpRequest) -> HttpResponse:
    """POST: dismiss a matter, or take up one that was dismissed."""
    if not request.user.has_perm("tickets.change_article"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = Actor.agent(request.user)  # type: ignore[arg-type]
    number = request.POST.get("take_up", "")
    try:
        if number:
            is_key = number.isascii() and number.isdigit() and len(number) < 19
            take_up_question(dismissed_id=int(number) if is_key else 0, actor=actor)
            messages.success(request, _("Told of again."))
        else:
            dismiss_question(
                language=request.POST.get("language", ""),
                words=request.POST.getlist("word"),
                example=request.POST.get("example", ""),
                actor=actor,
            )
            messages.success(request, _("Dismissed: not told of any more."))
    except HelpdeskError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("admin:tickets_article_wanted"))
