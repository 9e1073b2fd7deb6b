"""What the widget is told about its channel: look, texts, what is asked first, and whether somebody is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage

from channels_app.adapters.webchat.colors import accents
from channels_app.adapters.webchat.forms import MAIL_AFTER_MINUTES
from channels_app.models import Brand, Channel
from tickets.policies.business_time import is_open, next_opening
from tickets.selectors.hours import week_of_channel
from tickets.webchat.suggestions import suggests_articles
from tickets.webchat.texts import choose_language, direction_of, texts_in
from tickets.webchat.uploads import MAX_FILE_BYTES

LOGO_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Whether the team is there, and when it next will be (UTC; None: nobody knows)."""

    is_open: bool
    next_at: datetime | None


def opening_of(channel: Channel, *, at: datetime) -> Opening:
    """The opening state of a channel; one without business hours is always open."""
    week = week_of_channel(channel.pk)
    if week is None or is_open(week, at=at):
        return Opening(is_open=True, next_at=None)
    return Opening(is_open=False, next_at=next_opening(week, at=at))


def mail_after_minutes(config: Mapping[str, Any]) -> int:
    """After how long an unfetched answer is mailed; 0: never."""
    minutes = config.get("mail_after_minutes")
    return MAIL_AFTER_MINUTES if minutes is None else int(minutes)


def asked_questions(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The channel's own questions; a star at the end of one means that it must be answered."""
    return [
        {"label": question.rstrip("* ").strip(), "required": question.rstrip().endswith("*")}
        for question in config.get("questions") or []
    ]


def widget_look(channel: Channel, *, wanted_languages: Sequence[str], at: datetime) -> dict[str, Any]:
    """The JSON that the widget starts with."""
    config = channel.config
    language = choose_language(wanted_languages, fixed=str(config.get("language") or ""))
    texts = texts_in(language)
    opening = opening_of(channel, at=at)
    return {
        "title": config.get("title") or channel.brand.name or texts["title"],
        "greeting": config.get("greeting") or texts["greeting"],
        "accents": {theme: accent.as_json() for theme, accent in accents(str(config.get("color") or "")).items()},
        "theme": config.get("theme") or "auto",
        "position": config.get("position") or "end",
        "has_logo": bool(config.get("show_logo")) and has_logo(channel.brand),
        "asks": {
            "name": config.get("ask_name") or "",
            "email": config.get("ask_email") or "",
            "questions": asked_questions(config),
            "consent_url": str(config.get("privacy_url") or "") if config.get("needs_consent") else "",
        },
        "suggests_articles": suggests_articles(channel),
        "takes_files": not config.get("no_files"),
        "max_file_bytes": MAX_FILE_BYTES,
        "is_open": opening.is_open,
        "next_opening": opening.next_at.isoformat() if opening.next_at else None,
        "has_offline_form": not opening.is_open and config.get("offline") != "chat",
        "goes_on_by_mail": mail_after_minutes(config) > 0,
        "language": language,
        "direction": direction_of(language),
        "texts": texts,
    }


def has_logo(brand: Brand) -> bool:
    """Whether there is a picture that the widget may show."""
    return bool(logo_type(brand)) and default_storage.exists(str(brand.logo.name))


def logo_type(brand: Brand) -> str:
    """The media type of the brand's logo; "" where there is none of a safe type."""
    name = str(brand.logo.name or "").lower()
    return next((kind for ending, kind in LOGO_TYPES.items() if name.endswith(ending)), "")
