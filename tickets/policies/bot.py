"""What a bot does next: one message of the customer in, one move out. Pure: no rows, no clock, no network.

It answers from articles, asks for what is missing, and hands over to a person whenever a rule says so, when it has come to the end of
what it knows, and in any case after ``MOST_TURNS``. That a customer can ask for a person is no rule that somebody can remove.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from tickets.policies.article_match import THRESHOLD, question_terms
from tickets.policies.bot_questions import Question, read_answer
from tickets.policies.bot_words import asks_for_a_person, says_no, says_yes, skips

MOST_TURNS = 20
MOST_ARTICLES = 3
DEFAULT_TURNS = 8
DEFAULT_ANGER_PERCENT = 60
# Attempts at one question; then it is left open.
MOST_ATTEMPTS = 2
_MOST_GREETING_WORDS = 4
# A person does not answer so many messages in so short a time, nor the same long text twice in a row.
MACHINE_TURNS = 5
MACHINE_SECONDS = 20
KEPT_HEARD = 6

HUMAN, YES, NO, SKIP = "bot:human", "bot:yes", "bot:no", "bot:skip"
# Reasons that wait until what is missing has been asked for: nobody is upset, and the person then has it at hand.
PATIENT = frozenset({"low_confidence_twice", "turns", "not_known"})
Kind = Literal[
    "welcome", "article", "not_known", "sorry", "question", "not_clear", "solved", "task_done", "handing_over"
]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One hand-off rule; see HandoffRule."""

    kind: str
    pk: int | None = None
    number: int | None = None
    conditions: Mapping[str, Any] = field(default_factory=dict)


# What a new bot begins with, in this order.
DEFAULT_RULES: tuple[tuple[str, int | None], ...] = (
    ("asked_for", None),
    ("sensitive_topic", None),
    ("strong_negative", DEFAULT_ANGER_PERCENT),
    ("vip", None),
    ("attachment", None),
    ("low_confidence_twice", None),
    ("turns", DEFAULT_TURNS),
)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How the bot is set up."""

    rules: tuple[Rule, ...] = ()
    questions: tuple[Question, ...] = ()
    answers_from_articles: bool = True
    threshold: float = THRESHOLD


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One message of the customer, and what is known of him."""

    text: str
    payload: str = ""
    has_files: bool = False
    has_location: bool = False
    language: str = ""
    sentiment: str = ""
    confidence: float = 0.0
    is_topic_sensitive: bool = False
    is_vip: bool = False


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Where a talk stands. ``stage``: "" before the first move, "listening", "offered" (an article), "asking"."""

    stage: str = ""
    asking: str = ""
    attempts: int = 0
    shown: tuple[int, ...] = ()
    collected: Mapping[str, str] = field(default_factory=dict)
    turns: int = 0
    low_confidence_count: int = 0
    is_delegated: bool = False
    # Why it is handed over once everything has been asked for.
    because: str = ""


class Article(Protocol):
    """What selectors.articles finds, as far as it matters here."""

    @property
    def translation_id(self) -> int: ...
    @property
    def score(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Move:
    """What the bot does: say something of ``kind``, and hand over for ``hand_off`` or be done with ``result``; ``talk`` after it."""

    talk: Talk
    kind: Kind
    articles: tuple[Any, ...] = ()
    question: Question | None = None
    hand_off: str = ""
    rule: Rule | None = None
    result: str = ""
    solved_by: int | None = None
    has_answered: bool = False

    @property
    def ends(self) -> bool:
        """Whether the talk is over."""
        return bool(self.hand_off or self.result)


Search = Callable[[str], Sequence[Article]]
Holds = Callable[[Mapping[str, Any]], bool]


def decide(setup: Setup, talk: Talk, heard: Heard, *, find: Search, holds: Holds = lambda conditions: False) -> Move:
    """The next move. ``find`` looks for articles, best first; ``holds`` says whether conditions hold for the ticket."""
    talk = replace(talk, turns=talk.turns + 1)
    reason, rule = _hand_off_at_once(setup, talk, heard, holds)
    if reason:
        return Move(talk=talk, kind="handing_over", hand_off=reason, rule=rule)
    if talk.stage == "asking" and talk.asking:
        return _take_answer(setup, talk, heard)
    if talk.stage == "offered" and (heard.payload == YES or (not heard.payload and says_yes(heard.text))):
        solved_by = talk.shown[-1] if talk.shown else None
        return Move(talk=talk, kind="solved", result="solved", solved_by=solved_by)
    if talk.stage == "offered" and (heard.payload == NO or says_no(heard.text)):
        return _not_known(setup, talk, "sorry")
    return _answer(setup, talk, heard, find)


def first_question(setup: Setup, talk: Talk) -> Move:
    """The first move of a task that an agent gave: ask."""
    question = _next_question(setup, talk)
    if question is None:
        return Move(talk=talk, kind="task_done", result="done")
    return Move(talk=replace(talk, stage="asking", asking=question.key, attempts=1), kind="question", question=question)


def _hand_off_at_once(setup: Setup, talk: Talk, heard: Heard, holds: Holds) -> tuple[str, Rule | None]:
    if heard.payload == HUMAN or (not heard.payload and asks_for_a_person(heard.text)):
        return "asked_for", next((rule for rule in setup.rules if rule.kind == "asked_for"), None)
    for rule in setup.rules:
        if rule.kind not in PATIENT and _holds_now(rule, talk, heard, holds):
            return rule.kind, rule
    return ("too_many_turns", None) if talk.turns > MOST_TURNS else ("", None)


def _holds_now(rule: Rule, talk: Talk, heard: Heard, holds: Holds) -> bool:
    if rule.kind == "sensitive_topic":
        return heard.is_topic_sensitive
    if rule.kind == "strong_negative":
        least = (rule.number if rule.number is not None else DEFAULT_ANGER_PERCENT) / 100
        return heard.sentiment == "negative" and heard.confidence >= least
    if rule.kind == "vip":
        return heard.is_vip
    if rule.kind == "attachment":
        # What the bot has asked for itself is no reason.
        return heard.has_files and talk.stage != "asking"
    if rule.kind == "conditions":
        return bool(rule.conditions) and holds(rule.conditions)
    return False


def _answer(setup: Setup, talk: Talk, heard: Heard, find: Search) -> Move:
    turns = _rule(setup, "turns")
    if turns is not None and talk.turns > (turns.number or DEFAULT_TURNS):
        return _end_with(setup, talk, "turns")
    if not question_terms(heard.text, heard.language) or _is_greeting(heard):
        return Move(talk=replace(talk, stage="listening"), kind="welcome")
    found = [one for one in find(heard.text) if one.score >= setup.threshold] if setup.answers_from_articles else []
    fresh = [one for one in found if one.translation_id not in talk.shown][:MOST_ARTICLES]
    if not fresh:
        return _not_known(setup, talk, "not_known")
    shown = (*talk.shown, *(one.translation_id for one in reversed(fresh)))
    calm = replace(talk, stage="offered", shown=shown, low_confidence_count=0)
    return Move(talk=calm, kind="article", articles=tuple(fresh), has_answered=True)


def _not_known(setup: Setup, talk: Talk, kind: Kind) -> Move:
    talk = replace(talk, stage="listening", low_confidence_count=talk.low_confidence_count + 1)
    if _rule(setup, "low_confidence_twice") is not None and talk.low_confidence_count > 1:
        return _end_with(setup, talk, "low_confidence_twice")
    if _next_question(setup, talk) is not None and kind == "not_known":
        return _end_with(setup, talk, "not_known")
    return Move(talk=talk, kind=kind)


def _end_with(setup: Setup, talk: Talk, reason: str) -> Move:
    """Hand over, but ask first for what a person will need."""
    question = _next_question(setup, talk)
    if question is not None:
        asking = replace(talk, stage="asking", asking=question.key, attempts=1, because=reason)
        return Move(talk=asking, kind="question", question=question)
    return Move(talk=talk, kind="handing_over", hand_off=reason, rule=_rule(setup, reason))


def _take_answer(setup: Setup, talk: Talk, heard: Heard) -> Move:
    question = next((one for one in setup.questions if one.key == talk.asking), None)
    if question is None:
        return _after_answer(setup, replace(talk, asking=""))
    if heard.payload == SKIP or (not heard.has_files and skips(heard.text)):
        return _after_answer(setup, _with_answer(talk, question, ""))
    answer = read_answer(question.kind, text=heard.text, has_files=heard.has_files, has_location=heard.has_location)
    if answer is None and talk.attempts < MOST_ATTEMPTS:
        return Move(talk=replace(talk, attempts=talk.attempts + 1), kind="not_clear", question=question)
    # After the last attempt what he says is kept as he said it: a person can read it.
    return _after_answer(setup, _with_answer(talk, question, answer if answer is not None else heard.text[:200]))


def _with_answer(talk: Talk, question: Question, answer: str) -> Talk:
    return replace(talk, collected={**talk.collected, question.key: answer}, asking="", attempts=0)


def _after_answer(setup: Setup, talk: Talk) -> Move:
    question = _next_question(setup, talk)
    if question is not None:
        return Move(talk=replace(talk, asking=question.key, attempts=1), kind="question", question=question)
    if talk.is_delegated:
        return Move(talk=talk, kind="task_done", result="done")
    reason = talk.because or "collected"
    return Move(talk=talk, kind="handing_over", hand_off=reason, rule=_rule(setup, reason))


def _next_question(setup: Setup, talk: Talk) -> Question | None:
    open_ones = (one for one in setup.questions if one.key not in talk.collected)
    return next((one for one in open_ones if one.is_needed or talk.is_delegated), None)


def _rule(setup: Setup, kind: str) -> Rule | None:
    return next((rule for rule in setup.rules if rule.kind == kind), None)


def _is_greeting(heard: Heard) -> bool:
    """Whether it says nothing but hello: a greeting or a call for help."""
    words = question_terms(heard.text, "")
    return not words or (len(words) <= _MOST_GREETING_WORDS and all(word in _GREETINGS for word in words))


_GREETINGS_TEXT = """
hi hello hey hallo moin servus guten tag morgen abend bonjour salut bonsoir hola buenas buenos dias tardes good
morning afternoon evening مرحبا السلام عليكم اهلا ciao buongiorno ola oi 你好 您好 hoi help hilfe aide ayuda there
"""
_GREETINGS = frozenset(_GREETINGS_TEXT.split())


@dataclass(frozen=True, kw_only=True)
class Echo:
    """What is kept of a message to notice a machine at the other end: when it came, and a digest of what it said."""

    at: datetime
    digest: str


def is_machine(heard: Sequence[Echo], *, was_button: bool = False) -> bool:
    """Whether whoever writes is a machine: many messages in little time, or the same text twice in a row. Oldest first."""
    if len(heard) >= 2 and heard[-1].digest and heard[-1].digest == heard[-2].digest and not was_button:
        return True
    if len(heard) < MACHINE_TURNS:
        return False
    return heard[-1].at - heard[-MACHINE_TURNS].at <= timedelta(seconds=MACHINE_SECONDS)
