"""The same answer from several workers at once, and from a worker that died in between: one vote."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from channels_app.adapters.base import Address, digest
from helpdesk.common.clock import now
from surveys.models import Invitation, Response, Survey
from surveys.policies.chat_payloads import make_payload
from surveys.services.chat_answers import forget_passed_waits
from surveys.services.planning import plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.reminding import send_due_reminders
from surveys.services.sending import expire_invitations, send_due_surveys
from tests.factories import make_channel, make_item
from tests.support.programs import run_program
from tickets.models import Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMER = Address(address="4711", name="Ada")


@pytest.fixture
def asked(agent: Any) -> Invitation:
    ensure_preset_survey()
    Survey.objects.update(delay=timedelta(0))
    channel = make_channel(kind="telegram", slug="bot", secrets={"bot_token": "1:a", "webhook_secrets": ["s"]})
    filed = say(channel, "Where is my parcel?", 0)
    assert filed.ticket_id is not None
    reply_to_ticket(ticket_id=filed.ticket_id, actor=Actor.agent(agent), text="It arrives today.")
    resolve_ticket(ticket_id=filed.ticket_id, actor=Actor.system())
    plan_tickets([filed.ticket_id])
    send_due_surveys()
    return Invitation.objects.select_related("conversation__channel").get()


def say(channel: Any, text: str, number: int, **fields: Any) -> Any:
    item = make_item(
        dedup_key=digest(str(number)), external_id=f"m{number}", sender=CUSTOMER, text=text, subject="", **fields
    )
    return receive(channel=channel, item=item)


def together(works: list[Any]) -> list[Any]:
    def run(work: Any) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_one_answer_delivered_by_eight_workers_is_one_vote(asked: Invitation) -> None:
    channel = asked.conversation.channel  # type: ignore[union-attr]  # it was asked in a chat
    outcomes = together([lambda: say(channel, "3", 7).outcome for _ in range(8)])
    assert sorted(set(outcomes)) == ["duplicate", "survey_answered"]
    assert outcomes.count("survey_answered") == 1
    assert Response.objects.get().history == []
    assert Message.objects.filter(purpose="vote").count() == 1
    assert TicketEvent.objects.filter(kind="survey.answered").count() == 1
    assert Message.objects.filter(purpose="survey_further").count() == 1


def test_button_and_words_and_the_page_at_once_end_in_one_response(asked: Invitation) -> None:
    channel = asked.conversation.channel  # type: ignore[union-attr]  # it was asked in a chat
    payload = make_payload(asked.uuid, 9)
    works = [
        *(lambda n=n: say(channel, "9", n, payload=payload) for n in range(1, 4)),
        *(lambda n=n: say(channel, "9", n) for n in range(4, 7)),
    ]
    assert {filed.outcome for filed in together(works)} == {"survey_answered"}
    response = Response.objects.get()
    assert (response.score, response.history) == (9, [])
    assert Ticket.objects.get().status == "resolved"


def test_jobs_never_wait_for_a_question_that_is_being_answered(asked: Invitation) -> None:
    past = now() - timedelta(minutes=1)
    Invitation.objects.update(awaits_until=past, expires_at=past, remind_at=past)

    def run_jobs() -> list[int]:
        return [forget_passed_waits(), expire_invitations(), send_due_reminders()]

    with transaction.atomic():
        Invitation.objects.select_for_update().get(pk=asked.pk)
        [counts] = together([run_jobs])
    assert counts == [0, 0, 0]
    assert run_jobs() == [1, 1, 0]


@pytest.mark.parametrize("point", ["intake.before_commit", "intake.after_commit"])
def test_answer_outlives_the_death_of_its_worker_once(asked: Invitation, settings: Any, point: str) -> None:
    channel = asked.conversation.channel  # type: ignore[union-attr]  # it was asked in a chat
    program = f"""
from django.conf import settings
settings.HELPDESK_KEYS_DIR = {str(settings.HELPDESK_KEYS_DIR)!r}
from channels_app.adapters.base import Address, digest
from channels_app.models import Channel
from tests.factories import make_item
from tickets.services.intake import receive
item = make_item(dedup_key=digest("7"), external_id="m7", sender=Address(address="4711", name="Ada"), text="9", subject="")
receive(channel=Channel.objects.get(pk={channel.pk}), item=item)
"""
    assert run_program(program, failpoint=point) < 0
    assert Response.objects.count() == (1 if point == "intake.after_commit" else 0)
    say(channel, "9", 7)
    assert (Response.objects.get().score, Response.objects.get().history) == (9, [])
    assert Message.objects.filter(purpose="vote").count() == 1
    assert Message.objects.filter(purpose="survey_further").count() == 1
