"""The steps of a case on its page: skipped, given, taken back, answered in public, closed."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from channels_app.adapters.base import Address, ReviewReceived, digest
from helpdesk.common.clock import now
from helpdesk.core.models import SiteSettings
from surveys.models import ActionNotice, Incentive, RecoveryCase
from surveys.services.incentive_codes import import_codes
from surveys.services.recovery import (
    add_action,
    close_case,
    finish_action,
    open_case,
    skip_step,
)
from tests.factories import make_channel
from tests.support.recovery_pages import LIST, corrected, page, post
from tickets.models import Message, Review
from tickets.services.actors import Actor
from tickets.services.intake import receive

Make = Callable[..., Any]


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


def test_several_done_actions_are_told_one_by_one(as_user: Any, agent: Any, opened: Make) -> None:
    case = opened()
    actor = Actor.agent(agent)
    actions = [
        add_action(case_id=case.pk, title=title, owner_id=None, due_on=None, actor=actor)
        for title in ("First", "Second")
    ]
    for action in actions:
        finish_action(action_id=action.pk, result="", actor=actor)
    client = as_user(agent)
    text = page(client, case, "correction")
    assert (f'id="hd-tell-{actions[0].pk}-text"' in text, f'id="hd-tell-{actions[1].pk}-text"' in text) == (True, False)
    address = f"{LIST}{case.pk}/change/?step=correction&action={actions[1].pk}"
    assert f'id="hd-tell-{actions[1].pk}-text"' in client.get(address).text


def test_day_on_which_the_customer_was_told_is_that_of_the_site(as_user: Any, agent: Any, opened: Make) -> None:
    SiteSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    case = opened()
    corrected(case, agent)
    ActionNotice.objects.update(told_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC), message=None)
    address = f"{LIST}{case.pk}/change/?step=correction"
    assert "told on 03.03.2026." in as_user(agent).get(address, headers={"accept-language": "de"}).text
