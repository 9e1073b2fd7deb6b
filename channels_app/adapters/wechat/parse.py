"""WeChat's messages and events to plain values. Pure.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html and .../Receiving_event_pushes.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    ParseError,
    ReachChanged,
    digest,
)
from helpdesk.common.text import one_line

MEDIA = "media:"
_VOICE_TYPES = {"amr": "audio/amr", "speex": "audio/x-speex", "mp3": "audio/mpeg"}
# Events that say nothing an agent would act on.
_OF_NO_INTEREST = {"SCAN": "scan", "VIEW": "view", "LOCATION": "location_report", "VIEW_MINIPROGRAM": "view"}


def item_key(fields: Mapping[str, str]) -> bytes:
    """What makes a delivery the same when WeChat repeats it: MsgId, for events sender, time and kind."""
    owner = fields.get("ToUserName", "")
    if fields.get("MsgType") != "event" and fields.get("MsgId"):
        return digest("wechat", owner, fields["MsgId"])
    parts = [fields.get(name, "") for name in ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgID")]
    return digest("wechat-event", owner, *parts)


def is_for(fields: Mapping[str, str], original_id: str) -> bool:
    """Whether the call was made for the account with this original ID ("" for any)."""
    return not original_id or fields.get("ToUserName", "").strip() in ("", original_id)


def parse_fields(fields: Mapping[str, str], *, original_id: str = "") -> list[InboundItem]:
    """The item that the fields are; of another account than ``original_id`` it is ignored visibly.

    Raises ParseError for what names no sender, time or type.
    """
    for name in ("FromUserName", "CreateTime", "MsgType"):
        if not fields.get(name, "").strip():
            raise ParseError("missing", f"{name} is missing.")
    kind = fields["MsgType"].strip()
    if not is_for(fields, original_id):
        return [Ignored(dedup_key=item_key(fields), sent_at=_sent_at(fields), reason="other_account")]
    if kind == "event":
        return [_parse_event(fields)]
    reader = _READERS.get(kind)
    if reader is None:
        return [_message(fields, flags=("unsupported",), details={"type": one_line(kind)[:40]})]
    return [reader(fields)]


def _sent_at(fields: Mapping[str, str]) -> datetime:
    written = fields["CreateTime"].strip()
    try:
        if not written.isascii() or not written.isdigit() or len(written) > 12:
            raise ValueError
        return datetime.fromtimestamp(int(written), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise ParseError("invalid_time", "CreateTime is no Unix time.") from None


def _sender(fields: Mapping[str, str]) -> Address:
    return Address(address=one_line(fields["FromUserName"])[:128])


def _message(fields: Mapping[str, str], **values: Any) -> InboundMessage:
    text = values.pop("text", "")
    return InboundMessage(
        dedup_key=item_key(fields),
        external_id=one_line(fields.get("MsgId", ""))[:64],
        sent_at=_sent_at(fields),
        sender=_sender(fields),
        text=text,
        reply_text=text,
        **values,
    )


def _text(fields: Mapping[str, str]) -> InboundMessage:
    # A pressed line of a menu message comes as its text with the id that we gave the line.
    return _message(fields, text=fields.get("Content", ""), payload=one_line(fields.get("bizmsgmenuid", ""))[:200])


def _image(fields: Mapping[str, str]) -> InboundMessage:
    return _message(fields, attachments=(_file(fields, "image.jpg", "image/jpeg"),))


def _voice(fields: Mapping[str, str]) -> InboundMessage:
    ending = fields.get("Format", "amr").strip().lower()
    content_type = _VOICE_TYPES.get(ending, "audio/amr")
    file = _file(fields, f"voice.{ending if ending in _VOICE_TYPES else 'amr'}", content_type)
    # WeChat writes down what was said where the account has switched that on.
    said = fields.get("Recognition", "").strip()
    return _message(fields, text=said, attachments=(file,), details={"voice": {"is_recognised": bool(said)}})


def _video(fields: Mapping[str, str]) -> InboundMessage:
    return _message(fields, attachments=(_file(fields, "video.mp4", "video/mp4"),))


def _file(fields: Mapping[str, str], name: str, content_type: str) -> InboundAttachment:
    media_id = one_line(fields.get("MediaId", ""))[:300]
    if not media_id:
        raise ParseError("missing", "MediaId is missing.")
    return InboundAttachment(name=name, content_type=content_type, url=f"{MEDIA}{media_id}")


def _location(fields: Mapping[str, str]) -> InboundMessage:
    try:
        latitude, longitude = float(fields.get("Location_X", "")), float(fields.get("Location_Y", ""))
    except ValueError:
        raise ParseError("invalid_location", "Location_X or Location_Y is no number.") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ParseError("invalid_location", "The location is off the globe.")
    label = one_line(fields.get("Label", ""))[:500]
    place = {"latitude": latitude, "longitude": longitude, "name": label, "address": ""}
    return _message(fields, text=label, details={"location": place})


def _link(fields: Mapping[str, str]) -> InboundMessage:
    parts = [fields.get(name, "").strip() for name in ("Title", "Description", "Url")]
    return _message(fields, text="\n".join(part for part in parts if part))


def _parse_event(fields: Mapping[str, str]) -> InboundItem:
    event = one_line(fields.get("Event", ""))[:60]
    key, sent_at = item_key(fields), _sent_at(fields)
    if event in ("subscribe", "unsubscribe"):
        is_following = event == "subscribe"
        reason = "follow" if is_following else "unfollow"
        return ReachChanged(
            dedup_key=key, sent_at=sent_at, sender=_sender(fields), is_reachable=is_following, reason=reason
        )
    if event == "CLICK":
        pressed = one_line(fields.get("EventKey", ""))[:128]
        return _message(fields, text=pressed, payload=pressed)
    if event == "TEMPLATESENDJOBFINISH":
        return _template_finished(fields, key, sent_at)
    reason = _OF_NO_INTEREST.get(event, f"unknown:{event}")
    return Ignored(dedup_key=key, sent_at=sent_at, reason=reason)


def _template_finished(fields: Mapping[str, str], key: bytes, sent_at: datetime) -> DeliveryUpdate:
    status = one_line(fields.get("Status", ""))[:200]
    is_delivered = status == "success"
    return DeliveryUpdate(
        dedup_key=key,
        sent_at=sent_at,
        status="delivered" if is_delivered else "failed",
        status_of=one_line(fields.get("MsgID", ""))[:64],
        recipient=_sender(fields).address,
        error_code="" if is_delivered else status.partition(":")[2].strip().replace(" ", "_")[:40] or "failed",
        reason="" if is_delivered else status,
    )


_READERS: dict[str, Callable[[Mapping[str, str]], InboundItem]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}
