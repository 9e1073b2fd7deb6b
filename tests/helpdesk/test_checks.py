"""Production does not start with doors open."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as real_settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from helpdesk.checks import check_adapters, check_dotted_paths, check_production, refuse_unsafe_production


@pytest.fixture
def production(settings):
    """Settings of a production that is in order."""
    settings.IS_PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = "kZ3vR8-qT1wX_yB6nM9pL2sD5fG7hJ0cA4eU-iOxVbNm"
    settings.ALLOWED_HOSTS = ["desk.example.com"]
    settings.SITE_URL = "https://desk.example.com"
    settings.HELPDESK_FAILPOINT = ""
    return settings


def ids(found):
    return [message.id for message in found]


def test_production_in_order_starts(production):
    assert ids(check_production(None)) == []
    refuse_unsafe_production()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DEBUG", True, "helpdesk.E001"),
        ("SECRET_KEY", "", "helpdesk.E002"),
        ("SECRET_KEY", "too-short", "helpdesk.E002"),
        ("SECRET_KEY", "a" * 80, "helpdesk.E002"),
        ("SECRET_KEY", "django-insecure-kZ3vR8qT1wXyB6nM9pL2sD5fG7hJ0cA4eUiOxVbNm", "helpdesk.E002"),
        ("SECRET_KEY", "please-change-me-before-you-put-this-server-on-the-net", "helpdesk.E002"),
        ("ALLOWED_HOSTS", [], "helpdesk.E003"),
        ("ALLOWED_HOSTS", ["*"], "helpdesk.E003"),
        ("ALLOWED_HOSTS", ["desk.example.com", " * "], "helpdesk.E003"),
        ("SITE_URL", "http://desk.example.com", "helpdesk.E004"),
        ("HELPDESK_FAILPOINT", "processing.after_claim", "helpdesk.E005"),
    ],
)
def test_unsafe_production_is_refused(production, name, value, expected):
    setattr(production, name, value)
    assert ids(check_production(None)) == [expected]
    with pytest.raises(ImproperlyConfigured, match=expected):
        refuse_unsafe_production()


def test_refusal_does_not_print_the_key(production):
    production.SECRET_KEY = "short-and-secret"
    assert "short-and-secret" not in str(check_production(None))


def test_development_may_be_unsafe(settings):
    settings.IS_PRODUCTION, settings.DEBUG, settings.SECRET_KEY = False, True, "x"
    assert ids(check_production(None)) == []


@pytest.mark.parametrize(
    "adapters",
    [
        {"fax": "channels_app.adapters.fax.adapter.FaxAdapter"},
        {"fax": "channels_app.adapters.email.adapter.EmailAdapter"},
        {"fax": "helpdesk.common.clock.now"},
    ],
)
def test_adapter_that_is_none_is_named(settings, adapters):
    settings.HELPDESK_CHANNEL_ADAPTERS = adapters
    assert ids(check_adapters(None)) == ["helpdesk.E010"]


def test_dotted_path_that_leads_nowhere_is_named(settings):
    settings.HELPDESK_DASHBOARD_SECTIONS = ["reporting.nothing.here"]
    settings.HELPDESK_INTAKE_STEPS = ["helpdesk.common.csp.POLICY"]
    assert ids(check_dotted_paths(None)) == ["helpdesk.E011", "helpdesk.E011"]


def test_declared_adapters_steps_and_sections_exist():
    assert check_adapters(None) == []
    assert check_dotted_paths(None) == []


def test_product_passes_its_own_checks(db):
    assert [message for message in run_checks() if message.level >= 30] == []


def test_web_server_refuses_an_unsafe_production_too():
    environment = {
        **os.environ,
        "HELPDESK_PRODUCTION": "1",
        "HELPDESK_SECRET_KEY": "changeme",
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    }
    for module in ("helpdesk.wsgi", "helpdesk.asgi"):
        run = subprocess.run(
            [sys.executable, "-c", f"import {module}"],
            cwd=real_settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode != 0
        assert "helpdesk.E002" in run.stderr
