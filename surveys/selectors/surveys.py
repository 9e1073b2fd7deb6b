"""Which survey asks about a ticket, and which contacts of it are a reason to ask."""

from collections.abc import Iterable
from itertools import groupby

from surveys.models import Survey
from surveys.policies.occasions import PLANNING_KINDS, Occasions, read_occasions
from tickets.models import Ticket, TicketEvent


class SurveyChoice:
    """The active surveys, read once for a batch of tickets."""

    def __init__(self) -> None:
        surveys = Survey.objects.filter(is_active=True).order_by("id").prefetch_related("channels")
        self._channels = [(survey, {channel.pk for channel in survey.channels.all()}) for survey in surveys]

    def for_channel(self, channel_id: int) -> Survey | None:
        """The oldest active survey that names the channel, else the oldest that names none; None: nobody is asked."""
        named = (survey for survey, channels in self._channels if channel_id in channels)
        general = (survey for survey, channels in self._channels if not channels)
        return next(named, None) or next(general, None)


def occasions_of(tickets: Iterable[Ticket]) -> dict[int, Occasions]:
    """Ticket id -> its occasions, by their whole logs; one query. ``ticket.channel`` must be loaded."""
    gaps = {ticket.pk: ticket.channel.session_gap for ticket in tickets}
    events = TicketEvent.objects.filter(ticket_id__in=gaps, kind__in=PLANNING_KINDS).order_by("ticket_id", "sequence")
    logs = {ticket_id: list(log) for ticket_id, log in groupby(events, key=lambda event: event.ticket_id)}
    return {
        ticket_id: read_occasions(logs.get(ticket_id, ()), session_gap=session_gap)
        for ticket_id, session_gap in gaps.items()
    }
