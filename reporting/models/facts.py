"""Facts for figures: rows that the event log can give again at any time."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models import Team, Ticket, Topic
from tickets.models.visibility import ticket_condition


def sees_every_figure(user: Any) -> bool:
    """Whether the figures of all teams are open to the user (leads, administrators, auditors, marketing)."""
    return bool(user.is_active and user.has_perm("reporting.view_every_figure"))


class FigureQuerySet(models.QuerySet):
    """Rows with a ``team`` and a ``channel``, to which the visibility of tickets applies without a look at the ticket."""

    def visible_to(self, user: Any) -> Self:
        """What the figures of ``user`` are made of: everything for who sees every figure, else what he sees of tickets."""
        condition = None if sees_every_figure(user) else ticket_condition(user)
        return self if condition is None else self.filter(condition)


class TicketFactQuerySet(FigureQuerySet):
    def counted(self, *, include_demo: bool = False) -> Self:
        """The one queryset that every figure starts from: no merge, no spam, not opened by an agent, no demo unless asked for."""
        if include_demo:
            return self.filter(excluded_because="")
        return self.filter(is_counted=True)

    def demo(self) -> Self:
        """Demo tickets alone, by the same rules."""
        return self.filter(excluded_because="", is_demo=True)


class TicketFact(models.Model):
    """What the event log says about one ticket. Unknown is NULL, never 0; seconds are wall-clock seconds.

    ``waiting_started_at``: when the customer sent the first unanswered message of the case. ``first_response_seconds``: from there
    to the first public reply of a human. ``is_waiting``: he still waits for that reply. ``excluded_because``: why the ticket is in no
    figure. ``is_counted``: neither excluded nor demo. ``last_score``: of the ticket's latest vote; ``last_rating`` is the same on the
    common scale of 1 to 10.

    ``any_response_seconds``: to the first answer, a bot's included. ``hand_off_response_seconds``: from the moment when the bot gave
    the case to people (``handed_off_at``) to the first answer of a human. ``is_handled``: a human has answered, or taken it from the
    bot. ``is_first_contact``: as far as the ticket itself can say, it was solved at the first contact; whether the customer came back
    with it on another ticket, ``customer_id``, ``topic`` and ``follow_up_of`` tell. ``resolution_seconds``: from the opening to the
    last resolution without the time in which we waited for the customer. A case that is open now has neither this nor
    ``last_resolved_at``, however often it was resolved before.
    """

    class Excluded(models.TextChoices):
        MERGED = "merged", _("merged into another ticket")
        SPAM = "spam", _("spam")
        AGENT_OPENED = "agent_opened", _("opened by an agent")

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="fact")
    is_counted = models.BooleanField()
    is_demo = models.BooleanField(default=False)
    excluded_because = models.CharField(max_length=12, choices=Excluded.choices, blank=True)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField(_("opened at"))
    waiting_started_at = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)
    first_response_seconds = models.BigIntegerField(null=True)
    first_responder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_waiting = models.BooleanField(default=False)
    first_resolved_at = models.DateTimeField(null=True)
    last_resolved_at = models.DateTimeField(null=True)
    customer_message_count = models.PositiveIntegerField(default=0)
    agent_reply_count = models.PositiveIntegerField(default=0)
    reopen_count = models.PositiveIntegerField(default=0)
    contact_count = models.PositiveIntegerField(default=0)
    survey_count = models.PositiveIntegerField(default=0)
    vote_count = models.PositiveIntegerField(default=0)
    last_score = models.PositiveSmallIntegerField(null=True)
    last_rating = models.FloatField(null=True)
    # Plain numbers: a merge of customers is told in the log, from which these follow.
    customer_id = models.BigIntegerField(null=True)
    follow_up_of = models.BigIntegerField(null=True)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, related_name="+", db_index=False)
    first_response_business_seconds = models.BigIntegerField(null=True)
    any_response_seconds = models.BigIntegerField(null=True)
    handed_off_at = models.DateTimeField(null=True)
    hand_off_response_seconds = models.BigIntegerField(null=True)
    first_resolution_seconds = models.BigIntegerField(null=True)
    resolution_seconds = models.BigIntegerField(null=True)
    is_handled = models.BooleanField(default=False, db_default=False)
    is_first_contact = models.BooleanField(default=False, db_default=False)
    has_handover = models.BooleanField(default=False, db_default=False)
    was_put_aside = models.BooleanField(default=False, db_default=False)
    last_sequence = models.IntegerField(default=0)

    objects = TicketFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket fact")
        verbose_name_plural = _("ticket facts")
        permissions = [("view_every_figure", "Can see the figures of every team")]
        indexes = [
            # Holds every column that a report of a period reads, so that the table itself is not touched.
            models.Index(
                fields=["opened_at"],
                include=[
                    "channel",
                    "team",
                    "agent",
                    "first_responder",
                    "first_response_seconds",
                    "any_response_seconds",
                    "hand_off_response_seconds",
                    "topic",
                    "is_waiting",
                    "last_resolved_at",
                    "reopen_count",
                    "customer_message_count",
                    "agent_reply_count",
                ],
                name="ticket_fact_opened",
                condition=Q(is_counted=True),
            ),
            models.Index(
                fields=["opened_at"],
                include=[
                    "ticket",
                    "channel",
                    "team",
                    "agent",
                    "topic",
                    "customer_id",
                    "is_first_contact",
                    "last_resolved_at",
                ],
                name="ticket_fact_handled",
                condition=Q(is_counted=True, is_handled=True),
            ),
            # Did the customer come back with it?
            models.Index(
                fields=["customer_id", "opened_at"],
                include=["ticket", "topic", "follow_up_of", "is_demo"],
                name="ticket_fact_of_customer",
                condition=Q(excluded_because=""),
            ),
            models.Index(fields=["opened_at"], name="ticket_fact_demo", condition=Q(is_demo=True)),
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)


class ResponseFact(models.Model):
    """One time the customer of a counted or demo ticket waited for an answer after the first response; ``number`` counts them.

    ``seconds`` by the wall clock, ``business_seconds`` in the open hours of the team or channel; NULL while nobody has answered, and
    business seconds where there are no hours. ``is_waiting``: he still waits; else, without an answer, it was resolved without one.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="response_facts", db_index=False)
    number = models.PositiveIntegerField()
    is_demo = models.BooleanField(default=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", db_index=False)
    responder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    waiting_started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    seconds = models.BigIntegerField(null=True)
    business_seconds = models.BigIntegerField(null=True)
    is_waiting = models.BooleanField(default=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("response fact")
        verbose_name_plural = _("response facts")
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="wait_counted_once")]
        indexes = [
            models.Index(
                fields=["waiting_started_at"],
                include=["channel", "team", "responder", "seconds", "business_seconds", "is_waiting", "is_demo"],
                name="response_fact_started",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.number}"


class ContactFact(models.Model):
    """One contact of a counted or demo ticket: a run of messages and calls without a long gap, a snooze or a hold between.

    ``channel``: where it began. ``agent``: the human who answered last in it. ``ends_at``: when it is over, or will be unless
    somebody writes. Seconds of work are those of all agents together, no moment of one agent twice; NULL where nothing is known,
    and ``handle_seconds`` is their sum.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="contact_facts", db_index=False)
    number = models.PositiveIntegerField()
    is_demo = models.BooleanField(default=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_answered = models.BooleanField(default=False)
    is_answered_by_bot = models.BooleanField(default=False)
    has_call = models.BooleanField(default=False)
    talk_seconds = models.PositiveIntegerField(null=True)
    hold_seconds = models.PositiveIntegerField(null=True)
    wrap_up_seconds = models.PositiveIntegerField(null=True)
    active_seconds = models.PositiveIntegerField(null=True)
    handle_seconds = models.PositiveIntegerField(null=True)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact fact")
        verbose_name_plural = _("contact facts")
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="contact_counted_once")]
        indexes = [
            models.Index(
                fields=["started_at"],
                include=["channel", "team", "agent", "topic", "handle_seconds", "ends_at", "is_demo"],
                name="contact_fact_started",
                condition=Q(is_answered=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.number}"


class TrafficSlot(models.Model):
    """Messages in and out within a quarter of an hour (UTC; every time zone's days are whole numbers of these)."""

    starts_at = models.DateTimeField()
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+", db_index=False)
    is_demo = models.BooleanField(default=False)
    received_count = models.IntegerField(default=0)
    sent_count = models.IntegerField(default=0)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("traffic")
        verbose_name_plural = _("traffic")
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at", "channel", "team", "is_demo"], name="traffic_counted_once", nulls_distinct=False
            )
        ]
