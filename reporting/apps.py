from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reporting")

    def ready(self) -> None:
        from reporting.services.goals import ensure_goals_after_migrate

        post_migrate.connect(ensure_goals_after_migrate, sender=self, dispatch_uid="reporting.ensure_goals")
