"""Log records without secrets."""

import logging
import re

# What our own credentials look like, wherever they turn up: API keys, bearer headers, passwords inside URLs, tokens in paths.
_SECRETS = (
    (re.compile(r"hd_[A-Za-z0-9]{6,}_[A-Za-z0-9_-]{20,}"), "hd_[redacted]"),
    (re.compile(r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?)(bearer|basic)\s+[^\s'\"]+"), r"\1\2 [redacted]"),
    (re.compile(r"(?<=://)([^\s:/@]{1,256}):([^\s/@]{1,256})@"), r"\1:[redacted]@"),
    (re.compile(r"(?<=/bot)[0-9]+:[A-Za-z0-9_-]{20,}"), "[redacted]"),
    (re.compile(r"/(survey|portal|upload|files)/[A-Za-z0-9_.-]{16,}"), r"/\1/[redacted]"),
)


def redact(text: str) -> str:
    """The text with everything that looks like one of our secrets blotted out."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


_plain = logging.Formatter()


class RedactSecrets(logging.Filter):
    """Rewrites each record's message, and the traceback below it, through ``redact``."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = redact(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info and not record.exc_text:
            # Formatters print this text where it is set; an error's own words may quote an address with a password.
            record.exc_text = _plain.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
