"""The way of a call: what is offered, what a key or words choose, and what comes next."""

from dataclasses import replace

import pytest

from tickets.policies.call_flow import (
    HOLD_SECONDS,
    MOST_ROUNDS,
    Situation,
    Step,
    after_menu,
    after_queue,
    after_ringing,
    after_waiting_key,
    choice_of,
    offered,
    while_waiting,
)
from tickets.policies.call_texts import TEXTS

OPEN = Situation(is_open=True, has_agents=True, can_deflect=True, can_call_back=True)
CLOSED = replace(OPEN, is_open=False)
WITHHELD = replace(OPEN, can_deflect=False, can_call_back=False)


@pytest.mark.parametrize(
    ("situation", "choices"),
    [
        (OPEN, ("deflect", "agent", "voicemail", "callback")),
        (CLOSED, ("deflect", "voicemail", "callback")),
        (WITHHELD, ("agent", "voicemail")),
        (replace(WITHHELD, is_open=False), ("voicemail",)),
        (replace(OPEN, has_agents=False), ("deflect", "voicemail", "callback")),
    ],
)
def test_only_what_is_possible_is_offered(situation, choices):
    assert offered(situation) == choices


def test_who_waits_is_not_offered_to_wait():
    assert "agent" not in offered(OPEN, is_waiting=True)


@pytest.mark.parametrize(
    ("digits", "speech", "choice"),
    [
        ("1", "", "deflect"),
        ("2", "", "agent"),
        ("3", "", "voicemail"),
        ("4", "", "callback"),
        ("9", "", None),
        ("#", "", None),
        ("", "", None),
        ("4", "WhatsApp", "callback"),
        ("", "one", "deflect"),
        ("", "1.", "deflect"),
        ("", "WhatsApp please", "deflect"),
        ("", "I would rather go on by WhatsApp", "deflect"),
        ("", "I want to talk to an agent right now", "agent"),
        ("", "Rückruf", "callback"),
        ("", "zwei", "agent"),
        ("", "un conseiller", None),
        ("", "répondeur", "voicemail"),
        ("", "my parcel has not arrived", None),
        ("", "no one has answered me for three days", None),
        ("", "I want my money back", None),
        ("", "WhatsApp or voicemail", None),
    ],
)
def test_key_or_words_choose_one_thing_or_nothing(digits, speech, choice):
    assert choice_of(digits=digits, speech=speech) == choice


@pytest.mark.parametrize(
    ("situation", "choice", "attempt", "step"),
    [
        (OPEN, "deflect", 0, Step.DEFLECT),
        (OPEN, "agent", 2, Step.RING),
        (OPEN, "voicemail", 0, Step.VOICEMAIL),
        (OPEN, "callback", 1, Step.CALL_BACK),
        (OPEN, None, 0, Step.MENU),
        (OPEN, None, 1, Step.MENU),
        (OPEN, None, 2, Step.VOICEMAIL),
        (CLOSED, "agent", 0, Step.MENU),
        (WITHHELD, "deflect", 2, Step.VOICEMAIL),
    ],
)
def test_menu_is_read_three_times_and_then_ends_in_voicemail(situation, choice, attempt, step):
    assert after_menu(situation, choice=choice, attempt=attempt) is step


@pytest.mark.parametrize(
    ("situation", "was_answered", "step"),
    [
        (OPEN, True, Step.GOODBYE),
        (OPEN, False, Step.QUEUE),
        (CLOSED, False, Step.VOICEMAIL),
        (replace(OPEN, round=MOST_ROUNDS - 1), False, Step.QUEUE),
        (replace(OPEN, round=MOST_ROUNDS), False, Step.VOICEMAIL),
    ],
)
def test_caller_whom_nobody_takes_waits_and_at_last_leaves_a_message(situation, was_answered, step):
    assert after_ringing(situation, was_answered=was_answered) is step


@pytest.mark.parametrize(
    ("position", "seconds", "step"),
    [
        (1, 0, Step.HOLD),
        (1, HOLD_SECONDS - 1, Step.HOLD),
        (1, HOLD_SECONDS, Step.LEAVE_QUEUE),
        (2, 500, Step.HOLD),
        (None, HOLD_SECONDS, Step.LEAVE_QUEUE),
    ],
)
def test_only_the_next_in_the_queue_is_tried_again(position, seconds, step):
    assert while_waiting(replace(OPEN, position=position), waited_seconds=seconds) is step


def test_queue_ends_when_the_team_goes_home():
    assert while_waiting(replace(CLOSED, position=5), waited_seconds=1) is Step.LEAVE_QUEUE
    assert after_queue(CLOSED, result="leave", choice="agent") is Step.VOICEMAIL


@pytest.mark.parametrize(("choice", "step"), [("deflect", Step.LEAVE_QUEUE), ("agent", Step.HOLD), (None, Step.HOLD)])
def test_key_in_the_queue_leads_out_or_changes_nothing(choice, step):
    assert after_waiting_key(OPEN, choice=choice) is step


@pytest.mark.parametrize(
    ("result", "choice", "step"),
    [
        ("leave", "agent", Step.RING),
        ("leave", None, Step.RING),
        ("leave", "deflect", Step.DEFLECT),
        ("leave", "voicemail", Step.VOICEMAIL),
        ("leave", "callback", Step.CALL_BACK),
        ("hangup", "agent", Step.NOTHING),
        ("bridged", "agent", Step.NOTHING),
        ("queue-full", "agent", Step.VOICEMAIL),
        ("error", "agent", Step.VOICEMAIL),
    ],
)
def test_way_out_of_the_queue_follows_the_callers_last_choice(result, choice, step):
    assert after_queue(OPEN, result=result, choice=choice) is step


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_speaks_and_understands_every_choice(language):
    texts = TEXTS[language]
    choices = {"deflect", "agent", "voicemail", "callback"}
    assert set(texts.options) == set(texts.spoken) == set(texts.said_alone) == choices
    for number, choice in enumerate(("deflect", "agent", "voicemail", "callback"), start=1):
        assert str(number) in texts.options[choice]
        assert all(choice_of(digits="", speech=word) == choice for word in texts.spoken[choice].split())
