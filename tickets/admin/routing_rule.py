"""Routing rules: their order, the form with its dry run, and examples to begin with."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.icons import picture
from tickets.admin.routing_rule_form import TrialForm, rule_form_class
from tickets.models import RoutingDecision, RoutingRule
from tickets.rule_words import Names, action_words, conditions_words, outcome_words, trigger_words
from tickets.services.actors import Actor
from tickets.services.dry_run import MOST_TICKETS, DryRun, dry_run
from tickets.services.rule_presets import PRESETS, add_preset
from tickets.services.rules import delete_rule, move_rule, switch_rule

LOOK_BACK = timedelta(days=7)
MOMENT = timedelta(minutes=1)
TRY_ON = (50, 200, MOST_TICKETS)


@admin.register(RoutingRule)
class RoutingRuleAdmin(ServiceAdmin):
    list_display = ("place", "name", "state", "when", "only_if", "then", "matched", "last_matched")
    list_display_links = ("name",)
    ordering = ("position", "id")
    sortable_by = ()
    actions = None
    is_deletable = True
    change_form_template = "admin/tickets/routingrule/change_form.html"
    change_list_template = "admin/tickets/routingrule/change_list.html"
    list_title = gettext_lazy("Routing rules")
    empty_title = gettext_lazy("No rules yet")
    empty_text = gettext_lazy(
        "A rule says what is done with a ticket when something happens on it: who gets it, how urgent it is, who is told."
        " Begin with an example below, or add your own."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingRule]:
        newest = RoutingDecision.objects.filter(rule=OuterRef("pk")).order_by("-at").values("at")[:1]
        return super().get_queryset(request).annotate(last_at=Subquery(newest))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("try/", wrap(self.try_view), name="tickets_routingrule_try"),
            path("example/<slug:example>/", wrap(self.example_view), name="tickets_routingrule_example"),
            path("<int:object_id>/move/<slug:direction>/", wrap(self.move_view), name="tickets_routingrule_move"),
            path("<int:object_id>/switch/<slug:to>/", wrap(self.switch_view), name="tickets_routingrule_switch"),
            *super().get_urls(),
        ]

    # The list ------------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self._may_change = self.has_change_permission(request)
        self._names = Names()
        since = now() - LOOK_BACK
        lately = RoutingDecision.objects.filter(rule__isnull=False, at__gte=since).order_by()
        self._counts = dict(lately.values("rule").annotate(count=Count("pk")).values_list("rule", "count"))
        context = {
            "presets": PRESETS.items() if self.has_add_permission(request) else (),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @admin.display(description=gettext_lazy("order"))
    def place(self, rule: RoutingRule) -> SafeString:
        if not self._may_change:
            return format_html("{}", rule.position + 1)
        buttons = format_html_join(
            "",
            '<button type="submit" class="hd-rule-move" formaction="{}" title="{}">{}<span class="visually-hidden">{}: {}</span></button>',
            (
                (
                    reverse("admin:tickets_routingrule_move", args=[rule.pk, direction]),
                    label,
                    picture(f"arrow-{direction}"),
                    label,
                    rule.name,
                )
                for direction, label in (("up", _("Move up")), ("down", _("Move down")))
            ),
        )
        return format_html('<span class="hd-order">{}{}</span>', buttons, rule.position + 1)

    @admin.display(description=gettext_lazy("state"))
    def state(self, rule: RoutingRule) -> SafeString:
        badge = state_badge(_("on"), "success") if rule.is_active else state_badge(_("off"), "quiet")
        if rule.is_active and rule.is_dry_run:
            badge = state_badge(_("only writes down"), "accent")
        if not self._may_change:
            return badge
        to, label = ("off", _("Switch off")) if rule.is_active else ("on", _("Switch on"))
        return format_html(
            '{} <button type="submit" class="hd-rule-switch" formaction="{}">{}<span class="visually-hidden">: {}</span></button>',
            badge,
            reverse("admin:tickets_routingrule_switch", args=[rule.pk, to]),
            label,
            rule.name,
        )

    @admin.display(description=gettext_lazy("when"))
    def when(self, rule: RoutingRule) -> str:
        return trigger_words(rule.triggers, rule.after_seconds, rule.since)

    @admin.display(description=gettext_lazy("only if"))
    def only_if(self, rule: RoutingRule) -> SafeString:
        lines = conditions_words(rule.conditions, self._names) or [_("always")]
        return _lines(lines)

    @admin.display(description=gettext_lazy("then"))
    def then(self, rule: RoutingRule) -> SafeString:
        stops = [_("No later rule is asked.")] if rule.stops else []
        return _lines([action_words(action, self._names) for action in rule.actions] + stops)

    @admin.display(description=gettext_lazy("matched in 7 days"))
    def matched(self, rule: RoutingRule) -> SafeString:
        count = self._counts.get(rule.pk, 0)
        if not count:
            return format_html("{}", 0)
        url = reverse("admin:tickets_routingdecision_changelist") + f"?rule={rule.pk}"
        return format_html('<a href="{}">{}</a>', url, count)

    @admin.display(description=gettext_lazy("last"))
    def last_matched(self, rule: RoutingRule) -> str:
        at = getattr(rule, "last_at", None)
        if at is None:
            return _("never")
        return _("%(time)s ago") % {"time": timesince(at, depth=1)} if now() - at > MOMENT else _("just now")

    # The form ------------------------------------------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: RoutingRule | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if self._may_save(request, obj):
            kwargs["form"] = rule_form_class(Actor.agent(request.user))  # type: ignore[arg-type]
        self._names = Names()
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: RoutingRule | None = None) -> Any:
        if not self._may_save(request, obj):
            return ((None, {"fields": ("name", "is_active", "when", "only_if", "then")}),)
        time = _("For “time has passed” only: how long, and from when.")
        return (
            (None, {"fields": ("name", "is_active")}),
            (_("When"), {"fields": ("triggers",)}),
            (_("After a time"), {"fields": (("after", "since"),), "description": time, "classes": ("hd-rule-time",)}),
            (_("Only if"), {"fields": ("conditions",)}),
            (_("Then"), {"fields": ("actions", "stops", "is_dry_run")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: RoutingRule | None = None) -> Any:
        return () if self._may_save(request, obj) else ("when", "only_if", "then")

    def _may_save(self, request: HttpRequest, obj: RoutingRule | None) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"may_try": self._may_save(request, kwargs.get("obj")), "try_on": TRY_ON}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: RoutingRule, form: forms.ModelForm, change: bool) -> None:
        """The form's service has saved it."""

    def delete_model(self, request: HttpRequest, obj: RoutingRule) -> None:
        delete_rule(rule_id=obj.pk, actor=Actor.agent(request.user))  # type: ignore[arg-type]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Nothing goes with it: what it has decided stays readable."""
        return [str(obj) for obj in objs], {}, set(), []

    # Own doors -----------------------------------------------------------------------------------------------------

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """What the form as it stands would have done. Changes nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        form = TrialForm(request.POST)
        context: dict[str, Any] = {"trial_errors": _error_lines(form)} if not form.is_valid() else {}
        if not context:
            asked = request.POST.get("try_on", "")
            last = int(asked) if asked in {str(number) for number in TRY_ON} else TRY_ON[1]
            context = trial_context(dry_run(rule=form.rule, user=request.user, last=last))
        if request.headers.get("X-Requested-With") == "fetch":
            return render(request, "admin/tickets/routingrule/trial.html", context)
        context |= self.admin_site.each_context(request) | {"title": _("Dry run")}
        return TemplateResponse(request, "admin/tickets/routingrule/trial_page.html", context)

    def example_view(self, request: HttpRequest, example: str) -> HttpResponse:
        """Add an example, switched off, and open it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            rule = add_preset(code=example, actor=Actor.agent(request.user))  # type: ignore[arg-type]
        except HelpdeskError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:tickets_routingrule_changelist"))
        self.log_addition(request, rule, "example")
        text = _("“%(name)s” is added and still off. Try it below, then switch it on.") % {"name": rule}
        self.message_user(request, text)
        return HttpResponseRedirect(reverse("admin:tickets_routingrule_change", args=[rule.pk]))

    def move_view(self, request: HttpRequest, object_id: int, direction: str) -> HttpResponse:
        """One place up or down."""
        rule = self._posted(request, object_id)
        if isinstance(rule, HttpResponse):
            return rule
        step = -1 if direction == "up" else 1
        actor = Actor.agent(request.user)  # type: ignore[arg-type]
        move_rule(rule_id=rule.pk, position=max(0, rule.position + step), actor=actor)
        return HttpResponseRedirect(reverse("admin:tickets_routingrule_changelist"))

    def switch_view(self, request: HttpRequest, object_id: int, to: str) -> HttpResponse:
        """On or off."""
        rule = self._posted(request, object_id)
        if isinstance(rule, HttpResponse):
            return rule
        switch_rule(rule_id=rule.pk, is_active=to == "on", actor=Actor.agent(request.user))  # type: ignore[arg-type]
        self.log_change(request, rule, "on" if to == "on" else "off")
        return HttpResponseRedirect(reverse("admin:tickets_routingrule_changelist"))

    def _posted(self, request: HttpRequest, object_id: int) -> RoutingRule | HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        rule: RoutingRule | None = self.get_object(request, str(object_id))
        if rule is None or not self.has_change_permission(request, rule):
            raise PermissionDenied
        return rule


def _lines(lines: list[str]) -> SafeString:
    return format_html_join("", '<span class="hd-rule-line">{}</span>', ((line,) for line in lines))


def _error_lines(form: forms.ModelForm) -> list[str]:
    labels = {name: str(field.label or name) for name, field in form.fields.items()}
    return [f"{labels.get(name, name)}: {text}" for name, texts in form.errors.items() for text in texts]


def trial_context(result: DryRun) -> dict[str, Any]:
    """A dry run for the template, in words."""
    names = Names()
    rows = [
        {
            "ticket": row.ticket,
            "url": reverse("admin:tickets_ticket_change", args=[row.ticket.pk]),
            "changes": row.changes,
            "lines": [outcome_words(outcome.as_data(), names) for outcome in row.outcomes],
        }
        for row in result.rows
    ]
    return {"trial": result, "rows": rows, "more": result.matched - len(rows)}
