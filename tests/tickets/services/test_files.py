"""Files in storage."""

import os
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from channels_app.models import InboundEvent
from helpdesk.common.clock import now
from helpdesk.common.errors import NotVisible
from tests.factories import make_ticket
from tickets.models import Attachment
from tickets.services.actors import Actor
from tickets.services.files import delete_orphans, open_file, store_file
from tickets.services.replies import add_note

pytestmark = pytest.mark.django_db


def age(key: str, **time: float) -> None:
    moment = (now() - timedelta(**time)).timestamp()
    os.utime(default_storage.path(key), (moment, moment))


def test_file_that_belongs_to_nobody_goes_after_a_day(email_channel, agent):
    used, orphan, fresh = (store_file(name=f"{n}.txt", content=b"x") for n in range(3))
    add_note(ticket_id=make_ticket(email_channel).pk, actor=Actor.agent(agent), text="x", attachments=[used])
    age(used.storage_key, hours=25)
    age(orphan.storage_key, hours=25)
    assert delete_orphans() == 1
    assert default_storage.exists(used.storage_key)
    assert default_storage.exists(fresh.storage_key)
    assert not default_storage.exists(orphan.storage_key)


def test_stored_body_of_an_event_is_no_orphan(email_channel):
    body = store_file(name="mail", content=b"raw")
    InboundEvent.objects.create(
        channel=email_channel, dedup_key=b"k" * 32, source="cli", received_at=now(), body_file=body.storage_key
    )
    age(body.storage_key, hours=25)
    assert delete_orphans() == 0


def test_file_comes_back_byte_by_byte_or_says_that_it_is_gone(email_channel, agent):
    stored = store_file(name="a.bin", content=b"\x00\xff", content_type="text/plain")
    add_note(ticket_id=make_ticket(email_channel).pk, actor=Actor.agent(agent), text="x", attachments=[stored])
    attachment = Attachment.objects.get()
    assert open_file(attachment) == b"\x00\xff"
    default_storage.delete(attachment.storage_key)
    with pytest.raises(NotVisible):
        open_file(attachment)
