"""Telephone calls, end to end: the menu, going on in writing, waiting, voicemail, out of hours, being called back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
from django.db import connection

from channels_app.models import InboundEvent, MessageTemplate
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.desk import answer, timeline
from tests.support.twilio_fake import ACCOUNT, AUTH, NUMBER, post_signed, running_twilio_fake
from tests.support.twilio_phone import Phone
from tickets.models import (
    BusinessHours,
    BusinessHoursSpan,
    Call,
    CallbackRequest,
    Customer,
    Message,
    Ticket,
    WorkInterval,
)
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events

pytestmark = pytest.mark.django_db

CALLER = "+447911123456"
MP3 = b"ID3\x04" + b"\0" * 200
AGENT = "+447911000111"


@pytest.fixture
def twilio(settings):
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    settings.SITE_URL = "https://desk.example"
    with running_twilio_fake() as fake:
        yield fake


@pytest.fixture
def sms(twilio):
    return make_channel(kind="sms", slug="texts", name="Texts", config=twilio.config, secrets=AUTH)


@pytest.fixture
def voice(twilio, sms):
    config = {**twilio.config, "deflect_to": "texts", "agents": [f"{AGENT} ana"]}
    return make_channel(kind="voice", slug="phone", name="Phone", config=config, secrets=AUTH)


@pytest.fixture
def closed(voice):
    """The team is there on one day only, and that is not today."""
    hours = BusinessHours.objects.create(name="Rare", time_zone="UTC", is_default=True)
    day = (now() + timedelta(days=3)).weekday()
    BusinessHoursSpan.objects.create(hours=hours, weekday=day, starts_at=time(9), ends_at=time(17))


def send_all():
    while send_due_messages():
        pass


def write_back(sms, text, sid="SM" + "9" * 32):
    fields = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": CALLER, "To": NUMBER, "Body": text, "NumMedia": 0}
    response = post_signed(sms, fields)
    process_waiting_events()
    return response


def test_caller_goes_on_by_text_message_on_one_ticket(twilio, voice, sms, agent):
    phone = Phone(voice).call()
    assert phone.heard[0].startswith("Welcome to Acme.")
    assert "To go on by text message, without waiting, press 1." in phone.heard[0]
    phone.speak("my parcel has not arrived")
    phone.press("1")
    assert phone.is_over
    assert "We are sending you a message by text message." in phone.heard[-1]
    phone.hang_up()
    process_waiting_events()
    send_all()

    ticket = Ticket.objects.get()
    (sent,) = twilio.messages
    assert sent["To"] == [CALLER]
    assert "my parcel has not arrived" in sent["Body"][0]
    assert f"#{ticket.number}" in sent["Body"][0]

    write_back(sms, "It was due on Monday")
    assert Ticket.objects.count() == Customer.objects.count() == 1
    page = timeline(ticket, agent)
    assert "my parcel has not arrived" in page
    assert "It was due on Monday" in page
    assert {message.channel.kind for message in ticket.messages.select_related("channel")} == {"voice", "sms"}

    (reply,) = answer(ticket, agent, "It arrives tomorrow.")
    assert twilio.messages[-1]["Body"] == ["It arrives tomorrow."]
    status = {"MessageSid": reply.external_id, "MessageStatus": "delivered", "To": CALLER, "From": NUMBER}
    post_signed(sms, status | {"AccountSid": ACCOUNT})
    process_waiting_events()
    reply.refresh_from_db()
    assert reply.delivery_state == "delivered"
    call = Call.objects.get()
    assert (call.is_deflected, call.deflected_to, call.state) == (True, sms, "ended")


def test_repeated_requests_send_one_message_and_get_the_same_answer(twilio, voice):
    phone = Phone(voice).call()
    gather = phone.verb
    phone.press("1")
    said = phone.answers[-1]
    phone.verb = gather
    phone.press("1")
    assert phone.answers[-1] == said
    process_waiting_events()
    send_all()
    assert len(twilio.messages) == 1
    assert Message.objects.filter(channel=voice).count() == 1


def test_caller_waits_and_is_answered_by_an_agent(voice, agent):
    phone = Phone(voice).call().press("2")
    assert "we are connecting you" in phone.heard[-1]
    taken = phone.agent_answers()
    assert taken.heard == ["A call for Acme. Press any key to take it."]
    assert taken.is_connected
    ticket = Ticket.objects.get()
    assert (ticket.assignee, ticket.status, ticket.waiting_since) == (agent, "open", None)
    assert ticket.first_response_at is not None
    phone.talk_is_over(seconds=95)
    phone.hang_up()
    process_waiting_events()
    call = Call.objects.get()
    assert (call.state, call.agent) == ("ended", agent)
    (talk,) = WorkInterval.objects.all()
    assert (talk.kind, talk.agent, talk.ticket) == ("talk", agent, ticket)
    assert "Ana Agent answered the call" in timeline(ticket, agent)


def test_answering_machine_of_an_agent_does_not_take_the_call(voice):
    phone = Phone(voice).call().press("2")
    taken = phone.agent_answers(key="")
    assert taken.is_over
    assert not taken.is_connected
    assert Call.objects.get().answered_at is None


def test_waiting_caller_hears_his_position_and_may_leave(twilio, voice):
    phone = Phone(voice).call().press("2").nobody_answers()
    assert "You are number 2 in the queue." in phone.heard[-1]
    assert Call.objects.get().queue_position == 2
    phone.wait(position=1, seconds=10)
    assert "You are next." in phone.heard[-1]
    phone.press("1")
    assert phone.is_over
    send_all()
    assert len(twilio.messages) == 1
    assert Call.objects.get().is_deflected


def test_next_caller_is_connected_again_after_a_round_of_waiting(voice):
    phone = Phone(voice).call().press("2").nobody_answers()
    phone.wait(position=1, seconds=25)
    assert phone.verb is not None
    assert phone.verb.tag == "Dial"
    assert phone.agent_answers().is_connected


def test_voicemail_becomes_a_ticket_with_the_recording(twilio, voice, agent):
    url = twilio.file(f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.mp3", MP3, "audio/mpeg").removesuffix(".mp3")
    phone = Phone(voice).call().press("3").leave_message(url)
    assert "your message has reached us" in phone.heard[-1]
    phone.hang_up()
    process_waiting_events()
    ticket = Ticket.objects.get()
    voicemail = ticket.messages.get(subject="Voicemail")
    (file,) = voicemail.attachments.all()
    assert (file.content_type, file.size) == ("audio/mpeg", len(MP3))
    assert ticket.waiting_since is not None
    text = {"TranscriptionSid": "TR1", "TranscriptionStatus": "completed", "RecordingSid": phone.recording_sid}
    post_signed(
        voice,
        {**phone.fields, **text, "TranscriptionText": "Call me about my invoice"},
        query="step=transcription",
    )
    process_waiting_events()
    assert "Call me about my invoice" in timeline(ticket, agent)
    assert Call.objects.get().recording == file


def test_wrong_keys_are_asked_again_twice_and_then_end_in_voicemail(voice):
    phone = Phone(voice).call().press("9").stay_silent()
    assert "That choice is not there." in phone.heard[1]
    assert "We heard nothing." in phone.heard[2]
    phone.press("9")
    assert phone.verb is not None
    assert phone.verb.tag == "Record"


def test_withheld_number_is_not_offered_what_needs_a_number(voice):
    phone = Phone(voice, number="+266696687").call()
    assert "press 1" not in phone.heard[0]
    assert "press 4" not in phone.heard[0]
    assert "press 3" in phone.heard[0]
    phone.press("1")
    assert "That choice is not there." in phone.heard[-1]
    other = Phone(voice, number="anonymous").call()
    assert not other.is_over
    assert Customer.objects.count() == 2


def test_landline_is_not_offered_a_text_message(voice):
    assert "press 1" not in Phone(voice, number="+442079460123").call().heard[0]


def test_menu_out_of_hours_names_the_opening_and_offers_no_waiting(voice, closed):
    phone = Phone(voice).call()
    assert "Nobody is here at the moment. We are back" in phone.heard[0]
    assert "09:00" in phone.heard[0]
    assert "press 2" not in phone.heard[0]
    assert "press 3" in phone.heard[0]


def test_caller_is_promised_a_call_back_after_the_next_opening(voice, closed, agent):
    phone = Phone(voice).call().press("4")
    assert phone.is_over
    callback = CallbackRequest.objects.get()
    assert (callback.phone, callback.state) == (CALLER, "open")
    assert callback.due_at.strftime("%H:%M") == "10:00"
    assert "10:00" in phone.heard[-1]
    phone.hang_up()
    process_waiting_events()
    ticket = Ticket.objects.get()
    assert "to be called back by" in timeline(ticket, agent)
    assert "Missed" not in ticket.messages.get().text


def test_caller_who_hangs_up_is_a_missed_call_and_a_ticket(voice, agent):
    Phone(voice).call().hang_up()
    process_waiting_events()
    ticket = Ticket.objects.get()
    assert "Missed: nobody talked to the caller" in ticket.messages.get().text
    assert ticket.waiting_since is not None
    assert "A missed call" in timeline(ticket, agent)


def test_caller_who_answered_stop_is_told_and_gets_the_menu_without_it(twilio, voice, sms):
    write_back(sms, "STOP")
    phone = Phone(voice).call().press("1")
    assert "We could not send a message to your number." in phone.heard[-2]
    assert "press 1" not in phone.heard[-1]
    assert not phone.is_over
    send_all()
    assert twilio.messages == []


def test_caller_hears_the_language_he_is_known_to_speak(voice):
    Phone(voice).call().hang_up()
    Customer.objects.update(language="de-AT")
    assert Phone(voice).call().heard[0].startswith("Willkommen bei Acme.")


@pytest.fixture
def whatsapp(twilio):
    """A WhatsApp channel with an approved template; what leaves there stays in the outbox."""
    channel = make_channel(kind="whatsapp", slug="wa", name="WhatsApp", config={"phone_number_id": "1"})
    MessageTemplate.objects.create(
        channel=channel,
        name="after_call",
        language="en",
        body="Hello, {{1}} here. You asked: {{2}}",
        variables=["1", "2"],
    )
    return channel


def test_caller_goes_on_by_whatsapp_with_the_approved_template(voice, whatsapp, agent):
    deflecting = {"deflect_to": "wa", "deflect_template": "after_call", "deflect_variables": ["{brand}", "{words}"]}
    voice.config = {**voice.config, **deflecting}
    voice.save()
    phone = Phone(voice).call()
    assert "To go on by WhatsApp, without waiting, press 1." in phone.heard[0]
    phone.speak("my parcel has not arrived").press("1")
    assert "a message by WhatsApp" in phone.heard[-1]
    ticket = Ticket.objects.get()
    queued = ticket.messages.get(channel=whatsapp)
    assert (queued.author, queued.delivery_state) == ("bot", "queued")
    assert queued.text == "Hello, Acme here. You asked: my parcel has not arrived"
    template = {"name": "after_call", "language": "en", "variables": ["Acme", "my parcel has not arrived"]}
    assert template.items() <= queued.details["template"].items()
    assert queued.conversation.active_ticket == ticket
    assert queued.conversation.customer == ticket.customer


def test_missing_template_leads_back_into_the_menu(voice, whatsapp):
    voice.config = {**voice.config, "deflect_to": "wa", "deflect_template": "unknown"}
    voice.save()
    phone = Phone(voice).call().press("1")
    assert "We could not send a message to your number." in phone.heard
    assert not phone.is_over
    assert not Call.objects.get().is_deflected


@pytest.mark.django_db(transaction=True)
def test_steps_that_come_three_times_at_once_leave_one_call_and_one_message(twilio, voice, sms):
    phone = Phone(voice)
    steps = [
        ("", {"CallStatus": "ringing"}),
        ("step=menu&attempt=0", {"Digits": "1"}),
        ("", {"CallStatus": "completed"}),
    ]

    def post(step):
        try:
            return post_signed(voice, {**phone.fields, **step[1]}, query=step[0]).status_code
        finally:
            connection.close()

    for step in steps:
        with ThreadPoolExecutor(3) as pool:
            assert set(pool.map(post, [step] * 3)) == {200}
    process_waiting_events()
    assert not InboundEvent.objects.filter(state__in=["received", "quarantined"]).exists()
    call = Call.objects.get()
    assert (call.is_deflected, call.state) == (True, "ended")
    assert Ticket.objects.count() == Customer.objects.count() == 1
    assert Message.objects.filter(channel=sms).count() == 1
