"""The log of scheduled jobs."""

import pytest

from helpdesk.core.models import JobRun
from helpdesk.core.services import language_for, record_job_run

pytestmark = pytest.mark.django_db


def test_error_of_a_job_is_kept_without_the_secrets_in_it():
    with pytest.raises(OSError, match="refused"), record_job_run("send_messages"):
        raise OSError("smtp://desk:a-password@mail.example refused the connection")
    run = JobRun.objects.get()
    assert run.ended_at is not None
    assert "smtp://desk:[redacted]@mail.example refused" in run.error
    assert "a-password" not in run.error


@pytest.mark.parametrize(
    ("code", "language"),
    [("de", "de"), ("de-at", "de"), ("ar", "ar"), ("", "en"), ("tlh", "en"), ("x" * 300, "en"), ("../de", "en")],
)
def test_people_are_written_to_in_a_language_that_we_speak(code, language):
    assert language_for(code) == language
