"""What an agent has typed and not sent yet."""

from helpdesk.common.text import clean_text
from tickets.models import Draft
from tickets.services.actors import Actor


def save_draft(*, ticket_id: int, actor: Actor, kind: str, text: str) -> None:
    """Keep the text of one composer; an empty text removes the draft. The last writer wins: it is one person's own."""
    clean = clean_text(text)
    if not clean.strip():
        discard_draft(ticket_id=ticket_id, actor=actor, kind=kind)
        return
    Draft.objects.update_or_create(
        agent_id=actor.user_id, ticket_id=ticket_id, kind=kind, defaults={"text": clean[:100_000]}
    )


def discard_draft(*, ticket_id: int, actor: Actor, kind: str) -> None:
    """Forget the draft."""
    Draft.objects.filter(agent_id=actor.user_id, ticket_id=ticket_id, kind=kind).delete()
