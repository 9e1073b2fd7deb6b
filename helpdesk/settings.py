"""Every setting of the product, read from the environment (``.env.example`` lists the names people set)."""

import os
import sys
from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

from helpdesk.embedded.layout import DataLayout

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def env_secret(name: str, default: str = "") -> str:
    """A secret from ``NAME``, or from the file that ``NAME_FILE`` points at."""
    file_name = env.str(f"{name}_FILE", default="")
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").strip()
    return env.str(name, default=default)


LAYOUT = DataLayout.from_environment()
IS_TEST = "pytest" in sys.modules

DEBUG = env.bool("HELPDESK_DEBUG", default=False)
IS_PRODUCTION = env.bool("HELPDESK_PRODUCTION", default=False)
# Empty outside production: helpdesk.common.keys then makes one in the keys folder (0600) that survives restarts.
SECRET_KEY = env_secret("HELPDESK_SECRET_KEY")
if not SECRET_KEY and not IS_PRODUCTION:
    from helpdesk.common.keys import read_or_create_key

    SECRET_KEY = read_or_create_key(LAYOUT.keys_dir / "secret_key")
SITE_URL = env.str("HELPDESK_SITE_URL", default=f"http://localhost:{env.int('PORT', default=8000)}")
_loopback_hosts = [] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
ALLOWED_HOSTS = env.list("HELPDESK_ALLOWED_HOSTS", default=_loopback_hosts)
CSRF_TRUSTED_ORIGINS = env.list("HELPDESK_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "helpdesk.admin_config.HelpdeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "helpdesk",
    "helpdesk.core",
    "helpdesk.accounts",
    "channels_app",
    "tickets",
    "surveys",
    "reporting",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "helpdesk.common.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
WSGI_APPLICATION = "helpdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "helpdesk" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database ------------------------------------------------------------------------------------------------------------
_database: dict[str, Any] = env.db_url_config(env.str("DATABASE_URL", default=LAYOUT.database_url()))
_database["CONN_HEALTH_CHECKS"] = True
_database["DISABLE_SERVER_SIDE_CURSORS"] = True
_database.setdefault("OPTIONS", {})
_database["OPTIONS"] |= {
    # A stuck query must end before its client gives up; long jobs (reports, erasure) raise this in their transaction.
    "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 -c jit=off",
    "connect_timeout": 5,
}
if env.bool("HELPDESK_DATABASE_POOL", default=False):
    # Web processes under ASGI: threads come and go, so that connections must not belong to threads.
    _database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("HELPDESK_DATABASE_POOL_SIZE", default=12),
        "timeout": 2,
    }
    _database["CONN_MAX_AGE"] = 0
else:
    # Tests end with their threads' connections closed, so that the test database can be dropped.
    _database["CONN_MAX_AGE"] = 0 if IS_TEST else None
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}}

# Accounts ------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["helpdesk.accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "admin:login"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # our script reads it for HTMX requests

# Language and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("HELPDESK_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "helpdesk" / "locale", BASE_DIR / "tickets" / "webchat" / "locale"]
FORMAT_MODULE_PATH = ["helpdesk.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("HELPDESK_TIME_ZONE", default="UTC")

# Files ---------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = LAYOUT.static_dir
MEDIA_ROOT = LAYOUT.media_dir
MEDIA_URL = ""  # nothing is served from there directly: helpdesk views check rights first
_static_backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if IS_TEST or DEBUG:
    _static_backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_backend},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# Security ------------------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
_is_https = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_SSL_REDIRECT = _is_https and env.bool("HELPDESK_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31536000 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _is_https
# The health probes of an orchestrator speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
CSRF_FAILURE_VIEW = "helpdesk.views.stale_form"
# How many proxies of our own stand before us: so many entries of X-Forwarded-For are believed, from its right end.
HELPDESK_PROXY_HOPS = env.int("HELPDESK_PROXY_HOPS", default=0)
if HELPDESK_PROXY_HOPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Fernet keys, newest first, comma separated; empty: one is kept in the keys folder.
HELPDESK_FIELD_KEYS = [key for key in env_secret("HELPDESK_FIELD_KEYS").split(",") if key]
HELPDESK_KEYS_DIR = LAYOUT.keys_dir
# Private addresses that channels may call all the same (an intranet receiver, a mail server beside us): host names.
HELPDESK_TRUSTED_HOSTS = env.list("HELPDESK_TRUSTED_HOSTS", default=[])

# API -----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "helpdesk.accounts.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["helpdesk.common.api.ClosedPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.common.api.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": "helpdesk.common.api.TotalOrderCursorPagination",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpdesk.common.api.answer_error",
    "URL_FORMAT_OVERRIDE": None,  # reports have a parameter of that name
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Helpdesk API",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["helpdesk.common.api.schema.keep_versioned_routes"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "helpdesk.common.api.schema.describe_common_rules",
    ],
    "ENUM_NAME_OVERRIDES": {
        "RecoverySourceEnum": "surveys.models.recovery.RecoveryCase.Source",
        "IncentiveKindEnum": "surveys.models.incentive.Incentive.Kind",
        "RootCauseKindEnum": "surveys.models.causes.RootCause.Kind",
        "MessageKindEnum": "tickets.models.Message.Kind",
        "HandoffRuleKindEnum": "tickets.models.HandoffRule.Kind",
        "ClockStateEnum": "tickets.models.SLATimer.State",
        "WriterEnum": "tickets.models.Message.Author",
    },
    "SERVE_PERMISSIONS": ["helpdesk.common.api.StaffOnly"],
}

# Tasks ---------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=LAYOUT.broker_url())

# The product ---------------------------------------------------------------------------------------------------------
HELPDESK_CHANNEL_ADAPTERS = {
    "email": "channels_app.adapters.email.adapter.EmailAdapter",
    "api": "channels_app.adapters.api.adapter.ApiAdapter",
    "whatsapp": "channels_app.adapters.whatsapp.adapter.WhatsAppAdapter",
    "messenger": "channels_app.adapters.messenger.adapter.MessengerAdapter",
    "instagram": "channels_app.adapters.instagram.adapter.InstagramAdapter",
    "x": "channels_app.adapters.x.adapter.XAdapter",
    "webchat": "channels_app.adapters.webchat.adapter.WebchatAdapter",
    "sms": "channels_app.adapters.sms.adapter.SmsAdapter",
    "voice": "channels_app.adapters.voice.adapter.VoiceAdapter",
    "telegram": "channels_app.adapters.telegram.adapter.TelegramAdapter",
    "wechat": "channels_app.adapters.wechat.adapter.WeChatAdapter",
    "google_reviews": "channels_app.adapters.google_reviews.adapter.GoogleReviewsAdapter",
    "facebook_reviews": "channels_app.adapters.facebook_reviews.adapter.FacebookReviewsAdapter",
    "review_feed": "channels_app.adapters.review_feed.adapter.ReviewFeedAdapter",
    "line": "channels_app.adapters.line.adapter.LineAdapter",
    "viber": "channels_app.adapters.viber.adapter.ViberAdapter",
}
# Each may answer for an inbound item or pass it on; read in order. See tickets.services.intake.
HELPDESK_INTAKE_STEPS = [
    "tickets.services.intake_steps.file_delivery_update",
    "tickets.services.intake_steps.drop_own_mail",
    "tickets.services.intake_steps.file_message_change",
    "tickets.services.reach.file_reach_change",
    "tickets.services.thread_control.file_hand_over",
    "tickets.services.address_changes.file_identity_change",
    "tickets.services.template_changes.file_template_change",
    "surveys.services.chat_answers.take_survey_answer",
]
# Each may change an outbound message just before it leaves (links with secrets are put in here).
HELPDESK_OUTBOUND_STEPS = ["tickets.services.asking.put_in_upload_link", "surveys.services.links.put_in_survey_link"]
# The name of the approved message that asks a customer where the provider takes no other message any more.
HELPDESK_SURVEY_TEMPLATE = "survey"
# Providers that want an answer in the request that delivers an event: kind -> callable (channel, raw event) -> (type, body).
HELPDESK_REQUEST_ANSWERS: dict[str, str] = {"voice": "tickets.voice.answering.answer_call"}
# What higher apps ask callers who have talked to somebody: classes like tickets.policies.call_endings.CallEnding.
HELPDESK_CALL_ENDINGS = ["surveys.services.call_votes.CallSurvey"]
# What higher apps show beside a ticket: callables (ticket, user) -> rendered HTML.
HELPDESK_WORKSPACE_PANELS = [
    "tickets.admin.clock_panel.clock_panel",
    "tickets.admin.requests_panel.requests_panel",
    "tickets.admin.call_panel.call_panel",
    "tickets.webchat.panel.visitor_panel",
    "surveys.selectors.panels.survey_panel",
    "surveys.selectors.asked_panel.asked_panel",
    "surveys.admin.recovery_panel.recovery_panel",
]
# What they show on a customer's page: callables (customer, user) -> rendered HTML.
HELPDESK_CUSTOMER_PANELS = ["surveys.admin.recovery_panel.customer_panel"]
# What they add to the menu of a ticket, which is fetched when it is opened: callables (ticket, user) -> rendered HTML.
HELPDESK_TICKET_MENU = ["surveys.admin.recovery_panel.ticket_menu"]
# What higher apps show at the top of the overview: callables (request) -> rendered HTML.
HELPDESK_DASHBOARD_SECTIONS = [
    "channels_app.sections.troubled_channels",
    "tickets.sections.stuck_tickets",
    "surveys.admin.recovery_panel.recovery_section",
    "reporting.sections.today",
    "reporting.sections.goals",
    "reporting.sections.limits",
    "reporting.sections.traffic",
]
HELPDESK_MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
# A case that the customer brings back within so many days was not solved at the first contact.
HELPDESK_FIRST_CONTACT_DAYS = env.int("HELPDESK_FIRST_CONTACT_DAYS", default=7)
HELPDESK_UNDO_SECONDS = env.int("HELPDESK_UNDO_SECONDS", default=5)
HELPDESK_SMTP_PORT = env.int("SMTP_PORT", default=2525)
# Where mail leaves: a URL such as smtp+tls://user:password@host:587; a channel may name a server of its own.
HELPDESK_MAIL_URL = env_secret("HELPDESK_MAIL_URL")
# Without any outgoing server, mails are kept here as files: for trying the product out.
HELPDESK_OUTBOX_DIR = LAYOUT.data_dir / "outbox"
# The first start: the administrator's password (empty: random, printed once), and whether demo data is made.
HELPDESK_ADMIN_PASSWORD = env_secret("HELPDESK_ADMIN_PASSWORD")
HELPDESK_DEMO = env.bool("HELPDESK_DEMO", default=True)
HELPDESK_FAILPOINT = env.str("HELPDESK_FAILPOINT", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "helpdesk.common.logs.RedactSecrets"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("HELPDESK_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        # They write down whole addresses, and some providers want their token in the address.
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
    },
}
