"""Twilio's voice webhooks to steps of a call. Pure.

The addresses that we hand to Twilio in TwiML name the step (``?step=menu``); what Twilio calls by itself is told apart by its
fields. https://www.twilio.com/docs/voice/twiml#request-parameters and the pages of Gather, Enqueue, Dial, Number and Record.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from channels_app.adapters.base import (
    Address,
    CallReceived,
    Ignored,
    InboundAttachment,
    InboundItem,
    ParseError,
    RawEvent,
    digest,
)
from channels_app.adapters.twilio.fields import Form, form_of, query_of
from channels_app.adapters.twilio.numbers import is_withheld, normalise_number

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_LIVE = frozenset({"", "queued", "initiated", "ringing", "in-progress"})
# Recordings by the verb for voicemail; every other source records a conversation.
_VOICEMAIL_SOURCE = "RecordVerb"
_ACCEPTED = frozenset("1234567890*#")
MAX_SPEECH_CHARACTERS = 4000


def parse_items(event: RawEvent, *, account_sid: str = "") -> list[InboundItem]:
    """The step of one request. Raises ParseError for what is no voice webhook."""
    form, query = form_of(event), query_of(event)
    sid = form.sid("CallSid")
    if not sid:
        raise ParseError("missing", "There is no CallSid.")
    at = form.time("Timestamp") or event.received_at
    if account_sid and form.text("AccountSid", limit=64) not in ("", account_sid):
        return [_ignored(sid, "other_account", at)]
    item = _step(form, query, sid, at)
    if isinstance(item, CallReceived) and item.step == "voicemail" and form.text("From"):
        # A report that says who called stands for the call itself, too.
        return [_call(form, sid, "ringing", at, {}, key="first"), item]
    return [item]


def _step(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    named = query.text("step", limit=20)
    if named:
        read = _READERS.get(named)
        return read(form, query, sid, at) if read is not None else _ignored(sid, f"unknown:{named}", at)
    if "RecordingSid" in form:
        return _transcription(form, sid, at) if "TranscriptionSid" in form else _recording(form, query, sid, at)
    conference = form.text("StatusCallbackEvent", limit=40)
    if conference:
        return _conference(form, sid, conference, at)
    state = form.text("CallStatus", limit=40).lower()
    if state in ENDED:
        if form.sid("ParentCallSid"):
            return _ignored(sid, "agent_leg", at)
        return _call(form, sid, "ended", at, {"seconds": form.number("CallDuration"), "status": state}, key=state)
    if state in _LIVE:
        return _call(form, sid, "ringing", at, {"name": form.text("CallerName", limit=200)}, key="first")
    return _ignored(sid, f"unknown:{state}", at)


def _menu(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    details = {
        "digits": form.text("Digits", limit=20),
        "speech": form.long_text("SpeechResult", limit=MAX_SPEECH_CHARACTERS).strip(),
        "confidence": form.share("Confidence"),
        "attempt": query.number("attempt") or 0,
        "is_waiting": query.text("step") == "wait-key",
    }
    return _call(form, sid, "menu", at, details, key=f"{query.text('step')}:{details['attempt']}:{details['digits']}")


def _wait(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    details = {
        "position": form.number("QueuePosition"),
        "seconds": form.number("QueueTime"),
        "size": form.number("CurrentQueueSize"),
    }
    return _call(form, sid, "queued", at, details, key=f"wait:{details['seconds']}")


def _left_queue(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    details = {"result": form.text("QueueResult", limit=40), "seconds": form.number("QueueTime")}
    return _call(form, sid, "queued", at, details, key=f"left:{query.number('round') or 0}")


def _accepted(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    """The agent's own leg: he pressed a key, so that a person and no answering machine has the call."""
    parent = form.sid("ParentCallSid") or query.sid("call")
    if not parent or form.text("Digits", limit=1) not in _ACCEPTED or not form.text("Digits"):
        return _ignored(sid, "not_accepted", at)
    details = {"agent": form.text("To", limit=120) or form.text("Called", limit=120), "leg": sid}
    return CallReceived(
        dedup_key=digest("call", parent, "answered", sid),
        external_id=parent,
        sent_at=at,
        caller=Address(address=""),
        step="answered",
        details=details,
    )


def _dialled(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    """What became of ringing the agents; Twilio tells it when the agent's leg is over."""
    status = form.text("DialCallStatus", limit=40)
    key = f"dial:{query.number('round') or 0}:{status}"
    if status in ("completed", "answered"):
        details = {"talk_seconds": form.number("DialCallDuration"), "leg": form.sid("DialCallSid")}
        return _call(form, sid, "ended", at, {**details, "is_leg": True}, key=key)
    return _call(form, sid, "failed", at, {"status": status}, key=key)


def _recording(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    status = form.text("RecordingStatus", limit=40).lower()
    if status != "completed":
        known = status in ("in-progress", "absent", "failed")
        return _ignored(sid, f"recording:{status}" if known else f"unknown:recording:{status}", at)
    source = form.text("RecordingSource", limit=60)
    is_voicemail = source == _VOICEMAIL_SOURCE or query.text("step") == "voicemail"
    recording, url = form.sid("RecordingSid"), form.long_text("RecordingUrl").strip()
    if not recording or not url:
        return _ignored(sid, "recording_without_address", at)
    return CallReceived(
        dedup_key=digest("call", sid, "recording", recording),
        external_id=sid,
        sent_at=at,
        caller=_caller(form),
        step="voicemail" if is_voicemail else "recorded",
        details={"recording": recording, "seconds": form.number("RecordingDuration")},
        attachments=[_audio(url, "voicemail" if is_voicemail else "recording", recording)],
    )


def _audio(url: str, name: str, recording: str) -> InboundAttachment:
    """The recording as MP3: the plain address gives WAV, eight times as large."""
    is_made_up = url.startswith("data:")
    if is_made_up:
        return InboundAttachment(name=f"{name}-{recording[:10]}.wav", content_type="audio/x-wav", url=url)
    address = url if url.endswith((".mp3", ".wav")) else f"{url}.mp3"
    return InboundAttachment(name=f"{name}-{recording[:10]}.mp3", content_type="audio/mpeg", url=address)


def _transcription(form: Form, sid: str, at: datetime | None) -> InboundItem:
    text = form.long_text("TranscriptionText", limit=20_000).strip()
    if form.text("TranscriptionStatus").lower() != "completed" or not text:
        return _ignored(sid, "not_transcribed", at)
    details = {"text": text, "recording": form.sid("RecordingSid")}
    return _call(form, sid, "transcribed", at, details, key=form.text("TranscriptionSid"))


def _conference(form: Form, sid: str, name: str, at: datetime | None) -> InboundItem:
    if name not in ("participant-hold", "participant-unhold"):
        return _ignored(sid, f"conference:{name}", at)
    step = "held" if name == "participant-hold" else "resumed"
    return CallReceived(
        dedup_key=digest("call", sid, step, form.text("SequenceNumber")),
        external_id=sid,
        sent_at=at,
        caller=Address(address=""),
        step="held" if step == "held" else "resumed",
    )


def _passing(reason: str) -> "Reader":
    def read(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
        return _ignored(sid, reason, at)

    return read


def _agent_leg(form: Form, query: Form, sid: str, at: datetime | None) -> InboundItem:
    return _ignored(sid, f"agent_leg:{form.text('CallStatus', limit=20)}", at)


Reader = Callable[[Form, Form, str, datetime | None], InboundItem]
_READERS: Mapping[str, Reader] = {
    "menu": _menu,
    "wait-key": _menu,
    "again": _menu,
    "wait": _wait,
    "queue": _left_queue,
    "dial": _dialled,
    "accept": _accepted,
    "recording": _recording,
    "voicemail": _recording,
    "transcription": lambda form, query, sid, at: _transcription(form, sid, at),
    # Answered in the same request and of no interest afterwards: the recording itself is told separately.
    "recorded": _passing("recorded"),
    "whisper": _passing("whisper"),
    "ending": _passing("ending"),
    "agent": _agent_leg,
}


def _call(
    form: Form, sid: str, step: Any, at: datetime | None, details: Mapping[str, Any], *, key: str
) -> CallReceived:
    return CallReceived(
        dedup_key=digest("call", sid, step, key),
        external_id=sid,
        sent_at=at,
        caller=_caller(form),
        called=normalise_number(form.text("To", limit=80)),
        step=step,
        details={name: value for name, value in details.items() if value not in (None, "")},
    )


def _caller(form: Form) -> Address:
    """Who called; an empty address where the number is withheld or, in reports on recordings, not told."""
    raw = form.text("From", limit=320) or form.text("Caller", limit=320)
    if is_withheld(raw):
        return Address(address="", raw=raw)
    return Address(address=normalise_number(raw), raw=raw, name=form.text("CallerName", limit=200))


def _ignored(sid: str, reason: str, at: datetime | None) -> Ignored:
    return Ignored(dedup_key=digest("call-ignored", sid, reason), external_id=sid, sent_at=at, reason=reason)
