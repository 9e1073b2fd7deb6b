"""Public comments, posts and mentions as messages that everybody can read. Pure.

A conversation is what one person says under one post. Shapes: https://developers.facebook.com/docs/graph-api/webhooks/reference/page
(field "feed") and .../reference/instagram (fields "comments", "live_comments", "mentions").
"""

from typing import Any

from channels_app.adapters.base import Address, InboundItem, InboundMessage, MessageChanged, digest
from channels_app.adapters.meta.attachments import MAX_URL_CHARACTERS, Content, add_file
from channels_app.adapters.meta.events import MAX_ID_CHARACTERS, Place, ignored, moment
from channels_app.adapters.meta.messaging import MAX_TEXT_CHARACTERS
from channels_app.adapters.untrusted_json import Fields

MAX_THREAD_CHARACTERS = 200
_POSTS = frozenset({"post", "status", "photo", "video", "share", "album"})
_EDITED = frozenset({"edited", "edit", "update"})
_REMOVED = frozenset({"remove", "delete"})
# Kind of identity of whoever mentions an account: the provider tells the name only, and that may change its owner.
USERNAME_KIND = "instagram_username"


def read_feed(value: Fields, place: Place) -> list[InboundItem]:
    """What happened on a page: comments of others and posts of visitors; the rest is ignored with its name."""
    item, verb = value.text("item", limit=100), value.text("verb", limit=100)
    post_id = value.identifier("post_id", limit=MAX_ID_CHARACTERS)
    own_id = value.identifier("comment_id", limit=MAX_ID_CHARACTERS) if item == "comment" else post_id
    author = value.object("from")
    author_id = author.identifier("id", limit=MAX_ID_CHARACTERS) if author is not None else ""
    if (item != "comment" and item not in _POSTS) or not own_id:
        return [ignored(f"feed:{item or 'unknown'}", value, place, post_id, author_id, verb)]
    if place.is_own(author_id):
        return [ignored(f"own_{item}", value, place, own_id, verb)]
    at = moment(value, "created_time") or place.at
    if verb in _REMOVED:
        return [MessageChanged(dedup_key=digest("removed", own_id), sent_at=at, change_of=own_id, change="deleted")]
    text = value.long_text("message", limit=MAX_TEXT_CHARACTERS)
    if verb in _EDITED:
        key = digest("comment edited", own_id, text)
        return [MessageChanged(dedup_key=key, sent_at=place.at, change_of=own_id, change="edited", text=text)]
    if verb != "add":
        return [ignored(f"{item}:{verb or 'unknown'}", value, place, own_id)]
    name = author.text("name") if author is not None else ""
    sender = Address(address=author_id or f"comment:{own_id}", name=name)
    return [_page_message(value, sender=sender, own_id=own_id, post_id=post_id, text=text, place=place)]


def thread_of(post_id: str, person: str) -> str:
    """The conversation of a person under a post. Ids too long to be kept whole are hashed, so that nobody meets in one by being cut."""
    whole = f"{post_id}:{person}"
    return whole if len(whole) <= MAX_THREAD_CHARACTERS else digest(post_id, person).hex()


def _page_message(
    value: Fields, *, sender: Address, own_id: str, post_id: str, text: str, place: Place
) -> InboundMessage:
    parent_id = value.identifier("parent_id", limit=MAX_ID_CHARACTERS)
    post = value.object("post")
    permalink = post.text("permalink_url", limit=2000) if post is not None else ""
    is_comment = own_id != post_id
    content = Content(
        details={"post": {"id": post_id, "permalink": permalink, "text": "" if is_comment else text[:2000]}}
    )
    if is_comment:
        parent = parent_id if parent_id != post_id else ""
        content.details["comment"] = {"id": own_id, "parent_id": parent}
    photos = [value.text("photo", limit=MAX_URL_CHARACTERS), *value.names("photos", limit=50)]
    for url in dict.fromkeys(filter(None, photos)):
        add_file(content, "image", url)
    video = value.text("video", limit=MAX_URL_CHARACTERS)
    if video:
        add_file(content, "video", video)
    link = "" if content.files else value.text("link", limit=2000)
    if link:
        content.details["links"] = [{"kind": "share", "title": "", "url": link}]
    return _public_message(
        content, sender=sender, own_id=own_id, post_id=post_id, text=text or link, value=value, place=place
    )


def _public_message(
    content: Content, *, sender: Address, own_id: str, post_id: str, text: str, value: Fields, place: Place
) -> InboundMessage:
    comment: dict[str, Any] = content.details.get("comment", {})
    if not text and not content.files:
        content.add_unknown("comment")
    return InboundMessage(
        dedup_key=digest("comment", own_id),
        external_id=own_id,
        sent_at=moment(value, "created_time", "timestamp") or place.at,
        sender=sender,
        is_public=True,
        thread_id=thread_of(post_id, sender.address),
        text=text,
        reply_text=text,
        in_reply_to=comment.get("parent_id", ""),
        attachments=content.files,
        details=content.details,
        flags=content.flags,
    )


def read_media_comment(value: Fields, place: Place) -> list[InboundItem]:
    """A comment under a picture, reel, advertisement or live video of an Instagram account."""
    comment_id = value.identifier("id", is_required=True, limit=MAX_ID_CHARACTERS)
    author = value.object("from") or Fields({}, place=value.place)
    author_id, username = author.identifier("id", limit=MAX_ID_CHARACTERS), author.text("username")
    if place.is_own(author_id, username) or author.has("self_ig_scoped_id"):
        return [ignored("own_comment", value, place, comment_id)]
    media = value.object("media") or Fields({}, place=value.place)
    media_id = media.identifier("id", limit=MAX_ID_CHARACTERS)
    content = Content(
        details={
            "post": {"id": media_id, "permalink": "", "text": ""},
            "comment": {"id": comment_id, "parent_id": value.identifier("parent_id", limit=MAX_ID_CHARACTERS)},
        }
    )
    advertisement = media.identifier("ad_id", limit=MAX_ID_CHARACTERS)
    if advertisement:
        content.details["referral"] = {"source": "ADS", "ad_id": advertisement, "title": media.text("ad_title")}
    sender = Address(address=author_id or f"comment:{comment_id}", name=username)
    text = value.long_text("text", limit=MAX_TEXT_CHARACTERS)
    return [
        _public_message(
            content, sender=sender, own_id=comment_id, post_id=media_id, text=text, value=value, place=place
        )
    ]


def read_mention(value: Fields, place: Place) -> list[InboundItem]:
    """Somebody named the account under or in a post of his own; who and what, the webhook does not say (see ``completing``)."""
    media_id = value.identifier("media_id", is_required=True, limit=MAX_ID_CHARACTERS)
    comment_id = value.identifier("comment_id", limit=MAX_ID_CHARACTERS)
    own_id = comment_id or f"media:{media_id}"
    content = Content(
        details={
            "mention": {"media_id": media_id, "comment_id": comment_id},
            "post": {"id": media_id, "permalink": "", "text": ""},
        },
        flags=["not_fetched"],
    )
    sender = Address(address=f"mention:{own_id}", kind=USERNAME_KIND)
    message = _public_message(
        content, sender=sender, own_id=own_id, post_id=media_id, text="", value=value, place=place
    )
    return [message]
