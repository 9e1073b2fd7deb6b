"""The list and the page of recovery cases: what stands there, for whom, and how a refusal is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from surveys.models import RootCause
from surveys.services.causes import ensure_root_causes
from surveys.services.improvement import add_improvement, finish_improvement
from surveys.services.recovery import (
    add_action,
    finish_action,
    skip_step,
    take_case,
    understand_case,
)
from tests.factories import make_team
from tests.support.recovery_pages import LIST, page, post
from tickets.models import Message, Ticket
from tickets.services.actors import Actor

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("state=closed", False), ("state=all", True), ("state=late", False), ("owner=me", True), ("owner=nobody", False),
        ("stage__exact=noticed", True), ("stage__exact=apologised", False), ("source__exact=manual", True), ("source__exact=review", False),
        ("cause=none", True), ("cause=product", False), ("q=Carla", True), ("q=nobody-like-this", False),
    ],
)  # fmt: skip
def test_list_is_narrowed_by_state_owner_stage_source_cause_and_words(
    as_user: Any, agent: Any, opened: Make, query: str, found: bool
) -> None:
    opened(owner=agent)
    assert ("Carla Customer</bdi>" in as_user(agent).get(f"{LIST}?{query}").text) is found


def test_ticket_number_finds_its_case_and_a_missed_limit_stands_on_the_list(
    as_user: Any, agent: Any, opened: Make
) -> None:
    late, other = opened(first_contact_due_at=now() - timedelta(hours=2)), opened()
    text = as_user(agent).get(f"{LIST}?q=%23{late.ticket.number}").text
    assert f"#{late.ticket.number}" in text
    assert f"#{other.ticket.number}" not in text
    assert "first contact: 2 h late" in text
    assert f"#{other.ticket.number}" not in as_user(agent).get(f"{LIST}?state=late").text


def test_list_and_page_cost_as_much_for_many_as_for_few(
    as_user: Any, agent: Any, opened: Make, django_assert_max_num_queries: Any
) -> None:
    case = next(opened() for _ in range(6))
    client = as_user(agent)
    page(client, case)
    with django_assert_max_num_queries(7):
        client.get(LIST)
    with django_assert_max_num_queries(25):
        page(client, case)


@pytest.mark.parametrize("is_done", [False, True])
def test_page_costs_as_much_for_many_actions_as_for_one(
    as_user: Any, agent: Any, opened: Make, is_done: bool, django_assert_max_num_queries: Any
) -> None:
    case, actor = opened(), Actor.agent(agent)
    for kind in ("cause", "plan", "apology"):
        skip_step(case_id=case.pk, kind=kind, reason="Known.", actor=actor)
    costs = []
    for number in range(9):
        day = now().date() + timedelta(days=1)
        action = add_action(case_id=case.pk, title=f"Mend {number}", owner_id=agent.pk, due_on=day, actor=actor)
        if is_done:
            finish_action(action_id=action.pk, result="Done.", actor=actor)
        if number in (0, 8):
            client = as_user(agent)
            page(client, case, "correction")
            with django_assert_max_num_queries(40) as queries:
                page(client, case, "correction")
            costs.append(len(queries))
    assert costs[0] == costs[1] <= 34


def test_empty_list_says_what_opens_a_case(as_user: Any, agent: Any, db: None) -> None:
    assert "Nobody is to be won back." in as_user(agent).get(LIST).text


def test_auditor_reads_the_story_and_finds_nothing_to_press(as_user: Any, auditor: Any, opened: Make) -> None:
    case = opened()
    client = as_user(auditor)
    text = page(client, case)
    assert "Nobody told me &lt;b&gt;anything&lt;/b&gt;." in text
    assert f"{LIST}{case.pk}/do/" not in text
    assert post(client, case, "take").status_code == 403
    case.refresh_from_db()
    assert case.owner is None


def test_case_of_a_closed_team_is_for_strangers_as_if_it_were_not(
    as_user: Any, agent: Any, stranger: Any, opened: Make
) -> None:
    case = opened()
    Ticket.objects.filter(pk=case.ticket_id).update(team=make_team("Board", agent, is_private=True))
    client = as_user(stranger)
    assert client.get(f"{LIST}{case.pk}/change/").status_code == 302
    assert post(client, case, "take").status_code == 404
    assert "Carla" not in client.get(LIST).text


def test_marketing_has_no_business_here(as_user: Any, marketing: Any, opened: Make) -> None:
    case = opened()
    client = as_user(marketing)
    assert client.get(LIST).status_code == 403
    assert post(client, case, "take").status_code in (403, 404)


def test_refused_text_comes_back_with_its_reason_without_script_too(as_user: Any, agent: Any, opened: Make) -> None:
    case = opened()
    ensure_root_causes()
    skip_step(case_id=case.pk, kind="cause", reason="Known for long.", actor=Actor.agent(agent))
    answer = post(as_user(agent), case, "apologise", text="Dear {{ customer.title }}, sorry for the late answer.")
    assert answer.status_code == 422
    assert "A placeholder is still open" in answer.text
    assert "Dear {{ customer.title }}, sorry for the late answer.</textarea>" in answer.text
    assert not Message.objects.filter(direction="out").exists()


def test_who_saw_an_older_state_is_told_and_keeps_his_text(
    as_user: Any, agent: Any, stranger: Any, opened: Make
) -> None:
    case = opened()
    take_case(case_id=case.pk, owner_id=stranger.pk, actor=Actor.agent(stranger))
    values = {"version": 0, "about": "cause", "reason": "It is plain what happened."}
    answer = as_user(agent).post(f"{LIST}{case.pk}/do/skip/", values)
    assert answer.status_code == 412
    assert "Somebody has changed this case in the meantime" in answer.text
    assert "It is plain what happened.</textarea>" in answer.text
    assert not case.steps.exists()


def test_step_before_its_turn_says_what_comes_first(as_user: Any, agent: Any, opened: Make) -> None:
    assert "Say first what the cause was, or skip that with a reason." in page(as_user(agent), opened(), "apology")


def test_action_of_another_case_is_not_touched(as_user: Any, agent: Any, opened: Make) -> None:
    case, other = opened(), opened()
    action = add_action(case_id=other.pk, title="Theirs", owner_id=None, due_on=None, actor=Actor.agent(agent))
    assert post(as_user(agent), case, "cancel-action", about=action.pk).status_code == 404
    action.refresh_from_db()
    assert action.cancelled_at is None


def test_action_of_the_cause_is_told_in_the_case_and_changed_elsewhere(
    as_user: Any, agent: Any, lead: Any, opened: Make
) -> None:
    case = opened()
    ensure_root_causes()
    cause = RootCause.objects.get(key="own_mistake.late_answer")
    understand_case(case_id=case.pk, root_cause_id=cause.pk, analysis="", actor=Actor.agent(agent))
    given = {"title": "Two more people", "owner_id": lead.pk, "due_on": now().date()}
    action = add_improvement(root_cause_id=cause.pk, actor=Actor.agent(lead), **given)
    client = as_user(agent)
    changed = {"title": "Nothing", "owner": str(agent.pk), "due_on": "2030-01-01", "result": "Nothing."}
    for verb in ("finish-action", "change-action", "cancel-action"):
        assert post(client, case, verb, about=action.pk, **changed).status_code == 404
    action.refresh_from_db()
    assert (action.title, action.done_at, action.cancelled_at) == ("Two more people", None, None)
    finish_improvement(action_id=action.pk, result="They are here.", actor=Actor.agent(lead))
    for kind in ("plan", "apology"):
        skip_step(case_id=case.pk, kind=kind, reason="Known for long.", actor=Actor.agent(agent))
    told = post(client, case, "tell", about=action.pk, text="We are two more now. Is that better for you?")
    assert told.status_code == 302
    assert action.notices.get(case=case).message is not None
