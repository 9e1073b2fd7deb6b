"""The optional "we got your mail": off by default, never to robots, never as a relay for strangers' text."""

import logging

from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app.adapters.base import InboundMessage
from helpdesk.common.errors import TooManyRequests
from helpdesk.core.services import count_and_check, language_for, read_site_settings
from tickets.models import Conversation, Ticket
from tickets.services.system_messages import queue_system_message

logger = logging.getLogger(__name__)

MOST_PER_ADDRESS_AND_HOUR = 3


def acknowledge_ticket(*, ticket_id: int, conversation_id: int, item: InboundMessage) -> None:
    """Queue the acknowledgement of a new ticket. The text holds the number and nothing that the sender wrote.

    Two machines that answer each other without any header stop at three an hour.
    """
    site = read_site_settings()
    if not site.acknowledge_new_tickets or item.is_auto_reply or item.no_auto_answer:
        return
    ticket = Ticket.objects.get(pk=ticket_id)
    conversation = Conversation.objects.select_related("identity").get(pk=conversation_id)
    if ticket.is_spam:
        return
    try:
        count_and_check(
            f"acknowledge:{conversation.identity.address}", limit=MOST_PER_ADDRESS_AND_HOUR, window_seconds=3600
        )
    except TooManyRequests:
        # Who runs the product should know that something answers itself; the address is in the ticket.
        logger.warning("No further acknowledgement this hour to the sender of ticket %d", ticket.number)
        return
    with override(language_for(ticket.language)):
        queue_system_message(
            conversation_id=conversation.pk,
            ticket_id=ticket.pk,
            purpose="acknowledgement",
            subject=_("We have received your message [%(number)s]") % {"number": ticket.number},
            text=_(
                "Thank you for writing to us. Your message has arrived under the number %(number)s; we will answer soon."
            )
            % {"number": ticket.number},
            language=ticket.language,
        )
