"""On a channel that is answered less often, or not at all: one message that says so and names a better one.

It never counts as a response, and the ticket is there all the same.
"""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app.adapters.base import InboundMessage
from channels_app.models import Channel
from channels_app.selectors import lines_to_better_channels
from helpdesk.common.clock import now
from helpdesk.core.services import language_for
from tickets.models import Message
from tickets.services.system_messages import queue_system_message

PURPOSE = "expectation"
# In an endless thread the sentence is told again when the customer comes back after a month.
TOLD_FOR = timedelta(days=30)


def set_expectation(*, channel: Channel, ticket_id: int, conversation_id: int, item: InboundMessage) -> Message | None:
    """Queue the message for a new ticket; None where the channel is fully covered, a robot wrote, or it was told already."""
    if channel.coverage == Channel.Coverage.FULL or item.is_auto_reply or item.no_auto_answer or item.is_standby:
        return None
    told = Message.objects.filter(conversation_id=conversation_id, purpose=PURPOSE, received_at__gt=now() - TOLD_FOR)
    if told.exists():
        return None
    with override(language_for(item.language)):
        return queue_system_message(
            conversation_id=conversation_id,
            ticket_id=ticket_id,
            purpose=PURPOSE,
            subject=_("Where you get a fast answer"),
            text=expectation_text(channel),
            language=item.language,
        )


def expectation_text(channel: Channel) -> str:
    """What the customer reads, in the active language."""
    if channel.coverage == Channel.Coverage.REDIRECT:
        lines = [_("Thank you for your message. We do not answer here. Please write to us where we do:")]
    else:
        lines = [_("Thank you for your message. We answer here less often. You get a faster answer here:")]
    return "\n".join([*lines, *lines_to_better_channels(channel.pk)])
