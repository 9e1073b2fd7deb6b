"""Real servers for the tests of channels."""

import os
from collections.abc import Iterator

import pytest

from tests.support.dovecot import Dovecot, find_dovecot, running_dovecot
from tests.support.http_fake import HttpFake, running_http_fake
from tests.support.smtp_sink import SmtpSink, running_smtp_sink


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """One IMAP server for all tests of this process."""
    if find_dovecot() is None and os.environ.get("CI") != "true":
        pytest.skip("dovecot is not installed")
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Dovecot:
    """An empty mailbox on a real IMAP server."""
    return dovecot_server.another_mailbox()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    with running_smtp_sink() as sink:
        yield sink


@pytest.fixture
def http_fake(settings: object) -> Iterator[HttpFake]:
    """An HTTP server that the guarded client may reach."""
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_http_fake() as fake:
        yield fake
