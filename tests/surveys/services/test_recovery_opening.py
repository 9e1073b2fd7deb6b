from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.common.errors import Conflict, HelpdeskError, NotVisible
from surveys.models import RecoveryCase, RecoverySettings, RecoverySignal
from surveys.services.recovery import close_case, give_out_cases, open_case, take_case, tell_late_cases
from surveys.services.recovery_opening import Signal, open_locked
from surveys.services.recovery_preset import ensure_recovery_settings
from tests.factories import make_team, make_ticket
from tests.support.recovery import be_here, make_case
from tickets.models import BusinessHours, Customer, Notification, TeamMembership, Ticket, TicketEvent, Topic
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam

SYSTEM = Actor.system()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_same_key_is_the_same_case_and_another_topic_is_another_one(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    first, again = (make_case(email_channel, ticket=ticket) for _time in range(2))
    joined = make_case(email_channel, ticket=ticket, key="manual:2")
    assert first.pk == again.pk == joined.pk
    Ticket.objects.filter(pk=ticket.pk).update(topic=Topic.objects.create(name="Repairs"))
    other = make_case(email_channel, ticket=ticket, key="manual:3")
    assert other.pk != first.pk
    assert (RecoveryCase.objects.count(), RecoverySignal.objects.count()) == (2, 3)
    assert TicketEvent.objects.filter(kind="recovery.opened").count() == 2


def test_closed_case_is_followed_by_a_new_one(email_channel: Any) -> None:
    case = make_case(email_channel)
    close_case(case_id=case.pk, outcome="lost", note="He went elsewhere.", actor=SYSTEM)
    assert case.ticket is not None
    assert make_case(email_channel, ticket=case.ticket, key="manual:2").pk != case.pk


def test_demo_case_can_be_opened_by_hand_and_says_so(email_channel: Any) -> None:
    ticket = make_ticket(email_channel, is_demo=True)
    assert make_case(email_channel, ticket=ticket).is_demo


def test_cases_that_are_joined_are_taken_before_the_first_row_on_a_ticket_is_written(email_channel: Any) -> None:
    joined = make_case(email_channel)
    ticket = make_ticket(email_channel, topic=Topic.objects.create(name="Repairs"), subject="Another matter")
    signals = [
        Signal(customer_id=ticket.customer_id, source="low_score", key="a", ticket_id=ticket.pk),
        Signal(customer_id=ticket.customer_id, source="low_score", key="b", ticket_id=joined.ticket_id),
    ]
    with CaptureQueriesContext(connection) as spent:
        cases = open_locked(signals, SYSTEM).cases
    assert (len(set(cases)), cases[1]) == (2, joined)
    statements = [query["sql"] for query in spent]
    lock = next(number for number, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql and "recoverycase" in sql)
    assert lock < next(number for number, sql in enumerate(statements) if sql.startswith("INSERT"))


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda ticket: Customer.objects.update(anonymized_at=START), "customer_erased"),
        (lambda ticket: Customer.objects.update(is_blocked=True), "customer_blocked"),
        (lambda ticket: mark_spam(ticket_id=ticket.pk, actor=SYSTEM), "ticket_spam"),
    ],
)
def test_nobody_opens_a_case_for_whom_nobody_may_write_to(email_channel: Any, prepare: Any, code: str) -> None:
    ticket = make_ticket(email_channel)
    prepare(ticket)
    with pytest.raises(Conflict) as refusal:
        make_case(email_channel, ticket=ticket)
    assert refusal.value.code == code


def test_unknown_source_and_customer_are_refused(db: None) -> None:
    for source, error in (("rumour", HelpdeskError), ("manual", NotVisible)):
        with pytest.raises(error):
            open_case(customer_id=0, source=source, key="manual:1", actor=SYSTEM)


# Owner ------------------------------------------------------------------------------------------------------------------


def test_owner_is_another_one_than_who_gave_the_bad_answer(email_channel: Any, agent: Any, stranger: Any) -> None:
    team = make_team("Support", agent, stranger)
    be_here(agent, stranger)
    ticket = make_ticket(email_channel, team=team)
    signal = Signal(
        customer_id=ticket.customer_id, source="sentiment", key="a", ticket_id=ticket.pk, answered_by=agent.pk
    )
    case = open_locked([signal], SYSTEM).cases[0]
    assert case.owner == stranger
    assert Notification.objects.get(kind="recovery_owner").user == stranger


def test_who_gave_the_bad_answer_owns_it_when_he_is_alone(email_channel: Any, agent: Any) -> None:
    be_here(agent)
    ticket = make_ticket(email_channel, team=make_team("Support", agent))
    signal = Signal(
        customer_id=ticket.customer_id, source="sentiment", key="a", ticket_id=ticket.pk, answered_by=agent.pk
    )
    assert open_locked([signal], SYSTEM).cases[0].owner == agent


def test_cases_are_shared_out_among_the_team_of_the_settings(email_channel: Any, agent: Any, stranger: Any) -> None:
    be_here(agent, stranger)
    rules = ensure_recovery_settings()
    rules.team = make_team("Care", agent, stranger)
    rules.save()
    cases = [
        make_case(email_channel, ticket=make_ticket(email_channel, sender=_sender(number)), key=f"manual:{number}")
        for number in range(4)
    ]
    owners = [case.owner for case in cases]
    assert (owners.count(agent), owners.count(stranger)) == (2, 2)


def _sender(number: int) -> Any:
    from channels_app.adapters.base import Address

    return Address(address=f"c{number}@customer.example", name="C")


def test_leads_are_told_while_nobody_is_there_and_the_first_who_comes_gets_it(
    email_channel: Any, agent: Any, lead: Any
) -> None:
    team = make_team("Support", agent)
    TeamMembership.objects.create(team=team, user=lead, is_lead=True)
    case = make_case(email_channel, ticket=make_ticket(email_channel, team=team))
    assert case.owner is None
    assert [(one.user, one.by_mail) for one in Notification.objects.filter(kind="recovery_unowned")] == [(lead, True)]
    assert give_out_cases() == 0
    be_here(agent)
    assert [give_out_cases(), give_out_cases()] == [1, 0]
    case.refresh_from_db()
    assert case.owner == agent


def test_case_is_taken_by_hand_with_an_eye_on_the_version(email_channel: Any, agent: Any, stranger: Any) -> None:
    case = make_case(email_channel)
    take_case(case_id=case.pk, owner_id=agent.pk, actor=Actor.agent(stranger), expected_version=case.version)
    assert Notification.objects.filter(user=agent, kind="recovery_owner").count() == 1
    with pytest.raises(HelpdeskError) as refusal:
        take_case(case_id=case.pk, owner_id=stranger.pk, actor=Actor.agent(stranger), expected_version=case.version)
    assert refusal.value.code == "stale_version"


# Limits -----------------------------------------------------------------------------------------------------------------


def test_limits_run_in_the_hours_of_the_team_and_around_the_clock_without(clock: Any, email_channel: Any) -> None:
    hours = BusinessHours.objects.create(name="Office", time_zone="UTC")
    for weekday in range(5):
        hours.spans.create(weekday=weekday, starts_at=time(9), ends_at=time(17))
    team = make_team("Support")
    case = make_case(email_channel, ticket=make_ticket(email_channel, team=team))
    assert case.first_contact_due_at == START + timedelta(hours=24)
    team.business_hours = hours
    team.save()
    close_case(case_id=case.pk, outcome="mistaken", note="Try.", actor=SYSTEM)
    RecoverySettings.objects.update_or_create(pk=1, defaults={"first_contact_within": timedelta(hours=10)})
    ensure_recovery_settings().save()
    case = make_case(email_channel, ticket=case.ticket, key="manual:2")
    assert case.first_contact_due_at == datetime(2026, 3, 3, 11, tzinfo=UTC)


def test_owner_and_leads_are_told_once_of_each_limit(email_channel: Any, agent: Any, lead: Any) -> None:
    moment = datetime.now(UTC)
    case = make_case(
        email_channel, owner=agent, next_due_at=moment - timedelta(hours=1),
        first_contact_due_at=moment - timedelta(hours=1), correction_due_at=moment + timedelta(days=1),
    )  # fmt: skip
    assert [tell_late_cases(), tell_late_cases()] == [1, 0]
    case.refresh_from_db()
    assert case.next_due_at == case.correction_due_at
    late = moment - timedelta(minutes=1)
    RecoveryCase.objects.update(correction_due_at=late, next_due_at=late)
    assert [tell_late_cases(), tell_late_cases()] == [1, 0]
    told = Notification.objects.filter(kind="recovery_late").order_by("pk").values_list("user__username", "data__limit")
    assert sorted(told) == [
        ("ana", "correction"), ("ana", "first_contact"), ("lena", "correction"), ("lena", "first_contact"),
    ]  # fmt: skip
