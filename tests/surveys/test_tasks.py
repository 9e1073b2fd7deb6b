"""Jobs that nobody else proves by running them."""

from datetime import date, timedelta
from typing import Any

from helpdesk.common.clock import now
from helpdesk.core.models import JobRun
from surveys.models import CorrectiveAction, CouponCode, Incentive
from surveys.tasks import expire_codes, follow_actions
from tests.factories import make_ticket
from tickets.models import Notification, Topic


def handled(job: str) -> list[int]:
    return list(JobRun.objects.filter(job=job).order_by("pk").values_list("handled", flat=True))


def test_given_codes_run_out_by_a_job_and_free_ones_stay(email_channel: Any) -> None:
    pool = Incentive.objects.create(name="Ten percent", description="10 %")
    customer = make_ticket(email_channel).customer
    for code, state, hours in (
        ("over", "given", -1),
        ("good", "given", 1),
        ("free", "free", None),
        ("used", "redeemed", -1),
    ):
        expires_at = None if hours is None else now() + timedelta(hours=hours)
        given = {} if state == "free" else {"customer": customer, "given_at": now()}
        CouponCode.objects.create(incentive=pool, code=code, state=state, expires_at=expires_at, **given)
    expire_codes()
    expire_codes()
    states = dict(CouponCode.objects.values_list("code", "state"))
    assert states == {"over": "expired", "good": "given", "free": "free", "used": "redeemed"}
    assert handled("expire_codes") == [1, 0]


def test_actions_are_followed_by_a_job(agent: Any) -> None:
    topic = Topic.objects.create(name="Parcels gone astray")
    CorrectiveAction.objects.create(title="Late", topic=topic, owner=agent, due_on=date(2020, 1, 1))
    done = CorrectiveAction.objects.create(title="Done", topic=topic, owner=agent, done_at=now())
    follow_actions()
    follow_actions()
    done.refresh_from_db()
    assert (done.score_after, done.votes_after) == (None, 0)
    assert Notification.objects.get(user=agent).kind == "improvement_late"
    assert handled("follow_actions") == [2, 0]
