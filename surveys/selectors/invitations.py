"""Invitations as the customer's page needs them."""

from uuid import UUID

from surveys.models import Invitation


def invitation_by_uuid(uuid: UUID) -> Invitation | None:
    """The invitation with its survey, the survey's wordings and further questions, answer and brand, in three queries;
    nothing of the ticket.
    """
    return (
        Invitation.objects.select_related(
            "survey", "response", "message__channel__brand", "conversation__channel__brand"
        )
        .prefetch_related("survey__wordings", "survey__questions")
        .defer("message__text", "message__html", "message__reply_text", "message__headers")
        .filter(uuid=uuid)
        .first()
    )
