"""Which survey asks about a ticket, when it may, and which moments of a ticket are a reason to ask."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db.models import Prefetch

from channels_app.models import Channel
from surveys.models import Survey, SurveyWording
from surveys.policies.occasions import LOGGED, PLANNING_KINDS, Occasions, read_occasions
from tickets.models import Ticket, TicketEvent
from tickets.policies.business_time import Week, next_opening
from tickets.selectors.hours import weeks_of_channels

# No channel has this key: the hours of what happens on none.
NO_CHANNEL = 0


class SurveyChoice:
    """The active surveys whose occasions stand in the log, read once for a batch of tickets."""

    def __init__(self) -> None:
        surveys = Survey.objects.filter(is_active=True, occasion__in=LOGGED).order_by("id")
        only_keys = Prefetch("channels", Channel.objects.only("pk"))
        self._channels = [
            (survey, {channel.pk for channel in survey.channels.all()})
            for survey in surveys.prefetch_related(only_keys)
        ]

    def for_channel(self, channel_id: int, kind: str) -> Survey | None:
        """The oldest active survey for this kind of occasion that names the channel, else the oldest that names none.

        None: nobody is asked.
        """
        fitting = [(survey, channels) for survey, channels in self._channels if survey.occasion == kind]
        named = (survey for survey, channels in fitting if channel_id in channels)
        general = (survey for survey, channels in fitting if not channels)
        return next(named, None) or next(general, None)


class AskingHours:
    """When questions may be asked on each channel; costs nothing while no survey keeps to business hours."""

    def __init__(self) -> None:
        self._weeks: dict[int, Week | None] | None = None

    def from_on(self, survey: Survey, channel_id: int | None, at: datetime) -> datetime:
        """``at`` itself, or the next opening where the survey waits for one; ``at`` where the channel never opens."""
        if not survey.only_in_business_hours:
            return at
        if self._weeks is None:
            self._weeks = weeks_of_channels([NO_CHANNEL, *Channel.objects.values_list("pk", flat=True)])
        week = self._weeks.get(channel_id or NO_CHANNEL)
        return at if week is None else next_opening(week, at=at) or at


def occasions_of(tickets: Iterable[Ticket]) -> dict[int, Occasions]:
    """Ticket id -> its occasions, by their whole logs; one query. ``ticket.channel`` must be loaded."""
    gaps = {ticket.pk: ticket.channel.session_gap for ticket in tickets}
    events = (
        TicketEvent.objects.filter(ticket_id__in=gaps, kind__in=PLANNING_KINDS).order_by("ticket_id", "sequence")
        if gaps
        else ()
    )
    logs = {ticket_id: list(log) for ticket_id, log in groupby(events, key=lambda event: event.ticket_id)}
    return {
        ticket_id: read_occasions(logs.get(ticket_id, ()), session_gap=session_gap)
        for ticket_id, session_gap in gaps.items()
    }


def surveys_with_words(ids: Iterable[int]) -> dict[int, Survey]:
    """Survey id -> the survey with its wordings at hand; two queries however many."""
    wordings = Prefetch("wordings", SurveyWording.objects.order_by("language"))
    return {survey.pk: survey for survey in Survey.objects.filter(pk__in=set(ids)).prefetch_related(wordings)}
