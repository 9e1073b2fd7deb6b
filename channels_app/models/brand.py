"""The face a channel shows: mails, surveys and pages print it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Brand(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)
    from_name = models.CharField(
        _("from name"), max_length=100, blank=True, help_text=_("Stands as sender of mails; empty: the name.")
    )
    logo = models.FileField(_("logo"), upload_to="brands/", blank=True)
    site_url = models.URLField(_("site"), blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
