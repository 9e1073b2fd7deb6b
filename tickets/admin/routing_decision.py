"""What rules, assignment, topics and bots decided on tickets: why, and why not."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ReadOnlyAdmin, state_badge
from tickets.decision_words import decision_told
from tickets.models import RoutingDecision, RoutingRule, Ticket
from tickets.rule_words import Names, trigger_words

MOST_RULES = 200


class RuleFilter(admin.SimpleListFilter):
    """Of which rule."""

    title = gettext_lazy("rule")
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in RoutingRule.objects.values_list("pk", "name")[:MOST_RULES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RoutingDecision]) -> QuerySet[RoutingDecision]:
        value = self.value() or ""
        if not value.isascii() or not value.isdigit() or len(value) > 18:
            return queryset
        # In the order in which the index of a rule's decisions has them.
        return queryset.filter(rule_id=int(value)).order_by("-at", "-id")


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(ReadOnlyAdmin):
    list_title = gettext_lazy("Decisions")
    list_display = ("at", "shown_ticket", "what", "why", "came", "why_not")
    list_display_links = None
    list_filter = ("kind", RuleFilter)
    list_select_related = ("ticket", "rule")
    search_fields = ("=ticket__number",)
    search_help_text = gettext_lazy("Number of the ticket")
    ordering = ("-id",)
    sortable_by = ()
    actions = None
    change_list_template = "admin/tickets/routingdecision/change_list.html"
    empty_title = gettext_lazy("Nothing has been decided yet.")
    empty_text = gettext_lazy(
        "Each time a rule matches, a ticket is assigned or a bot hands over, a line here says why."
    )
    fields = ("at", "shown_ticket", "what", "why", "came", "why_not")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingDecision]:
        return (
            super().get_queryset(request).filter(pk__in=RoutingDecision.objects.visible_to(request.user).values("pk"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RoutingDecision], search_term: str
    ) -> tuple[QuerySet[RoutingDecision], bool]:
        """By the ticket's number, which has an index, rather than by a join."""
        number = search_term.strip().lstrip("#")
        if not number:
            return queryset, False
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return queryset.none(), False
        return queryset.filter(ticket_id__in=Ticket.objects.filter(number=int(number)).values("pk")), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self._names = Names()
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._names = Names()
        return super().changeform_view(request, *args, **kwargs)

    @admin.display(description=gettext_lazy("ticket"))
    def shown_ticket(self, decision: RoutingDecision) -> SafeString:
        url = reverse("admin:tickets_ticket_change", args=[decision.ticket_id])
        subject = decision.ticket.subject or decision.ticket.preview
        return format_html('<a href="{}">#{} <span dir="auto">{}</span></a>', url, decision.ticket.number, subject[:60])

    @admin.display(description=gettext_lazy("what"))
    def what(self, decision: RoutingDecision) -> SafeString:
        return decision_title(decision)

    @admin.display(description=gettext_lazy("why"))
    def why(self, decision: RoutingDecision) -> SafeString:
        return _lines(decision_told(decision.kind, decision.data, self._names).why)

    @admin.display(description=gettext_lazy("what came of it"))
    def came(self, decision: RoutingDecision) -> SafeString:
        return _lines(decision_told(decision.kind, decision.data, self._names).came)

    @admin.display(description=gettext_lazy("why not"))
    def why_not(self, decision: RoutingDecision) -> SafeString:
        return _lines(decision_told(decision.kind, decision.data, self._names).why_not)


def decision_title(decision: RoutingDecision) -> SafeString:
    """The kind, and of a rule its name and what it heard."""
    parts = [capfirst(decision.get_kind_display())]
    if decision.kind == RoutingDecision.Kind.RULE:
        parts = [str(decision.rule or decision.data.get("rule") or parts[0])]
    if decision.trigger and decision.trigger != "time":
        parts.append(trigger_words([decision.trigger]))
    elif decision.trigger:
        parts.append(_("time has passed"))
    badge = format_html(" {}", state_badge(_("only written down"), "accent")) if decision.is_dry_run else ""
    return format_html("{}{}", " · ".join(parts), badge)


def _lines(lines: list[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="hd-decision-lines">{}</ul>', items) if lines else format_html("{}", "–")
