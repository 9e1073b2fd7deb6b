"""What webhooks leave out: who wrote, under which post, and what a mention says. Read once, kept for a while."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.core.cache import cache

from channels_app.adapters.base import AdapterError, Address, InboundMessage
from channels_app.adapters.meta.attachments import Content, add_file
from channels_app.adapters.meta.comments import USERNAME_KIND, thread_of
from channels_app.adapters.meta.graph import GraphClient
from helpdesk.common.text import clean_text, one_line

logger = logging.getLogger(__name__)

KNOWN_SECONDS = 24 * 3600
# A profile that cannot be read (the person allows it not, the limit is reached) is asked for again later.
UNKNOWN_SECONDS = 600
_MAX_POST_CHARACTERS = 2000


def with_name(client: GraphClient, item: InboundMessage, *, scope: str, fields: str) -> InboundMessage:
    """The item with the name of its sender where the provider tells it; without it otherwise."""
    person = item.sender.address
    if item.sender.name or not person.isdigit():
        return item
    name = _remember(f"meta-name:{scope}:{person}", lambda: _read_name(client, person, fields))
    return replace(item, sender=replace(item.sender, name=name)) if name else item


def _read_name(client: GraphClient, person: str, fields: str) -> str:
    profile = client.read(person, fields=fields)
    parts = [_text(profile.get("first_name")), _text(profile.get("last_name"))]
    return _text(profile.get("name")) or " ".join(filter(None, parts)) or _text(profile.get("username"))


def with_post(client: GraphClient, item: InboundMessage, *, scope: str, fields: tuple[str, str]) -> InboundMessage:
    """The item with text and address of the post it stands under; ``fields`` are the provider's names of the two."""
    post = item.details.get("post")
    if not isinstance(post, dict) or not post.get("id") or post.get("text"):
        return item
    post_id = str(post["id"])
    known = _remember(f"meta-post:{scope}:{post_id}", lambda: _read_post(client, post_id, fields))
    if not known:
        return item
    permalink, _separator, text = known.partition("\n")
    found = {**post, "text": text, "permalink": post.get("permalink") or permalink}
    return replace(item, details={**item.details, "post": found})


def _read_post(client: GraphClient, post_id: str, fields: tuple[str, str]) -> str:
    answer = client.read(post_id, fields=",".join(fields))
    text = _text(answer.get(fields[0]))[:_MAX_POST_CHARACTERS]
    return f"{one_line(_text(answer.get(fields[1])))[:_MAX_POST_CHARACTERS]}\n{text}"


def with_mention(client: GraphClient, item: InboundMessage, *, account_id: str) -> InboundMessage:
    """The comment or caption that names us. Raises AdapterError: without it nobody knows who said what."""
    mention = item.details.get("mention")
    if not isinstance(mention, dict) or "not_fetched" not in item.flags:
        return item
    media_id, comment_id = str(mention.get("media_id") or ""), str(mention.get("comment_id") or "")
    if comment_id:
        wanted = f"mentioned_comment.comment_id({comment_id}){{text,username,media{{id,permalink,caption}}}}"
        found = _object(client.read(account_id, fields=wanted).get("mentioned_comment"))
        media, text = _object(found.get("media")), _text(found.get("text"))
    else:
        wanted = f"mentioned_media.media_id({media_id}){{caption,username,permalink,media_type,media_url}}"
        media = found = _object(client.read(account_id, fields=wanted).get("mentioned_media"))
        text = _text(found.get("caption"))
    return _mention_as_read(item, media_id, text, found=found, media=media)


def _mention_as_read(
    item: InboundMessage, media_id: str, text: str, *, found: Mapping[str, Any], media: Mapping[str, Any]
) -> InboundMessage:
    username = one_line(_text(found.get("username")))
    content = Content()
    picture = _text(found.get("media_url"))
    if picture:
        add_file(content, "video" if _text(found.get("media_type")) == "VIDEO" else "image", picture)
    post = {
        "id": media_id,
        "permalink": _text(media.get("permalink"))[:_MAX_POST_CHARACTERS],
        "text": _text(media.get("caption"))[:_MAX_POST_CHARACTERS],
    }
    sender = Address(address=username.lower(), name=username, kind=USERNAME_KIND) if username else item.sender
    return replace(
        item,
        sender=sender,
        thread_id=thread_of(media_id, sender.address),
        text=text,
        reply_text=text,
        attachments=[*item.attachments, *content.files],
        details={**item.details, "post": post},
        flags=[flag for flag in item.flags if flag not in ("not_fetched", "unsupported")],
    )


def _remember(key: str, read: Callable[[], str]) -> str:
    """The remembered value, read where there is none; "" where it cannot be read. Never raises."""
    known = cache.get(key)
    if isinstance(known, str):
        return known
    try:
        found = read()
    except AdapterError as error:
        logger.info("a name or post could not be read: %s", error.code)
        found = ""
    cache.set(key, found, KNOWN_SECONDS if found.strip() else UNKNOWN_SECONDS)
    return found


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return clean_text(value) if isinstance(value, str) else ""
