"""What Twilio's voice webhooks say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import CallReceived, ChannelConfig, Ignored, ParseError, RawEvent
from channels_app.adapters.voice.adapter import VoiceAdapter
from helpdesk.common.clock import now

PAYLOADS = Path(__file__).resolve().parent / "payloads"
AT = now()
CALL = "CA" + "0" * 31 + "7"


def event(name, **query):
    return RawEvent(body=(PAYLOADS / f"{name}.form").read_bytes(), received_at=AT, meta={"query": query})


def step(name, **query):
    *_before, item = VoiceAdapter(ChannelConfig()).parse(event(name, **query))
    return item


def test_first_request_is_a_ringing_call_with_its_caller():
    call = step("example")
    assert isinstance(call, CallReceived)
    assert (call.step, call.external_id, call.caller.address) == ("ringing", CALL, "+447700900001")
    assert (call.called, call.caller.name, call.sent_at) == ("+447700900123", "CARLA CRUZ", AT)


def test_withheld_number_is_no_address():
    assert step("ringing_withheld").caller.address == ""


def test_key_and_words_come_with_the_attempt():
    assert step("menu_key", step="menu", attempt="1").details == {"digits": "1", "attempt": 1, "is_waiting": False}
    said = step("menu_speech", step="menu", attempt="0").details
    assert (said["speech"], round(said["confidence"], 2)) == ("my parcel has not arrived", 0.92)
    assert "digits" not in step("menu_nothing", step="menu").details


@pytest.mark.parametrize(
    ("name", "query", "wanted", "details"),
    [
        ("queue_wait", {"step": "wait"}, "queued", {"position": 2, "seconds": 40, "size": 3}),
        ("queue_left", {"step": "queue", "round": "1"}, "queued", {"result": "leave", "seconds": 61}),
        ("dial_no_answer", {"step": "dial"}, "failed", {"status": "no-answer"}),
        ("call_completed", {}, "ended", {"seconds": 140, "status": "completed"}),
        ("conference_hold", {}, "held", {}),
        ("conference_unhold", {}, "resumed", {}),
    ],
)
def test_request_is_a_step_of_the_call(name, query, wanted, details):
    found = step(name, **query)
    assert (found.step, found.external_id, dict(found.details)) == (wanted, CALL, details)


def test_end_of_the_agents_leg_is_not_the_end_of_the_call():
    details = step("dial_answered", step="dial").details
    assert (details["talk_seconds"], details["is_leg"]) == (95, True)


def test_agent_who_presses_a_key_answers_the_callers_call():
    answered = step("accepted", step="accept")
    assert (answered.step, answered.external_id) == ("answered", CALL)
    assert answered.details["agent"] == "+447700900200"


def test_agents_leg_without_a_key_answers_nothing():
    for name, query in (
        ("whisper", {"step": "accept"}),
        ("whisper", {"step": "whisper"}),
        ("agent_ringing", {"step": "agent"}),
    ):
        assert isinstance(step(name, **query), Ignored)


@pytest.mark.parametrize(
    ("name", "wanted"), [("recording_voicemail", "voicemail"), ("recording_conversation", "recorded")]
)
def test_recording_is_a_file_of_its_call(name, wanted):
    found = step(name)
    assert found.step == wanted
    (file,) = found.attachments
    assert (file.content_type, file.url[-4:]) == ("audio/mpeg", ".mp3")


def test_transcript_names_its_recording():
    found = step("transcription", step="transcription")
    assert found.details == {"text": "Please call me about my invoice.", "recording": "RE" + "1" * 32}


def test_times_of_the_provider_count_where_it_tells_them():
    assert step("call_completed").sent_at == datetime(2026, 11, 22, 10, 2, 20, tzinfo=UTC)


def test_unknown_steps_and_states_stay_visible():
    assert step("example", step="dance").reason == "unknown:dance"
    body = b"CallSid=CA1&CallStatus=levitating"
    (ignored,) = VoiceAdapter(ChannelConfig()).parse(RawEvent(body=body, received_at=AT))
    assert ignored.reason == "unknown:levitating"


def test_same_key_pressed_twice_is_two_events():
    adapter = VoiceAdapter(ChannelConfig())
    keys = {adapter.event_key(event("menu_key", step="menu", attempt=str(number))) for number in (0, 1)}
    assert len(keys) == 2


def test_request_for_another_account_is_dropped():
    (ignored,) = VoiceAdapter(ChannelConfig(config={"account_sid": "AC" + "f" * 32})).parse(event("example"))
    assert ignored.reason == "other_account"


@pytest.mark.parametrize("body", [b"", b"CallSid=", b"CallSid=../../x", b"{}", b"{", b"MessageSid=SM1"])
def test_what_is_no_call_cannot_be_read(body):
    with pytest.raises(ParseError):
        VoiceAdapter(ChannelConfig()).parse(RawEvent(body=body))
