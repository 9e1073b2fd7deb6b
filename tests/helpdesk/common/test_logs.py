"""Log records without secrets."""

import logging
import sys

import pytest

from helpdesk.common.logs import RedactSecrets, redact

CANARY = "c4n4ryc4n4ryc4n4ryc4n4ryc4n4ry"


@pytest.mark.parametrize(
    "line",
    [
        f"key hd_8d30cd108a35_{CANARY} used",
        f"Authorization: Bearer {CANARY}",
        f"{{'Authorization': 'Basic {CANARY}'}}",
        f"connecting to smtp+tls://desk:{CANARY}@mail.example:587",
        f"GET /survey/{CANARY}/ 200",
        f"GET /portal/{CANARY}?x=1",
        f"GET /files/{CANARY}/file.png 200",
        f"POST https://api.telegram.org/bot123456789:{CANARY}/sendMessage",
    ],
)
def test_secret_never_reaches_the_log(line):
    assert CANARY not in redact(line)
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s", (line,), None)
    assert RedactSecrets().filter(record)
    assert CANARY not in record.getMessage()


def test_secret_in_the_words_of_an_error_never_reaches_the_log():
    try:
        raise ValueError(f"cannot connect to smtp://desk:{CANARY}@mail.example")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "sending failed", (), sys.exc_info())
    assert RedactSecrets().filter(record)
    printed = logging.Formatter("%(message)s").format(record)
    assert CANARY not in printed
    assert "smtp://desk:[redacted]@mail.example" in printed


def test_ordinary_line_is_left_as_it_is():
    line = "polled support: 3 new, https://acme.example/a:b/c took 12:30"
    assert redact(line) == line


def test_every_handler_of_the_product_redacts(settings):
    assert all("redact" in handler["filters"] for handler in settings.LOGGING["handlers"].values())
