"""The tree of causes and the page of one: cases, corrections, whom they were told, whether the cause came back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from helpdesk.common.clock import now
from surveys.models import ActionNotice, CorrectiveAction, RecoveryCase, RootCause
from tests.factories import make_team, make_ticket
from tickets.models import Ticket

LIST = "/admin/surveys/rootcause/"
Make = Callable[..., RecoveryCase]


@pytest.fixture
def defect(db: None) -> RootCause:
    return RootCause.objects.get(key="product.defect")


@pytest.fixture
def cased(defect: RootCause, email_channel: Any) -> Make:
    """Make a case of the defect about a ticket of its own."""

    def make(days_ago: float = 1, **fields: Any) -> RecoveryCase:
        ticket = make_ticket(email_channel)
        values = {"cause": f"topic:{ticket.pk}", "root_cause": defect} | fields
        return RecoveryCase.objects.create(
            customer=ticket.customer,
            ticket=ticket,
            source="manual",
            opened_at=now() - timedelta(days=days_ago),
            **values,
        )

    return make


@pytest.fixture
def as_user(client: Client) -> Callable[[Any], Client]:
    def enter(user: Any) -> Client:
        client.force_login(user)
        return client

    return enter


def url(cause: RootCause) -> str:
    return f"{LIST}{cause.pk}/change/"


def post(client: Client, cause: RootCause, verb: str, **values: Any) -> Any:
    return client.post(url(cause), {"do": verb, **values})


def test_tree_counts_the_open_cases_of_a_cause_and_of_all_below_it_as_far_as_the_reader_sees_them(
    as_user: Any, agent: Any, stranger: Any, defect: RootCause, cased: Make
) -> None:
    cased()
    cased(outcome="lost", closed_at=now())
    hidden = cased()
    Ticket.objects.filter(pk=hidden.ticket_id).update(team=make_team("Board", stranger, is_private=True))
    assert defect.parent is not None
    for user, still_open, every in ((agent, 1, 2), (stranger, 2, 3)):
        text = as_user(user).get(LIST).text
        for cause in (defect, defect.parent):
            assert f'?cause={cause.pk}">{still_open}</a>' in text
            assert f'?cause={cause.pk}&amp;state=all">{every}</a>' in text.replace("&state", "&amp;state")
    assert 'hd-tree-1"><span class="visually-hidden">Product › </span>Defect' in text
    assert "systemic" in text


def test_tree_and_page_cost_as_much_for_many_as_for_few(
    as_user: Any, agent: Any, defect: RootCause, cased: Make, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        done = CorrectiveAction.objects.create(root_cause=defect, title=f"Deed {number}", done_at=now(), owner=agent)
        ActionNotice.objects.create(action=done, case=cased())
    client = as_user(agent)
    client.get(LIST)
    with django_assert_max_num_queries(7):
        client.get(LIST)
    with django_assert_max_num_queries(16):
        client.get(url(defect))


def test_cause_is_added_below_another_and_taken_out_of_use(as_user: Any, lead: Any, defect: RootCause) -> None:
    client = as_user(lead)
    assert f'value="{defect.pk}" selected' in client.get(f"{LIST}add/?parent={defect.pk}").text
    values = {"name": "Cracked lid", "parent": str(defect.pk), "kind": "process", "is_active": "on"}
    client.post(f"{LIST}add/", values)
    lid = RootCause.objects.get(name="Cracked lid")
    assert (lid.kind, lid.parent, lid.is_active) == ("product", defect, True)
    assert post(client, lid, "save", **(values | {"name": "Cracked lids", "is_active": ""})).status_code == 302
    lid.refresh_from_db()
    assert (lid.name, lid.is_active) == ("Cracked lids", False)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": " "}, "This field is required."), ({"name": "Poor quality"}, "of this name here already"),
        ({"parent": "below"}, "cannot stand below itself"),
    ],
)  # fmt: skip
def test_refused_change_stands_at_its_field_with_what_was_typed(
    as_user: Any, lead: Any, defect: RootCause, values: dict[str, str], words: str
) -> None:
    below = RootCause.objects.create(parent=defect, kind="product", name="Lid")
    kept = {"name": "Defect", "parent": str(defect.parent_id), "description": "Typed", "is_active": "on"}
    values = {name: str(below.pk) if value == "below" else value for name, value in values.items()}
    answer = post(as_user(lead), defect, "save", **(kept | values))
    assert answer.status_code in (400, 422)
    assert words in answer.text
    assert ">\nTyped</textarea>" in answer.text
    defect.refresh_from_db()
    assert defect.description == ""


def test_saving_one_of_our_names_untouched_in_another_language_does_not_rename_it(
    as_user: Any, lead: Any, defect: RootCause, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.admin.root_cause_page.cause_words", lambda cause: "Mangel" if cause else "")
    with translation.override("de"):
        post(
            as_user(lead), defect, "save", name="Mangel", parent=str(defect.parent_id), is_systemic="on", is_active="on"
        )
    defect.refresh_from_db()
    assert (defect.name, defect.is_systemic) == ("Defect", True)


def test_one_correction_is_added_done_and_told_and_the_page_says_whom(
    as_user: Any, lead: Any, agent: Any, defect: RootCause, cased: Make
) -> None:
    cases = [cased() for _ in range(4)]
    client = as_user(lead)
    page = client.get(url(defect)).text
    assert "Nothing yet." in page
    due = timezone.localdate() - timedelta(days=1)
    post(client, defect, "add_action", title="A thicker lid", text="", owner=str(agent.pk), due_on=due.isoformat())
    action = CorrectiveAction.objects.get()
    page = client.get(url(defect)).text
    assert '<span class="hd-badge hd-badge-danger">late</span>' in page
    assert "customers of this cause will be told" in page or "customer of this cause will be told" in page
    assert post(client, defect, "finish", action=str(action.pk), result="Since Monday.").status_code == 302
    notices = list(ActionNotice.objects.order_by("case"))
    assert len(notices) == len(cases)
    for notice, reason, told_at in zip(notices, ("", "", "no_way", "no_way"), (now(), None, None, None), strict=True):
        ActionNotice.objects.filter(pk=notice.pk).update(reason=reason, told_at=told_at)
    page = client.get(url(defect)).text
    assert "1 customer told" in page
    assert "1 wait to be told" in page
    assert "2 not told: we have no address" in page
    assert "not yet known" in page
    assert page.count('class="hd-bars-unknown"') == 2
    assert "Since Monday." in page


@pytest.mark.parametrize(
    ("role", "page", "write"),
    [
        ("administrator", 200, 302),
        ("lead", 200, 302),
        ("agent", 200, 403),
        ("auditor", 200, 403),
        ("marketing", 302, 302),
    ],
)
def test_everybody_of_the_team_reads_causes_and_leads_change_them(
    request: pytest.FixtureRequest, client: Client, defect: RootCause, role: str, page: int, write: int
) -> None:
    client.force_login(request.getfixturevalue(role))
    answer = client.get(url(defect))
    assert answer.status_code == page
    assert ("Change this cause" in answer.text) is (write == 302 and page == 200)
    values = {"name": "Renamed", "parent": str(defect.parent_id), "is_active": "on"}
    assert post(client, defect, "save", **values).status_code == write
    defect.refresh_from_db()
    assert (defect.name == "Renamed") is (role in ("administrator", "lead"))
    assert client.get(f"{LIST}add/").status_code == (200 if role in ("administrator", "lead") else 403)


def test_action_of_another_cause_is_not_finished_from_here(as_user: Any, lead: Any, defect: RootCause) -> None:
    other = CorrectiveAction.objects.create(root_cause=RootCause.objects.get(key="process"), title="Other", owner=lead)
    for verb in ("finish", "cancel"):
        assert post(as_user(lead), defect, verb, action=str(other.pk), result="x").status_code == 403
    other.refresh_from_db()
    assert (other.done_at, other.cancelled_at) == (None, None)
