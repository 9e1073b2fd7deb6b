from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels_app.adapters.base import Address
from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from surveys.models import ActionNotice, CorrectiveAction, RecoveryCase, RecoveryText
from surveys.policies.recovery import step_refusal
from surveys.selectors.recovery import standing_of
from surveys.services import recovery
from surveys.services.recovery_places import place_for
from tests.factories import make_channel, make_ticket, receive_message
from tests.support.recovery import APOLOGY, DONE, PLAN, correct, make_case, our_cause, understand
from tickets.models import Customer, CustomerIdentity, Message, Review, Ticket, TicketEvent, Topic
from tickets.services.actors import Actor

pytestmark = pytest.mark.django_db
NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve")


@pytest.fixture
def me(agent: Any) -> Actor:
    return Actor.agent(agent)


@pytest.fixture
def case(email_channel: Any) -> RecoveryCase:
    return make_case(email_channel)


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(HelpdeskError) as refusal:
        call()
    return refusal.value.code


def said() -> list[str]:
    return list(Message.objects.filter(author="agent").order_by("pk").values_list("reply_text", flat=True))


def test_apology_leaves_once_as_the_agents_own_reply(case: RecoveryCase, me: Actor) -> None:
    understand(case, me)
    step, again = (recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me) for _time in range(2))
    assert (said(), again.pk) == ([APOLOGY], step.pk)
    assert (
        refused(lambda: recovery.send_apology(case_id=case.pk, text=f"{APOLOGY} Really.", actor=me)) == "already_done"
    )
    case.refresh_from_db()
    assert (case.stage, case.first_contact_at is not None) == ("apologised", True)
    assert step.message is not None
    assert (step.message.author_agent_id, step.message.ticket) == (me.user_id, case.ticket)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("I am sorry that {{recovery.mistake}}.", "open_placeholder"),
        ("I am sorry. {{ your words", "open_placeholder"),
        ("We are very sorry for the inconvenience caused.", "names_no_mistake"),
    ],
)
def test_apology_that_is_not_finished_or_names_nothing_stays(
    case: RecoveryCase, me: Actor, text: str, code: str
) -> None:
    understand(case, me)
    assert refused(lambda: recovery.send_apology(case_id=case.pk, text=text, actor=me)) == code
    assert (said(), case.steps.filter(kind="apology").exists()) == ([], False)


def test_apology_taken_back_before_it_left_may_be_written_anew(case: RecoveryCase, me: Actor) -> None:
    understand(case, me)
    recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me)
    Message.objects.filter(author="agent").update(delivery_state="cancelled")
    recovery.send_apology(case_id=case.pk, text=f"{APOLOGY} Tell me.", actor=me)
    assert said() == [APOLOGY, f"{APOLOGY} Tell me."]


def test_plan_needs_dates_and_is_sent_again_when_it_has_changed(case: RecoveryCase, me: Actor) -> None:
    understand(case, me)
    send = lambda text: recovery.send_plan(case_id=case.pk, text=text, actor=me)  # noqa: E731
    assert refused(lambda: send(PLAN)) == "no_actions"
    action = recovery.add_action(case_id=case.pk, title="Send it", owner_id=None, due_on=None, actor=me)
    assert refused(lambda: send(PLAN)) == "action_without_date"
    recovery.change_action(action_id=action.pk, due_on=now().date(), actor=me)
    first = send(PLAN)
    assert send(PLAN).pk == first.pk
    recovery.add_action(case_id=case.pk, title="Refund it", owner_id=None, due_on=now().date(), actor=me)
    second = send(f"{PLAN} It has grown.")
    assert (len(said()), len(second.data["plan"]), second.data["earlier"]) == (2, 2, [first.message_id])


def test_customer_is_told_of_an_action_once_when_it_is_done_and_asked_what_he_thinks(
    case: RecoveryCase, me: Actor
) -> None:
    understand(case, me)
    action = recovery.add_action(case_id=case.pk, title="Send it", owner_id=None, due_on=now().date(), actor=me)
    tell = lambda text: recovery.tell_action(case_id=case.pk, action_id=action.pk, text=text, actor=me)  # noqa: E731
    assert refused(lambda: tell(DONE)) == "action_not_done"
    recovery.finish_action(action_id=action.pk, result="", actor=me)
    assert refused(lambda: tell("It is on its way.")) == "no_question"
    notice = tell(DONE)
    assert (tell(DONE).pk, said()) == (notice.pk, [DONE])
    assert refused(lambda: tell(f"Again: {DONE}")) == "already_told"
    Message.objects.filter(pk=notice.message_id).update(delivery_state="failed")
    assert tell(f"Again: {DONE}").pk == notice.pk
    told = TicketEvent.objects.filter(kind="recovery.customer_told").values_list("data__action", flat=True)
    assert list(told) == [action.pk, action.pk]


def test_action_of_another_case_cannot_be_told_here(case: RecoveryCase, me: Actor, email_channel: Any) -> None:
    other = make_ticket(email_channel, sender=Address(address="dora@customer.example", name="Dora"))
    action = correct(make_case(email_channel, ticket=other, key="manual:2"), me)
    assert refused(lambda: recovery.tell_action(case_id=case.pk, action_id=action.pk, text=DONE, actor=me)) == (
        "action_not_found"
    )


def test_last_finished_action_makes_the_case_corrected_and_plans_the_question(case: RecoveryCase, me: Actor) -> None:
    correct(case, me)
    case.refresh_from_db()
    assert (case.stage, case.corrected_at is not None, case.ask_again_at is not None) == ("corrected", True, True)
    assert case.next_due_at is None
    recovery.add_action(case_id=case.pk, title="One more", owner_id=None, due_on=now().date(), actor=me)
    assert refused(lambda: recovery.close_case(case_id=case.pk, outcome="regained", note="Good.", actor=me)) == (
        "regained_needs_told_action"
    )


def test_plan_that_comes_after_the_deed_makes_the_case_corrected(case: RecoveryCase, me: Actor) -> None:
    action = recovery.add_action(case_id=case.pk, title="Send it", owner_id=None, due_on=now().date(), actor=me)
    recovery.finish_action(action_id=action.pk, result="", actor=me)
    understand(case, me)
    case.refresh_from_db()
    assert case.corrected_at is None
    recovery.skip_step(case_id=case.pk, kind="plan", reason="Done at once.", actor=me)
    case.refresh_from_db()
    assert (case.stage, case.corrected_at is not None) == ("corrected", True)


def test_what_was_mended_before_the_complaint_counts_for_nothing(case: RecoveryCase, me: Actor) -> None:
    cause = our_cause("process.slow")
    CorrectiveAction.objects.create(root_cause=cause, title="Faster", done_at=case.opened_at - timedelta(days=90))
    understand(case, me, "process.slow")
    recovery.skip_step(case_id=case.pk, kind="plan", reason="None.", actor=me)
    case.refresh_from_db()
    assert case.corrected_at is None


def test_regained_needs_a_message_that_arrived(case: RecoveryCase, me: Actor) -> None:
    action = correct(case, me)
    close = lambda: recovery.close_case(case_id=case.pk, outcome="regained", note="Good.", actor=me)  # noqa: E731
    assert refused(close) == "regained_needs_told_action"
    notice = recovery.tell_action(case_id=case.pk, action_id=action.pk, text=DONE, actor=me)
    Message.objects.filter(pk=notice.message_id).update(delivery_state="failed")
    assert refused(close) == "regained_needs_told_action"
    Message.objects.filter(pk=notice.message_id).update(delivery_state="delivered")
    assert (close().outcome, close().closed_by_id) == ("regained", me.user_id)
    lost = lambda: recovery.close_case(case_id=case.pk, outcome="lost", note="No.", actor=me)  # noqa: E731
    assert refused(lost) == "case_closed"


@pytest.mark.parametrize("kind", ["plan", "apology", "correction", "make_good", "ask_again", "review_update"])
def test_step_is_skipped_with_a_reason_once_its_turn_has_come(case: RecoveryCase, me: Actor, kind: str) -> None:
    skip = lambda reason: recovery.skip_step(case_id=case.pk, kind=kind, reason=reason, actor=me)  # noqa: E731
    assert refused(lambda: skip("Why not.")).endswith("_first")
    for earlier in ("cause", "plan", "apology", "correction"):
        if earlier == kind:
            break
        recovery.skip_step(case_id=case.pk, kind=earlier, reason="Known.", actor=me)
    assert refused(lambda: skip("")) == "no_reason"
    step, again = skip("He asked us not to."), skip("He asked us not to.")
    assert (step.state, step.reason, step.by_id, again.pk) == ("skipped", "He asked us not to.", me.user_id, step.pk)
    events = TicketEvent.objects.filter(kind="recovery.stage_changed", data__step=kind)
    assert [event.data["is_skipped"] for event in events] == [True]


# Where he is told ---------------------------------------------------------------------------------------------------------


def test_closed_ticket_is_followed_up_and_the_next_word_goes_there_too(
    case: RecoveryCase, me: Actor, email_channel: Any
) -> None:
    Ticket.objects.update(status="closed", closed_at=now())
    understand(case, me)
    step = recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me)
    assert step.message is not None
    follow_up = step.message.ticket
    assert (follow_up.follow_up_of, follow_up.customer) == (case.ticket, case.customer)
    recovery.add_action(case_id=case.pk, title="Send it", owner_id=None, due_on=now().date(), actor=me)
    recovery.send_plan(case_id=case.pk, text=PLAN, actor=me)
    assert set(Message.objects.filter(author="agent").values_list("ticket", flat=True)) == {follow_up.pk}


def test_real_customer_is_written_to_on_a_real_channel_and_a_made_up_one_on_his_own(email_channel: Any) -> None:
    """All have an address that every mailbox could write to."""
    make_channel(is_demo=True)
    trial = make_channel(is_simulated=True)
    make_channel(is_simulated=True)
    real = make_case(email_channel)
    made_up = make_ticket(trial, sender=Address(address="dora@customer.example", name="Dora"))
    tried = make_case(trial, ticket=made_up, key="manual:2")
    demo = make_ticket(email_channel, sender=Address(address="emil@customer.example", name="Emil"), is_demo=True)
    alone = make_case(email_channel, ticket=demo, key="manual:3")
    Ticket.objects.update(status="closed", closed_at=now())
    assert (tried.is_demo, alone.is_demo, real.is_demo) == (True, True, False)
    assert place_for(real).channel_id == email_channel.pk
    assert place_for(tried).channel_id == trial.pk
    Channel.objects.filter(is_demo=True).update(is_active=False)
    assert refused(lambda: place_for(alone)) == "no_way"
    real.ticket = None
    Channel.objects.filter(pk=email_channel.pk).update(is_active=False)
    assert refused(lambda: place_for(real)) == "no_way"


def test_case_without_a_ticket_begins_one(email_channel: Any, me: Actor) -> None:
    ticket = make_ticket(email_channel)
    case = make_case(email_channel, ticket=ticket, ticket_id=None)
    case = RecoveryCase.objects.get(pk=case.pk)
    assert case.ticket is None
    understand(case, me)
    recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me)
    case.refresh_from_db()
    assert case.ticket is not None
    assert (case.ticket.customer, case.ticket.opened_by_agent) == (ticket.customer, True)


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda: CustomerIdentity.objects.update(unreachable_since=now()), "customer_unreachable"),
        (lambda: CustomerIdentity.objects.update(address="x@nowhere.invalid"), "no_recipient"),
        (lambda: Customer.objects.update(is_blocked=True), "customer_blocked"),
        (lambda: Customer.objects.update(anonymized_at=now()), "customer_erased"),
        (lambda: Ticket.objects.get().channel.__class__.objects.update(is_active=False), "channel_cannot"),
        (
            lambda: (Ticket.objects.update(status="closed"), CustomerIdentity.objects.update(unreachable_since=now())),
            "no_way",
        ),
    ],
)
def test_customer_who_cannot_be_reached_is_told_nothing_and_the_case_stays(
    case: RecoveryCase, me: Actor, prepare: Callable[[], Any], code: str
) -> None:
    understand(case, me)
    prepare()
    assert refused(lambda: recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me)) == code
    case.refresh_from_db()
    assert (said(), case.stage, case.first_contact_at) == ([], "understood", None)


def test_public_case_is_answered_in_public_and_told_in_private_alone(me: Actor, email_channel: Any) -> None:
    channel = make_channel(kind="x", is_public=True)
    conversation_id = receive_message(
        channel, text="Broken!", sender=Address(address="77", name="Carla")
    ).conversation_id
    Message.objects.get().conversation.__class__.objects.filter(pk=conversation_id).update(visibility="public")
    case = make_case(channel, ticket=Ticket.objects.get())
    understand(case, me)
    assert refused(lambda: recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me)) == "no_private_way"
    redirect = recovery.answer_in_public(case_id=case.pk, text="We are sorry. Please write to us: {link}", actor=me)
    assert redirect.public_message.visibility == "public"
    case.refresh_from_db()
    assert case.first_contact_at is not None
    assert APOLOGY not in said()


def test_review_update_is_asked_after_it_is_solved_and_never_beside_a_gift(case: RecoveryCase, me: Actor) -> None:
    assert case.ticket is not None
    case.signals.update(review=_review_of(case.ticket))
    ask = lambda: recovery.ask_review_update(case_id=case.pk, text="Would you look again?", actor=me)  # noqa: E731
    assert refused(ask) == "apology_first"
    correct(case, me)
    step = case.steps.create(kind="make_good", state="waiting", at=now())
    assert refused(ask) == "gift_for_review"
    step.delete()
    assert (ask().state, ask().pk == ask().pk) == ("done", True)


@pytest.mark.parametrize(("days", "is_apart"), [(None, False), (179, False), (181, True)])
def test_gift_in_one_case_and_a_review_in_another_of_the_customer_are_kept_apart(
    case: RecoveryCase, me: Actor, email_channel: Any, days: int | None, is_apart: bool
) -> None:
    assert case.ticket is not None
    ticket = make_ticket(email_channel, topic=Topic.objects.create(name="Repairs"), subject="Another matter")
    other = make_case(email_channel, ticket=ticket, key="manual:2")
    closed_at = now() - timedelta(days=days) if days is not None else None
    RecoveryCase.objects.filter(pk=other.pk).update(closed_at=closed_at, outcome="lost" if days else "")
    correct(case, me)
    case.signals.update(review=_review_of(case.ticket))

    other.steps.create(kind="review_update", state="done", at=now())
    assert (step_refusal("make_good", standing_of(case)) == "") is is_apart
    other.steps.update(kind="make_good")
    assert (step_refusal("review_update", standing_of(case)) == "") is is_apart


def _review_of(ticket: Ticket) -> Review:
    message = ticket.messages.order_by("pk")[0]
    return Review.objects.create(
        message=message, channel=message.channel, external_id="r", external_digest=b"r", stars=1, posted_at=now(),
        version_at=now(),
    )  # fmt: skip


# Systemic -----------------------------------------------------------------------------------------------------------------


def cases_of_one_cause(channel: Any, me: Actor, count: int) -> list[RecoveryCase]:
    cause = our_cause("process.slow")
    cases = []
    for number in range(count):
        sender = Address(address=f"c{number}@customer.example", name=f"{NAMES[number]} C")
        case = make_case(channel, ticket=make_ticket(channel, sender=sender), key=f"manual:{number}")
        recovery.understand_case(case_id=case.pk, root_cause_id=cause.pk, analysis="Slow.", actor=me)
        cases.append(case)
    return cases


def test_one_correction_tells_every_customer_of_its_cause_once(email_channel: Any, me: Actor) -> None:
    told, erased, blocked, mistaken, closed = cases_of_one_cause(email_channel, me, 5)
    Customer.objects.filter(pk=blocked.customer_id).update(is_blocked=True)
    recovery.close_case(case_id=mistaken.pk, outcome="mistaken", note="No.", actor=me)
    recovery.close_case(case_id=closed.pk, outcome="lost", note="Gone.", actor=me)
    action = CorrectiveAction.objects.create(
        root_cause=our_cause("process"), title="A second person in the warehouse", owner_id=me.user_id
    )
    Customer.objects.filter(pk=erased.customer_id).update(anonymized_at=now())
    recovery.finish_action(action_id=action.pk, result="Hired.", actor=me)
    assert [recovery.tell_corrections(), recovery.tell_corrections()] == [3, 0]
    notices = {notice.case_id: notice for notice in ActionNotice.objects.select_related("message")}
    assert notices.keys() == {told.pk, blocked.pk, closed.pk}
    assert (notices[blocked.pk].told_at, notices[blocked.pk].reason) == (None, "customer_blocked")
    texts = {case.pk: notices[case.pk].message.reply_text for case in (told, closed)}  # type: ignore[union-attr]
    assert texts[told.pk].startswith("Hello Ada,")
    assert texts[closed.pk].startswith("Hello Eve,")
    assert "A second person in the warehouse" in texts[told.pk]
    assert texts[told.pk].endswith("Kind regards\nAna Agent\nAcme")
    assert recovery.finish_action(action_id=action.pk, result="Again.", actor=me).result == "Hired."


def test_correction_is_told_to_who_waits_for_it_and_not_to_everybody_there_ever_was(
    email_channel: Any, me: Actor
) -> None:
    still_open, long_closed, lately, told, demo = cases_of_one_cause(email_channel, me, 5)
    earlier = CorrectiveAction.objects.create(root_cause=our_cause("process.slow"), title="Faster", done_at=now())
    ActionNotice.objects.create(case=told, action=earlier, told_at=now())
    for case, days in ((long_closed, 91), (lately, 89), (told, 89)):
        opened_at = now() - timedelta(days=days)
        RecoveryCase.objects.filter(pk=case.pk).update(opened_at=opened_at, closed_at=now(), outcome="lost")
    RecoveryCase.objects.filter(pk=still_open.pk).update(opened_at=now() - timedelta(days=400))
    RecoveryCase.objects.filter(pk=demo.pk).update(is_demo=True)
    action = CorrectiveAction.objects.create(root_cause=our_cause("process"), title="Another person")
    recovery.finish_action(action_id=action.pk, result="", actor=me)
    assert set(action.notices.values_list("case", flat=True)) == {still_open.pk, lately.pk}


def test_customer_with_two_cases_of_one_cause_is_told_in_the_newer_one(email_channel: Any, me: Actor) -> None:
    older = make_case(email_channel)
    ticket = make_ticket(email_channel, topic=Topic.objects.create(name="Repairs"), subject="Another matter")
    newer = make_case(email_channel, ticket=ticket, key="manual:2")
    for case in (older, newer):
        understand(case, me, "process.slow")
    action = CorrectiveAction.objects.create(root_cause=our_cause("process.slow"), title="Faster")
    recovery.finish_action(action_id=action.pk, result="", actor=me)
    recovery.tell_corrections()
    assert dict(ActionNotice.objects.values_list("case_id", "reason")) == {newer.pk: "", older.pk: "told_in_other_case"}
    assert len(said()) == 1


def test_own_template_without_a_question_tells_nobody_and_says_why(email_channel: Any, me: Actor) -> None:
    cases_of_one_cause(email_channel, me, 1)
    cause = our_cause("process.slow")
    RecoveryText.objects.create(
        kind="action_done", language="en", name="Ours", text="Done: {{recovery.action}}.", root_cause=cause
    )
    action = CorrectiveAction.objects.create(root_cause=cause, title="Faster")
    recovery.finish_action(action_id=action.pk, result="", actor=me)
    recovery.tell_corrections()
    assert ActionNotice.objects.get().reason == "no_question"
    assert said() == []


# Prepared words -----------------------------------------------------------------------------------------------------------


def test_texts_are_prepared_in_the_customers_language_with_what_is_known(case: RecoveryCase, me: Actor) -> None:
    Ticket.objects.update(language="de")
    blank = recovery.prepare_text(case_id=case.pk, kind="apology")
    assert (blank.language, blank.open_placeholders) == ("de", ("recovery.mistake",))
    assert blank.text.startswith("Guten Tag Carla,")
    understand(case, me)
    known = recovery.prepare_text(case_id=case.pk, kind="apology")
    assert known.open_placeholders == ()
    assert "Was Sie von uns bekommen haben, hat nicht funktioniert." in known.text
    assert recovery.prepare_text(case_id=case.pk, kind="plan").open_placeholders == ("recovery.plan",)


def test_mail_is_signed_once(case: RecoveryCase, agent: Any) -> None:
    RecoveryCase.objects.update(owner=agent)
    assert recovery.prepare_text(case_id=case.pk, kind="plan").text.endswith("Kind regards\nAna Agent\nAcme")
    agent.signature = "Ana Agent, Acme"
    agent.save()
    assert recovery.prepare_text(case_id=case.pk, kind="plan").text.endswith("Kind regards")


def test_text_of_the_cause_goes_before_the_general_one_and_ours(case: RecoveryCase, me: Actor) -> None:
    understand(case, me)
    product = our_cause("product")
    for name, cause in (("General", None), ("Of the product", product)):
        RecoveryText.objects.create(
            kind="apology", language="en", name=name, text=f"{name} {{{{ crm.x }}}}", root_cause=cause
        )
    prepared = recovery.prepare_text(case_id=case.pk, kind="apology")
    assert (prepared.text, prepared.open_placeholders) == ("Of the product {{ crm.x }}", ("crm.x",))
