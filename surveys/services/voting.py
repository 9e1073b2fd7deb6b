"""Taking a vote."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput
from helpdesk.common.text import clean_text
from surveys.models import Invitation, Response, Survey
from surveys.policies.votes import HIGHEST, LONGEST_COMMENT, LOWEST, Door, door
from tickets.models import Message, Ticket
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket

LOW_SCORE_NOTICE = "low_score"


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What the customer sent. ``via`` is a value of ``Response.AnsweredVia``."""

    score: int
    comment: str = ""
    via: str = Response.AnsweredVia.PAGE


@transaction.atomic
def record_vote(*, invitation_id: int, vote: Vote) -> Response:
    """Store the first vote, or change it inside its window; the same vote again changes nothing.

    What stood there before a change is kept in ``history``. The vote is written on the ticket's timeline, and a low score
    puts a notice on the ticket. Raises InvalidInput for a score off the scale or a comment over 5000 characters, Conflict
    "survey_used" or "survey_expired" when the link no longer takes an answer.
    """
    comment = clean_text(vote.comment).strip()
    if not LOWEST <= vote.score <= HIGHEST:
        raise InvalidInput(
            "score_off_the_scale", "The score is a whole number from 1 to 10.", fields={"score": "range"}
        )
    if len(comment) > LONGEST_COMMENT:
        raise InvalidInput("comment_too_long", "The comment is too long.", fields={"comment": "length"})
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("survey", "ticket", "message")
        .get(pk=invitation_id)
    )
    # Read behind the lock: a joined row would be as old as the statement that waited for it.
    response = Response.objects.filter(invitation=invitation).first()
    _refuse_unless_open(invitation, response)
    if response is not None and (response.score, response.comment) == (vote.score, comment):
        return response
    previous = response.score if response else None
    response = _change(invitation, response, vote, comment) if response else _create(invitation, vote, comment)
    if invitation.ticket_id is not None:
        _write_on_ticket(invitation.ticket_id, response, previous)
    return response


def _refuse_unless_open(invitation: Invitation, response: Response | None) -> None:
    opened = door(
        state=invitation.state,
        expires_at=invitation.expires_at,
        answered_at=response.answered_at if response else None,
        change_window=invitation.survey.change_window,
        at=now(),
    )
    if opened is Door.USED:
        raise Conflict("survey_used", "This question has been answered and can no longer be changed.")
    if opened not in (Door.OPEN, Door.CHANGE):
        raise Conflict("survey_expired", "This question takes no answer any more.")


def _create(invitation: Invitation, vote: Vote, comment: str) -> Response:
    """The first vote, with the team and channel as they are now and the agent who answered last."""
    ticket, message = invitation.ticket, invitation.message
    assert ticket is not None, "only contacts are asked about"
    response = Response.objects.create(
        invitation=invitation,
        score=vote.score,
        **_as_rated(invitation.survey, vote.score),
        comment=comment,
        answered_via=vote.via,
        answered_at=now(),
        agent_id=_last_answerer(ticket) or ticket.assignee_id,
        team_id=ticket.team_id,
        channel_id=message.channel_id if message and message.channel_id else ticket.channel_id,
        topic_id=ticket.topic_id,
        is_demo=ticket.is_demo,
    )
    invitation.state = Invitation.State.ANSWERED
    invitation.save(update_fields=["state"])
    return response


def _as_rated(survey: Survey, score: int) -> dict[str, Any]:
    """What the score is worth on its scale, as columns of a Response."""
    scale = survey.values
    return {
        "scale": scale.key,
        "rating": scale.rating(score),
        "is_low": scale.is_low(score, survey.low_at_most),
    }


def _last_answerer(ticket: Ticket) -> int | None:
    answers = Message.objects.filter(ticket=ticket, kind=Message.Kind.MESSAGE, author=Message.Author.AGENT)
    kept = answers.exclude(delivery_state=Message.DeliveryState.CANCELLED)
    return kept.order_by("-sort_at", "-id").values_list("author_agent_id", flat=True).first()


def _change(invitation: Invitation, response: Response, vote: Vote, comment: str) -> Response:
    kept = {
        "score": response.score,
        "comment": response.comment,
        "at": (response.changed_at or response.answered_at).isoformat(),
    }
    response.history = [*response.history, kept]
    response.score, response.comment, response.changed_at = vote.score, comment, now()
    rated = _as_rated(invitation.survey, vote.score)
    response.rating, response.is_low = rated["rating"], rated["is_low"]
    response.save(update_fields=["score", "rating", "is_low", "comment", "changed_at", "history"])
    return response


def _write_on_ticket(ticket_id: int, response: Response, previous: int | None) -> None:
    ticket = lock_ticket(ticket_id)
    write_event(
        ticket=ticket,
        kind="survey.answered",
        actor=Actor.customer(),
        data={
            "invitation": response.invitation_id,
            "score": response.score,
            "previous": previous,
            "has_comment": bool(response.comment),
            "scale": response.scale,
            "rating": response.rating,
        },
    )
    # A notice of another kind is about something that still has to be done; a vote does not push it aside.
    if response.is_low and not ticket.notice:
        Ticket.objects.filter(pk=ticket_id).update(notice=LOW_SCORE_NOTICE)
    elif not response.is_low and ticket.notice == LOW_SCORE_NOTICE:
        Ticket.objects.filter(pk=ticket_id).update(notice="")
