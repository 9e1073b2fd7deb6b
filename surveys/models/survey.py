"""What is asked, when, and of whom."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from surveys.policies.scales import ONE_TO_TEN, SCALES, Scale


def scale_choices() -> list[tuple[str, str]]:
    """The scales as a form offers them."""
    return [(scale.key, str(scale.label)) for scale in SCALES.values()]


class Survey(models.Model):
    """One question on a scale, asked on an occasion, with up to three further questions by score.

    Of several active surveys for one occasion the oldest that names the channel asks, else the oldest that names none.
    ``sample_percent`` is decided by the occasion itself and falls the same however often it is asked. ``low_at_most``: the
    score up to which a vote is low; NULL is the scale's own.
    """

    class Occasion(models.TextChoices):
        CONTACT = "contact", _("end of a contact")
        RESOLUTION = "resolution", _("resolution")
        MANUAL = "manual", _("asked by hand")
        API = "api", _("asked through the API")

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    occasion = models.CharField(
        _("occasion"), max_length=10, choices=Occasion.choices, default=Occasion.CONTACT, db_default=Value("contact")
    )
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="surveys", verbose_name=_("channels"), help_text=_("None chosen: all.")
    )
    scale = models.CharField(
        _("scale"), max_length=10, choices=scale_choices, default=ONE_TO_TEN, db_default=Value(ONE_TO_TEN)
    )
    low_at_most = models.PositiveSmallIntegerField(
        _("a score is low up to"),
        null=True,
        blank=True,
        help_text=_("Empty: the usual one of the scale; 6 of 10, 3 of 5, thumbs down."),
    )
    question = models.CharField(
        _("question"), max_length=300, blank=True, help_text=_("Empty: our question, in the customer's language.")
    )
    thanks = models.CharField(
        _("thanks"), max_length=300, blank=True, help_text=_("Empty: our thanks, in the customer's language.")
    )
    delay = models.DurationField(
        _("delay"), default=timedelta(minutes=10), help_text=_("Between the end of a contact and the question.")
    )
    only_in_business_hours = models.BooleanField(
        _("only in business hours"),
        default=False,
        db_default=False,
        help_text=_("A question that is due at night waits for the morning."),
    )
    sample_percent = models.PositiveSmallIntegerField(
        _("share of customers asked"),
        default=100,
        db_default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("In percent."),
    )
    quiet_period = models.DurationField(
        _("quiet period"), default=timedelta(hours=24), help_text=_("One question per customer in this time.")
    )
    human_only = models.BooleanField(
        _("only after people"),
        default=False,
        db_default=False,
        help_text=_("Nobody is asked about contacts that the bot answered alone."),
    )
    expires_after = models.DurationField(_("expires after"), default=timedelta(days=14))
    remind_after = models.DurationField(
        _("remind after"), null=True, blank=True, help_text=_("Once, while nobody has answered. Empty: never.")
    )
    change_window = models.DurationField(
        _("change window"), default=timedelta(days=2), help_text=_("How long an answer can be changed.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                name="sample_is_a_share", condition=Q(sample_percent__gte=1, sample_percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def values(self) -> Scale:
        """The scale itself."""
        return SCALES[self.scale]


class SurveyWording(models.Model):
    """The team's own question and thanks in one language; empty ones fall back to the survey's, then to ours."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="wordings", verbose_name=_("survey"))
    language = models.CharField(_("language"), max_length=12)
    question = models.CharField(_("question"), max_length=300, blank=True)
    thanks = models.CharField(_("thanks"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [models.UniqueConstraint(fields=["survey", "language"], name="survey_worded_once_a_language")]

    def __str__(self) -> str:
        return f"{self.language}: {self.question}"


class SurveyQuestion(models.Model):
    """A further question, put to those whose score lies from ``lowest_score`` to ``highest_score``; at most three a survey.

    ``choices``: ``[{"key": "speed", "label": "Speed"}, ...]``, empty for a text. ``wordings``: language -> ``{"text": ...,
    "choices": {"speed": "Tempo"}}``. An empty ``text`` and empty labels are ours, in the customer's language; ours know the
    keys speed, ease, knowledge, friendliness and product.
    """

    class Kind(models.TextChoices):
        CHOICE = "choice", _("choice")
        TEXT = "text", _("text")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions", verbose_name=_("survey"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.CHOICE)
    text = models.CharField(_("question"), max_length=300, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    wordings = models.JSONField(default=dict, blank=True)
    lowest_score = models.PositiveSmallIntegerField(_("from score"), default=0)
    highest_score = models.PositiveSmallIntegerField(_("to score"), default=6)

    class Meta:
        verbose_name = _("further question")
        verbose_name_plural = _("further questions")
        constraints = [models.UniqueConstraint(fields=["survey", "position"], name="one_question_a_position")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()
