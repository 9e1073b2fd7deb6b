"""What a question is about: the place, team, agent and topic of the contact as they stand when it is asked."""

from collections.abc import Iterable

from django.db.models import Case, IntegerField, Value, When

from surveys.models import Invitation
from surveys.policies.occasions import contact_number
from surveys.selectors.answerers import ContactKey, answerer_of, answerers_of_contacts
from tickets.models import Message, Ticket


def keep_subjects(invitations: Iterable[Invitation]) -> None:
    """Set the columns ``of_...`` of these invitations; not saved. Four statements for however many contacts; what is no contact
    (a resolution, an occasion that somebody asked for) takes up to three more each.

    The channel is where the customer wrote or called in that contact, else in the ticket's latest one, whatever way the question
    goes; the agent is who answered him last in it (``answerer_of``), None where only the bot did. A question about no ticket is
    about no channel, team, agent or topic.
    """
    asked = [one for one in invitations if one.ticket_id is not None]
    if not asked:
        return
    ids = {one.ticket_id for one in asked}
    tickets = Ticket.objects.in_bulk([pk for pk in ids if pk is not None])
    channels, agents = _channels(ids), answerers_of_contacts(ids)
    for one in asked:
        ticket = tickets[one.ticket_id]
        asked_about = contact_number(one.occasion)
        number = asked_about or max((key[1] for key in channels if key[0] == ticket.pk), default=0)
        one.of_channel_id = channels.get((ticket.pk, number), ticket.channel_id)
        one.of_agent_id = agents.get((ticket.pk, number)) if asked_about else answerer_of(ticket, one.occasion)
        one.of_team_id, one.of_topic_id = ticket.team_id, ticket.topic_id


def _channels(tickets: set[int | None]) -> dict[ContactKey, int]:
    """Where each contact took place: the channel of the customer's last words or call in it, else of what was said last."""
    said = Message.objects.filter(ticket__in=tickets, kind=Message.Kind.MESSAGE, purpose="", conversation__isnull=False)
    is_ours = Case(When(author=Message.Author.CUSTOMER, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = (
        said.order_by("ticket_id", "contact_number", is_ours, "-sort_at", "-id")
        .distinct("ticket_id", "contact_number")
        .values_list("ticket_id", "contact_number", "channel_id")
    )
    return {(ticket, number): channel for ticket, number, channel in rows}
