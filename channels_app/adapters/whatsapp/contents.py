"""What a message holds, by its type: text, files, places, people, pressed buttons, orders."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from mimetypes import guess_extension
from typing import Any

from channels_app.adapters.base import InboundAttachment, ParseError
from channels_app.adapters.untrusted_json import Fields, load_json
from helpdesk.common.text import clean_file_name, clean_json

MEDIA_SCHEME = "whatsapp-media:"
MAX_TEXT_CHARACTERS = 100_000
_MAX_FORM_CHARACTERS = 50_000
_MEDIA_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
# Where the table of the interpreter is silent or says something odd.
_EXTENSIONS = {
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    "audio/aac": ".aac",
    "audio/mp4": ".m4a",
    "image/webp": ".webp",
}


@dataclass(frozen=True, kw_only=True)
class Content:
    """The content in the words of the contract; ``details`` as docs/adding-a-channel.md names them."""

    text: str = ""
    payload: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[InboundAttachment, ...] = ()
    flags: tuple[str, ...] = ()


def read(message: Fields, kind: str) -> Content:
    """The content of a message of this type; a type that nobody knows here is kept and marked "unsupported"."""
    reader = _READERS.get(kind)
    part = message.object(kind) if kind and reader is not None and kind != "contacts" else None
    if reader is None or (part is None and kind != "contacts"):
        return _unsupported(message, kind)
    return reader(part if part is not None else message)


def _unsupported(message: Fields, kind: str) -> Content:
    part = message.object("unsupported") if kind == "unsupported" else None
    told = part.text("type", limit=100) if part is not None else ""
    details: dict[str, Any] = {"type": told or kind or "?"}
    for error in message.objects("errors", limit=20)[:1]:
        details |= {"code": error.identifier("code", limit=20), "title": error.text("title")}
    return Content(flags=("unsupported",), details={"unsupported": details})


def _text(part: Fields) -> Content:
    return Content(text=part.long_text("body", limit=MAX_TEXT_CHARACTERS))


def _media(kind: str) -> Callable[[Fields], Content]:
    def read_media(part: Fields) -> Content:
        content_type = part.text("mime_type", limit=200).partition(";")[0].strip().lower()
        details: dict[str, Any] = {}
        if kind == "sticker":
            details["sticker"] = {"is_animated": part.flag("animated")}
        if part.flag("voice"):
            details["is_voice"] = True
        media_id = part.identifier("id", limit=200)
        url = MEDIA_SCHEME + media_id if _MEDIA_ID.fullmatch(media_id) else part.text("url", limit=4000)
        if not url:
            return Content(flags=("unsupported",), details={"unsupported": {"type": kind}})
        extension = _EXTENSIONS.get(content_type) or guess_extension(content_type) or ""
        name = clean_file_name(part.text("filename", limit=1000), default=f"{kind}{extension}")
        file = InboundAttachment(name=name, content_type=content_type, url=url)
        return Content(text=part.long_text("caption", limit=MAX_TEXT_CHARACTERS), details=details, attachments=(file,))

    return read_media


def _location(part: Fields) -> Content:
    place: dict[str, Any] = {"latitude": part.number("latitude"), "longitude": part.number("longitude")}
    if place["latitude"] is None or place["longitude"] is None:
        raise ParseError("missing", f"{part.place} has no coordinates.")
    place |= {name: value for name in ("name", "address", "url") if (value := part.text(name, limit=2000))}
    return Content(details={"location": place})


def _contacts(message: Fields) -> Content:
    return Content(details={"contacts": [_contact(one) for one in message.objects("contacts", limit=100)]})


def _contact(part: Fields) -> dict[str, Any]:
    name, company = part.object("name"), part.object("org")
    found: dict[str, Any] = {
        "name": name.text("formatted_name") or name.text("first_name") if name is not None else "",
        "organization": company.text("company") if company is not None else "",
        "phones": [phone.text("phone") or phone.identifier("wa_id") for phone in part.objects("phones", limit=50)],
        "emails": [email.text("email") for email in part.objects("emails", limit=50)],
        "urls": [url.text("url") for url in part.objects("urls", limit=50)],
        "origin": part.text("origin", limit=100),
    }
    return {key: value for key, value in found.items() if value}


def _interactive(part: Fields) -> Content:
    """An answer to buttons, a list or a form of ours."""
    for kind in ("button_reply", "list_reply"):
        reply = part.object(kind)
        if reply is not None:
            title, description = reply.text("title"), reply.text("description")
            pressed = {"title": title, "description": description} if description else {"title": title}
            return Content(text=title, payload=reply.identifier("id"), details={"pressed": pressed})
    form = part.object("nfm_reply")
    if form is not None:
        return _form(form)
    permission = part.object("call_permission_reply")
    if permission is not None:
        return Content(details={"call_permission": permission.text("response", limit=40)})
    return Content(
        flags=("unsupported",), details={"unsupported": {"type": f"interactive:{part.text('type', limit=100)}"}}
    )


def _form(part: Fields) -> Content:
    written = part.long_text("response_json", limit=_MAX_FORM_CHARACTERS)
    try:
        values = load_json(written.encode("utf-8", "replace")) if written else {}
    except ParseError:
        values = {"response": written}  # a form's own answer may be anything; its text is kept
    return Content(
        text=part.long_text("body", limit=MAX_TEXT_CHARACTERS),
        payload=part.text("name", limit=200),
        details={"form": clean_json(values)},
    )


def _button(part: Fields) -> Content:
    title = part.text("text")
    return Content(text=title, payload=part.text("payload", limit=2000), details={"pressed": {"title": title}})


def _order(part: Fields) -> Content:
    items = [
        {
            "id": item.identifier("product_retailer_id"),
            "quantity": item.number("quantity"),
            "price": item.number("item_price"),
            "currency": item.text("currency", limit=10),
        }
        for item in part.objects("product_items", limit=200)
    ]
    order = {"catalog": part.identifier("catalog_id"), "items": items}
    return Content(text=part.long_text("text", limit=MAX_TEXT_CHARACTERS), details={"order": order})


_READERS: dict[str, Callable[[Fields], Content]] = {
    "text": _text,
    **{kind: _media(kind) for kind in ("image", "video", "audio", "voice", "document", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
}
