"""Private messages and what happens to them: one event of ``messaging`` or ``standby`` to items. Pure.

Shapes: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events; Instagram sends the same ones with few
differences (unsend as ``is_deleted``, ``read`` with an id instead of a watermark, replies to stories).
"""

from typing import Any

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    HandedOver,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ParseError,
    digest,
)
from channels_app.adapters.meta.attachments import MAX_URL_CHARACTERS, Content, add_story, read_attachments
from channels_app.adapters.meta.events import MAX_ID_CHARACTERS, Place, ignored, moment
from channels_app.adapters.untrusted_json import Fields

# What we put into ``metadata`` of every message of ours, so that its echo is known without the app's id.
METADATA_PREFIX = "helpdesk:"
MAX_TEXT_CHARACTERS = 100_000
_MAX_MIDS = 1000
_HANDOVERS = ("pass_thread_control", "take_thread_control", "request_thread_control", "app_roles")
# Understood, and nothing that anybody has to answer.
_OF_NO_INTEREST = ("optin", "account_linking", "policy_enforcement", "messaging_feedback", "game_play", "typing")


def read_messaging(event: Fields, place: Place) -> list[InboundItem]:
    """The items of one event; an unknown one is kept as ignored."""
    if event.object("message") is not None:
        return [_message(event, place)]
    if event.object("postback") is not None:
        return [_postback(event, place)]
    if event.object("reaction") is not None:
        return [_reaction(event, place)]
    if event.object("message_edit") is not None:
        return [_edit(event, place)]
    if event.object("delivery") is not None:
        return _delivered(event, place)
    if event.object("read") is not None:
        return [_seen(event, place)]
    if event.object("referral") is not None:
        # The person followed a link or an advertisement into the chat and has said nothing yet.
        return [ignored("referral", event, place, _person(event, "sender"))]
    if _is_ours_now(event, place):
        sender = _address(event, "sender", is_required=True)
        at = moment(event, "timestamp") or place.at
        return [HandedOver(dedup_key=digest("handed over", sender.address, str(at)), sent_at=at, sender=sender)]
    return [ignored(_reason(event), event, place, _person(event, "sender"))]


def _is_ours_now(event: Fields, place: Place) -> bool:
    """Whether another app has passed the thread to ours; without our app's id nobody can tell."""
    control = event.object("pass_thread_control")
    new_owner = control.identifier("new_owner_app_id", limit=MAX_ID_CHARACTERS) if control is not None else ""
    return bool(new_owner) and new_owner == place.account.app_id


def _reason(event: Fields) -> str:
    for name in _HANDOVERS:
        if event.has(name):
            return f"handover:{name}"
    for name in _OF_NO_INTEREST:
        if event.has(name):
            return name
    known = {"sender", "recipient", "timestamp"}
    return f"unknown:{next((name for name in event.present() if name not in known), 'event')}"


def _message(event: Fields, place: Place) -> InboundItem:
    message = _object(event, "message")
    mid = message.identifier("mid", limit=MAX_ID_CHARACTERS)
    at = moment(event, "timestamp") or place.at
    if message.flag("is_deleted"):
        return MessageChanged(
            dedup_key=digest("deleted", mid),
            sent_at=at,
            change_of=mid,
            change="deleted",
            sender=_address(event, "sender"),
        )
    is_echo = message.flag("is_echo")
    if is_echo and _is_own_echo(message, place):
        return ignored("own_echo", event, place, mid)
    content = read_attachments(message)
    payload = _read_quick_reply(message)
    in_reply_to = _read_reply_to(message, content)
    _read_referral(message, content)
    text = message.long_text("text", limit=MAX_TEXT_CHARACTERS) or "\n".join(filter(None, content.lines))
    is_empty = not (text or content.files or content.details or payload)
    if message.flag("is_unsupported") or is_empty:
        content.add_unknown("message")
    sender = _address(event, "sender", is_required=True)
    return InboundMessage(
        dedup_key=digest("message", mid) if mid else digest("message", sender.address, str(at), text),
        external_id=mid,
        sent_at=at,
        sender=sender,
        to=[_address(event, "recipient", is_required=is_echo)],
        text=text,
        reply_text=text,
        payload=payload,
        attachments=content.files,
        in_reply_to=in_reply_to,
        details=content.details,
        flags=content.flags,
        is_echo=is_echo,
        is_standby=place.is_standby,
    )


def _is_own_echo(message: Fields, place: Place) -> bool:
    app_id = message.identifier("app_id", limit=MAX_ID_CHARACTERS)
    is_our_app = bool(app_id) and app_id == place.account.app_id
    return is_our_app or message.text("metadata", limit=2000).startswith(METADATA_PREFIX)


def _read_quick_reply(message: Fields) -> str:
    quick_reply = message.object("quick_reply")
    return quick_reply.text("payload", limit=2000) if quick_reply is not None else ""


def _read_reply_to(message: Fields, content: Content) -> str:
    """The id of the message that is answered; an answered story goes into the content."""
    reply_to = message.object("reply_to")
    if reply_to is None:
        return ""
    story = reply_to.object("story")
    if story is not None:
        story_id = story.identifier("id", limit=MAX_ID_CHARACTERS)
        add_story(content, kind="reply", story_id=story_id, url=story.text("url", limit=MAX_URL_CHARACTERS))
    return reply_to.identifier("mid", limit=MAX_ID_CHARACTERS)


def _read_referral(holder: Fields, content: Content) -> None:
    """Where the person came from: an m.me link with its ref, an advertisement, a shop's product."""
    referral = holder.object("referral")
    if referral is None:
        return
    names = ("ref", "source", "type", "ad_id", "referer_uri")
    found: dict[str, Any] = {name: referral.identifier(name, limit=2100) for name in names}
    context = referral.object("ads_context_data")
    if context is not None:
        found["title"] = context.text("ad_title")
        found["post_id"] = context.identifier("post_id", limit=MAX_ID_CHARACTERS)
    product = referral.object("product")
    if product is not None:
        found["product_id"] = product.identifier("id", limit=MAX_ID_CHARACTERS)
    content.details["referral"] = {name: value for name, value in found.items() if value}


def _postback(event: Fields, place: Place) -> InboundItem:
    """A pressed button; also "Get started", with the referral that led there."""
    postback = _object(event, "postback")
    mid = postback.identifier("mid", limit=MAX_ID_CHARACTERS)
    at = moment(event, "timestamp") or place.at
    sender = _address(event, "sender", is_required=True)
    content = Content()
    _read_referral(postback, content)
    title = postback.text("title", limit=2000)
    payload = postback.text("payload", limit=2000)
    return InboundMessage(
        dedup_key=digest("message", mid) if mid else digest("postback", sender.address, str(at), payload),
        external_id=mid,
        sent_at=at,
        sender=sender,
        to=[_address(event, "recipient")],
        text=title,
        reply_text=title,
        payload=payload,
        details=content.details,
        is_standby=place.is_standby,
    )


def _reaction(event: Fields, place: Place) -> InboundItem:
    reaction = _object(event, "reaction")
    mid = reaction.identifier("mid", is_required=True, limit=MAX_ID_CHARACTERS)
    sender = _address(event, "sender")
    is_taken_back = reaction.text("action", limit=100) == "unreact"
    shown = reaction.text("emoji", limit=100) or reaction.text("reaction", limit=100)
    at = moment(event, "timestamp") or place.at
    return MessageChanged(
        dedup_key=digest("reaction", mid, sender.address, str(at), "" if is_taken_back else shown),
        sent_at=at,
        change_of=mid,
        change="reaction",
        # An empty one takes the person's reaction away.
        text="" if is_taken_back else shown,
        sender=sender,
    )


def _edit(event: Fields, place: Place) -> InboundItem:
    edit = _object(event, "message_edit")
    mid = edit.identifier("mid", is_required=True, limit=MAX_ID_CHARACTERS)
    return MessageChanged(
        dedup_key=digest("edited", mid, edit.identifier("num_edit", limit=40)),
        sent_at=moment(event, "timestamp") or place.at,
        change_of=mid,
        change="edited",
        text=edit.long_text("text", limit=MAX_TEXT_CHARACTERS),
        sender=_address(event, "sender"),
    )


def _delivered(event: Fields, place: Place) -> list[InboundItem]:
    """Everything until the watermark has arrived; the ids beside it are not always given, and never all of them."""
    delivery = _object(event, "delivery")
    person = _person(event, "sender")
    until = moment(delivery, "watermark")
    at = moment(event, "timestamp") or until or place.at
    items: list[InboundItem] = [
        DeliveryUpdate(
            dedup_key=digest("delivered", mid), sent_at=at, status="delivered", status_of=mid, recipient=person
        )
        for mid in delivery.names("mids", limit=_MAX_MIDS)
    ]
    if until is not None:
        key = digest("delivered until", person, until.isoformat())
        items.append(DeliveryUpdate(dedup_key=key, sent_at=at, status="delivered", recipient=person, until=until))
    return items or [ignored("empty", event, place, person)]


def _seen(event: Fields, place: Place) -> InboundItem:
    """Messenger names the time until which the person has read, Instagram the newest message that she has read."""
    seen = _object(event, "read")
    person = _person(event, "sender")
    until, mid = moment(seen, "watermark"), seen.identifier("mid", limit=MAX_ID_CHARACTERS)
    at = moment(event, "timestamp") or until or place.at
    if until is None and mid:
        until = moment(event, "timestamp")
    if until is None and not mid:
        return ignored("empty", event, place, person)
    return DeliveryUpdate(
        dedup_key=digest("read", person, mid, until.isoformat() if until else ""),
        sent_at=at,
        status="read",
        status_of=mid,
        recipient=person,
        until=until,
    )


def _object(event: Fields, name: str) -> Fields:
    found = event.object(name)
    if found is None:
        raise ParseError("missing", f"{event.place}.{name} is missing.")
    return found


def _person(event: Fields, name: str) -> str:
    return _address(event, name).address


def _address(event: Fields, name: str, *, is_required: bool = False) -> Address:
    """The page-scoped id of ``sender`` or ``recipient``; providers give no name, trials do."""
    holder = event.object(name)
    if holder is None:
        if is_required:
            raise ParseError("missing", f"{event.place}.{name} is missing.")
        return Address(address="")
    return Address(
        address=holder.identifier("id", is_required=is_required, limit=MAX_ID_CHARACTERS), name=holder.text("name")
    )
