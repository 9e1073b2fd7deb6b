"""A public review: what its author gave and said, how it changed, and what became of our answer."""

from typing import Any, Self

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.message import Message
from tickets.models.visibility import ticket_condition


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The reviews of the tickets that ``user`` may see."""
        condition = ticket_condition(user, "message__ticket__")
        return self if condition is None else self.filter(condition)


class Review(models.Model):
    """One review, as it stands now at the site; ``message`` carries its text on the timeline.

    ``rating`` is the author's on ``scale`` (its best value), ``stars`` the same on one to five. ``version_at`` is the provider's time of
    the version that stands here (the time of arrival where the provider gives none). ``history`` holds every earlier version,
    oldest first: {"at", "rating", "scale", "title", "text"}. ``reply_text`` is our answer as the site shows it.
    """

    class ReplyState(models.TextChoices):
        NONE = "none", _("not answered")
        QUEUED = "queued", _("being published")
        PUBLISHED = "published", _("answered")
        FAILED = "failed", _("answer not published")
        OUTDATED = "outdated", _("changed since our answer")

    message = models.OneToOneField(Message, models.PROTECT, related_name="review", verbose_name=_("message"))
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="reviews", verbose_name=_("channel"), db_index=False
    )
    external_id = models.TextField()
    external_digest = models.BinaryField(max_length=16)
    rating = models.FloatField(_("rating"), null=True, blank=True)
    scale = models.PositiveSmallIntegerField(_("scale"), default=5)
    stars = models.FloatField(_("stars"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    posted_at = models.DateTimeField(_("written at"))
    version_at = models.DateTimeField(editable=False)
    edited_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    reply_state = models.CharField(
        _("answer"), max_length=9, choices=ReplyState.choices, default=ReplyState.NONE, db_default=Value("none")
    )
    reply_text = models.TextField(_("our answer"), blank=True)
    # True: the answer at the site is none of ours; somebody wrote it there.
    is_reply_foreign = models.BooleanField(default=False, db_default=False)
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    history = models.JSONField(default=list, db_default=Value([], models.JSONField()))

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_digest"], name="review_received_once"),
            models.CheckConstraint(
                name="review_has_one_to_five_stars",
                condition=Q(stars__isnull=True) | Q(stars__gte=1, stars__lte=5),
            ),
        ]
        indexes = [
            models.Index(fields=["-posted_at", "-id"], name="review_newest"),
            models.Index(fields=["reply_state", "-posted_at"], name="review_by_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.stars or '–'}"
