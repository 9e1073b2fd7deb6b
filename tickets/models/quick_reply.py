"""Texts that are written once and sent often, and macros that send one and do the rest with it."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from tickets.models.team import Team, TeamMembership
from tickets.models.topic import Topic
from tickets.models.visibility import NOTHING


class Scope(models.TextChoices):
    """Who finds it: one person, the members of one team, everybody."""

    PERSONAL = "personal", _("only me")
    TEAM = "team", _("a team")
    SHARED = "shared", _("everybody")


def library_condition(user: Any) -> Q:
    """The condition on texts and macros that ``user`` may see: his own, those of his teams, and what is shared.

    Whoever sees every ticket sees those of every team as well, and whoever sets teams up those of teams that are not private. What is
    personal, nobody but its owner sees.
    """
    if not user.is_active or not user.is_authenticated:
        return NOTHING
    own = Q(scope=Scope.PERSONAL, owner_id=user.pk)
    if user.is_superuser or user.has_perm("tickets.view_every_ticket"):
        return own | Q(scope__in=[Scope.TEAM, Scope.SHARED])
    teams = TeamMembership.objects.filter(user_id=user.pk).values("team_id")
    theirs = Q(scope=Scope.TEAM, team_id__in=teams)
    if user.has_perm("tickets.add_team"):
        theirs |= Q(scope=Scope.TEAM, team__is_private=False)
    return own | Q(scope=Scope.SHARED) | theirs


def _scope_is_whole(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(scope=Scope.PERSONAL, owner__isnull=False, team__isnull=True)
        | Q(scope=Scope.TEAM, owner__isnull=True, team__isnull=False)
        | Q(scope=Scope.SHARED, owner__isnull=True, team__isnull=True),
    )


class QuickReplyFolder(models.Model):
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("inside")
    )
    is_demo = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("folder of quick replies")
        verbose_name_plural = _("folders of quick replies")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="folder_once_per_parent", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name


class LibraryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """What ``user`` may see and use (see ``library_condition``)."""
        return self.filter(library_condition(user))


class QuickReply(models.Model):
    """``text`` in ``language`` ("" for a text that is right in any) is the source; ``version`` is raised whenever it changes.

    Placeholders as policies/placeholders.py knows them. ``use_count`` counts answers that were sent with it, not looks at it.
    """

    folder = models.ForeignKey(
        QuickReplyFolder, models.PROTECT, null=True, blank=True, related_name="quick_replies", verbose_name=_("folder")
    )
    scope = models.CharField(_("for"), max_length=8, choices=Scope.choices, default=Scope.PERSONAL)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="quick_replies", verbose_name=_("team")
    )
    title = models.CharField(_("title"), max_length=120)
    shortcut = models.CharField(
        _("shortcut"), max_length=40, blank=True, help_text=_("What is typed behind “/” to find it, such as refund.")
    )
    language = models.CharField(_("language"), max_length=12, blank=True)
    text = models.TextField(_("text"), max_length=20_000)
    topics = models.ManyToManyField(
        Topic,
        blank=True,
        related_name="quick_replies",
        verbose_name=_("topics"),
        help_text=_("Suggested first on tickets about these."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    use_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    is_demo = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["title", "id"]
        permissions = [("share_quickreply", "Can write quick replies for teams and for everybody")]
        constraints = [
            _scope_is_whole("quick_reply_scope_is_whole"),
            models.UniqueConstraint(
                fields=["scope", "owner", "team", "folder", "title"],
                name="quick_reply_title_once_per_folder",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["scope", "owner", "team", "shortcut"],
                name="quick_reply_shortcut_once",
                nulls_distinct=False,
                condition=~Q(shortcut=""),
            ),
        ]
        indexes = [GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="quick_reply_title_trigrams")]

    def __str__(self) -> str:
        return self.title


class QuickReplyVariant(models.Model):
    """The same answer in another language, on one kind of channel, or both. ``source_version`` is the version it was written for."""

    quick_reply = models.ForeignKey(QuickReply, models.CASCADE, related_name="variants", verbose_name=_("quick reply"))
    language = models.CharField(_("language"), max_length=12, blank=True)
    channel_kind = models.CharField(_("kind of channel"), max_length=32, blank=True)
    text = models.TextField(_("text"), max_length=20_000)
    source_version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["language", "channel_kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["quick_reply", "language", "channel_kind"], name="variant_once_per_language_and_channel"
            ),
            models.CheckConstraint(name="variant_differs_from_source", condition=~Q(language="") | ~Q(channel_kind="")),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.language, self.channel_kind)))


class QuickReplyUse(models.Model):
    """When a person last sent a quick reply, and how often he has."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    quick_reply = models.ForeignKey(QuickReply, models.CASCADE, related_name="uses")
    last_used_at = models.DateTimeField()
    use_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("use of a quick reply")
        verbose_name_plural = _("uses of quick replies")
        constraints = [models.UniqueConstraint(fields=["user", "quick_reply"], name="use_once_per_user_and_reply")]


class Macro(models.Model):
    """An answer and what is done with it, in one press. ``actions`` as policies/actions.py reads them."""

    class StatusAfter(models.TextChoices):
        STAYS = "", _("as it is after a reply")
        PENDING = "pending", _("waiting for the customer")
        RESOLVED = "resolved", _("resolved")

    name = models.CharField(_("name"), max_length=120)
    scope = models.CharField(_("for"), max_length=8, choices=Scope.choices, default=Scope.PERSONAL)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="macros", verbose_name=_("team"))
    quick_reply = models.ForeignKey(
        QuickReply, models.PROTECT, null=True, blank=True, related_name="macros", verbose_name=_("answer")
    )
    actions: Any = models.JSONField(_("actions"), default=list, blank=True, db_default=Value([], models.JSONField()))
    status_after = models.CharField(
        _("status afterwards"), max_length=8, choices=StatusAfter.choices, blank=True, default=""
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    use_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    is_demo = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["position", "name", "id"]
        permissions = [("share_macro", "Can write macros for teams and for everybody")]
        constraints = [
            _scope_is_whole("macro_scope_is_whole"),
            models.UniqueConstraint(
                fields=["scope", "owner", "team", "name"], name="macro_name_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


def stale_variants() -> Q:
    """The condition on variants that were written for an older text than their source's."""
    return Q(source_version__lt=F("quick_reply__version"))
