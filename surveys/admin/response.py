"""What customers answered."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from helpdesk.accounts.models import User
from helpdesk.common.admin import ReadOnlyAdmin
from helpdesk.common.text import preview
from surveys.models import Response
from surveys.policies.votes import LOW_SCORE, TOP_SCORE
from surveys.selectors.panels import score_chip
from tickets.models.visibility import ticket_condition

_BANDS = {
    "low": (_("6 or less"), Q(score__lte=LOW_SCORE)),
    "middle": (_("7 or 8"), Q(score__gt=LOW_SCORE, score__lt=TOP_SCORE)),
    "top": (_("9 or 10"), Q(score__gte=TOP_SCORE)),
}
MOST_CHOICES = 100


class BandFilter(admin.SimpleListFilter):
    """How good the score was."""

    title = _("score")
    parameter_name = "band"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _condition) in _BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        return queryset.filter(_BANDS[self.value()][1]) if self.value() in _BANDS else queryset  # type: ignore[index]


class _RowFilter(admin.SimpleListFilter):
    """By a row of another table: the choices come from that small table, not from the answers."""

    model: Any

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (str(row.pk), getattr(row, "display_name", str(row)))
            for row in self.model.objects.order_by("pk")[:MOST_CHOICES]
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        value = self.value() or ""
        return (
            queryset.filter(**{f"{self.parameter_name}_id": int(value)})
            if value.isdecimal() and len(value) < 19
            else queryset
        )


class ChannelFilter(_RowFilter):
    title = _("channel")
    parameter_name = "channel"
    model = Channel


class AgentFilter(_RowFilter):
    title = _("agent")
    parameter_name = "agent"
    model = User


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    list_display = (
        "score_shown",
        "comment_shown",
        "ticket_link",
        "customer_shown",
        "channel",
        "agent_shown",
        "answered_at",
    )
    list_filter = (BandFilter, ChannelFilter, AgentFilter)
    list_select_related = ("invitation__ticket", "invitation__customer", "channel", "agent")
    search_fields = ("comment",)
    search_help_text = _("Words of the comment")
    ordering = ("-answered_at", "-id")
    date_hierarchy = None
    empty_title = _("Nobody has voted yet")
    empty_text = _("Scores and comments stand here as soon as the first customer answers.")
    fields = (
        "score_shown", "comment", "ticket_link", "customer_shown", "channel", "team", "agent_shown", "answered_via",
        "answered_at", "changed_at", "history_shown",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        """Every vote that the user may read; which ticket and customer it is about, only where he sees the ticket."""
        responses: Any = super().get_queryset(request)
        condition = ticket_condition(request.user, "invitation__ticket__")
        seen: Any = Value(True) if condition is None else Case(When(condition, then=Value(True)), default=Value(False))
        return responses.visible_to(request.user).annotate(is_ticket_seen=seen)

    @admin.display(description=_("score"), ordering="score")
    def score_shown(self, response: Response) -> SafeString:
        return score_chip(response.score)

    @admin.display(description=_("comment"), empty_value="–")
    def comment_shown(self, response: Response) -> Any:
        return (
            format_html('<bdi class="hd-break">{}</bdi>', preview(response.comment, 160)) if response.comment else None
        )

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

    @admin.display(description=_("agent"), empty_value="–")
    def agent_shown(self, response: Response) -> str | None:
        return response.agent.display_name if response.agent else None

    @admin.display(description=_("before it was changed"), empty_value="–")
    def history_shown(self, response: Response) -> Any:
        lines = [f"{kept['score']}/10 · {preview(kept['comment'], 160)}" for kept in response.history]
        return " → ".join(lines) or None

    class Media:
        css = {"all": ("surveys/admin.css",)}
