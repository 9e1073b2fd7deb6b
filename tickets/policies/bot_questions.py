"""What a bot asks for: questions as data, and what counts as an answer. Pure.

[{"key": "order_number", "kind": "order_number", "ask": {"en": "What is your order number?"}, "is_needed": true, "attribute": "order"}]
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_text, normalise_email, one_line
from tickets.policies.texts import base_of

KINDS = {
    "text": gettext_lazy("text"),
    "order_number": gettext_lazy("order number"),
    "number": gettext_lazy("number"),
    "email": gettext_lazy("mail address"),
    "phone": gettext_lazy("phone number"),
    "photo": gettext_lazy("photo"),
    "document": gettext_lazy("document"),
    "location": gettext_lazy("location"),
}
WITH_FILES = frozenset({"photo", "document"})
# Kinds that the ticket shows as missing until they have come.
WAITED_FOR = frozenset({"order_number", "photo", "document", "location"})
MOST_QUESTIONS = 20
LONGEST_QUESTION = 500
LONGEST_ANSWER = 1000
_KEY = re.compile(r"[a-z][a-z0-9_]{0,38}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_ORDER_NUMBER = re.compile(r"(?<!\w)#?(?=[\w-]*\d[\w-]*\d)[A-Za-z0-9][\w-]{2,30}(?!\w)")
_NUMBER = re.compile(r"[-+]?\d[\d.,' ]{0,30}")
_PHONE = re.compile(r"\+?\d[\d\s()./-]{5,25}\d")
_MAIL = re.compile(r"[^\s<>,;()]{1,64}@[^\s<>,;()]{1,255}")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing to ask for. ``ask``: language code -> the words; ``attribute``: the customer's attribute that the answer becomes."""

    key: str
    kind: str = "text"
    ask: Mapping[str, str] = field(default_factory=dict)
    is_needed: bool = True
    attribute: str = ""

    def words(self, *languages: str) -> str:
        """The question in the first language that it was written in, else as it was written first."""
        for language in languages:
            for code in (language, base_of(language)):
                if self.ask.get(code):
                    return self.ask[code]
        return next(iter(self.ask.values()), self.key)


def check_questions(questions: Any) -> list[dict[str, Any]]:
    """The questions in their one valid form. Raises InvalidInput with the place of the first fault (such as "1.ask")."""
    if not isinstance(questions, list) or len(questions) > MOST_QUESTIONS:
        raise _fault("questions", _("At most %(most)s questions.") % {"most": MOST_QUESTIONS})
    checked = [_checked(question, str(place)) for place, question in enumerate(questions)]
    keys = [question["key"] for question in checked]
    if len(set(keys)) != len(keys):
        raise _fault("questions", _("Two questions have the same name."))
    return checked


def _checked(question: Any, place: str) -> dict[str, Any]:
    if not isinstance(question, Mapping):
        raise _fault(place, _("A question has a name, a kind and words."))
    key, kind, ask = question.get("key"), question.get("kind", "text"), question.get("ask")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise _fault(f"{place}.key", _("Name it with small letters, digits and underscores."))
    if not isinstance(kind, str) or kind not in KINDS:
        raise _fault(f"{place}.kind", _("Choose what is asked for."))
    attribute = question.get("attribute") or ""
    if not isinstance(attribute, str) or len(attribute) > 100:
        raise _fault(f"{place}.attribute", _("At most %(most)s characters.") % {"most": 100})
    return {
        "key": key,
        "kind": kind,
        "ask": check_wording(ask, f"{place}.ask", is_needed=True),
        "is_needed": bool(question.get("is_needed", True)),
        "attribute": one_line(attribute),
    }


def check_wording(texts: Any, place: str, *, is_needed: bool = False) -> dict[str, str]:
    """Language code -> text, cleaned and without empty ones. Raises InvalidInput."""
    if not isinstance(texts or {}, Mapping):
        raise _fault(place, _("Give a text for each language."))
    clean: dict[str, str] = {}
    for language, text in (texts or {}).items():
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language) or not isinstance(text, str):
            raise _fault(place, _("Give a text for each language."))
        if len(text) > LONGEST_QUESTION:
            raise _fault(place, _("At most %(most)s characters.") % {"most": LONGEST_QUESTION})
        if text.strip():
            clean[language] = clean_text(text).strip()
    if is_needed and not clean:
        raise _fault(place, _("Write the question in one language at least."))
    return clean


def _fault(place: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_bot", text, fields={place: text})


def read_questions(questions: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Checked questions as values."""
    return tuple(
        Question(
            key=one["key"],
            kind=one.get("kind", "text"),
            ask=one.get("ask") or {},
            is_needed=one.get("is_needed", True),
            attribute=one.get("attribute", ""),
        )
        for one in questions
    )


def task_questions(task: str, known: Sequence[Question], language: str) -> list[dict[str, Any]]:
    """An agent's task as questions: each line is one, word for word; a line that names a question of the bot is that question."""
    by_key = {question.key: question for question in known}
    found: list[dict[str, Any]] = []
    for place, line in enumerate(filter(None, (line.strip(" \t-*•") for line in task.splitlines())), start=1):
        own = by_key.get(line.lower().replace(" ", "_"))
        if own is not None:
            entry = {"key": own.key, "kind": own.kind, "ask": dict(own.ask), "attribute": own.attribute}
        else:
            entry = {
                "key": f"answer_{place}",
                "kind": "text",
                "ask": {base_of(language) or "en": line[:LONGEST_QUESTION]},
            }
        found.append(entry)
    return found[:MOST_QUESTIONS]


def read_answer(kind: str, *, text: str, has_files: bool, has_location: bool = False) -> str | None:
    """What a message answers to a question of this kind; None where it is no answer."""
    said = one_line(text)[:LONGEST_ANSWER]
    if kind in WITH_FILES:
        return (said or "✓") if has_files else None
    if kind == "location":
        return said or "✓" if has_location or said else None
    if kind == "order_number":
        match = _ORDER_NUMBER.search(said)
        return match[0].lstrip("#") if match else None
    if kind == "number":
        match = _NUMBER.search(said)
        return match[0].strip() if match else None
    if kind == "phone":
        match = _PHONE.search(said)
        return match[0] if match else None
    if kind == "email":
        match = _MAIL.search(said)
        return (normalise_email(match[0].rstrip(".,;:!?")) or None) if match else None
    return said or None
