"""Words of consent, and messages that only begin like one."""

import pytest

from channels_app.policies.consent_words import consent_of


@pytest.mark.parametrize(
    "text",
    [
        "STOP", " stop ", "Stop.", "StopAll", "UNSUBSCRIBE", "cancel", "End", "QUIT", "abmelden!", "Stopp", "ARRÊT", "baja",
    ],
)  # fmt: skip
def test_word_of_refusal_alone_is_a_stop(text):
    assert consent_of(text) == "stop"


@pytest.mark.parametrize("text", ["START", "yes", "Unstop", "anmelden", "ALTA"])
def test_word_of_return_is_a_start(text):
    assert consent_of(text) == "start"


@pytest.mark.parametrize("text", ["HELP", "info", "Hilfe?", "AIDE", "ayuda"])
def test_word_for_help_is_one(text):
    assert consent_of(text) == "help"


@pytest.mark.parametrize(
    "text", ["", "stop sending me the wrong size", "please cancel my order", "yes please", "I need help", "s t o p", "x" * 5000]
)  # fmt: skip
def test_message_that_says_more_is_a_message(text):
    assert consent_of(text) is None
