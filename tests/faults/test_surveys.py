"""Kills while thousands of contacts end at once and workers double each other: every contact is asked about once."""

import signal

import pytest

from tests.faults.conftest import IS_FULL
from tests.support.smtp_sink import running_smtp_sink

CONTACTS = 10_000 if IS_FULL else 150
MAILS = 40 if IS_FULL else 4
STEPS = ("survey.before_plan_commit", "survey.before_queue", "survey.after_queue")


def test_every_ended_contact_is_asked_about_once(world, counted):
    assert world.run("end_many_contacts", count=CONTACTS) == 0
    killed = 0
    # Two at once, both of which die at their first pass, and then in the middle of the many.
    for armed in (*(f"{step}:1" for step in STEPS), "survey.before_queue:60", "survey.after_queue:120"):
        workers = [world.start("plan_and_ask", failpoint=armed) for _ in range(2)]
        killed += sum(world.wait(pid) == -signal.SIGKILL for pid in workers)
    doubles = [world.start("plan_and_ask") for _ in range(2)]
    assert [world.wait(pid) for pid in doubles] == [0, 0]
    assert world.run("plan_and_ask") == 0
    sent = world.count("surveys_invitation WHERE state = 'sent' AND message_id IS NOT NULL")
    asked = world.count("(SELECT DISTINCT ticket_id FROM tickets_message WHERE purpose = 'survey') t")
    messages = world.count("tickets_message WHERE purpose = 'survey' AND delivery_state = 'queued'")
    told = world.count("tickets_ticketevent WHERE kind = 'survey.sent'")
    counted(kills=killed, ended=CONTACTS, asked=asked, messages=messages, doubled=messages - asked)
    assert killed >= 2 * len(STEPS)
    assert sent == asked == messages == told == CONTACTS


@pytest.mark.parametrize(("step", "arrived"), [("survey.after_claim", 0), ("survey.after_send", 1)])
def test_killed_sender_of_mails_about_no_ticket_sends_none_twice(world, counted, step, arrived):
    with running_smtp_sink() as mailbox:
        assert world.run("plan_mails", count=MAILS, port=mailbox.port) == 0
        assert world.run("plan_and_ask", failpoint=f"{step}:2") == -signal.SIGKILL
        world.query(
            "UPDATE surveys_invitation SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL "
            "RETURNING id"
        )
        assert world.run("plan_and_ask") == 0
    recipients = [envelope[1][0] for envelope in mailbox.envelopes]
    unknown = world.count("surveys_invitation WHERE state = 'sent' AND reason = 'unknown'")
    counted(kills=1, offered=MAILS, arrived=len(recipients), unknown=unknown)
    assert len(recipients) == len(set(recipients)) == MAILS - 1 + arrived
    assert world.count("surveys_invitation WHERE state = 'sent'") == MAILS
    assert unknown == 1
