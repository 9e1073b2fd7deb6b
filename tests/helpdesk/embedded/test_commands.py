"""Which command lines bring a database along."""

import pytest

from helpdesk.embedded.commands import needs_database


@pytest.mark.parametrize(
    "line", ["migrate", "shell", "listen_smtp", "receive support a.eml", "runserver 8001", "backup f"]
)
def test_command_that_touches_rows_gets_a_database(line: str) -> None:
    assert needs_database(line.split())


@pytest.mark.parametrize(
    "line", ["", "help", "up", "parse email a.eml", "collectstatic --no-input", "migrate --help", "--version"]
)
def test_command_that_needs_no_rows_starts_nothing(line: str) -> None:
    assert not needs_database(line.split())
