from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Surveys")

    def ready(self) -> None:
        from surveys import receivers
        from surveys.services.causes import ensure_causes_after_migrate
        from surveys.services.preset import ensure_preset_after_migrate
        from surveys.services.recovery_preset import ensure_recovery_after_migrate

        receivers.connect()
        post_migrate.connect(ensure_preset_after_migrate, sender=self, dispatch_uid="surveys.ensure_preset_survey")
        post_migrate.connect(ensure_causes_after_migrate, sender=self, dispatch_uid="surveys.ensure_root_causes")
        post_migrate.connect(ensure_recovery_after_migrate, sender=self, dispatch_uid="surveys.ensure_recovery")
