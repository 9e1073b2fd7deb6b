"""Taking a vote, and what the customer says to the further questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput
from helpdesk.common.failpoints import failpoint
from helpdesk.common.text import clean_text
from surveys.models import Invitation, Response, Survey
from surveys.policies.questions import Answers, questions_for
from surveys.policies.scales import SCALES
from surveys.policies.votes import LONGEST_COMMENT, Door, door, vote_code
from surveys.selectors.merges import ticket_of_today
from surveys.services.further_answers import kept_answers, store_answers
from surveys.services.subjects import keep_subjects
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket

LOW_SCORE_NOTICE = "low_score"
# How often one vote may be changed: a link that goes from hand to hand must not fill the history, nor the ticket's timeline.
MOST_CHANGES = 20


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What the customer sent; ``score`` stands on the scale of the survey, ``via`` is a value of ``Response.AnsweredVia``.

    ``answers``: question id -> the keys of his choices, or his words; a question that is not named keeps its answer.
    """

    score: int
    comment: str = ""
    via: str = Response.AnsweredVia.PAGE
    answers: Answers | None = None


@transaction.atomic
def record_vote(*, invitation_id: int, vote: Vote) -> Response:
    """Store the first vote, or change it inside its window; the same vote again changes nothing.

    What stood there before a change is kept in ``history``, with the further answers of that time; those that do not belong
    to the new score are taken away. The vote is written on the ticket's timeline, and a low score puts a notice on the
    ticket. Raises InvalidInput for a score off the scale, a comment over 5000 characters or an answer to what is not asked
    after that score; Conflict "survey_used" or "survey_expired" when the link no longer takes an answer, "survey_used" also for
    what would be change 21.
    """
    invitation, response = _open_invitation(invitation_id)
    comment = _valid_comment(vote, invitation.survey)
    previous = response.score if response else None
    kept: Mapping[str, Any] = kept_answers(response) if response else {}
    is_new_vote = response is None or (response.score, response.comment) != (vote.score, comment)
    if response is None:
        response = _create(invitation, vote, comment)
    elif is_new_vote:
        _change(invitation, response, vote, comment, kept)
    asked = questions_for(invitation.survey, vote.score)
    are_answers_new = store_answers(response, asked, vote.answers or {})
    if are_answers_new and kept and not is_new_vote:
        _keep(response, kept)
    if invitation.ticket_id is not None and is_new_vote:
        _write_on_ticket(invitation.ticket_id, response, previous)
    if invitation.ticket_id is not None and are_answers_new:
        _write_explanation(invitation.ticket_id, response)
    failpoint("voting.before_commit")
    return response


@transaction.atomic
def record_answers(*, invitation_id: int, answers: Answers, via: str) -> Response:
    """Store what the customer says to further questions after his vote; the same answers again change nothing.

    ``via`` is a value of ``Response.AnsweredVia`` and only told to the log: the vote keeps the way it came. Raises Conflict
    "survey_unanswered" where there is no vote yet, else what ``record_vote`` raises.
    """
    invitation, response = _open_invitation(invitation_id)
    if response is None:
        raise Conflict("survey_unanswered", _("The score comes first."))
    kept = kept_answers(response)
    if store_answers(response, questions_for(invitation.survey, response.score), answers):
        if kept:
            _keep(response, kept)
        if invitation.ticket_id is not None:
            _write_explanation(invitation.ticket_id, response)
    return response


def _open_invitation(invitation_id: int) -> tuple[Invitation, Response | None]:
    """The invitation, locked until the transaction ends, with the vote that it has; raises Conflict when it is closed."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("survey", "ticket", "customer")
        .get(pk=invitation_id)
    )
    # Read behind the lock: a joined row would be as old as the statement that waited for it.
    response = Response.objects.filter(invitation=invitation).first()
    opened = door(
        state=invitation.state,
        expires_at=invitation.expires_at,
        answered_at=response.answered_at if response else None,
        change_window=invitation.survey.change_window,
        at=now(),
    )
    if opened is Door.USED:
        _refuse_change()
    if opened not in (Door.OPEN, Door.CHANGE):
        raise Conflict("survey_expired", _("This question takes no answer any more."))
    return invitation, response


def _refuse_change() -> NoReturn:
    raise Conflict("survey_used", _("This question has been answered and can no longer be changed."))


def _valid_comment(vote: Vote, survey: Survey) -> str:
    scale, comment = survey.values, clean_text(vote.comment).strip()
    if vote.score not in scale.scores:
        ends = {"lowest": scale.lowest, "highest": scale.highest}
        text = _("The score is a whole number from %(lowest)d to %(highest)d.") % ends
        raise InvalidInput("score_off_the_scale", text, fields={"score": "range"})
    if len(comment) > LONGEST_COMMENT:
        raise InvalidInput("comment_too_long", _("The comment is too long."), fields={"comment": "length"})
    return comment


def _create(invitation: Invitation, vote: Vote, comment: str) -> Response:
    """The first vote, for the channel, agent, team and topic that the question was asked about."""
    ticket = invitation.ticket
    if ticket is not None and invitation.of_channel_id is None:
        # Asked by a release that did not keep it: this is the first moment to do so.
        keep_subjects([invitation])
    response = Response.objects.create(
        invitation=invitation,
        score=vote.score,
        **_as_rated(invitation.survey, vote.score),
        comment=comment,
        answered_via=vote.via,
        answered_at=now(),
        agent_id=invitation.of_agent_id,
        team_id=invitation.of_team_id,
        channel_id=invitation.of_channel_id,
        topic_id=invitation.of_topic_id,
        is_demo=ticket.is_demo if ticket else invitation.customer.is_demo,
    )
    invitation.state = Invitation.State.ANSWERED
    invitation.save(update_fields=["state", "of_channel", "of_agent", "of_team", "of_topic"])
    return response


def _as_rated(survey: Survey, score: int) -> dict[str, Any]:
    """What the score is worth on its scale, as columns of a Response."""
    scale = survey.values
    return {
        "scale": scale.key,
        "rating": scale.rating(score),
        "is_low": scale.is_low(score, survey.low_at_most),
    }


def _change(invitation: Invitation, response: Response, vote: Vote, comment: str, answers: Mapping[str, Any]) -> None:
    _keep(response, answers)
    response.score, response.comment = vote.score, comment
    for column, value in _as_rated(invitation.survey, vote.score).items():
        setattr(response, column, value)
    response.save(update_fields=["score", "scale", "rating", "is_low", "comment"])


def _keep(response: Response, answers: Mapping[str, Any]) -> None:
    """Add what the vote has been until now to its history. Raises Conflict "survey_used" once that is full."""
    if len(response.history) >= MOST_CHANGES:
        _refuse_change()
    kept = {
        "score": response.score,
        "comment": response.comment,
        "at": (response.changed_at or response.answered_at).isoformat(),
    }
    response.history = [*response.history, kept | ({"answers": answers} if answers else {})]
    response.changed_at = now()
    response.save(update_fields=["history", "changed_at"])


def _write_on_ticket(ticket_id: int, response: Response, previous: int | None) -> None:
    # Nobody looks at a ticket that was merged since the question.
    ticket = lock_ticket(ticket_of_today(ticket_id))
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
    code = vote_code(response.score, SCALES[response.scale], is_low=response.is_low)
    Ticket.objects.filter(pk=ticket.pk).update(last_vote=code)
    # A notice of another kind is about something that still has to be done; a vote does not push it aside.
    if response.is_low and not ticket.notice:
        Ticket.objects.filter(pk=ticket.pk).update(notice=LOW_SCORE_NOTICE)
    elif not response.is_low and ticket.notice == LOW_SCORE_NOTICE:
        Ticket.objects.filter(pk=ticket.pk).update(notice="")


def _write_explanation(ticket_id: int, response: Response) -> None:
    write_event(
        ticket=lock_ticket(ticket_of_today(ticket_id)),
        kind="survey.explained",
        actor=Actor.customer(),
        data={"invitation": response.invitation_id, "choices": sorted(_choices(response))},
    )


def _choices(response: Response) -> set[str]:
    return set(response.answers.exclude(choice="").values_list("choice", flat=True))
