"""What must be right before the product starts: E0xx refuses the start, W0xx is said aloud.

``helpdesk.E001``-``E005`` concern production (HELPDESK_PRODUCTION=1), ``E010`` and ``E011`` the dotted paths of the
settings, which would otherwise fail at the first message.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from channels_app.adapters.base import ChannelAdapter

SHORTEST_KEY = 40
# What examples and generators write where a key belongs.
_EXAMPLE_KEYS = (
    "django-insecure",
    "change-me",
    "changeme",
    "change me",
    "secret-key",
    "example",
    "insecure",
    "default",
)
_PATH_SETTINGS = (
    "HELPDESK_INTAKE_STEPS",
    "HELPDESK_OUTBOUND_STEPS",
    "HELPDESK_CALL_ENDINGS",
    "HELPDESK_WORKSPACE_PANELS",
    "HELPDESK_CUSTOMER_PANELS",
    "HELPDESK_TICKET_MENU",
    "HELPDESK_DASHBOARD_SECTIONS",
)


@register(Tags.security)
def check_production(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """The settings that make a production open to everybody."""
    if not settings.IS_PRODUCTION:
        return []
    return list(_production_errors())


def _production_errors() -> Iterable[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG is on in production.", hint="Remove HELPDESK_DEBUG.", id="helpdesk.E001")
    key = _secret_key()
    is_weak = len(key) < SHORTEST_KEY or len(set(key)) < 8 or any(word in key.lower() for word in _EXAMPLE_KEYS)
    if is_weak:
        yield Error(
            "HELPDESK_SECRET_KEY is empty, too short or an example.",
            hint=f"Set a random one of at least {SHORTEST_KEY} characters: python -c "
            '"import secrets; print(secrets.token_urlsafe(50))". It may stand in a file named by HELPDESK_SECRET_KEY_FILE.',
            id="helpdesk.E002",
        )
    hosts: list[str] = settings.ALLOWED_HOSTS
    if not hosts or any(host.strip() in ("*", ".") for host in hosts):
        yield Error(
            "HELPDESK_ALLOWED_HOSTS is empty or lets every host name in.",
            hint="Name the hosts that people use, with commas: HELPDESK_ALLOWED_HOSTS=desk.example.com",
            id="helpdesk.E003",
        )
    if not settings.SITE_URL.startswith("https://"):
        yield Error(
            f"HELPDESK_SITE_URL is {settings.SITE_URL}, which is not https.",
            hint="Passwords and customers' messages must not cross the network in clear.",
            id="helpdesk.E004",
        )
    if settings.HELPDESK_FAILPOINT:
        yield Error("A failpoint is armed in production.", hint="Remove HELPDESK_FAILPOINT.", id="helpdesk.E005")


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's own words for an empty one
        return ""


def refuse_unsafe_production() -> None:
    """Raise ImproperlyConfigured where a check of production fails: for servers, which run no system checks."""
    errors = check_production(None)
    if errors:
        lines = [f"{error.id}: {error.msg} {error.hint or ''}".strip() for error in errors]
        raise ImproperlyConfigured("This configuration is not safe to serve. " + " ".join(lines))


@register()
def check_adapters(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every declared channel kind has an importable adapter of that kind."""
    found: list[CheckMessage] = []
    for kind, dotted_path in settings.HELPDESK_CHANNEL_ADAPTERS.items():
        try:
            adapter = import_string(dotted_path)
        except ImportError as error:
            found.append(Error(f"The adapter of “{kind}” cannot be imported: {error}", id="helpdesk.E010"))
            continue
        is_adapter = isinstance(adapter, type) and issubclass(adapter, ChannelAdapter)
        if not is_adapter or adapter.kind != kind or not hasattr(adapter, "config_form"):
            found.append(
                Error(
                    f"{dotted_path} is no adapter of the kind “{kind}”.",
                    hint="It must subclass ChannelAdapter, and set kind and config_form.",
                    id="helpdesk.E010",
                )
            )
    return found


@register()
def check_dotted_paths(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every step, panel and section named in the settings can be imported and called."""
    found: list[CheckMessage] = []
    for name in _PATH_SETTINGS:
        for dotted_path in getattr(settings, name):
            try:
                is_callable = callable(import_string(dotted_path))
            except ImportError as error:
                found.append(Error(f"{name}: {error}", id="helpdesk.E011"))
                continue
            if not is_callable:
                found.append(Error(f"{name}: {dotted_path} cannot be called.", id="helpdesk.E011"))
    return found
