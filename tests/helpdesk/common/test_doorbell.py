"""A dead broker costs nothing but the bell."""

import pytest
from celery import Celery

from helpdesk.celery import app
from helpdesk.common import doorbell
from helpdesk.common.doorbell import call_on_commit, ring
from tests.factories import make_channel, make_ticket
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.replies import reply_to_ticket

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def dead_broker(tmp_path, monkeypatch):
    """The product's own settings, and a broker's socket at which nobody listens."""
    other = Celery("dead", broker=f"redis+socket://{tmp_path}/nobody.sock", set_as_current=False)
    other.conf.update(
        task_publish_retry=app.conf.task_publish_retry, broker_transport_options=app.conf.broker_transport_options
    )
    monkeypatch.setattr(doorbell, "current_app", other)


def test_bell_of_a_dead_broker_raises_for_whoever_rings_it_himself():
    with pytest.raises(Exception, match=r"nobody\.sock|[Cc]onnect"):
        ring("tickets.tasks.send_message", 1)


def test_reply_is_queued_although_the_broker_is_dead(agent):
    ticket = make_ticket(make_channel(kind="email"))
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello")
    assert Message.objects.get(pk=message.pk).delivery_state == "queued"


def test_fault_behind_a_commit_is_logged_and_not_raised(caplog):
    def explode(what: str) -> None:
        raise RuntimeError(what)

    call_on_commit(explode, "boom")
    assert "boom" in caplog.text
