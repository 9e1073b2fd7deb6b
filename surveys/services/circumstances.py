"""What decides on asking, read for a batch of invitations at once behind their locks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Max

from surveys.models import Invitation
from surveys.policies.occasions import LOGGED, RECOVERY, Occasion, Occasions, kind_of
from surveys.policies.reasons import Circumstances
from surveys.selectors.surveys import AskingHours, occasions_of, surveys_with_words
from tickets.models import Customer


def read_surveys(invitations: Iterable[Invitation]) -> None:
    """Give each invitation its survey with its wordings; two queries however many."""
    rows = list(invitations)
    surveys = surveys_with_words(one.survey_id for one in rows)
    for invitation in rows:
        invitation.survey = surveys[invitation.survey_id]


def asked_customer(invitation: Invitation) -> Customer:
    """Who is asked: the ticket's customer of today, or whom a merge has made of the invitation's."""
    if invitation.ticket is not None:
        return invitation.ticket.customer
    return invitation.customer.merged_into or invitation.customer


def customer_keys(invitation: Invitation) -> set[int]:
    """Under which keys this person was asked before: the one the plan knew, and the one of today."""
    return {invitation.customer_id, asked_customer(invitation).pk}


class Deciding:
    """Circumstances of invitations whose rows, customers and tickets the caller holds, so that nothing here changes any more."""

    def __init__(self, invitations: list[Invitation], moment: datetime) -> None:
        self.moment = moment
        tickets = {one.ticket.pk: one.ticket for one in invitations if one.ticket is not None}
        self._occasions = occasions_of(tickets.values())
        self._hours = AskingHours()
        keys = {key for one in invitations for key in customer_keys(one)}
        asked = Invitation.objects.filter(customer__in=keys, sent_at__isnull=False)
        self._asked: dict[int, datetime] = dict(
            asked.order_by().values_list("customer").annotate(last=Max("sent_at")).values_list("customer", "last")
        )

    def put_off_until(self, invitation: Invitation) -> datetime | None:
        """When to look again: the contact goes on, or it is outside the hours of asking; None: it is time."""
        due_at = self._planned_at(invitation)
        if due_at > self.moment and not self._of(invitation).refusal:
            return due_at
        return self.opens_at(invitation)

    def opens_at(self, invitation: Invitation) -> datetime | None:
        """When the hours of asking begin; None: they are now."""
        opens_at = self._hours.from_on(invitation.survey, self._channel_id(invitation), self.moment)
        return opens_at if opens_at > self.moment else None

    def circumstances_of_reminder(self, invitation: Invitation) -> Circumstances:
        """What may speak against asking once more; that he was asked before does not."""
        first = self.circumstances(invitation, "")
        return replace(first, due_at=self.moment, last_asked_at=None, is_reopened=False)

    def circumstances(self, invitation: Invitation, no_way: str) -> Circumstances:
        """Everything that may speak against asking; ``no_way`` is the code of why no message can carry the question."""
        ticket, customer, survey = invitation.ticket, asked_customer(invitation), invitation.survey
        is_logged = kind_of(invitation.occasion) in LOGGED
        occasion = self._occasion(invitation)
        due_at = self._planned_at(invitation)
        return Circumstances(
            at=self.moment,
            due_at=due_at,
            quiet_period=survey.quiet_period,
            refusal=self._of(invitation).refusal,
            is_survey_active=survey.is_active,
            is_answered=occasion is not None or not is_logged,
            is_reopened=occasion is not None
            and occasion.taken_back_at is not None
            and occasion.taken_back_at <= due_at,
            is_by_person=occasion is None or occasion.is_by_person,
            is_human_only=survey.human_only,
            is_insisted=kind_of(invitation.occasion) == RECOVERY,
            is_demo=customer.is_demo or (ticket is not None and ticket.is_demo),
            is_blocked=customer.is_blocked,
            is_erased=customer.anonymized_at is not None,
            do_not_survey_until=customer.do_not_survey_until,
            last_asked_at=max(
                (self._asked[key] for key in customer_keys(invitation) if key in self._asked), default=None
            ),
            no_way=no_way,
        )

    def remember_asked(self, invitation: Invitation) -> None:
        """Who has just been asked is not asked once more in the same batch."""
        self._asked |= dict.fromkeys(customer_keys(invitation), self.moment)

    def _of(self, invitation: Invitation) -> Occasions:
        return self._occasions.get(invitation.ticket_id or 0, Occasions())

    def _occasion(self, invitation: Invitation) -> Occasion | None:
        return self._of(invitation).find(invitation.occasion) if kind_of(invitation.occasion) in LOGGED else None

    def _planned_at(self, invitation: Invitation) -> datetime:
        """When it was to be asked; "too late" counts from here, however often it was put off."""
        occasion = self._occasion(invitation)
        if occasion is None:
            return invitation.due_at
        at = occasion.at + invitation.survey.delay
        return self._hours.from_on(invitation.survey, self._channel_id(invitation), at)

    def _channel_id(self, invitation: Invitation) -> int | None:
        return invitation.ticket.channel_id if invitation.ticket is not None else None
