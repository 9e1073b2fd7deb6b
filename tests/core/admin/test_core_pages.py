"""Settings, the timetable and the list of changes."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from helpdesk.celery import TIMETABLE, app
from helpdesk.common.clock import now
from helpdesk.core.admin import job_name
from helpdesk.core.models import JobRun, SiteSettings
from helpdesk.core.selectors import job_states
from helpdesk.core.services import read_site_settings
from tickets.models import Team

pytestmark = pytest.mark.django_db
SETTINGS = "/admin/core/sitesettings/1/change/"
JOBS = "/admin/core/jobrun/"


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def run(job, *, seconds_ago, took=0.5, error="", handled=0, is_running=False):
    started = now() - timedelta(seconds=seconds_ago)
    ended = None if is_running else started + timedelta(seconds=took)
    return JobRun.objects.create(job=job, started_at=started, ended_at=ended, error=error, handled=handled)


def test_settings_open_their_form_at_once(office):
    assert office.get("/admin/core/sitesettings/").url == SETTINGS


def test_settings_are_saved_the_first_time_too(office):
    values = {
        "time_zone": "Europe/Berlin", "default_language": "de", "late_after": "90 min", "reopen_window": "14 d", "session_gap": "6 h",
        "most_reminders": "1",
    }  # fmt: skip
    assert not SiteSettings.objects.exists()
    assert office.post(SETTINGS, values).url == SETTINGS
    saved = read_site_settings()
    assert (saved.time_zone, saved.late_after, saved.reopen_window) == (
        "Europe/Berlin",
        timedelta(minutes=90),
        timedelta(days=14),
    )


def test_unknown_time_zone_is_refused(office):
    values = {
        "time_zone": "Mars/Base",
        "default_language": "en",
        "late_after": "1 h",
        "reopen_window": "1 d",
        "session_gap": "1 h",
    }
    assert office.post(SETTINGS, values).context["errors"]


def test_auditor_reads_the_settings_only(client, auditor):
    client.force_login(auditor)
    assert client.get(SETTINGS).status_code == 200
    assert client.post(SETTINGS, {"time_zone": "UTC"}).status_code == 403


@pytest.mark.parametrize(
    ("runs", "state"),
    [
        ([], "never"),
        ([{"seconds_ago": 5}], "on_time"),
        ([{"seconds_ago": 89}], "on_time"),
        ([{"seconds_ago": 95}], "late"),
        ([{"seconds_ago": 5, "error": "boom"}], "failing"),
        ([{"seconds_ago": 500, "error": "boom"}], "failing"),
        ([{"seconds_ago": 30, "error": "boom"}, {"seconds_ago": 5}], "on_time"),
        ([{"seconds_ago": 30, "error": "boom"}, {"seconds_ago": 5, "is_running": True}], "failing"),
        ([{"seconds_ago": 30}, {"seconds_ago": 5, "is_running": True}], "on_time"),
        ([{"seconds_ago": 5, "is_running": True}], "running"),
        ([{"seconds_ago": 200, "is_running": True}], "late"),
    ],
)
def test_state_of_a_job_follows_from_its_runs(runs, state):
    for values in runs:
        run("send_messages", **values)
    run("another", seconds_ago=1, error="not ours")
    assert job_states([("send_messages", 5)])[0].state == state


def test_patience_grows_with_the_interval():
    run("clean_up", seconds_ago=3600 * 2.9)
    assert job_states([("clean_up", 3600)])[0].state == "on_time"


def test_past_error_stays_readable_after_a_good_run():
    run("send_messages", seconds_ago=30, error="boom")
    run("send_messages", seconds_ago=5, took=0.25, handled=7)
    state = job_states([("send_messages", 5)])[0]
    assert (state.state, state.error, state.handled, round(state.took_seconds, 2)) == ("on_time", "boom", 7, 0.25)


def test_page_shows_the_whole_timetable(office):
    run("send_messages", seconds_ago=5, error="ConnectionRefusedError <b>")
    page = office.get(JOBS).content.decode()
    for job in TIMETABLE:
        assert job_name(job) in page
    assert "failing" in page
    assert "ConnectionRefusedError &lt;b&gt;" in page


def test_every_job_has_a_name_in_words():
    assert not [job for job in TIMETABLE if job_name(job) == job.replace("_", " ")]


def test_job_is_started_by_its_task(office, monkeypatch):
    rung = []
    monkeypatch.setattr("helpdesk.core.admin.ring", rung.append)
    office.post(f"{JOBS}run/send_messages/")
    assert rung == [TIMETABLE["send_messages"][0]]


def test_unknown_job_is_not_started(office):
    assert office.post(f"{JOBS}run/make_coffee/").status_code == 404


def test_lead_reads_the_timetable_and_starts_nothing(client, lead):
    client.force_login(lead)
    assert "Run now" not in client.get(JOBS).content.decode()
    assert client.post(f"{JOBS}run/send_messages/").status_code == 403


def test_runs_are_filtered_by_outcome(office):
    failed, useful, idle = (
        run("a", seconds_ago=1, error="x"),
        run("b", seconds_ago=2, handled=3),
        run("c", seconds_ago=3),
    )
    for outcome, expected in {"failed": {failed}, "useful": {useful}, "": {failed, useful, idle}}.items():
        assert set(office.get(JOBS, {"outcome": outcome} if outcome else {}).context["cl"].result_list) == expected


def test_runs_and_changes_cannot_be_rewritten(client, superuser):
    client.force_login(superuser)
    entry = LogEntry.objects.create(
        user=superuser, content_type=ContentType.objects.get_for_model(Team), object_repr="Care", action_flag=CHANGE
    )
    for address in (f"{JOBS}{run('a', seconds_ago=1).pk}", f"/admin/admin/logentry/{entry.pk}"):
        assert client.get(f"{address}/change/").status_code == 200
        assert client.post(f"{address}/change/", {"object_repr": "x", "error": ""}).status_code == 403
        assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", ["agent", "lead", "marketing"])
def test_changes_are_read_by_administrators_and_auditors_only(client, request, role):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/admin/admin/logentry/").status_code == 403


def test_worker_takes_json_only():
    """What a broker hands over is never unpickled."""
    assert list(app.conf.accept_content) == ["json"]
    assert (app.conf.task_serializer, app.conf.task_ignore_result) == ("json", True)
