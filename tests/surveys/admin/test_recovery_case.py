"""The list and the page of recovery cases: what stands there, for whom, and how a refusal is told."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from channels_app.adapters.base import Address, ReviewReceived, digest
from helpdesk.common.clock import now
from surveys.models import Incentive, Invitation, RecoveryCase, RecoverySettings, RecoveryText, RootCause, Survey
from surveys.services.causes import ensure_root_causes
from surveys.services.incentive_codes import import_codes
from surveys.services.recovery import (
    add_action,
    close_case,
    finish_action,
    open_case,
    send_apology,
    send_plan,
    skip_step,
    take_case,
    tell_action,
    understand_case,
)
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_team, make_ticket, receive_message
from tickets.models import Message, Review, Ticket
from tickets.services.actors import Actor
from tickets.services.intake import receive

Make = Callable[..., Any]
LIST = "/admin/surveys/recoverycase/"


@pytest.fixture
def opened(email_channel: Any) -> Make:
    """Make a case about a ticket of its own; ``fields`` are then set on its row."""

    def make(words: str = "Nobody told me <b>anything</b>.", **fields: Any) -> Any:
        ticket = make_ticket(email_channel)
        case = open_case(
            customer_id=ticket.customer_id, source="manual", key=f"manual:{ticket.pk}", actor=Actor.system(),
            ticket_id=ticket.pk, words=words,
        )  # fmt: skip
        RecoveryCase.objects.filter(pk=case.pk).update(cause=str(ticket.pk), **fields)
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def as_user(client: Client) -> Callable[[Any], Client]:
    def enter(user: Any) -> Client:
        client.force_login(user)
        return client

    return enter


def post(client: Client, case: RecoveryCase, verb: str, **values: Any) -> Any:
    case.refresh_from_db()
    return client.post(f"{LIST}{case.pk}/do/{verb}/", {"version": case.version, **values})


def page(client: Client, case: RecoveryCase, step: str = "") -> str:
    return str(client.get(f"{LIST}{case.pk}/change/", {"step": step} if step else {}).text)


def corrected(case: RecoveryCase, agent: Any) -> None:
    """Everything up to the correction is done, and the customer knows."""
    ensure_root_causes()
    actor = Actor.agent(agent)
    cause = RootCause.objects.get(key="own_mistake.late_answer")
    understand_case(case_id=case.pk, root_cause_id=cause.pk, analysis="", actor=actor)
    action = add_action(case_id=case.pk, title="A new parcel", owner_id=agent.pk, due_on=now().date(), actor=actor)
    send_plan(case_id=case.pk, text="We send a new parcel. Is that right for you?", actor=actor)
    send_apology(
        case_id=case.pk, text="We answered far too late, and we are sorry for the nine lost days.", actor=actor
    )
    finish_action(action_id=action.pk, result="It left.", actor=actor)
    tell_action(case_id=case.pk, action_id=action.pk, text="It left today. What else is missing?", actor=actor)


# The list -------------------------------------------------------------------------------------------------------------


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


def test_empty_list_says_what_opens_a_case(as_user: Any, agent: Any, db: None) -> None:
    assert "Nobody is to be won back." in as_user(agent).get(LIST).text


# Who sees and does what ---------------------------------------------------------------------------------------------------


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


# Refusals -----------------------------------------------------------------------------------------------------------------


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


# Steps ------------------------------------------------------------------------------------------------------------------


def test_step_is_skipped_with_a_reason_and_the_next_one_opens(as_user: Any, agent: Any, opened: Make) -> None:
    case = opened()
    client = as_user(agent)
    assert "This field is required." in post(client, case, "skip", about="cause", reason=" ").text
    answer = post(client, case, "skip", about="cause", reason="Known for long.")
    assert answer.status_code == 302
    text = page(client, case)
    assert "Known for long." in text
    assert 'hd-rec-opened" id="hd-step-plan"' in text


def test_gift_above_the_limit_waits_for_a_lead_and_is_told_so_before(
    as_user: Any, agent: Any, lead: Any, opened: Make
) -> None:
    case = opened()
    corrected(case, agent)
    pool = Incentive.objects.create(name="Big", description="50 EUR", cost=Decimal(50), approval_above=Decimal(20))
    import_codes(incentive_id=pool.pk, codes=["BIG-1"], actor=Actor.system())
    client = as_user(agent)
    text = page(client, case, "make_good")
    assert "needs approval" in text
    assert "1 left" in text
    answer = post(client, case, "offer", incentive=pool.pk, text="For you: {{recovery.incentive}}. Does that help?")
    assert answer.status_code == 302
    text = page(client, case, "make_good")
    assert "A lead decides." in text
    assert "do/approve/" not in text
    assert post(client, case, "approve").status_code == 403
    client = as_user(lead)
    assert "do/approve/" in page(client, case, "make_good")
    assert post(client, case, "approve").status_code == 302
    assert case.codes.get().code == "BIG-1"
    assert "BIG-1" in page(client, case, "make_good")


def test_message_is_taken_back_while_it_waits_and_the_step_is_open_again(
    as_user: Any, agent: Any, opened: Make, settings: Any
) -> None:
    settings.HELPDESK_UNDO_SECONDS = 60
    case = opened()
    skip_step(case_id=case.pk, kind="cause", reason="Known for long.", actor=Actor.agent(agent))
    client = as_user(agent)
    words = "We answered far too late, and we are sorry for the nine lost days."
    assert post(client, case, "apologise", text=words).status_code == 302
    message = case.steps.get(kind="apology").message
    assert "do/undo/" in page(client, case)
    assert post(client, case, "undo", message=message.pk).status_code == 302
    message.refresh_from_db()
    assert message.delivery_state == "cancelled"
    assert "do/apologise/" in page(client, case, "apology")


def test_message_of_another_case_cannot_be_taken_back_here(as_user: Any, agent: Any, opened: Make) -> None:
    case, other = opened(), opened()
    strange = other.ticket.messages.get()
    assert post(as_user(agent), case, "undo", message=strange.pk).status_code == 404


def test_closed_case_shows_how_it_ended_and_nothing_to_press(as_user: Any, agent: Any, opened: Make) -> None:
    case = opened()
    close_case(case_id=case.pk, outcome="mistaken", note="It was a test order.", actor=Actor.agent(agent))
    text = page(as_user(agent), case)
    assert "opened by mistake" in text
    assert "It was a test order." in text
    assert f"{LIST}{case.pk}/do/" not in text


# From a review ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(db: None) -> RecoveryCase:
    """A case about a review of two stars."""
    channel = make_channel(kind="google_reviews", is_public=True)
    item = ReviewReceived(
        dedup_key=digest("review", "r1"), external_id="r1", author=Address(address="r1", name="Rita", kind="review_author"),
        rating=2.0, scale=5, text="Cold soup.", sent_at=now(), edited_at=now(), url="https://maps.example/r1",
    )  # fmt: skip
    receive(channel=channel, item=item)
    review = Review.objects.get()
    ticket = review.message.ticket
    return open_case(
        customer_id=ticket.customer_id, source="review", key=f"review:{review.pk}:1", actor=Actor.system(),
        ticket_id=ticket.pk, review_id=review.pk, words="Cold soup.",
    )  # fmt: skip


def test_review_is_answered_with_care_and_the_form_says_never_for_a_gift(
    as_user: Any, agent: Any, reviewed: RecoveryCase
) -> None:
    client = as_user(agent)
    text = page(client, reviewed, "review_update")
    assert "Cold soup." in text
    assert "never in exchange for a gift" in text
    assert "do/ask-review/" not in text
    answer = post(client, reviewed, "reply-in-public", text="Thank you for telling us, Rita. We are sorry.")
    assert answer.status_code == 302, answer.text
    assert Message.objects.get(direction="out").visibility == "public"
    assert "do/reply-in-public/" not in page(client, reviewed, "review_update")


# Other pages ----------------------------------------------------------------------------------------------------------------


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
