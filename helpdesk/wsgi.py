"""The same site for WSGI servers; without live events, the pages poll."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

application = get_wsgi_application()

# Servers run no system checks: an unsafe production must not come up by this door either.
from helpdesk.checks import refuse_unsafe_production  # noqa: E402  needs the apps

refuse_unsafe_production()
