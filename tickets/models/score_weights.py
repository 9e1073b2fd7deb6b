"""What the reasons of the priority score weigh here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScoreWeights(models.Model):
    """The one row of weights that were changed: code of policies/priority_score.py -> whole number. Codes left out keep the default.

    ``value_attribute``: the customer's attribute (from the CRM) that says what he is worth; ``value_from``: from how much on it counts.
    """

    weights = models.JSONField(_("weights"), default=dict, blank=True)
    value_attribute = models.CharField(
        _("attribute of the customer's value"), max_length=100, blank=True, default="lifetime_value"
    )
    value_from = models.PositiveIntegerField(_("counts from"), default=1000)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("weights of the priority score")
        verbose_name_plural = _("weights of the priority score")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="score_weights_are_one_row")]

    def __str__(self) -> str:
        return str(_("Weights of the priority score"))
