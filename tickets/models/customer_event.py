"""What other systems know of a customer: orders, payments, shipments."""

from typing import Any, Self

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.customer import Customer


class CustomerEventQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The events of customers whom ``user`` may see."""
        return self.filter(customer__in=Customer.objects.visible_to(user).order_by().values("pk"))


class CustomerEvent(models.Model):
    """One thing that happened outside: told by the CRM or the shop, shown beside the conversation.

    ``kind`` is the sender's word ("order", "payment"); ``external_id`` is his id, by which a later report replaces this one.
    ``amount`` is in units of ``currency`` (ISO 4217), not in cents.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="outside_events", db_index=False)
    kind = models.CharField(_("kind"), max_length=40)
    external_id = models.CharField(_("id in the other system"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    occurred_at = models.DateTimeField(_("happened at"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    url = models.URLField(_("link"), max_length=1000, blank=True, validators=[URLValidator(schemes=["https"])])
    data = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("outside event")
        verbose_name_plural = _("outside events")
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "external_id"], name="outside_event_told_once")
        ]
        indexes = [models.Index(fields=["customer", "-occurred_at", "-id"], name="outside_event_of_customer")]

    def __str__(self) -> str:
        return self.title
