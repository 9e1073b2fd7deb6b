"""Recovery on other pages: beside a ticket, on the overview, from a vote; its settings and texts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from helpdesk.common.clock import now
from surveys.models import Invitation, RecoveryCase, RecoverySettings, RecoveryText, Survey
from surveys.services.recovery import (
    skip_step,
)
from surveys.services.voting import Vote, record_vote
from tests.factories import make_team, make_ticket, receive_message
from tests.support.recovery_pages import LIST, page
from tickets.models import Ticket
from tickets.services.actors import Actor

Make = Callable[..., Any]


def test_workspace_and_customer_show_the_case_and_the_menu_opens_one(
    as_user: Any, agent: Any, email_channel: Any, opened: Make
) -> None:
    plain = make_ticket(email_channel)
    client = as_user(agent)
    assert f"/admin/surveys/recoverycase/add/?ticket={plain.pk}" in client.get(
        f"/admin/tickets/ticket/{plain.pk}/more/"
    ).text  # fmt: skip
    assert "To win back" not in client.get(f"/admin/tickets/ticket/{plain.pk}/panel/").text
    case = opened(owner=agent)
    panel = client.get(f"/admin/tickets/ticket/{case.ticket_id}/panel/").text
    assert "Next: find the root cause" in panel
    assert f"{LIST}{case.pk}/change/" in panel
    assert f"{LIST}{case.pk}/change/" in client.get(f"/admin/tickets/customer/{case.customer_id}/change/").text


def test_overview_tells_of_open_cases_only(as_user: Any, agent: Any, opened: Make) -> None:
    client = as_user(agent)
    assert "Customers to win back</a></h2>" not in client.get("/admin/").text
    opened(first_contact_due_at=now() - timedelta(hours=1))
    text = client.get("/admin/").text
    assert "1 late" in text
    assert "1 without an owner" in text


def test_case_is_opened_by_hand_once_however_often_it_is_pressed(as_user: Any, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    client = as_user(agent)
    assert f'value="{ticket.number}"' in client.get(f"{LIST}add/?ticket={ticket.pk}").text
    values = {"ticket": f"#{ticket.number}", "words": "Sounded very disappointed."}
    answers = [client.post(f"{LIST}add/", values) for _ in range(2)]
    case = RecoveryCase.objects.get()
    assert [answer["Location"] for answer in answers] == [f"{LIST}{case.pk}/change/"] * 2
    assert "There is no ticket with this number." in client.post(f"{LIST}add/", values | {"ticket": "99999"}).text


def test_who_may_not_see_the_open_case_is_told_that_others_have_it(
    as_user: Any, agent: Any, email_channel: Any, opened: Make
) -> None:
    case = opened()
    other = make_ticket(email_channel, customer=case.customer_id)
    RecoveryCase.objects.update(cause="")
    Ticket.objects.filter(pk=case.ticket_id).update(team=make_team("Board", is_private=True))
    answer = as_user(agent).post(f"{LIST}add/", {"ticket": str(other.number), "words": "Sounded very angry."})
    assert answer.status_code == 409
    assert "already open with another team" in answer.text
    assert "Sounded very angry.</textarea>" in answer.text
    assert case.signals.count() == 1


def test_lead_sets_the_limits_and_an_agent_does_not(as_user: Any, agent: Any, lead: Any, db: None) -> None:
    address = "/admin/surveys/recoverysettings/1/change/"
    values = {
        "opens_on_low_score": "on", "bad_review_up_to": "2", "repeated_contacts": "4", "repeated_within": "10 d",
        "first_contact_within": "4 h", "corrected_within": "3 d", "ask_again_after": "5 d", "regained_from": "8", "team": "",
    }  # fmt: skip
    assert as_user(agent).post(address, values).status_code == 403
    assert as_user(lead).post(address, values).status_code == 302
    assert RecoverySettings.objects.get().first_contact_within == timedelta(hours=4)
    assert "within 4 h" in as_user(lead).get(address).text


def test_own_text_is_checked_shown_as_read_and_offered_in_the_case(
    as_user: Any, administrator: Any, agent: Any, opened: Make
) -> None:
    client = as_user(administrator)
    values = {
        "kind": "apology",
        "language": "en",
        "name": "Short",
        "root_cause": "",
        "text": "Sorry, {{nobody.knows}}.",
    }
    address = "/admin/surveys/recoverytext/add/"
    assert "There is no placeholder “nobody.knows”." in client.post(address, values).text
    values["text"] = "Sorry {{customer.first_name}}: {{recovery.mistake}}"
    assert client.post(address, values).status_code == 302
    own = RecoveryText.objects.get()
    assert "Sorry Carla: " in client.get(f"/admin/surveys/recoverytext/{own.pk}/change/").text
    assert "hd-look-ar" in client.get("/admin/surveys/recoverytext/preview/apology/").text
    case = opened()
    skip_step(case_id=case.pk, kind="cause", reason="Known for long.", actor=Actor.agent(agent))
    assert "Short (English)" in page(as_user(agent), case, "apology")
    chosen = as_user(agent).get(f"{LIST}{case.pk}/change/?step=apology&text={own.pk}").text
    assert "Sorry Carla: {{ recovery.mistake }}</textarea>" in chosen


def test_new_message_of_the_customer_does_not_disturb_the_page(
    as_user: Any, agent: Any, email_channel: Any, opened: Make
) -> None:
    case = opened()
    receive_message(email_channel, text="This is a <script>alert(1)</script> disgrace")
    assert "<script>alert" not in page(as_user(agent), case)


def test_vote_opens_its_case_by_a_button_and_then_leads_to_it(
    as_user: Any, agent: Any, email_channel: Any, survey: Survey
) -> None:
    ticket = make_ticket(email_channel)
    invitation = Invitation.objects.create(
        survey=survey, customer=ticket.customer, ticket=ticket, occasion="contact:1", state="sent", due_at=now(), sent_at=now()
    )  # fmt: skip
    vote = record_vote(invitation_id=invitation.pk, vote=Vote(score=7, comment="It took three calls."))
    client = as_user(agent)
    form = client.post(f"/admin/surveys/response/{vote.pk}/do/win_back/")["Location"]
    assert "It took three calls.</textarea>" in client.get(form).text
    answer = client.post(form, {"words": "It took three calls."})
    case = RecoveryCase.objects.get()
    assert (answer["Location"], case.score_before) == (f"{LIST}{case.pk}/change/", vote.rating)
    assert client.get(form)["Location"] == answer["Location"]
