"""What a message holds beside its text, as cards on the timeline: places, people, orders, posts, buttons, templates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

MOST_LINES = 30
_MOST_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True)
class Card:
    """``lines`` are plain text of strangers; ``url`` is checked to be a web address, ``link`` is what it is called."""

    icon: str
    title: str
    lines: tuple[str, ...] = ()
    url: str = ""
    link: str = ""


def detail_cards(details: Mapping[str, Any]) -> list[Card]:
    """The cards of one message, in a fixed order; what has an odd shape is left out, for strangers wrote it."""
    cards: list[Card] = []
    for name, make in _MAKERS.items():
        value = details.get(name)
        if value:
            cards += make(value)
    return cards


def says_only_the_place(text: str, details: Mapping[str, Any]) -> bool:
    """Whether a message's text is what the card of its location says anyway: its name, its address or its coordinates."""
    said = text.strip()
    for place in _objects(details.get("location")):
        where = f"{place.get('latitude')}, {place.get('longitude')}"
        if said and said in (_first(place, "name", "title"), _text(place.get("address")), where):
            return True
    return False


def said_choices(details: Mapping[str, Any]) -> list[str]:
    """The titles of the buttons that stood under a message of ours."""
    return [_text(one.get("title")) for one in _objects(details.get("choices"))]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()[:_MOST_CHARACTERS] if isinstance(value, (str, int, float)) else ""


def _texts(values: Any) -> list[str]:
    found = values if isinstance(values, (list, tuple)) else [values]
    return [text for text in map(_text, found[:MOST_LINES]) if text]


def _objects(values: Any) -> list[Mapping[str, Any]]:
    found = values if isinstance(values, (list, tuple)) else [values]
    return [one for one in found[:MOST_LINES] if isinstance(one, Mapping)]


def _url(value: Any) -> str:
    """The address when it is one of the web; "" for everything else."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname and len(text) <= 4000 else ""


def _first(value: Mapping[str, Any], *names: str) -> str:
    return next((text for text in (_text(value.get(name)) for name in names) if text), "")


def _location(value: Any) -> Iterator[Card]:
    for place in _objects(value):
        latitude, longitude = place.get("latitude"), place.get("longitude")
        if not all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (latitude, longitude)):
            continue
        where = f"{latitude:.5f}, {longitude:.5f}"
        lines = [_first(place, "name", "title"), _text(place.get("address")), where]
        url = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
        yield Card(icon="map-pin", title=_("Location"), lines=_said(lines), url=url, link=_("Open the map"))


def _contacts(value: Any) -> Iterator[Card]:
    for person in _objects(value):
        lines = [_text(person.get("organization")), *_texts(person.get("phones")), *_texts(person.get("emails"))]
        yield Card(icon="user", title=_text(person.get("name")) or _("Contact"), lines=_said(lines))


def _referral(value: Any) -> Iterator[Card]:
    for found in _objects(value):
        is_ad = _first(found, "source_type", "source").lower() in ("ad", "ads")
        title = _("Came from an advertisement") if is_ad else _("Came from a link or post")
        lines = [_first(found, "headline", "title"), _text(found.get("body")), _first(found, "ref", "payload", "ad_id")]
        url = _url(found.get("source_url") or found.get("url"))
        yield Card(icon="zap", title=title, lines=_said(lines), url=url, link=_("Open") if url else "")


def _order(value: Any) -> Iterator[Card]:
    for order in _objects(value):
        lines = [_order_line(item) for item in _objects(order.get("items"))]
        yield Card(icon="tag", title=_("Order"), lines=_said(lines))


def _order_line(item: Mapping[str, Any]) -> str:
    price = " ".join(filter(None, (_text(item.get("price")), _text(item.get("currency")))))
    return " · ".join(filter(None, (f"{_text(item.get('quantity')) or '1'} × {_text(item.get('id'))}", price)))


def _product(value: Any) -> Iterator[Card]:
    for product in _objects(value):
        yield Card(icon="tag", title=_("About a product"), lines=_said([_first(product, "title", "id")]))


def _pressed(value: Any) -> Iterator[Card]:
    for pressed in _objects(value):
        yield Card(icon="check", title=_("Pressed a button"), lines=_said([_text(pressed.get("description"))]))


def _form(value: Any) -> Iterator[Card]:
    for form in _objects(value):
        lines = [f"{_text(name)}: {', '.join(_texts(given))}" for name, given in list(form.items())[:MOST_LINES]]
        yield Card(icon="file-text", title=_("Filled in a form"), lines=_said(lines))


def _story(value: Any) -> Iterator[Card]:
    for story in _objects(value):
        title = _("Mentions us in a story") if _text(story.get("kind")) == "mention" else _("Answers a story")
        url = _url(story.get("url"))
        yield Card(icon="at-sign", title=title, url=url, link=_("Open the story") if url else "")


def _post(value: Any) -> Iterator[Card]:
    for post in _objects(value):
        url = _url(post.get("permalink") or post.get("url"))
        text = _first(post, "text", "title", "caption")
        yield Card(
            icon="globe", title=_("Under a post"), lines=_said([text]), url=url, link=_("Open the post") if url else ""
        )


def _links(value: Any) -> Iterator[Card]:
    for link in _objects(value):
        url = _url(link.get("url"))
        yield Card(
            icon="external-link", title=_("Shared a link"), lines=_said([_text(link.get("title"))]), url=url, link=url
        )


def _poll(value: Any) -> Iterator[Card]:
    for poll in _objects(value):
        title = _text(poll.get("question")) or _("Poll")
        yield Card(icon="list-filter", title=title, lines=_said(_texts(poll.get("options"))))


def _template(value: Any) -> Iterator[Card]:
    for template in _objects(value):
        name = _text(template.get("name"))
        if name:
            yield Card(icon="file-text", title=_("Template"), lines=(f"{name} · {_text(template.get('language'))}",))
        elif template.get("titles"):
            yield Card(icon="file-text", title=_("Cards"), lines=_said(_texts(template.get("titles"))))


_ASKED = {
    "location": lambda: _("Asks for the location"),
    "photo": lambda: _("Asks for a photo"),
    "document": lambda: _("Asks for a document"),
    "phone": lambda: _("Asks for the phone number"),
    "order_number": lambda: _("Asks for the order number"),
}


def _asks_for(value: Any) -> Iterator[Card]:
    words = _ASKED.get(value) if isinstance(value, str) else None
    if words is not None:
        yield Card(icon="circle-help", title=words())


def _forwarded(value: Any) -> Iterator[Card]:
    source = _text(value.get("from")) if isinstance(value, Mapping) else ""
    yield Card(icon="reply", title=_("Forwarded"), lines=_said([source]))


def _extended(value: Any) -> Iterator[Card]:
    yield Card(icon="clock", title=_("Sent after the free time, as an answer of a person"))


def _review(value: Any) -> Iterator[Card]:
    for review in _objects(value):
        given = review.get("stars")
        stars = float(given) if isinstance(given, (int, float)) and 1 <= given <= 5 else 0.0
        drawn = "★" * round(stars) + "☆" * (5 - round(stars))
        title = f"{drawn} {_text(stars)}/5" if stars else _("Not rated")
        claimed = review.get("claimed")
        claims = [_text(one) for one in claimed.values()] if isinstance(claimed, Mapping) else []
        lines = [_("The author names %(what)s; nothing proves it.") % {"what": ", ".join(claims)}] if claims else []
        lines += [_("Before: %(what)s") % {"what": one} for one in _texts(review.get("earlier") or [])]
        url = _url(review.get("url"))
        yield Card(icon="star", title=title, lines=_said(lines), url=url, link=_("Open at the site") if url else "")


def _said(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


_MAKERS: dict[str, Callable[[Any], Iterator[Card]]] = {
    "is_forwarded": _forwarded,
    "forwarded": _forwarded,
    "referral": _referral,
    "post": _post,
    "review": _review,
    "story": _story,
    "product": _product,
    "location": _location,
    "contacts": _contacts,
    "links": _links,
    "poll": _poll,
    "pressed": _pressed,
    "form": _form,
    "order": _order,
    "template": _template,
    "asks_for": _asks_for,
    "is_extended": _extended,
}
