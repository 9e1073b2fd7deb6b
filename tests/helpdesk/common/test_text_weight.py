"""How long a text is for networks with short posts."""

from time import monotonic

import pytest

from helpdesk.common.text_weight import weighted_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("a" * 280, 280),
        ("Grüße aus Köln", 14),
        ("cafe\u0301", 4),
        ("こんにちは", 10),
        ("See https://example.com/a/very/long/path?with=a&query=that-is-long now", 4 + 23 + 4),
        ("example.com", 23),
        ("(see http://a.co).", 5 + 23 + 2),
        ("mail carla@example.com", 22),
        ("1.5 kg, e.g. this", 17),
        ("👍", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽 🇪🇸 1️⃣", 8),
        ("“quoted” – dash", 15),
    ],
)
def test_text_weighs_what_the_network_counts(text, length):
    assert weighted_length(text) == length


@pytest.mark.parametrize("text", ["a." * 50_000, "http://" * 20_000, "1\ufe0f" * 50_000, "x" * 200_000])
def test_hostile_text_is_weighed_in_time(text):
    started = monotonic()
    weighted_length(text)
    assert monotonic() - started < 2
