"""Winning a customer back as an agent does it: from the low vote to the better one, on one page."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from channels_app.adapters.base import Address
from helpdesk.accounts.roles import ensure_roles
from helpdesk.common.clock import now
from surveys.models import CouponCode, Incentive, Invitation, RecoveryCase, Response, RootCause
from surveys.services.causes import ensure_root_causes
from surveys.services.incentive_codes import import_codes
from surveys.services.preset import ensure_preset_survey
from surveys.services.recovery import (
    add_action,
    ask_due_customers,
    open_case,
    settle_asked_cases,
    take_case,
    understand_case,
)
from surveys.services.voting import Vote, record_vote
from tests.factories import make_ticket
from tests.support.browser import browser_or_skip, shoot, signed_in_page
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browser_or_skip() as chromium:
        yield chromium


@pytest.fixture
def page(live_server: Any, browser: Browser, person: Any, settings: Any) -> Iterator[Page]:
    """A page of an agent who may approve nothing; what he sends is held for a minute."""
    settings.HELPDESK_UNDO_SECONDS = 60
    ensure_roles()
    ensure_root_causes()
    client = Client()
    client.force_login(person("ana", "agent", first_name="Ana", last_name="Agent"))
    session = client.cookies["sessionid"].value
    with ExitStack() as pages:
        yield pages.enter_context(signed_in_page(browser, url=live_server.url, session=session))


def noticed(
    channel: Any, agent: Any, *, words: str = "Nobody told me anything for nine days.", **message: Any
) -> RecoveryCase:
    """The open case of a customer who was answered and then gave 3 of 10."""
    ticket = make_ticket(channel, **message)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="The carrier knows.")
    vote = voted(ticket, score=3, comment=words, occasion="contact:1")
    return open_case(
        customer_id=ticket.customer_id, source="low_score", key=f"response:{vote.pk}", actor=Actor.system(), ticket_id=ticket.pk,
        response_id=vote.pk, words=words, score=vote.rating,
    )  # fmt: skip


def voted(ticket: Any, *, score: int, comment: str, occasion: str) -> Response:
    invitation = Invitation.objects.create(
        survey=ensure_preset_survey(), customer=ticket.customer, ticket=ticket, occasion=occasion, state="sent", due_at=now(),
        sent_at=now(),
    )  # fmt: skip
    return record_vote(invitation_id=invitation.pk, vote=Vote(score=score, comment=comment))


def test_customer_is_won_back_step_by_step_on_one_page(
    live_server: Any, page: Page, person: Any, email_channel: Any
) -> None:
    case = noticed(email_channel, person("ben", "agent"))
    pool = Incentive.objects.create(name="Ten percent", description="10 % off the next order", cost=Decimal(5))
    import_codes(incentive_id=pool.pk, codes=["TEN-1"], actor=Actor.system())

    page.goto(f"{live_server.url}/admin/")
    section = page.get_by_role("region", name="Customers to win back")
    expect(section).to_contain_text("1 without an owner")
    shoot(page, "recovery-overview")
    section.get_by_role("link", name="Carla Customer").click()
    expect(page.locator(".hd-rec-line")).to_have_count(2)  # her message, her vote
    page.get_by_role("button", name="Take over").click()
    expect(page.locator(".hd-rec-owner strong")).to_contain_text("Ana Agent")

    # The cause, found by typing and taken with the keyboard.
    page.get_by_label("Narrow the causes").fill("late mistake")
    expect(page.locator(".hd-rec-cause:visible")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Answered too late")).to_be_checked()
    page.get_by_label("What happened").last.fill("The answer lay in a queue that nobody watched.")
    shoot(page, "recovery-cause", everywhere=True)
    page.get_by_role("button", name="Keep the cause").click()

    # The plan: nothing is sent before something is planned; what is sent can be taken back while it waits.
    plan = page.locator("#hd-step-plan")
    expect(plan).to_contain_text("A plan has at least one action.")
    plan.get_by_label("What is done").fill("Send a new parcel by express")
    plan.get_by_role("button", name="Add to the plan").click()
    expect(plan.get_by_label("Text to the customer")).to_have_value(re.compile("Send a new parcel by express"))
    shoot(page, "recovery-plan", everywhere=True)
    plan.get_by_role("button", name="Send the plan").click()
    page.locator(".hd-rec-held").get_by_role("button", name="Take back").click()
    expect(plan).to_contain_text("Taken back: it was not sent")
    plan.get_by_role("button", name="Send the plan").click()

    # The apology: with an open placeholder it is refused, and the text is still there.
    apology = page.locator("#hd-step-apology")
    text = apology.get_by_label("Text to the customer")
    expect(text).to_have_value(re.compile("Carla"))
    written = f"{text.input_value()}\n{{{{ crm.order }}}}"
    text.fill(written)
    expect(apology.locator(".hd-marked-back mark")).to_have_text("{{ crm.order }}")
    text.press("Control+Enter")
    expect(apology.locator(".errorlist")).to_contain_text("A placeholder is still open")
    expect(text).to_have_value(written)
    shoot(page, "recovery-apology", everywhere=True)
    text.fill(written.replace("{{ crm.order }}", ""))
    apology.get_by_role("button", name="Send the apology").click()

    # Done, and told with an open question.
    correction = page.locator("#hd-step-correction")
    correction.get_by_label("What came of it").fill("The parcel arrives tomorrow.")
    correction.get_by_role("button", name="Done", exact=True).click()
    expect(correction.get_by_label("Text to the customer")).to_have_value(re.compile("Send a new parcel by express"))
    shoot(page, "recovery-correction", everywhere=True)
    correction.get_by_role("button", name="Tell the customer").click()

    gift = page.locator("#hd-step-make_good")
    expect(gift).to_contain_text("Nobody is ever asked to change a review in exchange for one.")
    gift.get_by_role("radio").check()
    shoot(page, "recovery-gift", everywhere=True)
    gift.get_by_role("button", name="Give it").click()
    again = page.locator("#hd-step-ask_again")
    again.get_by_label("When").fill("2026-01-01T10:00")
    again.get_by_role("button", name="Ask then").click()
    expect(page.locator(".messagelist")).to_contain_text("The question is planned.")

    # The customer is asked by the sweep and votes 9; the page proposes what that means.
    assert ask_due_customers() == 1
    case.refresh_from_db()
    record_vote(invitation_id=asked(case), vote=Vote(score=9, comment="Thank you for telling me."))
    settle_asked_cases()
    page.reload()
    close = page.locator("#hd-step-close")
    expect(close.get_by_role("radio", name="Regained")).to_be_checked()
    expect(close).to_contain_text("The new score is 9.0 of 10 after 3.0 before")
    shoot(page, "recovery-close", everywhere=True)
    close.get_by_label("Closing note").fill("Told early from now on.")
    close.get_by_role("button", name="Close the case").click()
    expect(page.locator(".hd-rec-stage").last).to_contain_text("Regained")
    shoot(page, "recovery-closed", everywhere=True)
    case.refresh_from_db()
    assert (case.outcome, case.score_after, str(case.owner)) == ("regained", 9.0, "ana")
    assert CouponCode.objects.get(case=case).state == "given"
    page.goto(f"{live_server.url}/admin/surveys/recoverycase/?state=closed")
    expect(page.locator("#result_list")).to_contain_text("regained")
    shoot(page, "recovery-list", everywhere=True)


def asked(case: RecoveryCase) -> int:
    """The question that the case was asked again with, as if its mail had left."""
    assert case.invitation_id is not None
    Invitation.objects.filter(pk=case.invitation_id).update(state="sent", sent_at=now())
    return case.invitation_id


def test_typed_text_outlives_another_form_and_a_colleagues_change_is_told(
    live_server: Any, page: Page, person: Any, email_channel: Any
) -> None:
    """A customer who writes from right to left, in an admin that does not."""
    ben = person("ben", "agent")
    layla = Address(address="layla@customer.example", name="ليلى حسن")
    words = "لم يخبرني أحد بأي شيء منذ أسبوعين"
    case = noticed(
        email_channel, ben, words=words, sender=layla, subject="طلبي لم يصل", text="أين طلبي؟ انتظرت أسبوعين"
    )
    cause = RootCause.objects.get(key="own_mistake.late_answer")
    understand_case(case_id=case.pk, root_cause_id=cause.pk, analysis="", actor=Actor.agent(ben))
    add_action(case_id=case.pk, title="إرسال طرد جديد", owner_id=ben.pk, due_on=now().date(), actor=Actor.agent(ben))
    page.goto(f"{live_server.url}/admin/surveys/recoverycase/{case.pk}/change/")
    plan = page.locator("#hd-step-plan")
    text = plan.get_by_label("Text to the customer")
    expect(text).to_have_value(re.compile("إرسال طرد جديد"))
    expect(text).to_have_css("direction", "rtl")
    expect(page.locator(".hd-rec-quote").last).to_have_css("direction", "rtl")
    shoot(page, "recovery-arabic", everywhere=True)
    text.fill("مرحبا، هل يناسبك ذلك؟")
    plan.locator(".hd-rec-add").get_by_label("What is done").fill("Call her")
    plan.get_by_role("button", name="Add to the plan").click()
    expect(plan.locator(".hd-rec-actions > li")).to_have_count(2)
    expect(text).to_have_value("مرحبا، هل يناسبك ذلك؟")

    take_case(case_id=case.pk, owner_id=ben.pk, actor=Actor.agent(ben))
    plan.get_by_role("button", name="Send the plan").click()
    expect(plan.locator(".errorlist")).to_contain_text("Somebody has changed this case in the meantime")
    expect(page.locator(".hd-rec-owner strong")).to_contain_text("ben")
    plan.get_by_role("button", name="Send the plan").click()
    expect(page.locator("#hd-step-apology.hd-rec-opened")).to_be_visible()
    assert Message.objects.filter(text="مرحبا، هل يناسبك ذلك؟", ticket=case.ticket).count() == 1
