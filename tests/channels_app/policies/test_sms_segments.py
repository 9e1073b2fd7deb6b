"""Segments as carriers bill them, at every edge."""

import pytest

from channels_app.policies.sms_segments import count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "count", "left"),
    [
        ("", "GSM-7", 0, 160),
        ("a", "GSM-7", 1, 159),
        ("a" * 160, "GSM-7", 1, 0),
        ("a" * 161, "GSM-7", 2, 145),
        ("a" * 306, "GSM-7", 2, 0),
        ("a" * 307, "GSM-7", 3, 152),
        ("Grüße, ñandu, Ω, £ @ 5 ¿?\n", "GSM-7", 1, 134),
        ("€" * 80, "GSM-7", 1, 0),
        ("€" * 81, "GSM-7", 2, 143),
        # The two septets of a € are not cut in half: 152 septets, then the € alone in the second message.
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 2, 141),
        ("ё" * 70, "UCS-2", 1, 0),
        ("ё" * 71, "UCS-2", 2, 63),
        ("ё" * 134, "UCS-2", 2, 0),
        ("ё" * 135, "UCS-2", 3, 66),
        ("🙂" * 35, "UCS-2", 1, 0),
        # A pair of surrogates is not cut: 66 units and 66 units, one left over in each.
        ("🙂" * 36, "UCS-2", 2, 61),
        ("a" * 70 + "…", "UCS-2", 2, 63),
        ("ç", "UCS-2", 1, 69),
        ("Ç", "GSM-7", 1, 159),
        ("`", "UCS-2", 1, 69),
        ("x" * 1600, "GSM-7", 11, 83),
    ],
)
def test_text_is_counted_as_carriers_do(text, encoding, count, left):
    segments = count_segments(text)
    assert (segments.encoding, segments.count, segments.left) == (encoding, count, left)


def test_characters_that_cost_room_are_named_once_in_their_order():
    assert count_segments("“Hi” … “you”").special == ("“", "”", "…")
    assert count_segments("plain").special == ()
