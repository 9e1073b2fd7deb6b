"""What X's webhook brings (Account Activity): messages, posts that mention us, deletions, reading. Pure.

https://docs.x.com/x-api/account-activity/introduction
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ParseError,
    digest,
)
from channels_app.adapters.untrusted_json import Faults, Fields
from channels_app.adapters.x.media import read_medium
from channels_app.adapters.x.parse_v2 import MAX_TEXT_CHARACTERS, language_of, post_url
from channels_app.adapters.x.text import ShortLink, readable_text

_MAX_EVENTS = 200
_MAX_LINKS = 200
_TWITTER_TIME = "%a %b %d %H:%M:%S %z %Y"
_OF_NO_INTEREST = frozenset({
    "favorite_events", "follow_events", "block_events", "mute_events", "direct_message_indicate_typing_events", "user_event",
})  # fmt: skip
_BESIDE = frozenset({"for_user_id", "users", "apps", "user_has_blocked", "is_blocked_by"})


def parse_activity(document: Fields, *, own_id: str) -> list[InboundItem]:
    """Every item of the call. Where some cannot be read, the ParseError brings the others along."""
    for_user = document.identifier("for_user_id", limit=40)
    if own_id and for_user and for_user != own_id:
        return [Ignored(dedup_key=digest("other_account", for_user), reason="other_account")]
    items: list[InboundItem] = []
    faults = Faults()
    for name in document.present():
        reader = _READERS.get(name)
        if reader is None:
            if name not in _BESIDE:
                reason = name if name in _OF_NO_INTEREST else f"unknown:{name}"
                items.append(Ignored(dedup_key=digest("ignored", name), reason=reason))
            continue
        for event in document.events(name, limit=_MAX_EVENTS, faults=faults):
            with faults.collected():
                items.append(reader(event, document, own_id or for_user))
    faults.raise_beside(items)
    return items


def _direct_message(event: Fields, document: Fields, own_id: str) -> InboundItem:
    event_id = event.identifier("id", is_required=True, limit=40)
    sent_at = event.unix_time("created_timestamp", is_milliseconds=True)
    created = event.object("message_create")
    data = created.object("message_data") if created is not None else None
    if created is None or data is None:
        return Ignored(
            dedup_key=digest("dm", event_id), reason=f"unknown:{event.text('type', limit=60)}", sent_at=sent_at
        )
    sender_id = created.identifier("sender_id", is_required=True, limit=40)
    target = created.object("target")
    recipient_id = target.identifier("recipient_id", limit=40) if target is not None else ""
    is_echo = bool(own_id) and sender_id == own_id
    attachment = data.object("attachment")
    medium = attachment.object("media") if attachment is not None else None
    files = _media_files([medium] if medium is not None else [])
    pressed = data.object("quick_reply_response")
    return InboundMessage(
        dedup_key=digest("dm", event_id),
        external_id=event_id,
        sent_at=sent_at,
        sender=_person(sender_id, document),
        to=[_person(recipient_id, document)] if is_echo and recipient_id else (),
        text=_text(data, data.long_text("text", limit=MAX_TEXT_CHARACTERS), files),
        attachments=files,
        payload=pressed.text("metadata") if pressed is not None else "",
        is_echo=is_echo,
    )


def _post(event: Fields, document: Fields, own_id: str) -> InboundItem:
    post_id = event.identifier("id_str", is_required=True, limit=40)
    user = event.object("user")
    if user is None:
        raise ParseError("missing", f"{event.place}.user is missing.")
    author_id = user.identifier("id_str", is_required=True, limit=40)
    sent_at = _time(event)
    reason = _why_ignored(event, author_id, own_id)
    if reason:
        return Ignored(dedup_key=digest("post", post_id), reason=reason, sent_at=sent_at)
    whole = event.object("extended_tweet") or event
    media = whole.object("extended_entities") or event.object("extended_entities")
    files = _media_files(media.objects("media", limit=20) if media is not None else [])
    username = user.text("screen_name", limit=60)
    author = Address(
        address=author_id, name=user.text("name") or username, raw=f"@{username}" if username else author_id
    )
    # This generation of payloads does not say which conversation a reply belongs to; then all of an author's posts are one.
    conversation_id = event.identifier("conversation_id_str", limit=40)
    text = whole.long_text("full_text", limit=MAX_TEXT_CHARACTERS) or event.long_text("text", limit=MAX_TEXT_CHARACTERS)
    return InboundMessage(
        dedup_key=digest("post", post_id),
        external_id=post_id,
        thread_id=f"{conversation_id}:{author_id}" if conversation_id else f"public:{author_id}",
        sent_at=sent_at,
        sender=author,
        text=_text(whole, text, files),
        attachments=files,
        details={"post": {"id": post_id, "permalink": post_url(author, post_id), "conversation_id": conversation_id}},
        in_reply_to=event.identifier("in_reply_to_status_id_str", limit=40),
        language=language_of(event.text("lang", limit=40)),
        is_public=True,
    )


def _why_ignored(event: Fields, author_id: str, own_id: str) -> str:
    if event.has("retweeted_status"):
        return "retweet"
    if own_id and author_id == own_id:
        return "own_post"
    whole = event.object("extended_tweet") or event
    entities = whole.object("entities")
    mentioned = entities.objects("user_mentions", limit=100) if entities is not None else []
    names_us = any(one.identifier("id_str", limit=40) == own_id for one in mentioned)
    answers_us = event.identifier("in_reply_to_user_id_str", limit=40) == own_id
    return "" if not own_id or names_us or answers_us else "not_mentioned"


def _deleted(event: Fields, document: Fields, own_id: str) -> InboundItem:
    status = event.object("status")
    post_id = status.identifier("id", is_required=True, limit=40) if status is not None else ""
    return MessageChanged(
        dedup_key=digest("deleted", post_id),
        sent_at=event.unix_time("timestamp_ms", is_milliseconds=True),
        change_of=post_id,
        change="deleted",
    )


def _read(event: Fields, document: Fields, own_id: str) -> InboundItem:
    """The customer has read our messages up to now; it is also told when we read his, which says nothing of ours."""
    reader = event.identifier("sender_id", is_required=True, limit=40)
    read_at = event.unix_time("created_timestamp", is_milliseconds=True)
    key = digest("read", reader, event.identifier("created_timestamp", limit=24))
    if own_id and reader == own_id:
        return Ignored(dedup_key=key, reason="own_reading", sent_at=read_at)
    return DeliveryUpdate(dedup_key=key, sent_at=read_at, status="read", recipient=reader, until=read_at)


def _person(user_id: str, document: Fields) -> Address:
    users = document.object("users")
    user = users.object(user_id) if users is not None else None
    if user is None:
        return Address(address=user_id, raw=user_id)
    username = user.text("screen_name", limit=60)
    return Address(address=user_id, name=user.text("name") or username, raw=f"@{username}" if username else user_id)


def _media_files(media: Sequence[Fields]) -> list[InboundAttachment]:
    found = (read_medium(medium, url_names=("media_url_https", "media_url")) for medium in media)
    return [file for file in found if file is not None]


def _text(holder: Fields, text: str, files: Sequence[InboundAttachment]) -> str:
    entities = holder.object("entities")
    links = []
    for name in ("urls", "media"):
        for entity in entities.objects(name, limit=_MAX_LINKS) if entities is not None else []:
            links.append(
                ShortLink(
                    short=entity.text("url", limit=4000),
                    full=entity.text("expanded_url", limit=4000),
                    is_medium=name == "media",
                )
            )
    return readable_text(text, links, has_files=bool(files))


def _time(event: Fields) -> datetime | None:
    exact = event.unix_time("timestamp_ms", is_milliseconds=True)
    if exact is not None:
        return exact
    written = event.text("created_at", limit=64)
    try:
        return datetime.strptime(written, _TWITTER_TIME).astimezone(UTC) if written else None
    except ValueError:
        raise ParseError("invalid_time", f"{event.place}.created_at is no time.") from None


_READERS: dict[str, Callable[[Fields, Fields, str], InboundItem]] = {
    "direct_message_events": _direct_message,
    "tweet_create_events": _post,
    "tweet_delete_events": _deleted,
    "direct_message_mark_read_events": _read,
}
