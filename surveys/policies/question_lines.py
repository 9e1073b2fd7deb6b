"""Choices and translations of a further question as people type them: one a line. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from surveys.policies.questions import PRESET_CHOICES, preset_label
from surveys.policies.texts import TEXTS, SurveyTexts

LEAST_CHOICES, MOST_CHOICES = 2, 10
LONGEST_LABEL = 60
LONGEST_KEY = 40

# {"key": ..., "label": ...}; the label of a preset choice is "", so that it speaks every language of ours.
Choices = Sequence[Mapping[str, str]]


def as_lines(choices: Choices, texts: SurveyTexts) -> str:
    """The choices one a line; those of ours in the language of ``texts``."""
    return "\n".join(choice.get("label") or preset_label(choice["key"], texts) for choice in choices)


def read_lines(text: str, *, before: Choices = ()) -> list[dict[str, str]]:
    """The choices of a text, one a line; a line that stood there ``before`` keeps its key, and answers to it their meaning.

    A line that is one of our words in any of our languages is that preset choice.
    """
    keys = {choice["label"]: choice["key"] for choice in before if choice.get("label")}
    choices: list[dict[str, str]] = []
    for label in dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()):
        preset = _preset_key(label)
        taken = {choice["key"] for choice in choices}
        if preset:
            if preset not in taken:
                choices.append({"key": preset, "label": ""})
            continue
        key = keys.get(label) or _new_key(label, taken | set(keys.values()) | set(PRESET_CHOICES))
        choices.append({"key": key, "label": label})
    return choices


def translation_lines(wording: Mapping[str, Any], choices: Choices) -> str:
    """A stored wording as lines: the question, then one choice a line in the order of ``choices``."""
    labels = wording.get("choices") or {}
    lines = [str(wording.get("text", "")), *(str(labels.get(choice["key"], "")) for choice in choices)]
    return "\n".join(lines).rstrip("\n")


def read_translation(text: str, choices: Choices) -> dict[str, Any]:
    """The stored form of ``translation_lines``; empty lines leave their place to ours, {} says nothing at all."""
    lines = [line.strip() for line in text.splitlines()]
    labels = {choice["key"]: line for choice, line in zip(choices, lines[1:], strict=False) if line}
    question = lines[0] if lines else ""
    wording: dict[str, Any] = {"text": question} if question else {}
    return wording | ({"choices": labels} if labels else {})


def _preset_key(label: str) -> str:
    lowered = label.casefold()
    return next(
        (key for key in PRESET_CHOICES for texts in TEXTS.values() if preset_label(key, texts).casefold() == lowered),
        "",
    )


def _new_key(label: str, taken: set[str]) -> str:
    """Short, in plain letters, unlike any that is there."""
    stem = slugify(label)[: LONGEST_KEY - 4].strip("-") or "choice"
    number = 1
    while (key := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return key
