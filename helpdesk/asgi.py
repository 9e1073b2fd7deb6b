"""The ASGI application that uvicorn serves."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
os.environ.setdefault("HELPDESK_DATABASE_POOL", "1")

# Static files are read by synchronous iterators in a thread; Django warns at every one of them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = get_asgi_application()

# Servers run no system checks: an unsafe production must not come up by this door either.
from helpdesk.checks import refuse_unsafe_production  # noqa: E402  needs the apps

refuse_unsafe_production()
