"""Twilio's messaging webhooks to plain values: messages, what became of ours, consent. Pure.

https://www.twilio.com/docs/messaging/guides/webhook-request and .../guides/outbound-message-status-in-status-callbacks
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    ParseError,
    RawEvent,
    ReachChanged,
    digest,
)
from channels_app.adapters.twilio.failures import OPTED_OUT, words_for
from channels_app.adapters.twilio.fields import Form, form_of
from channels_app.adapters.twilio.numbers import normalise_number
from channels_app.policies.consent_words import Consent, consent_of

MAX_FILES = 10
_STATES: Mapping[str, Literal["sent", "delivered", "failed"]] = {
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
# On the way, or what only senders have that this channel does not serve (RCS and WhatsApp say that a message was read).
_PASSING = frozenset(
    {"accepted", "scheduled", "queued", "sending", "receiving", "received", "read", "partially_delivered"}
)
_OTHER_NETWORKS = ("whatsapp:", "messenger:")
_CONSENTS: Mapping[str, Consent] = {"STOP": "stop", "START": "start", "HELP": "help"}
_ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "video/mp4": "mp4", "video/3gpp": "3gp", "audio/amr": "amr", "audio/mpeg": "mp3", "audio/ogg": "ogg",
    "audio/mp4": "m4a", "application/pdf": "pdf", "text/vcard": "vcf", "text/x-vcard": "vcf", "text/plain": "txt",
}  # fmt: skip


def parse_items(event: RawEvent, *, account_sid: str = "") -> list[InboundItem]:
    """The items of one request. Raises ParseError for what is no messaging webhook, and for another network's customers."""
    form = form_of(event)
    sid = form.sid("MessageSid", "SmsSid", "SmsMessageSid")
    if not sid:
        raise ParseError("missing", "There is no MessageSid.")
    state = form.text("MessageStatus", limit=40).lower()
    is_ours = not account_sid or form.text("AccountSid", limit=64) in ("", account_sid)
    if not is_ours:
        return [_ignored(sid, "other_account", event.received_at)]
    if state:
        return _delivery(form, sid, state, event.received_at)
    for place in ("From", "To"):
        network = next((one for one in _OTHER_NETWORKS if form.text(place).lower().startswith(one)), "")
        if network:
            raise ParseError(
                "other_network",
                f"This is a message of {network.rstrip(':')}, not a text message. Set up a channel of that kind, "
                "and point only the telephone number's webhook here.",
            )
    return _message(form, sid, event.received_at)


def _message(form: Form, sid: str, at: datetime | None) -> list[InboundItem]:
    sender_raw = form.text("From", limit=320)
    if not sender_raw:
        raise ParseError("missing", "There is no From.")
    sender = Address(address=normalise_number(sender_raw), raw=sender_raw, name=form.text("ProfileName", limit=200))
    text = form.long_text("Body", limit=20_000)
    consent = _consent(form, text)
    files = _files(form, sid)
    message = InboundMessage(
        dedup_key=digest("sms", sid),
        external_id=sid,
        sent_at=at,
        sender=sender,
        text=text,
        reply_text=text,
        attachments=files,
        to=[Address(address=normalise_number(form.text("To", limit=320)))] if form.text("To") else [],
        # Nobody owes an answer to it: the provider or this channel has given it already.
        is_auto_reply=consent == "stop" or (consent == "start" and text.strip().casefold() != "yes"),
        no_auto_answer=consent is not None,
        flags=_flags(form, text, consent, files),
        details=_details(form),
    )
    if consent not in ("stop", "start"):
        return [message]
    reach = ReachChanged(
        dedup_key=digest("sms-reach", sid),
        external_id=sid,
        sent_at=at,
        sender=sender,
        is_reachable=consent == "start",
        reason=consent,
    )
    return [message, reach]


def _consent(form: Form, text: str) -> Consent | None:
    """What Twilio says that the customer meant (Advanced Opt-Out knows the account's own words), else what the words say."""
    return _CONSENTS.get(form.text("OptOutType", limit=20).upper()) or consent_of(text)


def _flags(form: Form, text: str, consent: Consent | None, files: list[InboundAttachment]) -> list[str]:
    flags = {"stop": ["opt_out"], "start": ["opt_in"], "help": ["asks_help"]}.get(consent or "", [])
    if (form.number("NumMedia") or 0) > len(files):
        flags = [*flags, "files_left_out"]
    return [*flags, "unsupported"] if not text.strip() and not files else flags


def _files(form: Form, sid: str) -> list[InboundAttachment]:
    files = []
    for index in range(min(form.number("NumMedia") or 0, MAX_FILES)):
        kind = form.text(f"MediaContentType{index}", limit=127).lower()
        url = form.long_text(f"MediaUrl{index}").strip()
        if url:
            name = f"{sid[:10]}-{index + 1}.{_ENDINGS.get(kind, 'bin')}"
            files.append(InboundAttachment(name=name, content_type=kind, url=url))
    return files


def _details(form: Form) -> dict[str, Any]:
    details: dict[str, Any] = {}
    segments = form.number("NumSegments")
    if segments:
        details["segments"] = segments
    place = {key: form.text(name, limit=100) for key, name in _PLACES.items() if form.text(name)}
    if place:
        details["number_from"] = place
    original = form.sid("OriginalRepliedMessageSid")
    if original:
        details["answers"] = original
    return details


_PLACES = {"country": "FromCountry", "state": "FromState", "city": "FromCity", "zip": "FromZip"}


def _delivery(form: Form, sid: str, state: str, at: datetime | None) -> list[InboundItem]:
    status = _STATES.get(state)
    if status is None:
        return [_ignored(sid, state if state in _PASSING else f"unknown:{state}", at)]
    code = form.text("ErrorCode", limit=40)
    recipient = normalise_number(form.text("To", limit=320))
    update = DeliveryUpdate(
        dedup_key=digest("sms-status", sid, state),
        external_id=sid,
        sent_at=at,
        status=status,
        status_of=sid,
        recipient=recipient,
        error_code=(code or "canceled") if status == "failed" and (code or state == "canceled") else code,
        reason=words_for(code) or form.text("ErrorMessage", limit=500),
    )
    if code != OPTED_OUT or not recipient:
        return [update]
    refused = ReachChanged(
        dedup_key=digest("sms-reach", sid, state),
        external_id=sid,
        sent_at=at,
        sender=Address(address=recipient),
        is_reachable=False,
        reason="stop",
    )
    return [update, refused]


def _ignored(sid: str, reason: str, at: datetime | None) -> Ignored:
    return Ignored(dedup_key=digest("sms-ignored", sid, reason), external_id=sid, sent_at=at, reason=reason)
