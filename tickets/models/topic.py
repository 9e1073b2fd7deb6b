"""What cases are about: a tree of topics."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from tickets.models.team import Team

PRIORITIES = [("low", _("low")), ("normal", _("normal")), ("high", _("high")), ("urgent", _("urgent"))]


class Topic(models.Model):
    """``keywords``: language code ("" for every language) -> list of words and phrases that speak for the topic.

    ``channels``: channel kinds where they count; empty: everywhere. ``is_sensitive``: no bot answers it.
    """

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    keywords = models.JSONField(_("keywords"), default=dict, blank=True)
    channels = models.JSONField(_("channels"), default=list, blank=True)
    is_sensitive = models.BooleanField(
        _("sensitive"), default=False, help_text=_("Always answered by a person, never by a bot.")
    )
    default_team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    default_priority = models.CharField(_("priority"), max_length=6, choices=PRIORITIES, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="topic_once_per_parent", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """Something that a person should know, in the admin and, where he wants it, by mail. ``key`` makes it at most once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, null=True, blank=True, related_name="notifications", db_index=False
    )
    data: Any = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    by_mail = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once_per_user_and_key")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_user"),
            models.Index(
                fields=["id"],
                name="notification_to_mail",
                condition=models.Q(by_mail=True, mailed_at__isnull=True),
            ),
        ]
