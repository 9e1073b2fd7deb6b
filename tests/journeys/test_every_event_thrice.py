"""Every event three times, shuffled and by several workers at once: nothing doubled, and no state goes backwards.

Driven by what each kind can simulate: what customers write, and what providers report about our answers.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from channels_app.adapters.base import Can, RawEvent, SimulatedTurn
from channels_app.models import InboundEvent
from channels_app.registry import adapter_class, adapter_for, kinds
from channels_app.services.storing import store_events
from helpdesk.common.clock import now
from tests.factories import make_channel
from tickets.models import Call, Conversation, Message, Review, Ticket, TicketEvent
from tickets.models.message import external_digest
from tickets.services.actors import Actor
from tickets.services.processing import process_event
from tickets.services.replies import reply_to_ticket

ACTS = ("text", "image", "location", "voice", "comment")
PEOPLE, ROUNDS, WORKERS = 2, 3, 8
# A phone call and a review are one row that changes.
REPORTING = [kind for kind in kinds() if Can.READ_RECEIPTS in adapter_class(kind).can]
MESSAGING = [kind for kind in kinds() if kind not in ("voice",) and "review" not in kind]
CHANGING = {"voice": "call"} | {kind: "review" for kind in kinds() if "review" in kind}


@pytest.fixture
def trial_channel(transactional_db):
    """``trial_channel(kind)``: a channel that works without an account."""

    def make(kind):
        config, secrets = adapter_class(kind).config_form({}).trial_settings()
        return make_channel(kind=kind, config=config, secrets=secrets, is_simulated=True)

    return make


def calls_of(channel, turns):
    adapter = adapter_for(channel)
    found = [adapter.simulate(turn) for turn in turns]
    return [
        RawEvent(
            body=call.body, headers=call.headers, content_type=call.content_type, received_at=now(), source="cli",
            meta={"query": dict(call.query)} if call.query else {},
        )
        for call in found
        if call is not None
    ]  # fmt: skip


def written(channel):
    """Everything that the customers do, in the order in which they do it."""
    start = now() - timedelta(minutes=30)
    return calls_of(
        channel,
        [
            SimulatedTurn(
                act=act, person=person, name=f"Person {person}", text=f"{act} of {person}", serial=person * 100 + number,
                at=start + timedelta(minutes=number),
            )
            for person in range(1, PEOPLE + 1)
            for number, act in enumerate(ACTS)
        ],
    )  # fmt: skip


def deliver(channel, events, seed):
    """Store each event thrice in a shuffled order, and process them by several workers at once, each event also thrice."""
    shuffled = [event for event in events for _ in range(ROUNDS)]
    random.Random(seed).shuffle(shuffled)
    for event in shuffled:
        store_events(channel=channel, events=[event])
    ids = [*InboundEvent.objects.filter(channel=channel, state="received").values_list("pk", flat=True)] * ROUNDS
    random.Random(seed + 1).shuffle(ids)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(process_alone, ids))
    # Run again, as an operator may.
    InboundEvent.objects.filter(channel=channel).exclude(state="quarantined").update(state="received", attempts=0)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(process_alone, ids))


def process_alone(event_id):
    try:
        return process_event(event_id=event_id)
    finally:
        connections.close_all()


def counts():
    return (Message.objects.count(), Conversation.objects.count(), Ticket.objects.count())


@pytest.mark.parametrize("kind", MESSAGING)
def test_what_customers_write_is_filed_once_in_the_order_of_their_clocks(trial_channel, kind):
    channel = trial_channel(kind)
    events = written(channel)
    assert events
    deliver(channel, events, seed=7)
    assert not InboundEvent.objects.filter(state="quarantined").values_list("reason", flat=True)
    keys = Message.objects.values_list("channel_id", "dedup_key")
    assert len(keys) == len(set(keys)) == Message.objects.count()
    per_person = len(events) // PEOPLE
    assert Message.objects.filter(direction="in").count() == per_person * PEOPLE
    received = TicketEvent.objects.filter(kind="message.received").count()
    assert received == Message.objects.filter(direction="in").count()
    if not adapter_class(channel.kind).is_threaded:
        for conversation in Conversation.objects.all():
            shown = list(conversation.messages.order_by("sort_at", "id").values_list("provider_at", flat=True))
            assert shown == sorted(shown)
    before = counts()
    deliver(channel, events, seed=8)
    assert counts() == before


@pytest.mark.parametrize("kind", REPORTING)
def test_reports_move_an_answer_forward_only(trial_channel, agent, kind):
    channel = trial_channel(kind)
    deliver(channel, written(channel)[:1], seed=1)
    ticket = Ticket.objects.get()
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It comes tomorrow.")
    Message.objects.filter(pk=message.pk).update(
        delivery_state="sent", external_id="ours-1", external_digest=external_digest("ours-1"), sent_at=message.sort_at
    )
    turns = [
        SimulatedTurn(
            act=act,
            person=1,
            name="Person 1",
            serial=900 + number,
            at=now() + timedelta(seconds=number),
            status_of="ours-1",
        )
        for number, act in enumerate(("delivered", "read"))
    ]
    reports = calls_of(channel, turns)
    assert reports
    states = []
    for seed in range(3):
        deliver(channel, reports, seed=seed)
        message.refresh_from_db()
        states.append(message.delivery_state)
    assert set(states) == {states[0]}
    assert states[0] in ("delivered", "read")
    changes = TicketEvent.objects.filter(kind="message.delivery_changed", data__message=message.pk)
    told = list(changes.order_by("sequence").values_list("data__state", flat=True))
    assert told == [state for state in ("delivered", "read") if state in told]


@pytest.mark.parametrize("kind", CHANGING)
def test_calls_and_reviews_are_kept_once(trial_channel, kind):
    channel = trial_channel(kind)
    start = now() - timedelta(minutes=30)
    events = calls_of(
        channel,
        [
            SimulatedTurn(
                act=CHANGING[kind], person=person, name=f"Person {person}", text="It came late.", serial=person,
                at=start + timedelta(minutes=person),
            )
            for person in range(1, PEOPLE + 1)
        ],
    )  # fmt: skip
    assert len(events) == PEOPLE
    deliver(channel, events, seed=5)
    assert not InboundEvent.objects.filter(state="quarantined").values_list("reason", flat=True)
    before = (*counts(), Review.objects.count(), Call.objects.count())
    assert (Call if kind == "voice" else Review).objects.count() == PEOPLE
    assert Message.objects.values("channel_id", "dedup_key").distinct().count() == Message.objects.count()
    deliver(channel, events, seed=6)
    assert (*counts(), Review.objects.count(), Call.objects.count()) == before
