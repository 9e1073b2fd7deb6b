"""The customer: one person, the addresses under which he writes, the organisation he belongs to."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from channels_app.registry import identity_kind_choices
from tickets.models.visibility import customer_condition


class Organization(models.Model):
    name = models.CharField(_("name"), max_length=200, unique=True)
    domains = ArrayField(
        models.CharField(max_length=255),
        verbose_name=_("mail domains"),
        default=list,
        blank=True,
        help_text=_("New customers who write from these domains belong here."),
    )
    external_id = models.CharField(_("id in the CRM"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "id"]
        indexes = [GinIndex(fields=["domains"], name="organization_domains")]

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The customers whom ``user`` may see (see visibility.py)."""
        condition = customer_condition(user)
        return self if condition is None else self.filter(condition)


class Customer(models.Model):
    """A person. Never deleted: erased (anonymised) or merged into another."""

    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    preferred_channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("preferred channel")
    )
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="customers", verbose_name=_("organisation")
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    external_id = models.CharField(_("id in the CRM"), max_length=200, blank=True)
    note = models.TextField(
        _("note"), blank=True, help_text=_("What colleagues should know; the customer never sees it.")
    )
    is_vip = models.BooleanField(_("VIP"), default=False)
    is_blocked = models.BooleanField(
        _("blocked"), default=False, help_text=_("His messages are kept, and marked as spam.")
    )
    is_demo = models.BooleanField(_("demo"), default=False)
    do_not_survey_until = models.DateTimeField(_("no survey until"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_customers", editable=False
    )
    anonymized_at = models.DateTimeField(_("anonymised at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], name="customer_external_id_is_unique", condition=~models.Q(external_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="customer_by_name"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customer_name_trigrams"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Unknown"))


class CustomerIdentity(models.Model):
    """An address of a customer on one kind of channel, normalised by the adapter; ``address_raw`` is as he wrote it.

    ``channel`` is set where an address means something on one channel only (an id in somebody's system).
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="identities", verbose_name=_("customer"))
    kind = models.CharField(_("kind"), max_length=32, choices=identity_kind_choices)
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    address = models.CharField(_("address"), max_length=320)
    address_raw = models.CharField(_("address as written"), max_length=320, blank=True)
    display_name = models.CharField(_("shown name"), max_length=200, blank=True)
    # The provider vouches for it: whoever writes from there is this person.
    is_verified = models.BooleanField(_("verified"), default=False)
    # Told by an agent, a form or the CRM; nobody has written from there yet, so it proves nothing.
    is_claimed = models.BooleanField(default=False, db_default=False, editable=False)
    # Since when the provider or the person himself forbids us to write there, and the word for it.
    unreachable_since = models.DateTimeField(_("not to be written to since"), null=True, blank=True)
    unreachable_reason = models.CharField(max_length=40, blank=True, default="", db_default="")
    # The time of the provider's latest word on it, so that an older one that arrives later changes nothing.
    reach_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address", "channel"], name="identity_address_is_unique", nulls_distinct=False
            ),
        ]
        indexes = [GinIndex(OpClass(Upper("address"), name="gin_trgm_ops"), name="identity_address_trigrams")]

    def __str__(self) -> str:
        return self.address
