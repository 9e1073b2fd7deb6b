"""Invitations as the customer's page needs them."""

from uuid import UUID

from surveys.models import Invitation


def invitation_by_uuid(uuid: UUID) -> Invitation | None:
    """The invitation with its survey, answer and brand, in one query; nothing of the ticket."""
    return (
        Invitation.objects.select_related("survey", "response", "message__channel__brand")
        .defer("message__text", "message__html", "message__reply_text", "message__headers")
        .filter(uuid=uuid)
        .first()
    )
