"""Whatever the demo has made goes with it, and nothing else."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from channels_app.adapters.base import Address
from helpdesk.demo.building import build_demo
from helpdesk.demo.removing import remove_demo
from surveys.models import Incentive, RecoveryCase
from surveys.services.causes import ensure_root_causes
from surveys.services.incentive_codes import import_codes
from surveys.services.incentives import offer_incentive
from surveys.services.recovery import tell_action
from tests.factories import make_channel, make_ticket
from tests.support.recovery import DONE, correct, make_case
from tickets.models import Customer
from tickets.services.actors import Actor

pytestmark = pytest.mark.django_db

UNTOUCHED = ("django_migrations", "tickets_followerposition")


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours, so that nothing can hide."""
    tables = sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            if table not in UNTOUCHED:
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                rows[table] = [text for (text,) in cursor.fetchall()]
    return rows


def verify_events() -> str:
    output = StringIO()
    call_command("verify_events", stdout=output)
    return output.getvalue()


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_removal_leaves_exactly_what_is_real(django_capture_on_commit_callbacks):
    make_ticket(make_channel())
    before = everything()
    build_demo()
    assert files()
    assert "no gap" in verify_events()
    with django_capture_on_commit_callbacks(execute=True):
        removed = remove_demo()
    assert removed.kept == []
    assert everything() == before
    assert "no gap" in verify_events()
    assert not files()


def test_cases_of_made_up_customers_go_and_the_real_code_they_were_given_is_free_again(agent):
    ensure_root_causes()
    pool = Incentive.objects.create(name="Ten off", description="10 % off")
    import_codes(incentive_id=pool.pk, codes=["SORRY-1"], actor=Actor.system())
    real = make_case(make_channel())
    before = everything()
    channel, me = make_channel(is_demo=True), Actor.agent(agent)
    ticket = make_ticket(channel, is_demo=True, sender=Address(address="demo@customer.example", name="Demo"))
    Customer.objects.filter(pk=ticket.customer_id).update(is_demo=True)
    case = make_case(channel, ticket=ticket, key="manual:2")
    action = correct(case, me)
    tell_action(case_id=case.pk, action_id=action.pk, text=DONE, actor=me)
    offer_incentive(case_id=case.pk, incentive_id=pool.pk, text="{{recovery.incentive}}. What else?", actor=me)
    remove_demo()
    after = everything()
    after["channels_app_channel"], before["channels_app_channel"] = [], []
    assert after == before
    assert RecoveryCase.objects.get() == real
