"""Steps of a call in whatever order they come: one call, its work, its line on the timeline."""

import random
from datetime import timedelta

import pytest

from channels_app.adapters.base import Address, CallReceived, InboundAttachment, digest
from helpdesk.common.clock import now, told_time
from helpdesk.common.errors import Conflict, InvalidInput
from tests.factories import make_channel, make_event, make_ticket
from tickets.models import Call, CallbackRequest, Message, Ticket, TicketEvent, WorkInterval
from tickets.services.actors import Actor
from tickets.services.call_lines import CallNotHereYet
from tickets.services.call_work import settle_wrap_ups
from tickets.services.callbacks import cancel_callback, finish_callback, request_callback
from tickets.services.intake import receive
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import add_note

pytestmark = pytest.mark.django_db

START = now() - timedelta(hours=1)
CALLER = Address(address="+447911123456")
TELEPHONE = "+447911000111"


@pytest.fixture
def channel(agent):
    return make_channel(kind="voice", slug="phone", config={"agents": [f"{TELEPHONE} ana", "+447911000222"]})


def step(name, second=0, *, files=(), **details):
    caller = Address(address="") if name in ("answered", "held", "resumed", "voicemail", "recorded") else CALLER
    return CallReceived(
        dedup_key=digest("step", name, str(second)),
        external_id="CA1",
        sent_at=START + timedelta(seconds=second),
        caller=caller,
        called="+447700900123",
        step=name,
        details=details,
        attachments=files,
    )


WHOLE = (
    step("ringing"),
    step("menu", 8, digits="2"),
    step("queued", 10, position=3),
    step("answered", 40, agent=TELEPHONE),
    step("held", 60),
    step("resumed", 90),
    step("ended", 120, is_leg=True, talk_seconds=80),
    step("ended", 125, seconds=125),
)


def file_all(channel, steps):
    for one in steps:
        receive(channel=channel, item=one)


def test_talk_and_hold_come_from_the_calls_own_events(channel, agent):
    file_all(channel, WHOLE)
    call = Call.objects.get()
    assert (call.talk_seconds, call.hold_seconds, call.state, call.agent) == (50, 30, "ended", agent)
    work = WorkInterval.objects.order_by("started_at").values_list("kind", "started_at", "ended_at")
    at = [START + timedelta(seconds=second) for second in (40, 60, 90, 120)]
    assert list(work) == [("talk", at[0], at[1]), ("hold", at[1], at[2]), ("talk", at[2], at[3])]
    text = call.message.text
    assert "Waited 0:30" in text
    assert "Talked 0:50 with Ana Agent" in text
    assert "On hold 0:30" in text


def test_every_step_three_times_changes_nothing_more(channel):
    file_all(channel, WHOLE)
    before = Call.objects.values().get(), list(WorkInterval.objects.order_by("id").values())
    events = TicketEvent.objects.filter(kind__startswith="call.").count()
    file_all(channel, WHOLE * 2)
    assert (Call.objects.values().get(), list(WorkInterval.objects.order_by("id").values())) == before
    assert TicketEvent.objects.filter(kind__startswith="call.").count() == events
    assert (Message.objects.count(), Ticket.objects.count()) == (1, 1)


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_steps_leave_one_call_that_is_over(channel, agent, seed):
    first, *rest = WHOLE * 3
    random.Random(seed).shuffle(rest)
    file_all(channel, [first, *rest])
    call = Call.objects.get()
    assert (call.state, call.agent) == ("ended", agent)
    assert (call.answered_at, call.ended_at) == (START + timedelta(seconds=40), START + timedelta(seconds=125))
    assert not WorkInterval.objects.filter(ended_at__isnull=True).exists()
    assert TicketEvent.objects.filter(kind="call.answered").count() == 1
    assert TicketEvent.objects.filter(kind="call.ended").count() == 1


def test_answered_call_is_the_first_response(channel, agent):
    file_all(channel, WHOLE[:4])
    ticket = Ticket.objects.get()
    assert (ticket.first_response_at, ticket.assignee, ticket.waiting_since) == (WHOLE[3].sent_at, agent, None)
    assert (ticket.status, ticket.agent_reply_count) == ("open", 0)


def test_log_of_a_call_that_is_delivered_late_tells_when_it_was(channel, agent):
    with told_time(START + timedelta(hours=1)):
        file_all(channel, WHOLE)
    told = dict(TicketEvent.objects.filter(kind__startswith="call.").values_list("kind", "at"))
    assert told == {"call.answered": WHOLE[3].sent_at, "call.ended": WHOLE[7].sent_at}


def test_telephone_that_nobody_claims_is_work_of_nobody(channel):
    file_all(channel, [step("ringing"), step("answered", 5, agent="+447911000222"), step("ended", 20)])
    work = WorkInterval.objects.get()
    assert (work.agent, work.kind, Call.objects.get().agent_address) == (None, "talk", "+447911000222")


def test_leg_without_word_of_its_beginning_still_has_its_seconds(channel):
    file_all(channel, [step("ringing"), step("ended", 100, is_leg=True, talk_seconds=70), step("ended", 101)])
    assert Call.objects.get().talk_seconds == 70


def test_step_before_its_call_waits(channel):
    event = make_event(channel, attempts=1)
    with pytest.raises(CallNotHereYet):
        receive(channel=channel, item=step("ended", 9, seconds=9), event=event)
    assert not Call.objects.exists()


def test_end_of_a_call_whose_beginning_was_lost_is_filed_at_last(channel):
    event = make_event(channel, attempts=5)
    receive(channel=channel, item=step("ended", 9, seconds=9), event=event)
    call = Call.objects.get()
    assert (call.state, call.started_at, call.number) == ("ended", START, CALLER.address)


def audio(name="voicemail.mp3"):
    return InboundAttachment(name=name, content_type="audio/mpeg", content=b"ID3\x04" + b"\0" * 100)


def test_recording_of_a_conversation_lies_on_the_calls_line_and_starts_no_clock(channel):
    recorded = step("recorded", 130, files=(audio(),), recording="RE1")
    file_all(channel, [*WHOLE, recorded, recorded])
    call = Call.objects.get()
    assert call.message.attachments.count() == 1
    assert call.recording == call.message.attachments.get()
    assert Ticket.objects.get().waiting_since is None


def test_voicemail_that_comes_twice_is_one_message(channel):
    voicemail = step("voicemail", 30, files=(audio(),), recording="RE1", seconds=9)
    file_all(channel, [step("ringing"), voicemail, voicemail, step("ended", 40)])
    message = Message.objects.get(subject="Voicemail")
    assert message.attachments.count() == 1
    assert "Missed" not in Call.objects.get().message.text
    assert Ticket.objects.count() == 1


def test_what_the_caller_said_is_kept_and_a_mere_choice_is_not(channel):
    file_all(
        channel,
        [
            step("ringing"),
            step("menu", 5, speech="my invoice is wrong"),
            step("menu", 9, speech="agent"),
            step("menu", 11, speech="I want an agent because of my invoice"),
        ],
    )
    call = Call.objects.get()
    assert call.speech == "my invoice is wrong\nI want an agent because of my invoice"
    assert call.choice == "agent"
    assert "Said: “my invoice is wrong" in call.message.text


def test_wrap_up_runs_to_the_agents_word_on_the_status(channel, agent):
    file_all(channel, WHOLE)
    Call.objects.update(ended_at=now() - timedelta(seconds=90))
    ticket = Ticket.objects.get()
    assert settle_wrap_ups() == 0
    add_note(ticket_id=ticket.pk, actor=Actor.agent(agent), text="He moved house.")
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert settle_wrap_ups() == 1
    assert settle_wrap_ups() == 0
    call = Call.objects.get()
    assert 88 <= call.wrap_up_seconds <= 95
    assert WorkInterval.objects.filter(kind="wrap_up", agent=agent).count() == 1


def test_agent_who_did_nothing_more_has_no_wrap_up(channel):
    file_all(channel, WHOLE)
    assert settle_wrap_ups() == 1
    assert Call.objects.get().wrap_up_seconds == 0
    assert not WorkInterval.objects.filter(kind="wrap_up").exists()


def test_second_request_for_a_call_back_moves_the_open_one(channel, agent):
    file_all(channel, [step("ringing")])
    ticket, actor = Ticket.objects.get(), Actor.agent(agent)
    due_at = now() + timedelta(hours=1)
    first = request_callback(ticket_id=ticket.pk, actor=actor, due_at=due_at)
    assert first.phone == CALLER.address
    again = request_callback(ticket_id=ticket.pk, actor=actor, due_at=due_at + timedelta(hours=1), wish="evening")
    assert again.pk == first.pk
    request_callback(ticket_id=ticket.pk, actor=actor, due_at=due_at + timedelta(hours=1), wish="evening")
    assert TicketEvent.objects.filter(kind="callback.requested").count() == 2
    finish_callback(callback_id=first.pk, actor=actor)
    with pytest.raises(Conflict):
        cancel_callback(callback_id=first.pk, actor=actor)
    assert request_callback(ticket_id=ticket.pk, actor=actor, due_at=due_at).pk != first.pk
    assert CallbackRequest.objects.filter(state="open").count() == 1


def test_customer_without_a_number_cannot_be_called_back(email_channel, agent):
    with pytest.raises(InvalidInput) as refused:
        request_callback(ticket_id=make_ticket(email_channel).pk, actor=Actor.agent(agent), due_at=now())
    assert refused.value.code == "no_phone"
