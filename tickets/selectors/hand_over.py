"""The hand-over note as far as the ticket can write it by itself."""

from django.db.models.functions import Left

from helpdesk.common.text import preview
from tickets.models import InformationRequest, Message
from tickets.policies.hand_over import SHOWN_CHARACTERS, HandOver, last_question, promises

_READ_REPLIES = 10
_READ_CHARACTERS = 5000
_MOST_MISSING = 10


def prefilled_hand_over(*, ticket_id: int) -> HandOver:
    """Asked: the customer's last question. Done: our last answer. Promised: what we said that names a day. Missing: what he
    was asked for and has not sent. Three statements.
    """
    said = Message.objects.filter(ticket=ticket_id, kind=Message.Kind.MESSAGE, deleted_at=None).order_by(
        "-sort_at", "-pk"
    )
    said = said.annotate(shown=Left("reply_text", _READ_CHARACTERS), whole=Left("text", _READ_CHARACTERS))
    asked = said.filter(direction=Message.Direction.IN, is_auto_reply=False).values_list("shown", "whole").first()
    ours = said.filter(author=Message.Author.AGENT).exclude(delivery_state=Message.DeliveryState.CANCELLED)
    replies = [shown or whole for shown, whole in ours.values_list("shown", "whole")[:_READ_REPLIES]]
    missing = InformationRequest.objects.filter(ticket=ticket_id, state=InformationRequest.State.ASKED).order_by("pk")
    return HandOver(
        asked=last_question(asked[0] or asked[1]) if asked else "",
        done=preview(replies[0], SHOWN_CHARACTERS) if replies else "",
        promised="\n".join(promises(reversed(replies))),
        missing="\n".join(_words(request) for request in missing[:_MOST_MISSING]),
    )


def _words(request: InformationRequest) -> str:
    kind = str(request.get_kind_display())
    return f"{kind}: {preview(request.text, SHOWN_CHARACTERS)}" if request.text else kind
