"""One Telegram update to plain values. Pure. https://core.telegram.org/bots/api#update"""

import re
from collections.abc import Callable
from typing import Any

from channels_app.adapters.base import (
    Address,
    Ignored,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ParseError,
    ReachChanged,
    digest,
)
from channels_app.adapters.telegram.content import MAX_TEXT_CHARACTERS, read_content, service_of
from channels_app.adapters.untrusted_json import Fields, load_json

_MAX_DELETED = 1000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})?")
# Known, and nothing that a customer says to us.
_OF_NO_INTEREST = frozenset({
    "business_connection", "message_reaction_count", "inline_query", "chosen_inline_result", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost",
})  # fmt: skip


def parse_update(body: bytes, *, bot_id: str = "") -> list[InboundItem]:
    """The items of an update; ``bot_id`` ("" for any) is the bot whose membership counts.

    Whatever comes from a group or a channel is ignored as "group". An update of an unknown type is ignored under its name, a message
    of an unknown kind is kept with the flag "unsupported".
    """
    update = Fields(load_json(body), place="update")
    update_id = update.identifier("update_id", is_required=True, limit=40)
    names = [name for name in update.present() if name != "update_id"]
    if not names:
        raise ParseError("missing", "The update holds nothing.")
    known = next((name for name in names if name in _READERS), "")
    content = update.object(known) if known else None
    if content is None:
        kind = known or names[0]
        reason = kind if kind in _OF_NO_INTEREST or known else f"unknown:{kind}"
        return [_ignored(reason, update_id, update.object(kind) if kind in _OF_NO_INTEREST else None)]
    return _READERS[known](content, update_id, bot_id)


def _ignored(reason: str, update_id: str, content: Fields | None) -> Ignored:
    sent_at = content.unix_time("date") if content is not None else None
    return Ignored(dedup_key=digest("ignored", update_id), reason=reason, sent_at=sent_at)


def _message(message: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    chat, sender = _chat(message), message.object("from")
    service = service_of(message)
    if not _is_private(chat):
        return [_ignored("group", update_id, message)]
    if service:
        return [_ignored(f"service:{service}", update_id, message)]
    if sender is None:
        raise ParseError("missing", "message.from is missing.")
    chat_id = chat.identifier("id", is_required=True, limit=40)
    content = read_content(message)
    text = message.long_text("text", limit=MAX_TEXT_CHARACTERS) or message.long_text(
        "caption", limit=MAX_TEXT_CHARACTERS
    )
    details = _details(message, text) | (content.details if content is not None else {})
    payload = str(details.pop("payload", ""))
    message_id = message.identifier("message_id", is_required=True, limit=40)
    # In a business account's chats both sides come along: what the account itself wrote is no customer's message.
    is_echo = message.has("business_connection_id") and sender.identifier("id", limit=40) != chat_id
    item = InboundMessage(
        dedup_key=digest("message", f"{chat_id}:{message_id}"),
        external_id=f"{chat_id}:{message_id}",
        sent_at=message.unix_time("date"),
        sender=_person(sender, sender.identifier("id", limit=40) if is_echo else chat_id),
        to=(_person(chat, chat_id),) if is_echo else (),
        text=text or (content.text if content is not None else ""),
        attachments=content.files if content is not None else (),
        details=details,
        payload=payload,
        in_reply_to=_replied_to(message, chat_id),
        language=_language(sender),
        is_echo=is_echo or sender.flag("is_bot"),
        flags=[] if content is not None else ["unsupported"],
    )
    return [item]


def _details(message: Fields, text: str) -> dict[str, Any]:
    details: dict[str, Any] = {}
    command, _blank, payload = text.partition(" ")
    if command == "/start" and payload.strip():
        details["referral"] = {"source": "start", "payload": payload.strip()[:64]}
    if message.has("media_group_id"):
        details["album"] = message.identifier("media_group_id", limit=100)
    if message.has("business_connection_id"):
        details["business_connection_id"] = message.identifier("business_connection_id", limit=200)
    origin = message.object("forward_origin")
    if origin is not None:
        details["forwarded"] = {"from": _origin_name(origin)}
    return details


def _origin_name(origin: Fields) -> str:
    """The name of whoever wrote what was forwarded: a user, one who hides, a group or a channel."""
    user, chat = origin.object("sender_user"), origin.object("sender_chat") or origin.object("chat")
    if user is not None:
        return _name(user)
    return origin.text("sender_user_name") or (chat.text("title") if chat is not None else "")


def _edited(message: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    chat = _chat(message)
    if not _is_private(chat):
        return [_ignored("group", update_id, message)]
    text = message.long_text("text", limit=MAX_TEXT_CHARACTERS) or message.long_text(
        "caption", limit=MAX_TEXT_CHARACTERS
    )
    if message.has("location"):
        return [_ignored("live_location", update_id, message)]
    changed = _changed_id(chat, message.identifier("message_id", is_required=True, limit=40))
    return [
        MessageChanged(
            dedup_key=digest("edited", changed, message.identifier("edit_date", limit=24), text),
            sent_at=message.unix_time("edit_date") or message.unix_time("date"),
            change_of=changed,
            change="edited",
            text=text,
        )
    ]


def _deleted(deleted: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    """Messages that were deleted in a business account's chat; Telegram tells no time for it."""
    chat = _chat(deleted)
    ids = deleted.integers("message_ids", limit=_MAX_DELETED)
    return [
        MessageChanged(
            dedup_key=digest("deleted", _changed_id(chat, str(number))),
            change_of=_changed_id(chat, str(number)),
            change="deleted",
        )
        for number in ids
    ]


def _pressed(query: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    """A pressed button: its title as text, its data as payload."""
    message, sender = query.object("message"), query.object("from")
    if message is None or sender is None or not _is_private(_chat(message)):
        return [_ignored("group" if message is not None else "inline_button", update_id, None)]
    query_id = query.identifier("id", is_required=True, limit=100)
    data = query.text("data")
    chat_id = _chat(message).identifier("id", is_required=True, limit=40)
    return [
        InboundMessage(
            dedup_key=digest("callback", query_id),
            external_id=f"callback:{query_id}",
            sender=_person(sender, chat_id),
            text=_button_title(message, data) or data,
            payload=data,
            in_reply_to=_changed_id(_chat(message), message.identifier("message_id", limit=40)),
            language=_language(sender),
        )
    ]


def _button_title(message: Fields, data: str) -> str:
    markup = message.object("reply_markup")
    rows = markup.rows("inline_keyboard", limit=100) if markup is not None else []
    return next((button.text("text") for row in rows for button in row if button.text("callback_data") == data), "")


def _membership(change: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    """The customer has blocked the bot ("kicked") or takes it back ("member")."""
    chat, member = _chat(change), change.object("new_chat_member")
    if not _is_private(chat):
        return [_ignored("group", update_id, change)]
    user = member.object("user") if member is not None else None
    if member is None or user is None:
        raise ParseError("missing", "my_chat_member.new_chat_member is missing.")
    if bot_id and user.identifier("id", limit=40) != bot_id:
        return [_ignored("other_bot", update_id, change)]
    status = member.text("status", limit=40)
    if status not in ("kicked", "member"):
        return [_ignored(f"membership:{status}", update_id, change)]
    is_reachable = status == "member"
    return [
        ReachChanged(
            dedup_key=digest("reach", update_id),
            sent_at=change.unix_time("date"),
            sender=_person(chat, chat.identifier("id", is_required=True, limit=40)),
            is_reachable=is_reachable,
            reason="" if is_reachable else "blocked",
        )
    ]


def _reaction(reaction: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    chat, user = _chat(reaction), reaction.object("user")
    if not _is_private(chat):
        return [_ignored("group", update_id, reaction)]
    given = reaction.objects("new_reaction", limit=20)
    changed = _changed_id(chat, reaction.identifier("message_id", is_required=True, limit=40))
    return [
        MessageChanged(
            dedup_key=digest("reaction", changed, update_id),
            sent_at=reaction.unix_time("date"),
            change_of=changed,
            change="reaction",
            # A custom emoji has only a number; none at all takes the reaction away.
            text=" ".join(one.text("emoji", limit=40) or "★" for one in given),
            sender=_person(user or chat, chat.identifier("id", limit=40)),
        )
    ]


def _group_post(post: Fields, update_id: str, bot_id: str) -> list[InboundItem]:
    return [_ignored("group", update_id, post)]


def _chat(container: Fields) -> Fields:
    chat = container.object("chat")
    if chat is None:
        raise ParseError("missing", f"{container.place}.chat is missing.")
    return chat


def _is_private(chat: Fields) -> bool:
    return chat.text("type", limit=40) == "private"


def _person(user: Fields, chat_id: str) -> Address:
    username = user.text("username", limit=100)
    return Address(address=chat_id, name=_name(user) or username, raw=f"@{username}" if username else chat_id)


def _name(user: Fields) -> str:
    return f"{user.text('first_name')} {user.text('last_name')}".strip()


def _language(user: Fields) -> str:
    written = user.text("language_code", limit=40)
    return written[:12] if _LANGUAGE.fullmatch(written) else ""


def _replied_to(message: Fields, chat_id: str) -> str:
    replied = message.object("reply_to_message")
    return f"{chat_id}:{replied.identifier('message_id', limit=40)}" if replied is not None else ""


def _changed_id(chat: Fields, message_id: str) -> str:
    return f"{chat.identifier('id', is_required=True, limit=40)}:{message_id}"


_READERS: dict[str, Callable[[Fields, str, str], list[InboundItem]]] = {
    "message": _message,
    "business_message": _message,
    "edited_message": _edited,
    "edited_business_message": _edited,
    "deleted_business_messages": _deleted,
    "callback_query": _pressed,
    "my_chat_member": _membership,
    "message_reaction": _reaction,
    "channel_post": _group_post,
    "edited_channel_post": _group_post,
}
