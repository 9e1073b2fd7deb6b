"""What customers answered."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.common.admin import ObjectButton, ReadOnlyAdmin
from helpdesk.common.text import preview
from surveys.admin.response_filters import FILTERS
from surveys.admin.results import results_view
from surveys.models import Response
from surveys.policies.questions import question_words
from surveys.selectors.panels import response_chip, score_words
from tickets.models.visibility import ticket_condition


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    list_display = (
        "score_shown",
        "said_shown",
        "ticket_link",
        "customer_shown",
        "channel",
        "agent_shown",
        "answered_at",
    )
    list_filter = FILTERS
    list_select_related = ("invitation__ticket", "invitation__customer", "invitation__survey", "channel", "agent")
    search_fields = ("comment",)
    search_help_text = _("Words of the comment")
    ordering = ("-answered_at", "-id")
    date_hierarchy = None
    change_list_template = "admin/surveys/responses.html"
    empty_title = _("Nobody has voted yet")
    empty_text = _("Scores and comments stand here as soon as the first customer answers.")
    fields = (
        "score_shown", "comment", "answers_shown", "ticket_link", "customer_shown", "survey_shown", "channel", "team",
        "agent_shown", "topic", "answered_via", "answered_at", "changed_at", "history_shown",
    )  # fmt: skip

    object_buttons = (
        ObjectButton(
            name="win_back", label=_("Win this customer back"), permission="surveys.add_recoverycase", icon="customer"
        ),
    )

    def do_win_back(self, request: HttpRequest, response: Response) -> HttpResponse:
        """To the recovery case that this vote has led to, or to the form that opens one."""
        return HttpResponseRedirect(f"{reverse('admin:surveys_recoverycase_add')}?response={response.pk}")

    def get_urls(self) -> list[URLPattern]:
        results = self.admin_site.admin_view(results_view)
        return [
            path("results/", results, name="surveys_response_results"),
            path("results/<int:agent_id>/", results, name="surveys_response_results_of"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        """Every vote that the user may read; which ticket and customer it is about, only where he sees the ticket."""
        responses: Any = super().get_queryset(request)
        condition = ticket_condition(request.user, "invitation__ticket__")
        seen: Any = Value(True) if condition is None else Case(When(condition, then=Value(True)), default=Value(False))
        responses = responses.visible_to(request.user).annotate(is_ticket_seen=seen)
        return responses.prefetch_related("answers__question")

    @admin.display(description=_("score"), ordering="score")
    def score_shown(self, response: Response) -> SafeString:
        return response_chip(response)

    @admin.display(description=_("comment"), empty_value="–")
    def said_shown(self, response: Response) -> Any:
        """The reasons as chips and the beginning of the comment."""
        chips = format_html_join(
            "", '<span class="hd-badge hd-badge-quiet">{}</span> ', ((label,) for label in _labels(response))
        )
        words = format_html('<bdi class="hd-break">{}</bdi>', preview(response.comment, 160))
        return format_html("{}{}", chips, words if response.comment else "") or None

    @admin.display(description=_("further answers"), empty_value="–")
    def answers_shown(self, response: Response) -> Any:
        rows = []
        for answer in response.answers.all():
            text, choices = question_words(answer.question, get_language() or "en")
            rows.append((text, dict(choices).get(answer.choice, answer.choice) or answer.text))
        return format_html_join("", "<p>{}<br><bdi>{}</bdi></p>", rows) or None

    @admin.display(description=_("ticket"), empty_value="–")
    def ticket_link(self, response: Any) -> Any:
        ticket = response.invitation.ticket
        if ticket is None:
            return None
        if not response.is_ticket_seen:
            return f"#{ticket.number}"
        url = reverse("admin:tickets_ticket_change", args=[ticket.pk])
        return format_html('<a href="{}">#{} <bdi>{}</bdi></a>', url, ticket.number, preview(ticket.subject, 60))

    @admin.display(description=_("customer"), empty_value="–")
    def customer_shown(self, response: Any) -> str | None:
        return str(response.invitation.customer) if response.is_ticket_seen else None

    @admin.display(description=_("survey"))
    def survey_shown(self, response: Response) -> str:
        return response.invitation.survey.name

    @admin.display(description=_("agent"), empty_value="–")
    def agent_shown(self, response: Response) -> str | None:
        return response.agent.display_name if response.agent else None

    @admin.display(description=_("before it was changed"), empty_value="–")
    def history_shown(self, response: Response) -> Any:
        lines = [
            f"{score_words(kept['score'], response.scale)} · {preview(kept['comment'], 160)}"
            for kept in response.history
        ]
        return " → ".join(lines) or None

    class Media:
        css = {"all": ("surveys/admin.css",)}


def _labels(response: Response) -> list[str]:
    """The chosen reasons in the reader's language."""
    labels = []
    for answer in response.answers.all():
        if answer.choice:
            choices = dict(question_words(answer.question, get_language() or "en")[1])
            labels.append(choices.get(answer.choice, answer.choice))
    return labels
