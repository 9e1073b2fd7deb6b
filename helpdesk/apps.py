from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Helpdesk")

    def ready(self) -> None:
        # checks registers itself; celery becomes the current app, so that tasks can be started by name.
        from helpdesk import celery, checks  # noqa: F401
        from helpdesk.accounts.roles import ensure_roles

        # The last app of the layers: by then every permission exists.
        post_migrate.connect(
            ensure_roles, sender=apps.get_app_config("reporting"), dispatch_uid="helpdesk.ensure_roles"
        )
