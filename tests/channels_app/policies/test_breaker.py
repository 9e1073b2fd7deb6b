"""How long a channel that fails sends nothing."""

from datetime import timedelta

import pytest

from channels_app.policies.breaker import is_half_open, sending_pause


@pytest.mark.parametrize(
    ("failures", "asked", "is_refused", "seconds"),
    [
        (1, None, False, 0),
        (4, None, False, 0),
        (5, None, False, 30),
        (6, None, False, 60),
        (9, None, False, 480),
        (10, None, False, 600),
        (500, None, False, 600),
        (1, 7.5, False, 7.5),
        (1, -3, False, 0),
        (5, 10, False, 30),
        (5, 300, False, 300),
        (1, 10**9, False, 24 * 3600),
        (1, None, True, 3600),
    ],
)
def test_pause_grows_with_failures_and_heeds_the_provider(failures, asked, is_refused, seconds):
    pause = sending_pause(failures=failures, asked_seconds=asked, is_refused=is_refused)
    assert pause == timedelta(seconds=seconds)


@pytest.mark.parametrize(("failures", "expected"), [(0, False), (4, False), (5, True), (50, True)])
def test_channel_that_failed_often_tries_one_message_at_a_time(failures, expected):
    assert is_half_open(failures=failures) is expected
