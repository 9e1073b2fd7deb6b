"""How tasks travel."""

import pickle

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from helpdesk.celery import TIMETABLE, app


def test_only_json_is_accepted_from_the_broker():
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    with pytest.raises(ContentDisallowed):
        loads(pickle.dumps({"x": 1}), "application/x-python-serialize", "binary", accept=app.conf.accept_content)


def test_task_of_a_killed_worker_comes_back():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] == 300


def test_no_task_outlives_the_time_after_which_it_is_given_to_another_worker():
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_every_job_of_the_timetable_has_a_queue_that_a_worker_takes():
    assert {queue for _task, _seconds, queue in TIMETABLE.values()} <= {"inbound", "timers", "outbound", "reports"}
    assert all(entry["options"]["queue"] == TIMETABLE[job][2] for job, entry in app.conf.beat_schedule.items())


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("tickets.tasks.process_event", "inbound"),
        ("tickets.tasks.send_message", "outbound"),
        ("channels_app.tasks.poll_channel", "inbound"),
        ("reporting.tasks.refresh_facts", "reports"),
    ],
)
def test_doorbell_rings_in_the_right_queue(task, queue):
    assert app.amqp.router.route({}, task)["queue"].name == queue
