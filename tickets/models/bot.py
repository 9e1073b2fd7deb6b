"""The bot of a channel: what it says and asks, when it hands over, and its talks."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.article import ArticleTranslation
from tickets.models.conversation import Conversation
from tickets.models.message import Message
from tickets.models.team import Team
from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


class Bot(models.Model):
    """``greeting`` and ``hours_message``: language code -> text in place of the product's own; {name} is the customer's.

    ``questions``: list of {"key", "kind", "ask": {language: text}, "is_needed", "attribute"} as policies/bot_questions.py checks them.
    ``threshold``: how well an article must fit, 0 to 1. ``quiet_after``: a customer who has not answered for so long has gone.
    """

    class Works(models.TextChoices):
        ALWAYS = "always", _("always")
        CLOSED = "closed", _("while the team is not there")

    name = models.CharField(_("name"), max_length=60, unique=True, help_text=_("Customers read it."))
    is_active = models.BooleanField(_("on"), default=False)
    channels = models.ManyToManyField(Channel, blank=True, related_name="bots", verbose_name=_("channels"))
    works = models.CharField(_("works"), max_length=6, choices=Works.choices, default=Works.ALWAYS)
    greeting = models.JSONField(_("greeting"), default=dict, blank=True)
    hours_message = models.JSONField(_("while the team is not there"), default=dict, blank=True)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    answers_from_articles = models.BooleanField(_("answers from articles"), default=True)
    threshold = models.FloatField(_("how well an article must fit"), null=True, blank=True)
    uses_llm = models.BooleanField(_("words its answers with the language model"), default=False)
    quiet_after = models.DurationField(_("the customer has gone after"), null=True, blank=True)
    resolves_quiet = models.BooleanField(
        _("resolve when the customer has gone after an answer"),
        default=False,
        help_text=_("Off: a person looks at it."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("bot")
        verbose_name_plural = _("bots")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class HandoffRule(models.Model):
    """When a bot hands over to a person. The first that holds, in order of ``position``, is the reason that is given.

    ``number``: of the kind "turns" how many, of "strong_negative" the confidence in percent. "asked_for" cannot be switched off.
    """

    class Kind(models.TextChoices):
        ASKED_FOR = "asked_for", _("the customer asks for a person")
        SENSITIVE_TOPIC = "sensitive_topic", _("the topic is a sensitive one")
        STRONG_NEGATIVE = "strong_negative", _("the customer is upset")
        TURNS = "turns", _("it takes too many turns")
        LOW_CONFIDENCE_TWICE = "low_confidence_twice", _("the bot knows no answer twice in a row")
        ATTACHMENT = "attachment", _("the customer sends a file")
        VIP = "vip", _("the customer is a VIP")
        CONDITIONS = "conditions", _("conditions hold")

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="rules", verbose_name=_("bot"))
    kind = models.CharField(_("when"), max_length=20, choices=Kind.choices)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to the team"),
        help_text=_("Empty: the team stays as it is."),
    )

    class Meta:
        verbose_name = _("hand-off rule")
        verbose_name_plural = _("hand-off rules")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="a_person_can_always_be_asked_for", condition=~Q(kind="asked_for") | Q(is_active=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class BotSessionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The talks on tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class BotSession(models.Model):
    """One talk of a bot with a customer on one ticket, or a task that an agent gave it.

    ``expected_by``: when the bot's next move is due; after it the talk is handed over. NULL while it waits for the customer.
    ``quiet_at``: when a customer who says nothing more has gone. ``pending_message``: what it owes a move to. ``waiting_since`` is that of
    the ticket at the hand-off. ``stage``, ``asking`` and ``shown`` (articles) are where it stands; ``collected`` what the customer gave.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("with the bot")
        HANDED_OFF = "handed_off", _("handed over")
        FINISHED = "finished", _("finished")

    bot = models.ForeignKey(Bot, models.PROTECT, related_name="sessions", verbose_name=_("bot"))
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="bot_sessions", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="bot_sessions", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    language = models.CharField(_("language"), max_length=12, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    asking = models.CharField(max_length=40, blank=True)
    shown = models.JSONField(default=list)
    collected = models.JSONField(_("collected"), default=dict)
    turns = models.PositiveIntegerField(_("turns"), default=0)
    low_confidence_count = models.PositiveIntegerField(default=0)
    # Of the last messages: when they came and a digest of what they said, to notice a machine at the other end.
    heard = models.JSONField(default=list)
    is_delegated = models.BooleanField(_("task of an agent"), default=False)
    task = models.TextField(_("task"), blank=True)
    task_questions = models.JSONField(default=list)
    delegated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    pending_message = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    expected_by = models.DateTimeField(null=True, blank=True)
    quiet_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(_("started at"))
    last_turn_at = models.DateTimeField(_("last turn"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    rule = models.ForeignKey(HandoffRule, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    waiting_since = models.DateTimeField(null=True, blank=True)
    result = models.CharField(_("result"), max_length=20, blank=True)
    solved_by = models.ForeignKey(
        ArticleTranslation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("solved by")
    )
    summary = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, help_text="The note about it"
    )

    objects = BotSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk of a bot")
        verbose_name_plural = _("talks of bots")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], name="one_bot_at_a_time_in_a_conversation", condition=Q(state="active")
            ),
            models.CheckConstraint(
                name="ended_talk_has_its_time", condition=Q(state="active") | Q(ended_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "-id"], name="bot_session_of_ticket"),
            models.Index(fields=["conversation", "-id"], name="bot_session_of_conversation"),
            models.Index(
                fields=["expected_by"],
                name="bot_session_expected",
                condition=Q(state="active", expected_by__isnull=False),
            ),
            models.Index(
                fields=["quiet_at"], name="bot_session_quiet", condition=Q(state="active", quiet_at__isnull=False)
            ),
            models.Index(fields=["started_at"], name="bot_session_started"),
        ]


class LLMSettings(models.Model):
    """The one row that says which language model is asked for what; off until somebody switches it on.

    ``url``: the base of an interface in the shape of OpenAI's chat completions, such as https://host/v1. Prices are per million tokens.
    """

    is_on = models.BooleanField(_("on"), default=False)
    url = models.URLField(_("address"), blank=True, max_length=300)
    model = models.CharField(_("model"), max_length=100, blank=True)
    encrypted_key = models.TextField(blank=True, editable=False)
    for_drafts = models.BooleanField(_("drafts for agents"), default=True)
    for_summaries = models.BooleanField(_("summaries of tickets"), default=True)
    for_bots = models.BooleanField(_("answers of bots"), default=False)
    seconds = models.PositiveSmallIntegerField(_("seconds at most"), default=20)
    answer_tokens = models.PositiveIntegerField(_("tokens of an answer at most"), default=500)
    input_price = models.DecimalField(
        _("price of a million tokens read"), max_digits=10, decimal_places=4, default=0, db_default=Value(0)
    )
    output_price = models.DecimalField(
        _("price of a million tokens written"), max_digits=10, decimal_places=4, default=0, db_default=Value(0)
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    daily_limit = models.DecimalField(
        _("costs a day at most"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Then nothing is asked until the next day. Empty: no limit."),
    )

    class Meta:
        verbose_name = _("language model")
        verbose_name_plural = _("language model")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="llm_settings_is_one_row")]

    def __str__(self) -> str:
        return str(_("Language model"))


class LLMCall(models.Model):
    """One question to the language model: what for, what it cost, how it ended. What was said is not kept."""

    class Purpose(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUMMARY = "summary", _("summary")
        BOT = "bot", _("bot")
        TEST = "test", _("trial")

    at = models.DateTimeField(_("at"))
    purpose = models.CharField(_("for"), max_length=7, choices=Purpose.choices)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="+", db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    model = models.CharField(_("model"), max_length=100)
    input_tokens = models.PositiveIntegerField(_("tokens read"), default=0)
    output_tokens = models.PositiveIntegerField(_("tokens written"), default=0)
    cost = models.DecimalField(_("costs"), max_digits=12, decimal_places=6, default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    error = models.CharField(_("error"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("question to the language model")
        verbose_name_plural = _("questions to the language model")
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="llm_call_at")]
