"""Clocks through merge and split, and what is taken back again; and what holds after any sequence of verbs."""

import random
from typing import Any

import pytest

from helpdesk.common.errors import HelpdeskError
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import SLAPolicy, SLATarget, SLATimer, Ticket
from tickets.selectors.sla import unfinished
from tickets.services.actors import Actor
from tickets.services.assignment import change_priority
from tickets.services.lifecycle import mark_spam, put_on_hold, reopen_ticket, resolve_ticket, set_pending, unmark_spam
from tickets.services.locking import lock_ticket
from tickets.services.merging import merge_tickets, unmerge_ticket
from tickets.services.replies import reply_to_ticket
from tickets.services.timers import settle
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture(autouse=True)
def policy() -> None:
    policy = SLAPolicy.objects.create(name="Everybody")
    for metric, hours in (("first_response", 1), ("next_response", 2), ("update", 24), ("resolution", 48)):
        pauses = ["pending", "on_hold"] if metric == "resolution" else []
        SLATarget.objects.create(policy=policy, metric=metric, seconds=hours * HOUR, pauses=pauses)
    policy.targets.create(metric="resolution", priority="urgent", seconds=4 * HOUR)


def states(ticket: Ticket, metric: str) -> list[str]:
    rows = SLATimer.objects.filter(ticket=ticket, metric=metric).order_by("cycle")
    return list(rows.values_list("state", flat=True))


def test_merge_ends_the_clocks_of_the_one_and_undoing_it_lets_them_go_on(agent: Any) -> None:
    channel = make_channel()
    loser, winner = make_ticket(channel), make_ticket(channel)
    before = SLATimer.objects.get(ticket=loser, metric="first_response").due_at
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    assert states(loser, "first_response") == states(loser, "resolution") == ["cancelled"]
    assert SLATimer.objects.get(ticket=winner, metric="first_response").due_at == before
    unmerge_ticket(ticket_id=loser.pk, actor=Actor.agent(agent))
    again = SLATimer.objects.get(ticket=loser, metric="first_response")
    assert (again.state, again.due_at) == ("running", before)
    assert states(loser, "resolution") == ["running"]


def test_update_runs_anew_after_an_answer_that_was_taken_back(agent: Any) -> None:
    ticket = make_ticket(make_channel())
    actor = Actor.agent(agent)
    reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="One.")
    second = reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="Two.", undo_seconds=60)
    undo_send(message_id=second.pk, actor=actor)
    assert states(ticket, "update") == ["running", "cancelled"]
    reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="Two, again.")
    assert states(ticket, "update") == ["met", "cancelled", "running"]


def test_spam_in_the_second_round_goes_on_with_the_same_resolution_clock(agent: Any) -> None:
    ticket, actor = make_ticket(make_channel()), Actor.agent(agent)
    resolve_ticket(ticket_id=ticket.pk, actor=actor)
    reopen_ticket(ticket_id=ticket.pk, actor=actor)
    mark_spam(ticket_id=ticket.pk, actor=actor)
    unmark_spam(ticket_id=ticket.pk, actor=actor)
    assert states(ticket, "resolution") == ["met", "running"]


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_verbs_leaves_one_unfinished_clock_a_metric_and_the_earliest_on_the_ticket(
    agent: Any, seed: int
) -> None:
    draw, channel, actor = random.Random(seed), make_channel(kind="whatsapp"), Actor.agent(agent)
    ticket = make_ticket(channel)
    key = {"ticket_id": ticket.pk, "actor": actor}
    verbs = [
        lambda: reply_to_ticket(**key, text="An answer."),
        lambda: receive_message(channel, text="And now?"),
        lambda: set_pending(**key),
        lambda: put_on_hold(**key),
        lambda: resolve_ticket(**key),
        lambda: reopen_ticket(**key),
        lambda: change_priority(**key, priority=draw.choice(["urgent", "normal"])),
        lambda: mark_spam(**key),
        lambda: unmark_spam(**key),
    ]
    for _step in range(12):
        try:
            draw.choice(verbs)()
        except HelpdeskError:
            continue
        running = [timer for timer in SLATimer.objects.filter(ticket=ticket) if unfinished(timer)]
        assert len({timer.metric for timer in running}) == len(running)
        locked = lock_ticket(ticket.pk)
        due = [timer.due_at for timer in running if timer.due_at is not None]
        assert locked.next_due_at == min(due, default=None)
        assert not settle(locked).has_changed
