"""Why things went wrong, and what is done so that they do not again."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.policies.cause_tree import cause_label
from tickets.models import Topic
from tickets.models.visibility import ticket_condition


class RootCause(models.Model):
    """A node of the tree of causes. ``is_systemic``: it will happen again to others until somebody mends it.

    ``key`` names the nodes that every installation starts with, so that they speak the reader's language; "" for own ones.
    """

    class Kind(models.TextChoices):
        OWN_MISTAKE = "own_mistake", _("our mistake")
        PRODUCT = "product", _("product")
        PROCESS = "process", _("process")
        EXPECTATION = "expectation", _("expectation")
        THIRD_PARTY = "third_party", _("third party")

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    key = models.CharField(max_length=40, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    is_systemic = models.BooleanField(
        _("systemic"), default=False, help_text=_("It will happen again to others until somebody mends it.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="cause_named_once", nulls_distinct=False),
            models.UniqueConstraint(fields=["key"], name="cause_of_ours_once", condition=~Q(key="")),
        ]
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return cause_label(self.key, self.name)


class CorrectiveActionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Actions are open to whoever may see recovery, those of a case to whoever may see the case; a coaching note only to its agent,
        its owner and to leads.
        """
        if not user.is_active or not user.has_perm("surveys.view_correctiveaction"):
            return self.none()
        seen = self
        condition = ticket_condition(user, "case__ticket__")
        if condition is not None:
            of_cases = Q(case__isnull=False) & (condition | Q(case__owner=user))
            seen = seen.filter(Q(case=None) | of_cases | Q(owner=user))
        if user.has_perm("surveys.coach_agent"):
            return seen
        return seen.filter(Q(agent=None) | Q(agent=user) | Q(owner=user))


class CorrectiveAction(models.Model):
    """Something to be done by ``owner`` until ``due_on``: for one case, for a systemic cause, for a topic, or, as a coaching note,
    for an agent. Exactly one of the four is set.

    ``score_before`` and ``score_after``: mean rating of what it is about, 90 days before it was opened and after it was done,
    with their counts; NULL while nobody knows. ``scored_at``: when the votes after it were counted last; they stay as they are once
    that is 90 days after it was done. ``warned_for``: the day of which its owner was told that it has passed.
    """

    case = models.ForeignKey(
        "surveys.RecoveryCase", models.PROTECT, null=True, blank=True, related_name="actions", verbose_name=_("case")
    )
    root_cause = models.ForeignKey(
        RootCause, models.PROTECT, null=True, blank=True, related_name="actions", verbose_name=_("root cause")
    )
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="coaching_notes",
        verbose_name=_("agent"),
    )  # fmt: skip
    title = models.CharField(_("what is done"), max_length=200)
    text = models.TextField(_("in detail"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    result = models.TextField(_("what came of it"), blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    score_before = models.FloatField(null=True, blank=True, editable=False)
    score_after = models.FloatField(null=True, blank=True, editable=False)
    votes_before = models.PositiveIntegerField(null=True, blank=True, editable=False)
    votes_after = models.PositiveIntegerField(null=True, blank=True, editable=False)
    scored_at = models.DateTimeField(null=True, blank=True, editable=False)
    warned_for = models.DateField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CorrectiveActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        permissions = [("coach_agent", "Can write and read coaching notes")]
        constraints = [
            models.CheckConstraint(
                name="action_is_about_one_thing",
                condition=(
                    Q(case__isnull=False, root_cause=None, topic=None, agent=None)
                    | Q(case=None, root_cause__isnull=False, topic=None, agent=None)
                    | Q(case=None, root_cause=None, topic__isnull=False, agent=None)
                    | Q(case=None, root_cause=None, topic=None, agent__isnull=False)
                ),
            )
        ]
        indexes = [
            models.Index(fields=["due_on"], name="action_due", condition=Q(done_at=None, cancelled_at=None)),
        ]

    def __str__(self) -> str:
        return self.title
