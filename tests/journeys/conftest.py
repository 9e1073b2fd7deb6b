"""Everything real: a mailbox, a mail server, a browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import browser_or_skip
from tests.support.dovecot import Dovecot, find_dovecot, running_dovecot
from tests.support.smtp_sink import SmtpSink, running_smtp_sink

MAY_SKIP = os.environ.get("CI") != "true"


@pytest.fixture
def mailbox() -> Iterator[Dovecot]:
    if find_dovecot() is None and MAY_SKIP:
        pytest.skip("dovecot is not installed")
    with running_dovecot() as server:
        yield server


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    with running_smtp_sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser_or_skip() as started:
        yield started


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser of the file's tests; what a test has opened is closed before its tables are emptied."""
    yield chromium
    for context in chromium.contexts:
        context.close()
