"""Teams, who is in them, and tags."""

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from tickets.models.hours import BusinessHours


class Team(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)
    is_private = models.BooleanField(_("private"), default=False, help_text=_("Only members see this team's tickets."))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="TeamMembership", related_name="teams", verbose_name=_("members")
    )
    business_hours = models.ForeignKey(
        BusinessHours, models.SET_NULL, null=True, blank=True, related_name="teams", verbose_name=_("business hours")
    )
    assignment = models.CharField(
        _("new tickets go to"),
        max_length=12,
        choices=[
            ("", _("nobody: they wait in the queue")),
            ("round_robin", _("one after the other")),
            ("least_busy", _("whoever has the fewest open tickets")),
        ],
        blank=True,
        default="",
        db_default="",
    )
    takes_back_after = models.DurationField(
        _("back to the queue after"),
        null=True,
        blank=True,
        help_text=_("How long somebody may be away before his unanswered tickets go back to the queue; empty: never."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class TeamMembership(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="team_memberships", verbose_name=_("member")
    )
    is_lead = models.BooleanField(_("lead"), default=False)
    capacity = models.PositiveIntegerField(
        _("open tickets at most"),
        null=True,
        blank=True,
        help_text=_("Of this team; empty: as many as the person's own limit."),
    )
    skills = models.JSONField(_("skills"), default=list, blank=True, db_default=Value([], models.JSONField()))
    last_assigned_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once_per_team")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class Tag(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)
    color = models.CharField(_("colour"), max_length=7, default="#6b7280")

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
