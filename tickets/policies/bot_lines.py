"""The words of a bot's message, and the way to a person that every one of them offers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from channels_app.adapters.base import Choice, Limits
from tickets.policies.bot import HUMAN, NO, SKIP, YES, Move
from tickets.policies.bot_texts import BotTexts
from tickets.policies.outgoing import find_misfits
from tickets.policies.texts import base_of

LONGEST_WORDED = 1500
_PARAGRAPH = "\n\n"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An article as the customer is shown it."""

    title: str
    link: str


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What the words depend on beside the move. ``back_at``: when the team is there again, in words; None: it is there now."""

    texts: BotTexts
    bot: str
    name: str = ""
    is_first: bool = False
    greeting: str = ""
    hours_message: str = ""
    back_at: str | None = None
    articles: Sequence[Shown] = ()
    languages: Sequence[str] = ()
    worded: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A message as it leaves."""

    text: str
    choices: tuple[Choice, ...] = ()


def compose(move: Move, scene: Scene) -> str:
    """What the bot says for its move, without the way to a person."""
    parts = [_greeting(scene)] if scene.is_first else []
    if scene.is_first and scene.back_at is not None and move.kind != "handing_over":
        parts.append(_closed(scene))
    return _PARAGRAPH.join(filter(None, [*parts, _body(move, scene)]))


def _greeting(scene: Scene) -> str:
    own = scene.greeting or (scene.texts.hello_name if scene.name else scene.texts.hello)
    return _fill(own, name=scene.name, bot=scene.bot).replace(" ,", ",")


def _closed(scene: Scene) -> str:
    if scene.hours_message:
        return _fill(scene.hours_message, name=scene.name, bot=scene.bot, time=scene.back_at or "")
    return " ".join(filter(None, [scene.texts.closed_now, _back_at(scene)]))


def _back_at(scene: Scene) -> str:
    return _fill(scene.texts.back_at, time=scene.back_at) if scene.back_at else ""


def _body(move: Move, scene: Scene) -> str:
    texts = scene.texts
    question = move.question.words(*scene.languages) if move.question is not None else ""
    if move.kind == "article":
        return _articles(scene)
    if move.kind == "question":
        intro = texts.some_questions if move.talk.is_delegated else texts.before_a_person
        return f"{intro}\n{question}" if len(move.talk.collected) == 0 else question
    if move.kind == "not_clear":
        return f"{texts.not_clear} {question}"
    if move.kind == "handing_over" and scene.back_at is not None:
        return " ".join(filter(None, [texts.handing_over_closed, _back_at(scene)]))
    return {
        "welcome": texts.what_do_you_need,
        "not_known": texts.not_known_yet,
        "sorry": texts.sorry_other_words,
        "solved": texts.solved,
        "task_done": texts.task_done,
        "handing_over": texts.handing_over,
    }[move.kind]


def _articles(scene: Scene) -> str:
    texts = scene.texts
    first, *others = scene.articles
    if scene.worded:
        said = [scene.worded, _fill(texts.source, title=first.title, link=first.link)]
    else:
        said = [_fill(texts.article, title=first.title, link=first.link)]
    if others:
        said.append("\n".join([texts.also, *(f"{one.title} {one.link}" for one in others)]))
    return _PARAGRAPH.join([*said, texts.did_it_help])


def _fill(text: str, **values: str) -> str:
    """Placeholders filled in once: what a value holds is never read as a placeholder."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value.replace("{", "(").replace("}", ")"))
    return text


def own_text(texts: Mapping[str, str], *languages: str) -> str:
    """The text that somebody wrote for the first of these languages; "" where he wrote none."""
    for language in languages:
        for code in (language, base_of(language)):
            if texts.get(code):
                return texts[code]
    return ""


def offers_of(move: Move) -> tuple[str, ...]:
    """The buttons beside the one for a person."""
    if move.kind == "article":
        return (YES, NO)
    if move.kind in ("question", "not_clear") and move.question is not None and not move.question.is_needed:
        return (SKIP,)
    return ()


def with_way_out(text: str, offers: Sequence[str], *, texts: BotTexts, limits: Limits, has_buttons: bool) -> Spoken:
    """The message with its way to a person: a button where the channel has them and all fits, else a line in the customer's language.

    There is no bot message without it; a text that is too long for the channel is cut before it.
    """
    titles = {HUMAN: texts.talk_to_a_person, YES: texts.yes, NO: texts.no, SKIP: texts.skip}
    choices = tuple(Choice(payload=payload, title=titles[payload]) for payload in (*offers, HUMAN))
    said = [choice.title for choice in choices]
    if has_buttons and not find_misfits(limits=limits, text=text, choice_titles=said):
        return Spoken(text=text, choices=choices)
    line = _fill(texts.write_to_talk, word=texts.word_for_a_person)
    whole = f"{text}{_PARAGRAPH}{line}"
    while text and find_misfits(limits=limits, text=whole):
        text = text[: int(len(text) * 0.9)].rstrip()
        whole = f"{text}…{_PARAGRAPH}{line}"
    return Spoken(text=whole)
