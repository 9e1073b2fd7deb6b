"""The case: the unit of owner, status, figures and surveys."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.customer import Customer
from tickets.models.team import Tag, Team
from tickets.models.topic import Topic
from tickets.models.visibility import ticket_condition

OPEN_STATUSES = ("new", "open", "pending", "on_hold")


class TicketQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The tickets that ``user`` may see (see visibility.py)."""
        condition = ticket_condition(user)
        return self if condition is None else self.filter(condition)

    def still_open(self) -> Self:
        """Not resolved, not closed. Matches the partial indexes."""
        return self.filter(status__in=OPEN_STATUSES)

    def counted(self) -> Self:
        """The tickets that figures are about: customers' own, not merged away, no spam, no demo."""
        return self.filter(is_spam=False, merged_into=None, opened_by_agent=False, is_demo=False)


class Ticket(models.Model):
    """Its columns below "hot" are copies kept by the services, so that a list row needs no look at the messages.

    Times are UTC. ``waiting_since``: when the customer sent his first unanswered message; NULL when nobody waits.
    ``contact_ends_at``: when the running contact ends unless somebody writes. ``version`` is raised by every service.
    """

    class Status(models.TextChoices):
        NEW = "new", _("new")
        OPEN = "open", _("open")
        PENDING = "pending", _("waiting for the customer")
        ON_HOLD = "on_hold", _("on hold")
        RESOLVED = "resolved", _("resolved")
        CLOSED = "closed", _("closed")

    class Priority(models.TextChoices):
        LOW = "low", _("low")
        NORMAL = "normal", _("normal")
        HIGH = "high", _("high")
        URGENT = "urgent", _("urgent")

    number = models.BigIntegerField(
        _("number"), unique=True, editable=False, db_default=Func(Value("tickets_ticket_number"), function="nextval")
    )
    version = models.IntegerField(default=1, editable=False)
    event_sequence = models.IntegerField(default=0, editable=False)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="tickets", verbose_name=_("customer"), db_index=False
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="tickets", verbose_name=_("channel"), db_index=False
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.NEW)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    priority_score = models.IntegerField(_("priority score"), default=0, editable=False)
    # What the score is the sum of: list of {"code", "weight", ...}, see policies/priority_score.py.
    priority_reasons = models.JSONField(default=list, db_default=Value([], models.JSONField()), editable=False)
    # When the score is to be made anew: the next hour that it depends on, or at once where the database has seen a change of what it
    # is made of (triggers, see migration 0019).
    score_changes_at = models.DateTimeField(null=True, blank=True, editable=False)
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="tickets", verbose_name=_("topic")
    )
    # Who said so: "" (nobody), keyword, rule, learned (accepted by a person), person. A person's word is never overridden.
    topic_source = models.CharField(max_length=8, blank=True, default="", db_default="", editable=False)
    sla_policy = models.ForeignKey(
        "tickets.SLAPolicy", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("team"), db_index=False
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        verbose_name=_("assignee"),
        db_index=False,
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="tickets", verbose_name=_("tags"))
    opened_by_agent = models.BooleanField(default=False, editable=False)
    is_spam = models.BooleanField(_("spam"), default=False)
    is_demo = models.BooleanField(_("demo"), default=False)
    opened_at = models.DateTimeField(_("opened at"))
    first_response_at = models.DateTimeField(_("first response at"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    first_resolved_at = models.DateTimeField(_("first resolved at"), null=True, blank=True)
    last_resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolution_count = models.PositiveIntegerField(default=0)
    reopen_count = models.PositiveIntegerField(_("reopened"), default=0)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    contact_number = models.PositiveIntegerField(default=1)
    contact_ends_at = models.DateTimeField(null=True, blank=True)
    agent_reply_count = models.PositiveIntegerField(default=0)
    follow_up_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="follow_ups", db_index=False
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_tickets")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # While it waits for the customer: when he is reminded next (or the ticket resolved), and how often he has been.
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminder_count = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    notice = models.CharField(
        max_length=40, blank=True, help_text="What an agent should know at once: a code, see lifecycle.NOTICES"
    )
    # hot
    last_message_at = models.DateTimeField(_("last message"))
    last_message_is_inbound = models.BooleanField(default=True)
    preview = models.CharField(max_length=200, blank=True)
    unread_count = models.PositiveIntegerField(default=0)
    # What the customer was asked for and has not sent yet.
    missing_count = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_due_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=12, blank=True)
    sentiment = models.CharField(max_length=10, blank=True)
    sentiment_is_strong = models.BooleanField(default=False, db_default=False, editable=False)
    # The latest vote about this ticket as lists show it: "low", "fair" or "top", a space, and the score ("4/5", "up", "down").
    last_vote = models.CharField(max_length=20, blank=True, db_default=Value(""), editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        permissions = [
            ("view_every_ticket", "Can see the tickets of every team"),
            ("view_public_posts", "Can see tickets of public channels"),
            ("reply_ticket", "Can reply to customers and write notes"),
            ("assign_ticket", "Can assign tickets"),
            ("merge_ticket", "Can merge tickets and mark spam"),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                name="ticket_inbox_assignee",
                condition=Q(status__in=OPEN_STATUSES),
                # So that people's open tickets are counted without a look at the tickets.
                include=["team"],
            ),
            models.Index(
                fields=["team", "-last_message_at", "-id"],
                name="ticket_inbox_team",
                condition=Q(status__in=OPEN_STATUSES),
            ),
            models.Index(
                fields=["-last_message_at", "-id"], name="ticket_inbox_open", condition=Q(status__in=OPEN_STATUSES)
            ),
            models.Index(fields=["-last_message_at", "-id"], name="ticket_inbox_all"),
            models.Index(
                fields=["waiting_since", "id"],
                name="ticket_inbox_waiting",
                condition=Q(status__in=OPEN_STATUSES, waiting_since__isnull=False),
            ),
            models.Index(
                fields=["next_due_at", "id"],
                name="ticket_inbox_due",
                condition=Q(status__in=OPEN_STATUSES, next_due_at__isnull=False),
            ),
            models.Index(
                fields=["-priority_score", "-id"], name="ticket_inbox_score", condition=Q(status__in=OPEN_STATUSES)
            ),
            models.Index(
                fields=["score_changes_at"],
                name="ticket_to_score",
                condition=Q(status__in=OPEN_STATUSES, score_changes_at__isnull=False),
            ),
            # For rules that wait for time; those that wait since another time find an index above.
            models.Index(fields=["opened_at", "id"], name="ticket_open_since", condition=Q(status__in=OPEN_STATUSES)),
            models.Index(
                fields=["last_resolved_at", "id"], name="ticket_resolved_since", condition=Q(status="resolved")
            ),
            models.Index(fields=["snoozed_until"], name="ticket_snoozed", condition=Q(snoozed_until__isnull=False)),
            models.Index(
                fields=["remind_at", "id"],
                name="ticket_to_remind",
                condition=Q(status="pending", remind_at__isnull=False),
            ),
            models.Index(fields=["closes_at", "id"], name="ticket_to_close", condition=Q(status="resolved")),
            # Contacts that end in anger without anybody resolving them: few, and looked for all the time.
            models.Index(
                fields=["contact_ends_at"],
                name="ticket_angry_end",
                condition=Q(status__in=OPEN_STATUSES, sentiment="negative", sentiment_is_strong=True),
            ),
            models.Index(fields=["customer", "-id"], name="ticket_of_customer"),
            models.Index(fields=["opened_at"], name="ticket_opened"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"
