"""The first start makes what an installation begins with, once."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from channels_app.models import Channel
from helpdesk.accounts.models import User
from helpdesk.core.models import SiteSettings
from surveys.models import Survey
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


def first_start() -> dict[str, Any]:
    output = StringIO()
    call_command("prepare_first_start", stdout=output)
    (line,) = output.getvalue().splitlines()
    return json.loads(line)


@pytest.fixture
def no_demo(settings):
    settings.HELPDESK_DEMO = False


def test_first_start_makes_administrator_channel_survey_and_settings(no_demo):
    told = first_start()
    admin = User.objects.get()
    assert (told["admin_created"], told["username"], admin.is_superuser) == (True, "admin", True)
    assert admin.check_password(told["password"])
    assert Channel.objects.get(slug="support").config["address"] == "support@localhost"
    assert SiteSettings.objects.filter(pk=1).exists()
    assert Survey.objects.count() == 1


def test_second_start_changes_nothing_and_tells_no_password(no_demo):
    first_start()
    told = first_start()
    assert (told["admin_created"], told["password"], told["demo_tickets"]) == (False, None, 0)
    assert (User.objects.count(), Channel.objects.count()) == (1, 1)


def test_password_can_be_chosen(no_demo, settings):
    settings.HELPDESK_ADMIN_PASSWORD = "chosen by the operator"
    first_start()
    assert User.objects.get().check_password("chosen by the operator")


def test_channel_of_ones_own_is_not_joined_by_another(no_demo):
    make_channel(slug="ours")
    first_start()
    assert not Channel.objects.filter(slug="support").exists()
