"""Kills around the weekly digest: a mail that may have left is never sent twice."""

import signal

import pytest

from tests.faults.conftest import connect
from tests.support.smtp_sink import running_smtp_sink

PEOPLE = 4


@pytest.mark.parametrize(("step", "arrived"), [("digest.before_send", PEOPLE - 1), ("digest.after_send", PEOPLE)])
def test_killed_digest_is_unknown_and_nobody_is_written_to_twice(world, counted, step, arrived):
    assert world.run("note_down_digests", count=PEOPLE) == 0
    with running_smtp_sink() as sink:
        killed = world.run("mail_digests", failpoint=f"{step}:2", url=sink.url) == -signal.SIGKILL
        with connect(world.database) as own:
            own.execute(
                "UPDATE reporting_digest SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"
            )
        assert world.run("mail_digests", url=sink.url) == 0
        recipients = [recipient for _sender, recipients in sink.envelopes for recipient in recipients]
    unknown = world.count("reporting_digest WHERE state = 'unknown'")
    sent = world.count("reporting_digest WHERE state = 'sent'")
    counted(kills=int(killed), due=PEOPLE, arrived=len(recipients), sent=sent, unknown=unknown)
    assert killed
    assert len(recipients) == len(set(recipients)) == arrived
    assert (sent, unknown) == (PEOPLE - 1, 1)
