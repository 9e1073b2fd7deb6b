"""Kills in the sweep over time limits: each limit is recorded, told and acted on once."""

import signal

import pytest

OFFERED = 6


@pytest.mark.parametrize(
    "step",
    ["enforcement.after_breached", "enforcement.before_commit", "escalation.after_actions", "escalation.before_commit"],
)
def test_killed_sweep_leaves_every_limit_recorded_told_and_acted_on_once(world, counted, step):
    assert world.run("open_late_tickets", count=OFFERED) == 0
    killed = world.run("enforce", failpoint=step) == -signal.SIGKILL
    assert world.run("enforce") == 0
    events = world.count("tickets_ticketevent WHERE kind = 'sla.breached'")
    notices = world.count("tickets_notification WHERE kind = 'sla_breached'")
    notes = world.count("tickets_message WHERE kind = 'note'")
    counted(kills=int(killed), due=OFFERED, recorded=events, told=notices, acted=notes)
    assert killed
    assert events == notices == notes == OFFERED
    assert (
        world.count("tickets_slatimer WHERE state = 'breached' AND breached_at = due_at AND actions_due = ''")
        == OFFERED
    )
