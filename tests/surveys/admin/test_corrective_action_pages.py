"""Corrective actions and coaching notes in the admin: the list, adding one from a figure, its page."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from helpdesk.common.clock import now
from surveys.models import CorrectiveAction, RecoveryCase, RootCause
from tests.factories import make_ticket
from tickets.models import Topic

LIST = "/admin/surveys/correctiveaction/"
DUE = date(2030, 1, 15)


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(name="Parcels gone astray")


@pytest.fixture
def as_user(client: Client) -> Callable[[Any], Client]:
    def enter(user: Any) -> Client:
        client.force_login(user)
        return client

    return enter


def values(owner: Any, **about: Any) -> dict[str, Any]:
    return {"title": "Ask the carrier", "text": "All of it", "owner": str(owner.pk), "due_on": DUE.isoformat()} | about


def test_address_from_a_figure_fills_the_form_and_a_lead_picks_among_all_three(
    as_user: Any, agent: Any, lead: Any, topic: Topic
) -> None:
    text = as_user(lead).get(f"{LIST}add/?topic={topic.pk}").text
    assert f'<option value="{topic.pk}" selected>Parcels gone astray</option>' in text
    assert 'name="agent"' in text
    assert f'<option value="{agent.pk}" selected>' in as_user(lead).get(f"{LIST}add/?agent={agent.pk}").text
    text = as_user(agent).get(f"{LIST}add/?agent={agent.pk}").text
    assert 'name="agent"' not in text
    assert 'name="root_cause"' not in text


def test_action_is_added_changed_and_finished_and_its_page_says_what_is_known(
    as_user: Any, agent: Any, topic: Topic
) -> None:
    client = as_user(agent)
    added = client.post(f"{LIST}add/", values(agent, topic=str(topic.pk)))
    action = CorrectiveAction.objects.get()
    page = f"{LIST}{action.pk}/change/"
    assert (added.headers["Location"], action.topic, action.due_on) == (page, topic, DUE)
    CorrectiveAction.objects.update(score_before=4.25, votes_before=4)
    text = client.get(page).text
    assert "4.2 <small>4 votes</small>" in text
    assert "not done yet" in text
    assert "Fewer than 10 votes" in text
    assert client.post(page, values(agent, do="change", title="Ask them all")).status_code == 302
    client.post(page, {"do": "finish", "result": "They scan now."})
    CorrectiveAction.objects.update(score_after=8.0, votes_after=12)
    text = client.get(page).text
    assert "8 <small>12 votes</small>" in text
    assert "They scan now." in text
    assert "Votes are counted until" in text
    assert 'name="do"' not in text


@pytest.mark.parametrize(
    ("given", "words"),
    [({}, "Say what it is about."), ({"title": ""}, "This field is required."), ({"due_on": "soon"}, "valid date")],
)
def test_refused_action_keeps_what_was_typed(
    as_user: Any, agent: Any, db: None, given: dict[str, str], words: str
) -> None:
    answer = as_user(agent).post(f"{LIST}add/", values(agent) | given)
    assert answer.status_code in (400, 422)
    assert words in answer.text
    assert "All of it</textarea>" in answer.text
    assert not CorrectiveAction.objects.exists()


def test_coaching_note_is_on_nobody_elses_list_or_page(
    as_user: Any, agent: Any, stranger: Any, lead: Any, auditor: Any, person: Any
) -> None:
    mate = person("mate", "agent")
    as_user(lead).post(f"{LIST}add/", values(stranger, agent=str(agent.pk), title="Listen first"))
    note = CorrectiveAction.objects.get()
    page = f"{LIST}{note.pk}/change/"
    as_user(lead).post(page, values(stranger, do="change", title="Listen first"))
    assert not LogEntry.objects.filter(object_repr__contains="Listen").exists()
    for user, reads, presses in (
        (agent, True, False), (stranger, True, True), (lead, True, True), (auditor, False, False), (mate, False, False),
    ):  # fmt: skip
        client = as_user(user)
        assert ("Listen first" in client.get(LIST).text) is reads, user
        shown = client.get(page)
        assert (shown.status_code == 200, 'value="finish"' in shown.text) == (reads, presses), user
    assert as_user(agent).post(page, {"do": "finish", "result": ""}).status_code == 403
    assert as_user(mate).post(page, {"do": "finish", "result": ""}).status_code == 302
    note.refresh_from_db()
    assert note.done_at is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"mine", "late", "of case"}), ("state=late", {"late"}), ("state=done", {"done"}),
        ("state=all", {"mine", "late", "of case", "done", "left"}),
        ("owner=me", {"mine"}), ("about=topic", {"mine"}), ("about=case", {"of case"}), ("about=root_cause", {"late"}),
    ],
)  # fmt: skip
def test_list_is_narrowed_by_state_owner_and_what_it_is_about(
    as_user: Any, agent: Any, lead: Any, topic: Topic, email_channel: Any, query: str, found: set[str]
) -> None:
    cause = RootCause.objects.get(key="product")
    ticket = make_ticket(email_channel)
    case = RecoveryCase.objects.create(customer=ticket.customer, ticket=ticket, source="manual", opened_at=now())
    yesterday = timezone.localdate() - timedelta(days=2)
    make = CorrectiveAction.objects.create
    make(title="is mine", topic=topic, owner=agent)
    make(title="is late", root_cause=cause, owner=lead, due_on=yesterday)
    of_case = make(title="is of case", case=case)
    make(title="is done", topic=topic, done_at=now(), due_on=yesterday)
    make(title="is left", topic=topic, cancelled_at=now(), due_on=yesterday)
    client = as_user(agent)
    text = client.get(f"{LIST}?{query}").text
    assert {name for name in ("mine", "late", "of case", "done", "left") if f">is {name}</a>" in text} == found
    page = client.get(f"{LIST}{of_case.pk}/change/")
    assert page.headers["Location"] == f"/admin/surveys/recoverycase/{case.pk}/change/?step=correction"


def test_empty_list_says_what_belongs_here_and_a_long_one_costs_no_more(
    as_user: Any, agent: Any, topic: Topic, django_assert_max_num_queries: Any
) -> None:
    client = as_user(agent)
    assert "Nothing is to be done." in client.get(LIST).text
    for number in range(6):
        CorrectiveAction.objects.create(title=f"Deed {number}", topic=topic, owner=agent)
    with django_assert_max_num_queries(6):
        client.get(LIST)
