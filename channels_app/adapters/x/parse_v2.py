"""What polling brings: one direct message or mention of API v2 with the users and media it refers to. Pure.

https://docs.x.com/x-api/direct-messages and https://docs.x.com/x-api/users/get-mentions
"""

from collections.abc import Sequence

from channels_app.adapters.base import (
    Address,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ParseError,
    digest,
)
from channels_app.adapters.untrusted_json import Fields
from channels_app.adapters.x.media import read_medium
from channels_app.adapters.x.text import ShortLink, readable_text

MAX_TEXT_CHARACTERS = 100_000
_MAX_INCLUDED = 1000
_MAX_LINKS = 200


def parse_polled(document: Fields, *, own_id: str) -> list[InboundItem]:
    """The items of one polled event. Raises ParseError."""
    kind, data = document.text("kind", limit=40), document.object("data")
    includes = document.object("includes") or Fields({}, place="event.includes")
    if data is None:
        raise ParseError("missing", "event.data is missing.")
    if kind == "dm_event":
        return [_direct_message(data, includes, own_id)]
    if kind == "mention":
        return _mention(data, includes, own_id)
    return [Ignored(dedup_key=digest("unknown", kind, data.identifier("id")), reason=f"unknown:{kind}")]


def _direct_message(data: Fields, includes: Fields, own_id: str) -> InboundItem:
    event_id = data.identifier("id", is_required=True, limit=40)
    event_type, sent_at = data.text("event_type", limit=60), data.time("created_at")
    key = digest("dm", event_id)
    if event_type != "MessageCreate":
        known = event_type in ("ParticipantsJoin", "ParticipantsLeave")
        return Ignored(dedup_key=key, reason="group" if known else f"unknown:{event_type}", sent_at=sent_at)
    people = data.identifier("dm_conversation_id", limit=100).split("-")
    if len(people) == 1 and people[0]:
        return Ignored(dedup_key=key, reason="group", sent_at=sent_at)
    sender_id = data.identifier("sender_id", is_required=True, limit=40)
    is_echo = bool(own_id) and sender_id == own_id
    others = [_person(person, includes) for person in people if person and person != sender_id]
    files = _files(data, includes)
    return InboundMessage(
        dedup_key=key,
        external_id=event_id,
        sent_at=sent_at,
        sender=_person(sender_id, includes),
        to=others if is_echo else (),
        text=_text(data, data.long_text("text", limit=MAX_TEXT_CHARACTERS), has_files=bool(files)),
        attachments=files,
        details=_shared_post(data),
        is_echo=is_echo,
    )


def _mention(data: Fields, includes: Fields, own_id: str) -> list[InboundItem]:
    post_id = data.identifier("id", is_required=True, limit=40)
    # Every edit is a post of its own; the first one's id stays that of the message.
    first_id = next(iter(data.names("edit_history_tweet_ids", limit=50)), post_id)
    author_id = data.identifier("author_id", is_required=True, limit=40)
    references = data.objects("referenced_tweets", limit=20)
    sent_at = data.time("created_at")
    if any(reference.text("type", limit=40) == "retweeted" for reference in references):
        return [Ignored(dedup_key=digest("post", post_id), reason="retweet", sent_at=sent_at)]
    if own_id and author_id == own_id:
        return [Ignored(dedup_key=digest("post", post_id), reason="own_post", sent_at=sent_at)]
    long_post = data.object("note_tweet")
    source = long_post if long_post is not None and long_post.has("text") else data
    files = _files(data, includes)
    text = _text(source, source.long_text("text", limit=MAX_TEXT_CHARACTERS), has_files=bool(files), media_of=data)
    author = _person(author_id, includes)
    conversation_id = data.identifier("conversation_id", limit=40) or first_id
    replied = [one for one in references if one.text("type", limit=40) == "replied_to"]
    message = InboundMessage(
        dedup_key=digest("post", first_id),
        external_id=first_id,
        thread_id=f"{conversation_id}:{author_id}",
        sent_at=sent_at,
        sender=author,
        text=text,
        attachments=files,
        details={"post": {"id": post_id, "permalink": post_url(author, post_id), "conversation_id": conversation_id}},
        in_reply_to=replied[0].identifier("id", limit=40) if replied else "",
        language=language_of(data.text("lang", limit=40)),
        is_public=True,
    )
    if first_id == post_id:
        return [message]
    edited = MessageChanged(
        dedup_key=digest("edited", post_id), sent_at=sent_at, change_of=first_id, change="edited", text=text
    )
    return [message, edited]


def post_url(author: Address, post_id: str) -> str:
    """Where people read the post."""
    name = author.raw.removeprefix("@") if author.raw.startswith("@") else "i"
    return f"https://x.com/{name}/status/{post_id}"


def _person(user_id: str, includes: Fields) -> Address:
    users = includes.objects("users", limit=_MAX_INCLUDED)
    user = next((user for user in users if user.identifier("id", limit=40) == user_id), None)
    if user is None:
        return Address(address=user_id, raw=user_id)
    username = user.text("username", limit=60)
    return Address(address=user_id, name=user.text("name") or username, raw=f"@{username}" if username else user_id)


def _files(data: Fields, includes: Fields) -> Sequence[InboundAttachment]:
    attachments = data.object("attachments")
    keys = attachments.names("media_keys", limit=20) if attachments is not None else []
    media = {
        medium.identifier("media_key", limit=100): medium for medium in includes.objects("media", limit=_MAX_INCLUDED)
    }
    found = (read_medium(media[key], url_names=("url", "preview_image_url")) for key in keys if key in media)
    return [file for file in found if file is not None]


def _text(source: Fields, text: str, *, has_files: bool, media_of: Fields | None = None) -> str:
    links = []
    for holder in filter(None, (source, media_of)):
        entities = holder.object("entities")
        for entity in entities.objects("urls", limit=_MAX_LINKS) if entities is not None else []:
            links.append(
                ShortLink(
                    short=entity.text("url", limit=4000),
                    full=entity.text("unwound_url", limit=4000) or entity.text("expanded_url", limit=4000),
                    is_medium=entity.has("media_key"),
                )
            )
    return readable_text(text, links, has_files=has_files)


def _shared_post(data: Fields) -> dict[str, object]:
    """The post that a direct message passes on."""
    for reference in data.objects("referenced_tweets", limit=20):
        post_id = reference.identifier("id", limit=40)
        if post_id:
            return {"post": {"id": post_id, "permalink": f"https://x.com/i/status/{post_id}"}}
    return {}


def language_of(written: str) -> str:
    """X writes "und" and codes that begin with q where it found none."""
    return written[:12] if written and written != "und" and not written.startswith("q") else ""
