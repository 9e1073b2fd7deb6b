"""The admin site: index grouped by what people come to do."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class HelpdeskAdminSite(AdminSite):
    site_title = _("Helpdesk")
    site_header = _("Helpdesk")
    index_title = _("Overview")
