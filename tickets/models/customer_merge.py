"""Two customers who are one person: the merge that can be undone, and the pairs that are not."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.models.customer import Customer


class CustomerMergeQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The merges into customers whom ``user`` may see."""
        return self.filter(winner__in=Customer.objects.visible_to(user).order_by().values("pk"))


class CustomerMerge(models.Model):
    """``loser`` was merged into ``winner``. ``moved`` holds what an undo needs, ids and values, by these keys:

    ``rows`` {"app.Model.field": [ids]}, ``kept`` (the same, of rows that could not be moved), ``fields`` {column of the winner:
    {"before", "after"}}, ``attributes`` (names given to the winner), ``note`` (the paragraph given to him), ``external_id``.
    """

    winner = models.ForeignKey(Customer, models.PROTECT, related_name="merges", verbose_name=_("customer who stays"))
    loser = models.ForeignKey(Customer, models.PROTECT, related_name="merges_away", verbose_name=_("merged customer"))
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    merged_at = models.DateTimeField(_("merged at"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = CustomerMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        constraints = [
            models.UniqueConstraint(
                fields=["loser"], name="customer_merged_into_one", condition=Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(name="customer_not_merged_into_himself", condition=~Q(winner=F("loser"))),
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} > {self.winner_id}"


class NotTheSame(models.Model):
    """An agent has said that two customers, who look alike, are two people. ``first`` has the lower id."""

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_the_same_said_once"),
            models.CheckConstraint(name="not_the_same_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class ToldAddressQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """What was told of customers whom ``user`` may see."""
        return self.filter(customer__in=Customer.objects.visible_to(user).order_by().values("pk"))


class ToldAddress(models.Model):
    """An address somebody says is the customer's while another customer writes from it: no proof, but worth a question."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="told_addresses", db_index=False)
    kind = models.CharField(max_length=32)
    address = models.CharField(max_length=320)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ToldAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "address"], name="told_address_once_per_customer")
        ]
        indexes = [models.Index(fields=["kind", "address"], name="told_address_lookup")]

    def __str__(self) -> str:
        return self.address
