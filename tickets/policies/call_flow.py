"""What a caller hears next: the menu, the queue, voicemail, a call back, or going on in writing. Pure.

    ringing -> MENU -> 1 DEFLECT   -> goodbye              (a menu without 1 where it is not possible)
                       2 RING      -> talked -> goodbye
                           not taken -> QUEUE -> HOLD ... -> RING again, until MOST_ROUNDS -> VOICEMAIL
                       3 VOICEMAIL -> goodbye
                       4 CALL_BACK -> goodbye
               no or a wrong key: asked again twice -> VOICEMAIL

The state lives in the call's row and in the addresses that the provider calls, so that a repeated request gets the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tickets.policies.call_texts import TEXTS

MOST_WRONG_KEYS = 2
MOST_ROUNDS = 5
# “Number one, please” is a choice; “no one has answered me for days” is none.
FEW_WORDS = 3
# One round of waiting: the position is said, then music.
HOLD_SECONDS = 20


class Step(StrEnum):
    """What the caller gets next."""

    MENU = "menu"
    DEFLECT = "deflect"
    RING = "ring"
    QUEUE = "queue"
    HOLD = "hold"
    LEAVE_QUEUE = "leave_queue"
    VOICEMAIL = "voicemail"
    CALL_BACK = "call_back"
    GOODBYE = "goodbye"
    NOTHING = "nothing"


# The keys stay the same whatever is offered, so that nobody presses the wrong one out of habit.
KEYS: Mapping[str, str] = {"1": "deflect", "2": "agent", "3": "voicemail", "4": "callback"}
_STEP_OF_CHOICE = {
    "deflect": Step.DEFLECT, "agent": Step.RING, "voicemail": Step.VOICEMAIL, "callback": Step.CALL_BACK,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What decides about the way on.

    ``can_deflect``: the caller shows a number that can be written to, and a channel for it is set. ``can_call_back``: he shows a
    number. ``round``: how often the agents' telephones have rung. ``position``: in the queue, 1 is next, None where nobody knows.
    """

    is_open: bool
    has_agents: bool
    can_deflect: bool
    can_call_back: bool
    round: int = 0
    position: int | None = None


def offered(situation: Situation, *, is_waiting: bool = False) -> tuple[str, ...]:
    """The choices that are read out, in the order of their keys. Who waits for an agent is not offered to wait for one."""
    possible = {
        "deflect": situation.can_deflect,
        "agent": situation.is_open and situation.has_agents and not is_waiting,
        "voicemail": True,
        "callback": situation.can_call_back,
    }
    return tuple(choice for choice in KEYS.values() if possible[choice])


def choice_of(*, digits: str, speech: str) -> str | None:
    """The choice of a key or of spoken words in any of our languages; None where neither says one, or the words say several."""
    if digits:
        return KEYS.get(digits[0])
    words = "".join(char if char.isalnum() else " " for char in speech.casefold()).split()
    named = {
        choice
        for texts in TEXTS.values()
        for choice in KEYS.values()
        if set(words) & set(texts.spoken[choice].casefold().split())
        or (len(words) <= FEW_WORDS and set(words) & set(texts.said_alone[choice].casefold().split()))
    }
    # A key that was said and not pressed.
    if len(words) == 1 and words[0] in KEYS:
        named.add(KEYS[words[0]])
    return named.pop() if len(named) == 1 else None


def after_menu(situation: Situation, *, choice: str | None, attempt: int) -> Step:
    """After the menu was read for the ``attempt``-th time (the first is 0)."""
    if choice in offered(situation):
        return _STEP_OF_CHOICE[str(choice)]
    return Step.MENU if attempt < MOST_WRONG_KEYS else Step.VOICEMAIL


def after_ringing(situation: Situation, *, was_answered: bool) -> Step:
    """After the agents' telephones rang, or the talk is over."""
    if was_answered:
        return Step.GOODBYE
    return Step.QUEUE if situation.is_open and situation.round < MOST_ROUNDS else Step.VOICEMAIL


def while_waiting(situation: Situation, *, waited_seconds: int) -> Step:
    """In the queue: whoever is next is tried again after a round of music; the others hear where they stand."""
    if not situation.is_open:
        return Step.LEAVE_QUEUE
    is_next = situation.position is None or situation.position <= 1
    return Step.LEAVE_QUEUE if is_next and waited_seconds >= HOLD_SECONDS else Step.HOLD


def after_waiting_key(situation: Situation, *, choice: str | None) -> Step:
    """A key pressed in the queue: what is offered there leads out, everything else goes on waiting."""
    return Step.LEAVE_QUEUE if choice in offered(situation, is_waiting=True) else Step.HOLD


def after_queue(situation: Situation, *, result: str, choice: str | None) -> Step:
    """Out of the queue. ``result`` is the provider's word for why, ``choice`` the caller's last one."""
    if result in ("hangup", "bridged", "redirected", "redirected-from-bridged", "bridging-in-process"):
        return Step.NOTHING
    if result != "leave":
        return Step.VOICEMAIL
    if choice != "agent" and choice in offered(situation, is_waiting=True):
        return _STEP_OF_CHOICE[str(choice)]
    return Step.RING if situation.is_open and situation.has_agents else Step.VOICEMAIL
