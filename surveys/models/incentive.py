"""What a customer may be given to make good, and the codes that it is given as."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.recovery import RecoveryCase
from tickets.models import Customer, Message


class Incentive(models.Model):
    """A pool of codes. ``cost`` is what one costs us, ``currency`` is ISO 4217. A draw for which the case's total would pass
    ``approval_above`` waits for somebody who may approve; ``budget`` is the most that all draws together may cost (both NULL: no
    limit). Codes given away are good for ``valid_for``, at most until ``expires_on``.
    """

    class Kind(models.TextChoices):
        COUPON = "coupon", _("coupon")
        DISCOUNT = "discount", _("discount")
        SAMPLE = "sample", _("free sample")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.COUPON)
    description = models.CharField(
        _("what the customer gets"), max_length=300, help_text=_("As he reads it: 10 % off the next order.")
    )
    cost = models.DecimalField(
        _("cost of one"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    approval_above = models.DecimalField(
        _("needs approval above"), max_digits=10, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)], help_text=_("Cost of one case. Empty: never. 0: always."),
    )  # fmt: skip
    budget = models.DecimalField(
        _("budget"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)],
        help_text=_("What all given codes may cost together. Empty: no limit."),
    )  # fmt: skip
    valid_for = models.DurationField(_("valid for"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("incentive")
        verbose_name_plural = _("incentives")
        permissions = [
            ("approve_incentive", "Can approve incentives above the limit"),
            ("redeem_incentive", "Can redeem codes"),
        ]

    def __str__(self) -> str:
        return self.name


class CouponCode(models.Model):
    """One code, drawn at most once: a case has at most one code of a pool, a code has at most one case."""

    class State(models.TextChoices):
        FREE = "free", _("free")
        GIVEN = "given", _("given")
        REDEEMED = "redeemed", _("redeemed")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")

    incentive = models.ForeignKey(Incentive, models.PROTECT, related_name="codes", verbose_name=_("incentive"))
    code = models.CharField(_("code"), max_length=80, unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.FREE)
    case = models.ForeignKey(
        RecoveryCase, models.PROTECT, null=True, blank=True, related_name="codes", verbose_name=_("case"),
        db_index=False,
    )  # fmt: skip
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True, editable=False)
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("given by")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True, blank=True)
    redeemed_for = models.CharField(_("redeemed for"), max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "incentive"], name="one_code_of_a_pool_per_case", condition=Q(case__isnull=False)
            ),
            models.CheckConstraint(
                name="free_codes_have_no_case", condition=~Q(state="free") | Q(case=None, given_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["incentive", "id"], name="code_free", condition=Q(state="free")),
            models.Index(fields=["expires_at"], name="code_expiring", condition=Q(state="given")),
        ]

    def __str__(self) -> str:
        return self.code
