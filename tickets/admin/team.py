"""Teams and who is in them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.clock import now
from tickets.decision_words import decision_told
from tickets.models import RoutingDecision, Team, TeamMembership
from tickets.rule_words import Names
from tickets.selectors.teams import may_change_team, visible_teams
from tickets.selectors.workload import standings_of, team_queue
from tickets.services.actors import Actor
from tickets.services.teams import clean_skills, save_team

COUNT_CAP = 100
SHOWN_DECISIONS = 10
LOOKED_THROUGH = 2000


class WordsField(forms.Field):
    """A list of words, written with commas between them."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return clean_skills(str(value or "").split(","))


class MembershipForm(forms.ModelForm):
    skills = WordsField(
        label=gettext_lazy("skills"),
        required=False,
        help_text=gettext_lazy("Topics or tags with commas between them: such tickets go to this person first."),
    )

    class Meta:
        model = TeamMembership
        fields = ("user", "is_lead", "capacity", "skills")


class MembershipInline(admin.TabularInline):
    model = TeamMembership
    fields = ("user", "is_lead", "capacity", "skills")
    form = MembershipForm
    autocomplete_fields = ("user",)
    extra = 1
    verbose_name = gettext_lazy("member")
    verbose_name_plural = gettext_lazy("members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMembership]:
        return super().get_queryset(request).select_related("user", "team")


class ClosedMembershipInline(MembershipInline):
    """The members, to read."""

    def has_add_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return False


def team_picture(team: Team, user: Any) -> dict[str, Any]:
    """How the team stands at this moment: who is here, what waits, and to whom the last tickets went and why."""
    names = Names()
    # Of the newest decisions alone: the log of a busy site is long, and a quiet team's last one may be far down.
    newest = RoutingDecision.objects.order_by("-id").values("pk")[:LOOKED_THROUGH]
    seen = RoutingDecision.objects.visible_to(user).filter(
        pk__in=newest, kind=RoutingDecision.Kind.ASSIGNMENT, ticket__team=team
    )
    return {
        "hd_standings": standings_of(team_id=team.pk, at=now()),
        "hd_waiting": team_queue(team.pk)[: COUNT_CAP + 1].count(),
        "hd_waiting_cap": COUNT_CAP,
        "hd_decisions": [
            {"decision": one, "told": decision_told(one.kind, one.data, names)}
            for one in seen.select_related("ticket").order_by("-id")[:SHOWN_DECISIONS]
        ],
    }


@admin.register(Team)
class TeamAdmin(ServiceAdmin):
    list_display = ("name", "openness", "member_count")
    list_filter = ("is_private",)
    search_fields = ("name",)
    ordering = ("name", "id")
    sortable_by = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "is_private", "business_hours")}),
        (
            gettext_lazy("Giving out tickets"),
            {
                "fields": ("assignment", "takes_back_after"),
                "description": gettext_lazy(
                    "Tickets go to members who are online and have room. Who has the skill and speaks the customer's language goes "
                    "first; among equals the way chosen here decides. What nobody can take waits in the queue, the most urgent first."
                ),
            },
        ),
    )
    change_form_template = "admin/tickets/team/change_form.html"
    inlines = (MembershipInline,)
    empty_title = gettext_lazy("No teams yet.")
    empty_text = gettext_lazy("Without teams everybody sees every ticket.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(people=Count("memberships"))

    @admin.display(description=gettext_lazy("tickets seen by"))
    def openness(self, team: Team) -> SafeString:
        return state_badge(_("members only"), "warning") if team.is_private else state_badge(_("everybody"), "quiet")

    @admin.display(description=gettext_lazy("members"))
    def member_count(self, team: Any) -> int:
        return int(team.people)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        team = self.get_object(request, unquote(object_id))
        picture = team_picture(team, request.user) if team is not None and self._may_know(request, team) else {}
        return super().change_view(request, object_id, form_url, {**picture, **(extra_context or {})})

    def _may_know(self, request: HttpRequest, team: Team) -> bool:
        return self.has_view_permission(request, team) and visible_teams(request.user).filter(pk=team.pk).exists()

    def save_model(self, request: Any, obj: Team, form: Any, change: bool) -> None:
        save_team(team=obj, actor=Actor.agent(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """A private team is changed from inside, or by who sets teams up: nobody else lets himself in."""
        return super().has_change_permission(request, obj) and (obj is None or may_change_team(request.user, obj))

    def get_inline_instances(self, request: HttpRequest, obj: Team | None = None) -> list[Any]:
        if obj is None or self.has_change_permission(request, obj):
            return super().get_inline_instances(request, obj)
        return [ClosedMembershipInline(self.model, self.admin_site)]
