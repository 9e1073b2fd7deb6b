"""What a message says of itself, written on it and on its ticket when it is filed: the language and the mood."""

import logging

from tickets.models import Message, Ticket
from tickets.policies.language import recognise_language
from tickets.policies.sentiment import analyse_sentiment

logger = logging.getLogger(__name__)

# Below this a mood is too uncertain to count for the ticket: one weak word alone, such as "problem" or "thanks".
LEAST_CONFIDENCE = 0.45
# A language that a few words suggest does not replace the one that a customer is known to write.
SURE_LANGUAGE = 0.7


def read_message(message: Message, ticket: Ticket, *, known_language: str) -> None:
    """Set language and mood of a customer's message that is about to be filed, and of its ticket; the caller writes both.

    A language that the channel gives is believed. A message that says nothing leaves the ticket's mood as it was. No query, no network;
    whatever fails here is logged and leaves the columns as they are, because a message must not be lost for it.
    """
    try:
        _read(message, ticket, known_language)
    except Exception:
        logger.exception("what a message says could not be read")


def _read(message: Message, ticket: Ticket, known_language: str) -> None:
    text = message.reply_text or message.text
    if not message.language:
        recognised = recognise_language(text, hint=known_language)
        message.language = recognised.language
        if recognised.language and (recognised.confidence >= SURE_LANGUAGE or not ticket.language):
            ticket.language = recognised.language
    if message.is_auto_reply:
        return
    read = analyse_sentiment(text, language=message.language or known_language)
    if not read.label:
        return
    message.sentiment, message.sentiment_confidence = read.label, read.confidence
    if read.confidence >= LEAST_CONFIDENCE:
        ticket.sentiment, ticket.sentiment_is_strong = read.label, read.strong
