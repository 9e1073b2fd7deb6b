"""Files, places, links, stories and shares of a message: what can be fetched, and what is kept as details. Pure."""

import mimetypes
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from channels_app.adapters.base import InboundAttachment
from channels_app.adapters.untrusted_json import Fields
from helpdesk.common.text import clean_file_name

MAX_ATTACHMENTS = 50
MAX_URL_CHARACTERS = 10_000
_SHORT_URL_CHARACTERS = 2000
# What the provider calls a file, and the type to go on with where the address has no ending.
_FILE_TYPES = {"image": "image/jpeg", "audio": "audio/mp4", "video": "video/mp4", "file": "application/octet-stream"}
_SHARES = frozenset({"share", "reel", "ig_reel", "ig_post", "media_share", "post"})
_STORIES = {"story_mention": "mention", "ig_story": "share"}


@dataclass(kw_only=True)
class Content:
    """What a message holds beside its text; ``lines`` are added to a text that says nothing."""

    files: list[InboundAttachment] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add_unknown(self, kind: str) -> None:
        """Something of a type nobody knows: said to the agent, never dropped."""
        self.details.setdefault("unsupported", []).append(kind[:100])
        if "unsupported" not in self.flags:
            self.flags.append("unsupported")


def read_attachments(message: Fields) -> Content:
    """The content of ``message.attachments``; an unknown type is flagged."""
    content = Content()
    for attachment in message.objects("attachments", limit=MAX_ATTACHMENTS):
        kind = attachment.text("type", limit=100)
        payload = attachment.object("payload") or Fields({}, place=attachment.place)
        _add(content, kind, attachment, payload)
    return content


def add_file(content: Content, kind: str, url: str) -> None:
    """A file that is fetched from ``url``."""
    content.files.append(InboundAttachment(name=_file_name(url, kind), content_type=_file_type(url, kind), url=url))


def _add(content: Content, kind: str, attachment: Fields, payload: Fields) -> None:
    url = payload.text("url", limit=MAX_URL_CHARACTERS) or attachment.text("url", limit=MAX_URL_CHARACTERS)
    if kind in _FILE_TYPES and url:
        add_file(content, kind, url)
        sticker = payload.identifier("sticker_id", limit=40)
        if sticker:
            content.details["sticker"] = {"id": sticker}
    elif kind == "location":
        _add_location(content, attachment, payload)
    elif kind in _STORIES:
        add_story(content, kind=_STORIES[kind], story_id=payload.identifier("story_media_id", limit=100), url=url)
    elif kind in _SHARES or kind == "fallback":
        _add_link(content, kind, attachment, payload, url)
    elif kind == "template":
        _add_template(content, attachment, payload)
    else:
        content.add_unknown(kind or "attachment")


def add_story(content: Content, *, kind: str, story_id: str, url: str) -> None:
    """The story that is answered or in which we are named. Its address ends within hours, so the picture is fetched at once."""
    content.details["story"] = {"kind": kind, "id": story_id, "url": url[:_SHORT_URL_CHARACTERS]}
    if url:
        add_file(content, "image", url)


def _add_location(content: Content, attachment: Fields, payload: Fields) -> None:
    coordinates = payload.object("coordinates")
    title = attachment.text("title")
    place: dict[str, Any] = {"name": title, "url": attachment.text("url", limit=_SHORT_URL_CHARACTERS)}
    if coordinates is not None:
        place |= {"latitude": coordinates.number("lat"), "longitude": coordinates.number("long")}
    content.details["location"] = place
    content.lines.append(title or f"{place.get('latitude')}, {place.get('longitude')}")


def _add_link(content: Content, kind: str, attachment: Fields, payload: Fields, url: str) -> None:
    title = payload.text("title", limit=10_000) or attachment.text("title", limit=10_000)
    link = {"kind": kind, "title": title[:1000], "url": url[:_SHORT_URL_CHARACTERS]}
    content.details.setdefault("links", []).append(link)
    content.lines += [title, url if len(url) <= _SHORT_URL_CHARACTERS else ""]


def _add_template(content: Content, attachment: Fields, payload: Fields) -> None:
    """A card with buttons or a product: its titles."""
    titles = [attachment.text("title", limit=10_000), payload.text("title", limit=10_000)]
    holder = payload.object("product") or payload.object("generic") or payload
    for element in holder.objects("elements", limit=MAX_ATTACHMENTS):
        titles.append(" – ".join(filter(None, (element.text("title"), element.text("subtitle")))))
    known = [title[:1000] for title in titles if title]
    content.details["template"] = {"titles": known}
    content.lines += known


def _file_name(url: str, kind: str) -> str:
    try:
        name = unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        name = ""
    return clean_file_name(name, default=kind)


def _file_type(url: str, kind: str) -> str:
    guessed = mimetypes.guess_type(_file_name(url, kind), strict=True)[0]
    return guessed or _FILE_TYPES.get(kind, "application/octet-stream")
