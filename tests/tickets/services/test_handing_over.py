"""A case changes hands with a note for the next one."""

import json
from typing import Any

import pytest

from helpdesk.common.errors import InvalidInput, Unprocessable
from tests.factories import last_message, make_ticket, receive_message
from tickets.models import Message, Ticket
from tickets.policies.hand_over import LONGEST_PART, HandOver
from tickets.selectors.hand_over import prefilled_hand_over
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.replies import add_note, reply_to_ticket

pytestmark = pytest.mark.django_db
SAID = HandOver(asked="Where is it?", done="Called DHL.", missing="the address")


@pytest.fixture
def ticket(email_channel: Any) -> Ticket:
    return make_ticket(email_channel)


def test_note_is_kept_in_the_transaction_of_the_change(ticket: Ticket, agent: Any, lead: Any) -> None:
    changed = assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=lead.pk, hand_over=SAID)
    note = last_message(ticket)
    assert (changed.assignee_id, note.purpose, note.author_agent_id) == (lead.pk, "hand_over", agent.pk)
    kinds = list(ticket.events.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-2:] == ["ticket.noted", "ticket.assigned"]


def test_refused_change_keeps_no_note(ticket: Ticket, agent: Any) -> None:
    with pytest.raises(InvalidInput):
        assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=999_999, hand_over=SAID)
    assert not Message.objects.filter(purpose="hand_over").exists()


@pytest.mark.parametrize(
    ("said", "error"), [(HandOver(asked=" \n"), Unprocessable), (HandOver(done="x" * (LONGEST_PART + 1)), InvalidInput)]
)
def test_empty_and_endless_notes_are_refused_and_nothing_changes(
    ticket: Ticket, agent: Any, lead: Any, said: HandOver, error: type[Exception]
) -> None:
    with pytest.raises(error):
        assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=lead.pk, hand_over=said)
    ticket.refresh_from_db()
    assert ticket.assignee_id is None


def test_prefilled_note_reads_the_newest_words_and_no_internal_ones(
    ticket: Ticket, agent: Any, email_channel: Any, django_assert_num_queries: Any
) -> None:
    actor = Actor.agent(agent)
    reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="You have it by Friday.")
    reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="Please send me your address.")
    add_note(ticket_id=ticket.pk, actor=actor, text="He gets it tomorrow, I am afraid.")
    token = ticket.active_conversations.get().reply_token
    receive_message(email_channel, text="Do you mean the old one? Thanks", thread_tokens=(token,))
    with django_assert_num_queries(3):
        found = prefilled_hand_over(ticket_id=ticket.pk)
    assert found == HandOver(
        asked="Do you mean the old one?", done="Please send me your address.", promised="You have it by Friday."
    )


def test_hand_over_goes_with_the_call_of_the_api(client: Any, ticket: Ticket, agent: Any, lead: Any) -> None:
    client.force_login(agent)
    body = {"assignee": lead.pk, "hand_over": {"asked": "Where is it?", "missing": "the address"}}
    path = f"/api/v1/tickets/{ticket.pk}/assign/"
    assert client.post(path, json.dumps(body), content_type="application/json").status_code == 200
    assert last_message(ticket).text == "Asked: Where is it?\n\nMissing: the address"
    alone = client.post(path, json.dumps({"hand_over": {"asked": "x"}}), content_type="application/json")
    assert alone.status_code == 400
