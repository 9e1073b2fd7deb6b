"""Time limit policies: their order, the form with its preview, presets, and how far the recount of running clocks has come."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import BoundedChangeList, ServiceAdmin, state_badge
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.icons import icon
from helpdesk.core.services import read_site_settings
from tickets.admin.sla_policy_form import policy_form_class
from tickets.admin.sla_policy_preview import preview_context, probe_initial
from tickets.models import SLAPolicy, SLARecomputation, Ticket
from tickets.policies.sla_words import target_words
from tickets.rule_words import Names, conditions_words
from tickets.services.actors import Actor
from tickets.services.sla_policies import delete_policy, move_policy, targets_of
from tickets.services.sla_presets import PRESETS, add_preset

COUNTS_KEPT_SECONDS = 15
# A recount that is over is worth a line for so long.
RECOUNT_SHOWN_SECONDS = 600


class PolicyList(BoundedChangeList):
    """Its rows know what this reader may do with them, and how many open tickets of his fall under each.

    They and not the admin, which all requests share.
    """

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counts, names = open_counts(request.user), Names()
        may_move = self.model_admin.has_change_permission(request)
        rows: Any = list(self.result_list)
        for policy in rows:
            policy.open_count, policy.names, policy.may_move = counts.get(policy.pk, 0), names, may_move
        self.result_list = rows


@admin.register(SLAPolicy)
class SLAPolicyAdmin(ServiceAdmin):
    list_display = ("place", "name", "state", "whom", "limits", "open_tickets")
    list_display_links = ("name",)
    ordering = ("position", "id")
    sortable_by = ()
    actions = None
    is_deletable = True
    list_title = gettext_lazy("Time limits")
    empty_title = gettext_lazy("No time limits yet")
    empty_text = gettext_lazy(
        "Until there are any, a customer who waits longer than the site settings allow counts as late."
        " Begin with a preset, or add your own."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SLAPolicy]:
        return super().get_queryset(request).prefetch_related("targets")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(self.preview_view), name="tickets_slapolicy_preview"),
            path("recount/", wrap(self.recount_view), name="tickets_slapolicy_recount"),
            path("preset/<slug:preset>/", wrap(self.preset_view), name="tickets_slapolicy_preset"),
            path("<int:object_id>/move/<slug:direction>/", wrap(self.move_view), name="tickets_slapolicy_move"),
            *super().get_urls(),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PolicyList

    # The list ------------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "presets": PRESETS.items() if self.has_add_permission(request) else (),
            "recount": recount_state(),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @admin.display(description=gettext_lazy("order"))
    def place(self, policy: Any) -> SafeString:
        if not policy.may_move:
            return format_html("{}", policy.position + 1)
        buttons = format_html_join(
            "",
            '<button type="submit" class="hd-move" formaction="{}" title="{}">{}<span class="visually-hidden">{}: {}</span></button>',
            (
                (
                    reverse("admin:tickets_slapolicy_move", args=[policy.pk, direction]),
                    label,
                    icon("arrow"),
                    label,
                    policy.name,
                )
                for direction, label in (("up", _("Move up")), ("down", _("Move down")))
            ),
        )
        return format_html('<span class="hd-order">{}{}</span>', buttons, policy.position + 1)

    @admin.display(description=gettext_lazy("state"))
    def state(self, policy: SLAPolicy) -> SafeString:
        return state_badge(_("on"), "success") if policy.is_active else state_badge(_("off"), "quiet")

    @admin.display(description=gettext_lazy("which tickets"))
    def whom(self, policy: SLAPolicy) -> SafeString | str:
        lines = conditions_words(policy.conditions, getattr(policy, "names", None) or Names())
        if not lines:
            return _("every ticket")
        return format_html_join("", '<span class="hd-limit-line hd-limit-wraps">{}</span>', ((line,) for line in lines))

    @admin.display(description=gettext_lazy("limits"))
    def limits(self, policy: SLAPolicy) -> SafeString:
        lines = [(line,) for line in target_words(targets_of(policy))]
        return format_html_join("", '<span class="hd-limit-line">{}</span>', lines)

    @admin.display(description=gettext_lazy("open tickets"))
    def open_tickets(self, policy: Any) -> str:
        return str(policy.open_count)

    # The form ------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: SLAPolicy | None = None, change: bool = False, **kwargs: Any) -> Any:
        if self._may_save(request, obj):
            kwargs["form"] = policy_form_class(Actor.agent(request.user))  # type: ignore[arg-type]
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: SLAPolicy | None = None) -> Any:
        if not self._may_save(request, obj):
            return ((None, {"fields": ("name", "description", "is_active", "whom", "limits")}),)
        about = {"fields": ("name", "description", "is_active")}
        actions = {
            "fields": ("warning_actions", "breach_actions"),
            "description": _("Done once each, by the helpdesk itself. The ticket's timeline says so."),
        }
        return ((None, about), (_("Which tickets"), {"fields": ("conditions",)}), (_("What happens then"), actions))

    def get_readonly_fields(self, request: HttpRequest, obj: SLAPolicy | None = None) -> Any:
        return () if self._may_save(request, obj) else ("whom", "limits")

    def _may_save(self, request: HttpRequest, obj: SLAPolicy | None) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if self._may_save(request, obj):
            zone = ZoneInfo(read_site_settings().time_zone)
            form = context["adminform"].form
            values = form.data if form.is_bound else form.initial | probe_initial(zone)
            context["probe"] = preview_context(values, user=request.user, zone=zone, policy_id=obj.pk if obj else None)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: SLAPolicy, form: forms.ModelForm, change: bool) -> None:
        """The form's service has saved it."""

    def delete_model(self, request: HttpRequest, obj: SLAPolicy) -> None:
        delete_policy(policy_id=obj.pk, actor=Actor.agent(request.user))  # type: ignore[arg-type]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Nothing goes with it: what it has decided stays readable."""
        return [str(obj) for obj in objs], {}, set(), []

    # Own doors -----------------------------------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What the form as it stands would mean. Changes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        zone = ZoneInfo(read_site_settings().time_zone)
        asked = request.GET.get("policy", "")
        policy_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        context = {"probe": preview_context(request.GET, user=request.user, zone=zone, policy_id=policy_id)}
        return render(request, "admin/tickets/slapolicy/preview.html", context)

    def recount_view(self, request: HttpRequest) -> HttpResponse:
        """How far the recount is; asked again by the page until it is over."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, "admin/tickets/slapolicy/recount.html", {"recount": recount_state()})

    def preset_view(self, request: HttpRequest, preset: str) -> HttpResponse:
        """Add a preset and open it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            policy = add_preset(code=preset, actor=Actor.agent(request.user))  # type: ignore[arg-type]
        except HelpdeskError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:tickets_slapolicy_changelist"))
        self.log_addition(request, policy, "preset")
        self.message_user(request, _("“%(name)s” is in force. Change it as you like.") % {"name": policy})
        return HttpResponseRedirect(reverse("admin:tickets_slapolicy_change", args=[policy.pk]))

    def move_view(self, request: HttpRequest, object_id: int, direction: str) -> HttpResponse:
        """One place up or down."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        policy = self.get_object(request, str(object_id))
        if policy is None or not self.has_change_permission(request, policy):
            raise PermissionDenied
        step = -1 if direction == "up" else 1
        move_policy(
            policy_id=policy.pk,
            position=max(0, policy.position + step),
            actor=Actor.agent(request.user),  # type: ignore[arg-type]
        )
        return HttpResponseRedirect(reverse("admin:tickets_slapolicy_changelist"))


def open_counts(user: Any) -> dict[int, int]:
    """How many open tickets that ``user`` may see fall under each policy; kept for a few seconds."""
    key = f"sla-open-counts:{user.pk}"
    counts: dict[int, int] | None = cache.get(key)
    if counts is None:
        seen = Ticket.objects.visible_to(user).still_open().filter(sla_policy__isnull=False).order_by()
        counts = dict(seen.values("sla_policy").annotate(count=Count("pk")).values_list("sla_policy", "count"))
        cache.set(key, counts, COUNTS_KEPT_SECONDS)
    return counts


def recount_state() -> dict[str, Any] | None:
    """The newest recount that runs or was over a moment ago: done, total, changed, share, is_over, error; None where there is none."""
    newest = SLARecomputation.objects.order_by("-id").first()
    if newest is None:
        return None
    if newest.ended_at is not None and (now() - newest.ended_at).total_seconds() > RECOUNT_SHOWN_SECONDS:
        return None
    return {
        "done": newest.done,
        "total": newest.total,
        "changed": newest.changed,
        "has_begun": newest.started_at is not None,
        "is_over": newest.ended_at is not None,
        "ended_at": newest.ended_at,
        "has_failed": bool(newest.error),
    }
