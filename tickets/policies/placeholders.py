"""Placeholders in prepared texts: which there are, where one is wrong, and putting the values in. Pure, linear in the text.

    Hello {{customer.first_name|there}}, your order {{crm.order_number}} ...

What stands behind the bar is taken where the value is missing. Values are put in once and literally: whatever a customer calls himself,
it is never read as a placeholder, nor can it be mistaken for an open one when the answer is sent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_text, one_line

LONGEST_VALUE = 500

PLACEHOLDERS: dict[str, str | Promise] = {
    "customer.first_name": gettext_lazy("the customer's first name"),
    "customer.name": gettext_lazy("the customer's whole name"),
    "customer.organization": gettext_lazy("the company the customer works for"),
    "ticket.number": gettext_lazy("the number of the ticket"),
    "ticket.subject": gettext_lazy("what the ticket is about"),
    "ticket.opened_on": gettext_lazy("the day the ticket was opened"),
    "agent.name": gettext_lazy("your whole name"),
    "agent.first_name": gettext_lazy("your first name"),
    "brand.name": gettext_lazy("the name of your brand"),
    "brand.site_url": gettext_lazy("the address of your site"),
    "channel.name": gettext_lazy("the name of the channel"),
    "date.today": gettext_lazy("today's date, as the customer's language writes it"),
    "date.tomorrow": gettext_lazy("tomorrow's date, as the customer's language writes it"),
    "greeting": gettext_lazy("“Good morning”, “Good afternoon” or “Good evening” in the customer's language"),
}
# Families: the part behind the dot is the team's own word.
CRM_PREFIX, EVENT_PREFIX = "crm.", "event."
EVENT_PARTS = ("title", "date", "amount", "number")
FAMILIES: dict[str, str | Promise] = {
    "crm.plan": gettext_lazy("an attribute of the customer, by its name"),
    "event.order.title": gettext_lazy("the customer's newest event of that kind: its title, date, amount or number"),
}

_PLACE = re.compile(r"\{\{([^{}]{0,300})\}\}")
_FAMILY_KEY = re.compile(r"[^\s|{}.][^|{}]{0,99}")

_GREETINGS = {
    "en": ("Good morning", "Good afternoon", "Good evening"),
    "de": ("Guten Morgen", "Guten Tag", "Guten Abend"),
    "fr": ("Bonjour", "Bonjour", "Bonsoir"),
    "es": ("Buenos días", "Buenas tardes", "Buenas noches"),
    "it": ("Buongiorno", "Buon pomeriggio", "Buonasera"),
    "pt": ("Bom dia", "Boa tarde", "Boa noite"),
    "nl": ("Goedemorgen", "Goedemiddag", "Goedenavond"),
}


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """One place in a text. ``default`` is None where none is given; an empty one is a default as well."""

    name: str
    default: str | None
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A text with its values. ``missing``: names without a value, in their order; the text shows them as “{{ name }}”."""

    text: str
    missing: tuple[str, ...]


def placeholders_in(text: str) -> Iterator[Placeholder]:
    """The places of a text in order, known or not."""
    for found in _PLACE.finditer(text):
        name, bar, default = found.group(1).partition("|")
        yield Placeholder(
            name=name.strip(), default=default.strip() if bar else None, start=found.start(), end=found.end()
        )


def is_known(name: str) -> bool:
    """Whether a placeholder of this name can have a value."""
    if name.startswith(CRM_PREFIX):
        return _FAMILY_KEY.fullmatch(name.removeprefix(CRM_PREFIX)) is not None
    if name.startswith(EVENT_PREFIX):
        kind, dot, part = name.removeprefix(EVENT_PREFIX).rpartition(".")
        return bool(dot) and part in EVENT_PARTS and _FAMILY_KEY.fullmatch(kind) is not None
    return name in PLACEHOLDERS


def check_placeholders(text: str, *, field: str = "text") -> None:
    """Raise InvalidInput ("unknown_placeholder", "open_braces") with the line and column of the first place that is wrong."""
    covered = 0
    for place in placeholders_in(text):
        _check_braces(text[covered : place.start], text, covered, field)
        covered = place.end
        if not is_known(place.name):
            raise _fault("unknown_placeholder", text, place.start, _unknown_words(place.name), field)
    _check_braces(text[covered:], text, covered, field)


def _check_braces(between: str, text: str, offset: int, field: str) -> None:
    at = min((found for found in (between.find("{{"), between.find("}}")) if found >= 0), default=-1)
    if at >= 0:
        words = _("“{{” and “}}” stand around a placeholder only, such as {{customer.first_name}}.")
        raise _fault("open_braces", text, offset + at, words, field)


def _unknown_words(name: str) -> str:
    words = _("There is no placeholder “%(name)s”.") % {"name": name[:60]}
    meant = get_close_matches(name[:60], PLACEHOLDERS, n=1)
    return f"{words} {_('Is “%(meant)s” meant?') % {'meant': meant[0]}}" if meant else words


def _fault(code: str, text: str, at: int, words: str, field: str) -> InvalidInput:
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    place = _("Line %(line)d, character %(column)d:") % {"line": line, "column": column}
    return InvalidInput(code, f"{place} {words}", fields={field: f"{line}:{column}"})


def fill_placeholders(text: str, values: Mapping[str, str]) -> Filled:
    """The text with ``values`` put in. An empty value counts as missing; what is unknown is shown as missing, too."""
    pieces: list[str] = []
    missing: list[str] = []
    covered = 0
    for place in placeholders_in(text):
        pieces.append(text[covered : place.start])
        covered = place.end
        value = harmless(values.get(place.name, "")) or place.default
        if value is None:
            missing.append(place.name)
            value = f"{{{{ {place.name} }}}}"
        pieces.append(value)
    pieces.append(text[covered:])
    return Filled(text="".join(pieces), missing=tuple(dict.fromkeys(missing)))


def harmless(value: str) -> str:
    """A stranger's value as it may stand in an answer: one line, bounded, and nothing in it that looks like a placeholder."""
    line = one_line(clean_text(value))[:LONGEST_VALUE]
    while "{{" in line or "}}" in line:
        line = line.replace("{{", "{ {").replace("}}", "} }")
    return line


def written_date(day: date, language: str) -> str:
    """A day as people of that language write it; ISO 8601 where nobody knows how they do."""
    known = language.replace("_", "-").lower()
    if not known or not translation.check_for_language(known.partition("-")[0]):
        return day.isoformat()
    with translation.override(known):
        return str(date_format(day, "DATE_FORMAT"))


def greeting(hour: int, language: str) -> str:
    """How people of that language greet at this hour (0-23) of their day; "" for a language that we do not speak."""
    words = _GREETINGS.get(language.partition("-")[0].lower())
    if words is None:
        return ""
    return words[0] if 4 <= hour < 12 else words[1] if 12 <= hour < 18 else words[2]
