"""The question where people chat: buttons where the provider has them, else a text that a number answers. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels_app.adapters.base import Choice, Limits
from surveys.policies.chat_payloads import make_payload
from surveys.policies.scales import THUMBS, Scale
from surveys.policies.texts import SurveyTexts
from surveys.policies.wordings import SurveyWords
from tickets.policies.outgoing import find_misfits

THUMB_TITLES = {1: "👍", 0: "👎"}
# Stands in a stored text where the personal link will stand: the link holds a secret and goes in when the message leaves.
LINK_PLACE = "{survey_link}"
# What a template's variables may be called; nameless ones are the question and the link in this order.
_NAMELESS = (("link",), ("question", "link"))


@dataclass(frozen=True, kw_only=True)
class ChatQuestion:
    """The text, and its buttons; without buttons the text says how to answer."""

    text: str
    choices: tuple[Choice, ...] = ()


def chat_question(
    *,
    invitation: uuid.UUID,
    scale: Scale,
    words: SurveyWords,
    texts: SurveyTexts,
    limits: Limits | None,
    brand: str = "",
    is_reminder: bool = False,
) -> ChatQuestion:
    """The question for a channel with these ``limits`` of buttons; None: it has no buttons.

    ``brand`` stands before the question where nothing else says who asks (a text message).
    """
    question = f"{brand}: {words.question}" if brand else words.question
    if is_reminder:
        question = f"{texts.reminder}\n{question}"
    ends = "" if scale.key == THUMBS else f"{scale.lowest} = {words.lowest}, {scale.highest} = {words.highest}"
    with_buttons = "\n".join(filter(None, (question, ends)))
    choices = _choices(invitation, scale)
    if limits is not None and _fits(limits, with_buttons, choices):
        return ChatQuestion(text=with_buttons, choices=choices)
    return ChatQuestion(text="\n".join(filter(None, (question, ends, how_to_answer(scale, texts)))))


def how_to_answer(scale: Scale, texts: SurveyTexts) -> str:
    """How one answers without buttons."""
    if scale.key == THUMBS:
        return texts.answer_by_thumb
    return texts.answer_by_number.replace("{lowest}", str(scale.lowest)).replace("{highest}", str(scale.highest))


def template_values(variables: Sequence[str], *, question: str, name: str, brand: str) -> list[str] | None:
    """What goes into an approved template's variables, in their order; None for a template that cannot carry the question.

    Known names are question, link, name and brand; of nameless ones (numbers) a single one is the link, two are the question and
    the link.
    """
    values: Mapping[str, str] = {"question": question, "link": LINK_PLACE, "name": name or brand, "brand": brand}
    names: Sequence[str] = [variable.lower() for variable in variables]
    if all(name.isdigit() for name in names):
        names = next((known for known in _NAMELESS if len(known) == len(names)), ())
    if not {"question", "link"} & set(names) or not set(names) <= set(values):
        return None
    return [values[name] for name in names]


def _choices(invitation: uuid.UUID, scale: Scale) -> tuple[Choice, ...]:
    scores = sorted(scale.scores, reverse=scale.key == THUMBS)
    titles = THUMB_TITLES if scale.key == THUMBS else {score: str(score) for score in scores}
    return tuple(Choice(payload=make_payload(invitation, score), title=titles[score]) for score in scores)


def _fits(limits: Limits, text: str, choices: Sequence[Choice]) -> bool:
    return not find_misfits(limits=limits, text=text, choice_titles=[choice.title for choice in choices])
