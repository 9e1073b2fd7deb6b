"""Teams and who is in them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from tickets.models import Team, TeamMembership
from tickets.selectors.teams import may_change_team
from tickets.services.actors import Actor
from tickets.services.teams import clean_skills, save_team


class WordsField(forms.CharField):
    """A list of words, written with commas between them."""

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


@admin.register(Team)
class TeamAdmin(ServiceAdmin):
    list_display = ("name", "openness", "member_count")
    list_filter = ("is_private",)
    search_fields = ("name",)
    ordering = ("name", "id")
    sortable_by = ("name",)
    fields = ("name", "is_private", "business_hours", "assignment", "takes_back_after")
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

    def save_model(self, request: Any, obj: Team, form: Any, change: bool) -> None:
        save_team(team=obj, actor=Actor.agent(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """A private team is changed from inside, or by who sets teams up: nobody else lets himself in."""
        return super().has_change_permission(request, obj) and (obj is None or may_change_team(request.user, obj))

    def get_inline_instances(self, request: HttpRequest, obj: Team | None = None) -> list[Any]:
        if obj is None or self.has_change_permission(request, obj):
            return super().get_inline_instances(request, obj)
        return [ClosedMembershipInline(self.model, self.admin_site)]
