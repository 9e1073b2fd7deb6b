"""The ASGI application that uvicorn serves."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
os.environ.setdefault("HELPDESK_DATABASE_POOL", "1")

# Static files are read by synchronous iterators in a thread; Django warns at every one of them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

_django = get_asgi_application()

# Servers run no system checks: an unsafe production must not come up by this door either.
from django.conf import settings  # noqa: E402

from helpdesk.checks import refuse_unsafe_production  # noqa: E402  needs the apps
from helpdesk.common.body_limit import BodyLimit  # noqa: E402

refuse_unsafe_production()

application = BodyLimit(_django, max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
