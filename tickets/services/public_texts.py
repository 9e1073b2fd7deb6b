"""The sentences for public places: the team's own where there is one, else the product's."""

from django.db.models import Q

from helpdesk.core.services import read_site_settings
from tickets.models import Conversation, PublicText, Ticket
from tickets.policies.texts import base_of, texts_for


def public_text(*, purpose: str, ticket: Ticket, conversation: Conversation) -> str:
    """The text of ``purpose`` (PublicText.Purpose) in the customer's language, ``{link}`` not filled in yet.

    The team's own text of this channel comes first, then the one for all channels, then the product's.
    """
    default = read_site_settings().default_language
    languages = [language for language in (ticket.language, conversation.customer.language, default) if language]
    own = PublicText.objects.filter(Q(channel=conversation.channel_id) | Q(channel=None), purpose=purpose)
    texts = list(own)
    for language in languages:
        fitting = [one for one in texts if one.language == language or base_of(one.language) == base_of(language)]
        if fitting:
            best: PublicText = max(fitting, key=lambda one: (one.channel_id is not None, one.language == language))
            return best.text
    ours = texts_for(*languages)
    built_in = {
        PublicText.Purpose.PRIVATE_MESSAGE: ours.moved_to_private_message,
        PublicText.Purpose.LINK: ours.moved_with_link,
        PublicText.Purpose.CLOSING: ours.closing_line,
    }
    return built_in[PublicText.Purpose(purpose)]
