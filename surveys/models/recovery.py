"""Winning lost trust back: one case per unhappy customer and cause, and what was done in it."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.causes import CorrectiveAction, RootCause
from surveys.models.invitation import Invitation, Response
from tickets.models import Customer, Message, Review, Team, Ticket, Topic
from tickets.models.visibility import ticket_condition


class RecoverySettings(models.Model):
    """When a case is opened and how soon what has to happen; one row."""

    opens_on_low_score = models.BooleanField(_("a low score opens a case"), default=True)
    opens_on_bad_review = models.BooleanField(_("a bad review opens a case"), default=True)
    bad_review_up_to = models.FloatField(_("a review is bad up to"), default=3, help_text=_("Stars of five."))
    opens_on_strong_sentiment = models.BooleanField(
        _("strong anger at the end of a contact opens a case"), default=True
    )
    opens_on_repeated_contact = models.BooleanField(_("coming back for one cause opens a case"), default=True)
    repeated_contacts = models.PositiveSmallIntegerField(_("coming back how often"), default=3)
    repeated_within = models.DurationField(_("coming back within"), default=timedelta(days=14))
    first_contact_within = models.DurationField(_("first contact within"), default=timedelta(hours=24))
    corrected_within = models.DurationField(_("corrected within"), default=timedelta(days=7))
    ask_again_after = models.DurationField(_("ask again after"), default=timedelta(days=7))
    regained_from = models.FloatField(
        _("regained from"),
        default=7,
        help_text=_("The new score, on 1 to 10; it must also be better than the old one."),
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team"),
        help_text=_("Whose members own the cases. Empty: the team of the ticket."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("recovery settings")
        verbose_name_plural = _("recovery settings")
        constraints = [models.CheckConstraint(name="one_row_of_recovery_settings", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(_("Recovery settings"))


class RecoveryCaseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Cases about tickets that ``user`` may see, and those he owns."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition | Q(owner=user, owner__is_active=True))

    def open(self) -> Self:
        return self.filter(closed_at=None)


class RecoveryCase(models.Model):
    """``cause`` tells apart what one customer may be unhappy about at once: ``topic:7``, or ``""`` where no topic is known. At most one
    open case per customer and cause; what else happens is added to it as a signal.

    ``stage`` is the furthest one reached; which were skipped, and why, stands in the steps. ``score_before`` and ``score_after`` are
    ratings of 1.0 to 10.0, NULL where nobody voted. ``customer_words`` are his own, word for word.
    """

    class Source(models.TextChoices):
        LOW_SCORE = "low_score", _("low score")
        REVIEW = "review", _("bad review")
        SENTIMENT = "sentiment", _("anger at the end of a contact")
        REPEATED = "repeated", _("came back for the same cause")
        MANUAL = "manual", _("opened by hand")

    class Stage(models.TextChoices):
        NOTICED = "noticed", _("noticed")
        UNDERSTOOD = "understood", _("understood")
        APOLOGISED = "apologised", _("apologised")
        CORRECTED = "corrected", _("corrected")
        MADE_GOOD = "made_good", _("made good")
        ASKED_AGAIN = "asked_again", _("asked again")
        CLOSED = "closed", _("closed")

    class Outcome(models.TextChoices):
        REGAINED = "regained", _("regained")
        LOST = "lost", _("lost")
        NO_ANSWER = "no_answer", _("no answer")
        MISTAKEN = "mistaken", _("opened by mistake")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="recovery_cases", verbose_name=_("customer"), db_index=False
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="recovery_cases", verbose_name=_("ticket")
    )
    cause = models.CharField(max_length=60, blank=True)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    source = models.CharField(_("noticed by"), max_length=9, choices=Source.choices)
    stage = models.CharField(_("stage"), max_length=11, choices=Stage.choices, default=Stage.NOTICED)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome.choices, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="recovery_cases",
        verbose_name=_("owner"),
    )  # fmt: skip
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team"), db_index=False
    )
    root_cause = models.ForeignKey(
        RootCause, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("root cause")
    )
    customer_words = models.TextField(_("in the customer's words"), blank=True)
    analysis = models.TextField(_("what happened"), blank=True)
    closing_note = models.TextField(_("closing note"), blank=True)
    score_before = models.FloatField(_("score before"), null=True, blank=True)
    score_after = models.FloatField(_("score after"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    first_contact_due_at = models.DateTimeField(_("first contact due at"), null=True, blank=True)
    first_contact_at = models.DateTimeField(_("first contact at"), null=True, blank=True)
    correction_due_at = models.DateTimeField(_("correction due at"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)
    # The next limit that nobody was told about yet; what the sweep looks for.
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    ask_again_at = models.DateTimeField(_("ask again at"), null=True, blank=True)
    invitation = models.OneToOneField(
        Invitation, models.PROTECT, null=True, blank=True, related_name="recovery_case", editable=False
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = RecoveryCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery case")
        verbose_name_plural = _("recovery cases")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "cause"], name="one_open_case_per_customer_and_cause", condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="closed_with_an_outcome",
                condition=Q(closed_at=None, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_at"], name="case_of_customer"),
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(
                fields=["next_due_at"], name="case_due", condition=Q(closed_at=None, next_due_at__isnull=False)
            ),
            models.Index(
                fields=["ask_again_at"],
                name="case_ask_again",
                condition=Q(closed_at=None, invitation=None, ask_again_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ({self.get_stage_display()})"


class RecoverySignal(models.Model):
    """Why a case was opened, and what came in addition while it was open. ``key`` makes each count once: ``response:7``,
    ``review:3:<version>``, ``ticket:12:contact:2``, ``manual:<uuid>``.
    """

    case = models.ForeignKey(RecoveryCase, models.CASCADE, related_name="signals")
    key = models.CharField(max_length=80, unique=True)
    source = models.CharField(_("noticed by"), max_length=9, choices=RecoveryCase.Source.choices)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="+")
    response = models.ForeignKey(Response, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    review = models.ForeignKey(Review, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    words = models.TextField(blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("recovery signal")
        verbose_name_plural = _("recovery signals")

    def __str__(self) -> str:
        return self.key


class RecoveryStep(models.Model):
    """One stage of a case, once: done, skipped with its reason, or waiting for an approval. ``message`` is what the customer was told."""

    class Kind(models.TextChoices):
        CAUSE = "cause", _("root cause")
        PLAN = "plan", _("plan")
        APOLOGY = "apology", _("apology")
        CORRECTION = "correction", _("correction")
        MAKE_GOOD = "make_good", _("make good")
        ASK_AGAIN = "ask_again", _("ask again")
        REVIEW_UPDATE = "review_update", _("ask to look at the review again")
        CLOSE = "close", _("close")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for approval")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("skipped")

    case = models.ForeignKey(RecoveryCase, models.CASCADE, related_name="steps", db_index=False)
    kind = models.CharField(_("step"), max_length=13, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices)
    reason = models.TextField(_("reason"), blank=True)
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("recovery step")
        verbose_name_plural = _("recovery steps")
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="recovery_step_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"


class ActionNotice(models.Model):
    """A customer was told that an action is done: once per action and case, also where one correction helps many customers."""

    action = models.ForeignKey(CorrectiveAction, models.CASCADE, related_name="notices")
    case = models.ForeignKey(RecoveryCase, models.CASCADE, related_name="notices", db_index=False)
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    # Why he could not be told, as a code; such a row is shown to the owner of the case.
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("notice of an action")
        verbose_name_plural = _("notices of actions")
        constraints = [models.UniqueConstraint(fields=["case", "action"], name="told_once_of_an_action")]
        indexes = [models.Index(fields=["id"], name="notice_waiting", condition=Q(told_at=None, reason=""))]

    def __str__(self) -> str:
        return f"{self.action_id} {self.case_id}"


class RecoveryText(models.Model):
    """The team's own template for what a customer is told, in one language; ours stand in where there is none.

    Placeholders are those of quick replies and ``{{recovery.mistake}}``, ``{{recovery.plan}}``, ``{{recovery.action}}``,
    ``{{recovery.incentive}}``. Nothing leaves while one is open.
    """

    class Kind(models.TextChoices):
        APOLOGY = "apology", _("apology")
        PLAN = "plan", _("plan")
        ACTION_DONE = "action_done", _("an action is done")
        MAKE_GOOD = "make_good", _("make good")
        REVIEW_UPDATE = "review_update", _("please look at your review again")

    kind = models.CharField(_("for"), max_length=13, choices=Kind.choices)
    language = models.CharField(_("language"), max_length=12)
    name = models.CharField(_("name"), max_length=100)
    text = models.TextField(_("text"))
    root_cause = models.ForeignKey(
        RootCause, models.CASCADE, null=True, blank=True, related_name="texts", verbose_name=_("root cause"),
        help_text=_("Empty: for every cause."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("recovery text")
        verbose_name_plural = _("recovery texts")
        constraints = [models.UniqueConstraint(fields=["kind", "language", "name"], name="recovery_text_named_once")]

    def __str__(self) -> str:
        return self.name
