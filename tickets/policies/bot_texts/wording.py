"""The shape of one language's sentences of a bot."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BotTexts:
    """``{name}``, ``{bot}``, ``{title}``, ``{link}``, ``{word}``, ``{time}`` are filled in. Words on buttons have at most 20 characters."""

    language: str
    hello_name: str  # with {name} and {bot}
    hello: str  # with {bot}
    what_do_you_need: str
    article: str  # with {title} and {link}
    also: str  # before further articles
    source: str  # with {title} and {link}: what a worded answer was taken from
    did_it_help: str
    yes: str
    no: str
    talk_to_a_person: str
    write_to_talk: str  # with {word}
    word_for_a_person: str
    in_other_words: str
    not_known_yet: str
    sorry_other_words: str
    before_a_person: str
    some_questions: str
    not_clear: str
    skip: str
    handing_over: str
    handing_over_closed: str
    back_at: str  # with {time}
    closed_now: str
    solved: str
    task_done: str
